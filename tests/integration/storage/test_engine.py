from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.model import Inbound, Kind, Outcome, Reply, Risk, State
from bot.storage import Database, Repository, Sealer, engine
from bot.storage.migrate import upgrade

PLANTED = "planted-words-and-numbers-4711"


def _value(database: Database, mode: str, pragma: str) -> Any:
    with getattr(database, mode)() as connection:
        return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()


@pytest.fixture
def sqlite(tmp_path: Path) -> Any:
    database = Database(f"sqlite:///{tmp_path / 'var' / 'store.db'}")
    yield database
    database.close()


def test_what_is_acknowledged_is_on_the_disk(sqlite: Database) -> None:
    assert _value(sqlite, "write", "synchronous") == 2
    assert _value(sqlite, "note", "synchronous") == 1
    assert _value(sqlite, "write", "synchronous") == 2


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 10_000), ("secure_delete", 1)]
)
def test_sqlite_is_set_up(sqlite: Database, pragma: str, value: Any) -> None:
    assert _value(sqlite, "read", pragma) == value


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "var" / "store.db"
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM people")
        files = list(path.parent.iterdir())
        assert {file.name for file in files} >= {"store.db", "store.db-wal"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    database.close()


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch(0o644)
    Database(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_foreign_keys_hold(desk: Any) -> None:
    desk.say()
    with pytest.raises(IntegrityError), desk.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM people")


def test_what_fails_is_rolled_back(desk: Any) -> None:
    desk.say()
    with pytest.raises(RuntimeError), desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE messages SET state = 'answered'")
        raise RuntimeError
    assert desk.rows("messages")[0].state == "received"


def test_an_error_of_the_database_does_not_quote_parameters(desk: Any) -> None:
    from bot.storage.tables import events

    with pytest.raises(IntegrityError) as caught, desk.database.write() as connection:
        connection.execute(events.insert(), {"case_id": "none", "kind": None, "at": 0.0, "detail": PLANTED})
    assert "parameters hidden" in str(caught.value)


def test_nothing_readable_of_her_is_stored(desk: Any, repository: Repository, url: str) -> None:
    event = Inbound(
        channel="telegram",
        external_id=f"x{PLANTED}",
        sender=f"s{PLANTED}",
        kind=Kind.TEXT,
        text=PLANTED,
        payload=PLANTED,
        media_ref=PLANTED,
    )
    conversation = repository.receive([event])[0].conversation
    outcome = Outcome(replies=(Reply(text=PLANTED),), state=State(offered=(PLANTED,)), risk=Risk(reasons=(PLANTED,)))
    (outgoing,) = desk.answer(conversation, outcome=outcome)
    repository.sent(outgoing.message, PLANTED)
    assert conversation in _stored(desk, url)
    assert PLANTED not in _stored(desk, url)


def test_a_body_moved_to_another_conversation_does_not_open(desk: Any, repository: Repository) -> None:
    from bot.errors import SealError

    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    with desk.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE messages SET conversation_id = '{second}' WHERE conversation_id = '{first}'")
    with pytest.raises(SealError):
        desk.turn(second)


def _stored(desk: Any, url: str) -> str:
    """All bytes of the database, its write-ahead log too."""
    if url.startswith("sqlite"):
        return "".join(path.read_bytes().decode("latin-1") for path in Path(url.removeprefix("sqlite:///")).parent.glob("store.db*"))
    tables = ("people", "conversations", "messages", "cases", "events", "codes", "trackers")
    cells = [cell for table in tables for row in desk.rows(table) for cell in row]
    return "".join(bytes(cell).decode("latin-1") if isinstance(cell, memoryview) else str(cell) for cell in cells)


def test_a_store_opened_with_other_keys_does_not_open_hers(desk: Any, url: str) -> None:
    from bot.errors import SealError

    conversation = desk.say()
    other = Database(url)
    stranger = Repository(other, Sealer("1:" + "A" * 43 + "=", "B" * 43 + "="))
    with pytest.raises(SealError):
        stranger.next_turn(conversation)
    other.close()


def test_a_write_waits_for_another_process_and_not_for_ever(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    other = sqlite3.connect(sqlite.engine.url.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, other.execute, ["COMMIT"])
    timer.start()
    with sqlite.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    timer.join()
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(engine, "_BUSY", 50)
    with pytest.raises(sqlite3.OperationalError, match="locked"), sqlite.write():
        raise AssertionError("wrote while another did")
    other.execute("COMMIT")
    other.close()
    assert _value(sqlite, "read", "busy_timeout") == 50


def test_a_transaction_that_could_not_end_is_not_there_for_the_next_writer(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")

    def full(*_: object) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    with monkeypatch.context() as patch, pytest.raises(OperationalError, match="full"), sqlite.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        patch.setattr(sqlite.engine.dialect, "do_commit", full)
    with sqlite.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
    with sqlite.read() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t").scalars().all() == [2]
