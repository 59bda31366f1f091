"""The audit on SQLite and PostgreSQL: what was written stays as it was, or it is seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.engine import Connection

from bot.staff import Action, Role
from bot.storage import Accounts, Database, Sealer, audit
from bot.storage.transaction import attempted
from tests.integration.storage.conftest import Clock

WORD = "because her mother called"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def accounts(database: Database, sealer: Sealer, clock: Clock) -> Accounts:
    made = Accounts(database, sealer, clock=clock)
    made.add(None, login="root", name="Root", role=Role.ADMIN, team="", language="en")
    return made


def write(accounts: Accounts, clock: Clock, count: int = 5) -> None:
    for number in range(count):
        clock.advance(1)
        accounts.write_audit("s" * 22, Action.CASE_VIEWED, f"case{number}", reason=WORD)


@pytest.fixture
def forge(database: Database) -> Callable[..., None]:
    """Somebody with the database's password, but no key: she can switch the triggers off."""

    def run(statement: str, **values: Any) -> None:
        with database.write() as connection:
            _triggers(connection, on=False)
            connection.execute(sqlalchemy.text(statement), values)
            _triggers(connection, on=True)

    return run


def _triggers(connection: Connection, *, on: bool) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE audit {'ENABLE' if on else 'DISABLE'} TRIGGER ALL")
    elif not on:
        for act in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_no_{act}")


def test_what_is_written_is_read_newest_first(accounts: Accounts, clock: Clock) -> None:
    write(accounts, clock)
    entries = accounts.audit_entries(limit=2)
    assert [(entry.seq, entry.action, entry.object, entry.detail) for entry in entries] == [
        (6, "case_viewed", "case4", {"reason": WORD}), (5, "case_viewed", "case3", {"reason": WORD}),
    ]  # fmt: skip
    assert entries[0].at == clock.now
    assert [entry.seq for entry in accounts.audit_entries(before=5, limit=2)] == [4, 3]
    assert [entry.seq for entry in accounts.audit_entries(object="case1")] == [3]
    assert [entry.seq for entry in accounts.audit_entries(action="staff_added")] == [1]
    assert [entry.seq for entry in accounts.audit_entries(by="nobody")] == []


def test_an_untouched_audit_is_proven(accounts: Accounts, clock: Clock) -> None:
    write(accounts, clock)
    count, last, fault = accounts.audit_faults()
    assert (count, fault) == (6, None) and len(last) == 64


def test_reasons_are_sealed(accounts: Accounts, clock: Clock, desk: Any) -> None:
    write(accounts, clock)
    assert WORD.encode() not in repr(desk.rows("audit")).encode() and WORD not in repr(
        [bytes(row.detail or b"") for row in desk.rows("audit")]
    )


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'signed_in' WHERE seq = 3", "DELETE FROM audit WHERE seq = 6"])
def test_the_database_itself_refuses_to_change_a_line(accounts: Accounts, clock: Clock, database: Database, statement: str) -> None:
    write(accounts, clock)
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"), database.write() as connection:
        connection.exec_driver_sql(statement)
    assert accounts.audit_faults()[2] is None


