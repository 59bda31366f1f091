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
_AGAIN = 0.003  # seconds between two tries for it


class Database:
    """One engine with its transactions: `read`, `write` (on the disk when it returns) and `note`.

    `note` is for what a power cut may take back: leases and marks, which only make work be done again. It survives the
    death of any process, but spares the wait for the disk.
    """

    def __init__(self, url: str) -> None:
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgres(url)
        # SQLite's own waiting sleeps up to 100 ms at a time; writers of one process queue here instead.
        self._turnstile = threading.Lock() if url.startswith("sqlite") else None
        self._reader = self.engine.execution_options(mode="read")
        self._writer = self.engine.execution_options(mode="write")
        self._noter = self.engine.execution_options(mode="note")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._queue(self._writer) as connection:
            yield connection

    @contextmanager
    def note(self) -> Iterator[Connection]:
        with self._queue(self._noter) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _queue(self, engine: Engine) -> Iterator[Connection]:
        if self._turnstile is None:
            with engine.begin() as connection:
                yield connection
            return
        with self._turnstile, engine.begin() as connection:
            yield connection


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
    connection.execute(f"PRAGMA busy_timeout={_BUSY}")
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
    raw = connection.connection.dbapi_connection
    if mode == "read":
        raw.execute("BEGIN")
        return
    raw.execute("PRAGMA synchronous=NORMAL" if mode == "note" else "PRAGMA synchronous=FULL")
    _begin_writing(raw)


def _begin_writing(raw: sqlite3.Connection) -> None:
    """Takes the write lock at once: a read that turns into a write later could not wait for its turn.

    It is asked for every few milliseconds. SQLite's own waiting sleeps up to 100 ms at a time, and so may lose race after race against
    another process that writes all the time: Rasa against a busy gateway.
    """
    until = time.monotonic() + _BUSY / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(_AGAIN)
    finally:
        raw.execute(f"PRAGMA busy_timeout={_BUSY}")


def _private(path: Path) -> None:
    """Makes the file readable for its owner only, before SQLite can make it otherwise; its -wal and -shm take the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
