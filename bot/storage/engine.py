"""Opens the database: SQLite as a file of ours, or PostgreSQL; and the three kinds of transaction."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.pool import QueuePool

_BUSY = 10_000  # milliseconds to wait for another process's write
_AGAIN = 0.0005  # seconds between two tries for it


class Database:
    """One engine with its transactions: `read`, `write` (on the disk when it returns) and `note`.

    `note` is for what a power cut may take back: leases and marks, which only make work be done again. It survives the
    death of any process, but spares the wait for the disk.
    """

    def __init__(self, url: str) -> None:
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgres(url)
        self._reader = self.engine.execution_options(mode="read")
        self._writer = self.engine.execution_options(mode="write")
        self._noter = self.engine.execution_options(mode="note")
        # SQLite's own waiting sleeps up to 100 ms at a time; writers of one process queue here instead. Who is at the head has the one
        # connection that is kept for them: to take one from the pool and give it back costs as much as a statement.
        self._turnstile = threading.Lock() if url.startswith("sqlite") else None
        self._kept: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._writing(self._writer) as connection:
            yield connection

    @contextmanager
    def note(self) -> Iterator[Connection]:
        with self._writing(self._noter) as connection:
            yield connection

    def close(self) -> None:
        self._give_back()
        self.engine.dispose()

    @contextmanager
    def _writing(self, engine: Engine) -> Iterator[Connection]:
        if self._turnstile is None:
            with engine.begin() as connection:
                yield connection
            return
        with self._turnstile:
            if self._kept is None:
                self._kept = self.engine.connect()
            self._kept.execution_options(mode=engine.get_execution_options()["mode"])
            try:
                with self._kept.begin():
                    yield self._kept
            except BaseException:  # a commit that failed may have left a transaction: the pool rolls back what it is given
                self._give_back()
                raise

    def _give_back(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


def _postgres(url: str) -> Engine:
    engine = sqlalchemy.create_engine(
        url, future=True, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True, connect_args={"connect_timeout": 10}
    )

    event.listen(engine, "begin", _begin_postgres)
    return engine


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("mode") == "note":
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")


def _sqlite(url: str) -> Engine:
    _private(Path(make_url(url).database or ""))
    engine = sqlalchemy.create_engine(
        url,
        future=True,
        poolclass=QueuePool,
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _BUSY / 1000},
    )

    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # pysqlite begins nothing by itself: we do, below
    _write_ahead(connection)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what she has deleted is overwritten


def _write_ahead(connection: Any) -> None:
    """The very first switch takes the whole file, and does not wait for others (busy_timeout does not count here)."""
    until = time.monotonic() + _BUSY / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("mode", "write")
    if mode == "read":
        _set(connection, "busy_timeout", _BUSY)
        connection.connection.dbapi_connection.execute("BEGIN")
        return
    _set(connection, "synchronous", "NORMAL" if mode == "note" else "FULL")
    _set(connection, "busy_timeout", 0)
    _begin_writing(connection.connection.dbapi_connection)


def _set(connection: Connection, pragma: str, value: object) -> None:
    """Tells SQLite only what is not so already: each statement costs its way there and back."""
    if connection.info.get(pragma) != value:
        connection.connection.dbapi_connection.execute(f"PRAGMA {pragma}={value}")
        connection.info[pragma] = value


def _begin_writing(raw: Any) -> None:
    """Takes the write lock at once: a read that turns into a write later could not wait for its turn.

    It is asked for every few milliseconds. SQLite's own waiting (busy_timeout) sleeps up to 100 ms at a time, and so may lose race after
    race against another process that writes all the time: Rasa against a busy gateway.
    """
    until = time.monotonic() + _BUSY / 1000
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(_AGAIN)


def _private(path: Path) -> None:
    """Makes the file readable for its owner only, before SQLite can make it otherwise; its -wal and -shm take the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
