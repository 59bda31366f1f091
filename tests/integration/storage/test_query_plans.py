"""Finding work must not depend on how much is stored: SQLite uses the partial indexes (PostgreSQL's planner chooses by size)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.model import Inbound, Kind, Outcome, Reply
from bot.storage import Casework, Database, Repository, Sealer
from tests.databases import migrated

CALLS: list[tuple[str, Callable[[Repository, str], Any]]] = [
    ("receive", lambda r, c: r.receive([Inbound(channel="web", external_id="x", sender="ann", kind=Kind.TEXT)])),
    ("claim_turns", lambda r, c: r.claim_turns(c, "w", 1)),
    ("release_turns", lambda r, c: r.release_turns(c, "w")),
    ("next_turn", lambda r, c: r.next_turn(c)),
    ("next_outgoing", lambda r, c: r.next_outgoing(c)),
    ("sent", lambda r, c: r.sent(1, "p")),
    ("unreachable", lambda r, c: r.unreachable(c)),
    ("add_outgoing", lambda r, c: r.add_outgoing(c, (Reply(text="a"),))),
    ("history", lambda r, c: r.history(c, 0, 10)),
    ("new_code", lambda r, c: r.new_code(c)),
    ("redeem", lambda r, c: r.redeem(c, "1")),
    ("forget", lambda r, c: r.forget(c)),
    ("finish", lambda r, c: _finish(r, c)),
]


def _finish(repository: Repository, conversation: str) -> None:
    assert repository.claim_turns(conversation, "w", 5)
    turn = repository.next_turn(conversation)
    assert turn is not None
    repository.finish(turn, Outcome(replies=(Reply(text="a"),), state=turn.state), "w")


@pytest.fixture
def watched(tmp_path: Path, keys: tuple[str, str]) -> Any:
    """A repository, a conversation in it, and the list of the plan lines of each statement since."""
    database = Database(migrated(tmp_path / "store.db"))
    repository = Repository(database, Sealer(*keys))
    conversation = repository.receive([Inbound(channel="web", external_id="1", sender="ann", kind=Kind.TEXT)])[0].conversation
    lines: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            raw = connection.connection.dbapi_connection
            lines.extend(row[3] for row in raw.execute("EXPLAIN QUERY PLAN " + statement, parameters[0] if many else parameters))

    event.listen(database.engine, "before_cursor_execute", explain)
    yield repository, conversation, lines
    database.close()


@pytest.mark.parametrize(("name", "call"), CALLS, ids=[name for name, _ in CALLS])
def test_no_table_is_read_from_end_to_end(watched: Any, name: str, call: Callable[[Repository, str], Any]) -> None:
    repository, conversation, lines = watched
    call(repository, conversation)
    assert lines
    # new_code clears out expired codes on the way: there are at most a day's, one a person.
    assert [line for line in lines if line.startswith("SCAN") and "codes" not in line and "CONSTANT ROW" not in line] == []


@pytest.mark.parametrize(
    ("call", "index"),
    [
        (lambda r, c: r.next_turn(c), "ix_messages_received"),
        (lambda r, c: r.next_turn(c), "ix_messages_inbound"),
        (lambda r, c: r.next_outgoing(c), "ix_messages_unsent"),
        (lambda r, c: r.work(_now(), 5), "ix_messages_received"),
        (lambda r, c: r.work(_now(), 5), "ix_messages_unsent"),
        (lambda r, c: r.counts(), "ix_messages_received"),
        (lambda r, c: r.counts(), "ix_messages_unsent"),
    ],
)
def test_the_partial_indexes_are_used(watched: Any, call: Callable[[Repository, str], Any], index: str) -> None:
    repository, conversation, lines = watched
    call(repository, conversation)
    assert any(index in line for line in lines), lines


def test_the_search_for_work_reads_messages_only_through_partial_indexes(watched: Any) -> None:
    repository, _, lines = watched
    repository.work(_now(), 5)
    repository.counts()
    scans = [line for line in lines if line.startswith("SCAN messages")]
    assert scans
    assert all("ix_messages_received" in line or "ix_messages_unsent" in line for line in scans), scans


def test_the_sweep_and_the_desk_read_only_open_cases(watched: Any) -> None:
    repository, _, lines = watched
    work = Casework(repository._database, repository._sealer)
    repository.sweep()
    work.queue()
    work.held()
    work.waiting()
    work.late()
    scans = [line for line in lines if line.startswith("SCAN") and "ix_cases_open" not in line and "staff" not in line]
    assert scans == [] and any("ix_cases_open" in line for line in lines) and any("ix_clocks_due_at" in line for line in lines)


def _now() -> Any:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)
