"""The database: sealed rows, leases, inbox and outbox."""

from bot.storage.engine import Database
from bot.storage.repository import Repository
from bot.storage.sealing import Sealer

__all__ = ["Database", "Repository", "Sealer"]
