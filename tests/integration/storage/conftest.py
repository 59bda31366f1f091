"""The same suite on SQLite always, and on PostgreSQL where a server answers: in a database made for this session alone."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.engine.url import make_url

from bot.model import Inbound, Kind, Outcome, Outgoing, Reply, State, Turn
from bot.storage import Database, Repository, Sealer
from bot.storage.migrate import upgrade
from bot.storage.tables import metadata, staff
from tests.databases import migrated

SERVER = os.environ.get("TEST_DATABASE_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"
SEAL_KEY, LOOKUP_KEY = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@dataclass
class Desk:
    """The repository with the moves that most tests make."""

    repository: Repository
    database: Database
    clock: Clock
    _ids: count[int] = field(default_factory=count)

    def event(self, text: str = "hello", *, sender: str = "ann", channel: str = "telegram", kind: Kind = Kind.TEXT) -> Inbound:
        return Inbound(channel=channel, external_id=f"e{next(self._ids)}", sender=sender, kind=kind, text=text)

    def say(self, text: str = "hello", *, sender: str = "ann", channel: str = "telegram", kind: Kind = Kind.TEXT) -> str:
        return self.repository.receive([self.event(text, sender=sender, channel=channel, kind=kind)])[0].conversation

    def turn(self, conversation: str, owner: str = "w") -> Turn:
        assert self.repository.claim_turns(conversation, owner, 30)
        turn = self.repository.next_turn(conversation)
        assert turn is not None
        return turn

    def answer(self, conversation: str, *texts: str, outcome: Outcome | None = None) -> list[Outgoing]:
        turn = self.turn(conversation)
        made = outcome or Outcome(replies=tuple(Reply(text=text) for text in texts), state=turn.state)
        outgoing = self.repository.finish(turn, made, "w")
        self.repository.release_turns(conversation, "w")
        return outgoing

    def deliver(self, conversation: str) -> list[str]:
        texts = []
        while (outgoing := self.repository.next_outgoing(conversation)) is not None:
            texts.append(outgoing.reply.text)
            self.repository.sent(outgoing.message, "p")
        return texts

    def state(self, conversation: str) -> State:
        """What a next turn would see; leaves the turn answered."""
        self.repository.release_all("w")
        self.say_in(conversation)
        turn = self.turn(conversation)
        self.repository.finish(turn, Outcome(replies=(), state=turn.state), "w")
        self.repository.release_turns(conversation, "w")
        return turn.state

    def say_in(self, conversation: str) -> None:
        for channel in ("telegram", "messenger", "web"):
            for sender in ("ann", "bea", "cat"):
                if self.repository.conversation_of(channel, sender) == conversation:
                    self.say("again", sender=sender, channel=channel)
                    return
        raise AssertionError("unknown conversation")

    def staff(self, *ids: str, team: str | None = None, role: str = "counsellor", on: bool = True) -> None:
        """People of the desk, on duty."""
        values = {"name": b"", "role": role, "team": team, "language": "bn", "active": True, "on_duty": on}
        since = self.clock.now.timestamp() if on else None
        with self.database.write() as connection:
            connection.execute(sqlalchemy.insert(staff), [{"id": id, **values, "on_duty_since": since} for id in ids])

    def rows(self, table: str, order: str = "1") -> list[sqlalchemy.engine.Row]:
        with self.database.read() as connection:
            return list(connection.execute(sqlalchemy.text(f"SELECT * FROM {table} ORDER BY {order}")))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Only CREATE and DROP DATABASE are ever run on the server's own database."""
    try:
        server = sqlalchemy.create_engine(SERVER, future=True, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
        name = f"sohojatri_test_{secrets.token_hex(6)}"
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sqlalchemy.exc.OperationalError:
        pytest.skip("no PostgreSQL answers; set TEST_DATABASE_URL")
    yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    upgrade(postgres_url)
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated, empty database."""
    if request.param == "sqlite":
        return migrated(tmp_path / "store.db")
    url = request.getfixturevalue("migrated_postgres_url")
    engine = sqlalchemy.create_engine(url, future=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    engine.dispose()
    return str(url)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(f"1:{SEAL_KEY}", LOOKUP_KEY)


@pytest.fixture
def keys() -> tuple[str, str]:
    return f"1:{SEAL_KEY}", LOOKUP_KEY


@pytest.fixture
def desk(url: str, clock: Clock, sealer: Sealer) -> Iterator[Desk]:
    database = Database(url)
    yield Desk(Repository(database, sealer, clock=clock), database, clock)
    database.close()


@pytest.fixture
def repository(desk: Desk) -> Repository:
    return desk.repository