@pytest.mark.parametrize(
    ("statement", "good", "fault"),
    [
        ("UPDATE audit SET staff_id = 'somebody else' WHERE seq = 3", 2, "line 3 was changed"),
        ("UPDATE audit SET staff_id = NULL WHERE seq = 3", 2, "line 3 was changed"),
        ("UPDATE audit SET action = 'searched' WHERE seq = 3", 2, "line 3 was changed"),
        ("UPDATE audit SET object_id = 'case9' WHERE seq = 3", 2, "line 3 was changed"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 3", 2, "line 3 was changed"),
        ("UPDATE audit SET detail = NULL WHERE seq = 3", 2, "line 3 was changed"),
        ("UPDATE audit SET hash = previous WHERE seq = 3", 2, "line 3 was changed"),
        ("DELETE FROM audit WHERE seq = 3", 2, "line 3 is missing"),
        ("DELETE FROM audit WHERE seq = 1", 0, "line 1 is missing"),
        ("DELETE FROM audit WHERE seq > 4", 4, "lines after 4 are missing"),
        ("DELETE FROM audit", 0, "lines after 0 are missing"),
        ("DELETE FROM audit_head", 6, "lost its head"),
        ("UPDATE audit_head SET seq = 5", 6, "the head was changed"),
        ("UPDATE audit SET seq = 100 + seq WHERE seq > 4", 4, "line 5 is missing"),
    ],
)
def test_what_is_changed_behind_its_back_is_found(
    accounts: Accounts, clock: Clock, forge: Callable[..., None], statement: str, good: int, fault: str
) -> None:
    write(accounts, clock)
    forge(statement)
    count, _, found = accounts.audit_faults()
    assert count == good and found is not None and fault in found


def test_cutting_off_the_end_and_turning_the_head_back_is_found(
    accounts: Accounts, clock: Clock, forge: Callable[..., None], desk: Any
) -> None:
    """The head's seal cannot be made again without the key."""
    write(accounts, clock)
    kept = next(row for row in desk.rows("audit") if row.seq == 4)
    forge("DELETE FROM audit WHERE seq > 4")
    forge("UPDATE audit_head SET seq = 4, hash = :hash", hash=bytes(kept.hash))
    assert "the head was changed" in str(accounts.audit_faults()[2])


def test_emptying_it_all_is_found_where_there_are_staff(accounts: Accounts, clock: Clock, forge: Callable[..., None]) -> None:
    write(accounts, clock)
    forge("DELETE FROM audit")
    forge("DELETE FROM audit_head")
    assert accounts.audit_faults()[2] is not None


def test_lines_cannot_change_places(accounts: Accounts, clock: Clock, forge: Callable[..., None]) -> None:
    write(accounts, clock)
    for old, new in ((3, 99), (4, 3), (99, 4)):
        forge("UPDATE audit SET seq = :new WHERE seq = :old", new=new, old=old)
    assert accounts.audit_faults()[0] == 2


def test_another_key_proves_nothing(accounts: Accounts, clock: Clock, database: Database) -> None:
    from bot.storage.sealing import Sealer as Other

    write(accounts, clock)
    stranger = Other("1:" + "A" * 43 + "=", "B" * 43 + "=")
    assert Accounts(database, stranger, clock=clock).audit_faults()[0] == 0


def test_a_line_is_written_only_with_what_it_tells_of(accounts: Accounts, database: Database, sealer: Sealer, clock: Clock) -> None:
    def work(tx: Any) -> None:
        audit.append(tx, None, Action.EXPORTED)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        attempted(database.write, sealer, clock, work)
    assert accounts.audit_faults()[0] == 1
    write(accounts, clock, 1)
    assert accounts.audit_faults()[::2] == (2, None)


def test_many_gateways_write_one_chain(accounts: Accounts, url: str, sealer: Sealer) -> None:
    failures: list[BaseException] = []

    def gateway(number: int) -> None:
        database = Database(url)
        try:
            mine = Accounts(database, sealer)
            for line in range(20):
                mine.write_audit(f"staff{number}", Action.CASE_VIEWED, f"case{line}")
        except BaseException as error:
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=gateway, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert accounts.audit_faults()[::2] == (81, None)


@pytest.mark.parametrize("asked", [{"by": "s" * 22}, {"action": "case_viewed"}, {"object": "case1"}, {}], ids=str)
def test_a_page_of_it_is_found_without_sorting_all_lines(
    accounts: Accounts, clock: Clock, database: Database, asked: dict[str, str]
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's planner chooses by size")
    write(accounts, clock)
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT"):
            raw = connection.connection.dbapi_connection
            plans.extend(row[3] for row in raw.execute("EXPLAIN QUERY PLAN " + statement, parameters))

    sqlalchemy.event.listen(database.engine, "before_cursor_execute", explain)
    assert accounts.audit_entries(limit=2, **asked)  # type: ignore[arg-type]
    assert plans and not [line for line in plans if "TEMP B-TREE" in line]
