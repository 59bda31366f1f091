"""What every query needs: the open transaction, the keys and the time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from bot.storage.sealing import Sealer


@dataclass(frozen=True)
class Transaction:
    """`now` is UTC epoch seconds, the same for all that is written in it.

    Rows are locked in this order, so that no two transactions wait for each other: conversations by id, people by id, the rest.
    """

    connection: Connection
    sealer: Sealer
    now: float


class Crossed(Exception):
    """Another transaction changed what this one had read: roll back and run it again."""


def crossed(error: Exception) -> bool:
    """Also where PostgreSQL ended it, because two waited for each other (40P01) or could not be put in order (40001)."""
    return isinstance(error, Crossed) or (isinstance(error, OperationalError) and getattr(error.orig, "pgcode", None) in ("40P01", "40001"))


def token() -> str:
    """22 characters for an address line, 128 random bits."""
    return secrets.token_urlsafe(16)
