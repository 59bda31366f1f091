"""The database: sealed rows, leases, inbox and outbox."""

from bot.storage import care_tables, desk_tables, figure_tables, money_tables  # noqa: F401 -- so that whoever sees the tables sees all of them
from bot.storage.accounts import Accounts
from bot.storage.desk import Casework
from bot.storage.engine import Database
from bot.storage.repository import Repository
from bot.storage.sealing import Sealer

__all__ = ["Accounts", "Casework", "Database", "Repository", "Sealer"]
