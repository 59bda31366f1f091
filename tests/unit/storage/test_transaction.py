from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.storage.transaction import Crossed, crossed, token


class _Ended(Exception):
    def __init__(self, pgcode: str | None) -> None:
        super().__init__("ended")
        self.pgcode = pgcode


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Crossed(), True),
        (OperationalError("", {}, _Ended("40P01")), True),
        (OperationalError("", {}, _Ended("40001")), True),
        (OperationalError("", {}, _Ended("57P01")), False),  # the server stops
        (OperationalError("", {}, Exception("database is locked")), False),
        (IntegrityError("", {}, _Ended("40P01")), False),
        (ValueError(), False),
    ],
)
def test_only_what_another_transaction_crossed_is_run_again(error: Exception, again: bool) -> None:
    assert crossed(error) is again


def test_tokens_are_short_random_and_fit_an_address() -> None:
    tokens = {token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(t) == 22 and t.replace("-", "a").replace("_", "a").isalnum() for t in tokens)
