"""What every query needs: the open transaction, the keys and the time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from bot.storage.sealing import Sealer

T = TypeVar("T")
_ATTEMPTS = 5  # each lost race is won by another transaction, so a few are enough


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


def attempted(
    begin: Callable[[], AbstractContextManager[Connection]], sealer: Sealer, clock: Callable[[], datetime], work: Callable[[Transaction], T]
) -> T:
    """Runs `work` in a transaction, again where another crossed it. What it returns has been committed."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with begin() as connection:
                # The time is read inside, after waiting for a place in the queue of writers.
                return work(Transaction(connection, sealer, clock().timestamp()))
        except (Crossed, OperationalError) as error:
            if attempt == _ATTEMPTS or not crossed(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def token() -> str:
    """22 characters for an address line, 128 random bits."""
    return secrets.token_urlsafe(16)
