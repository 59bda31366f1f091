from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine.url import make_url

from bot.storage import Database
from bot.storage.migrate import upgrade
from bot.storage.tables import metadata


@pytest.fixture
def pair(url: str, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """A database made by the migrations, and one made from the metadata."""
    if url.startswith("sqlite"):
        other = f"sqlite:///{tmp_path / 'metadata.db'}"
    else:
        name = f"sohojatri_test_{secrets.token_hex(6)}"
        _server(url, f"CREATE DATABASE {name}")
        other = make_url(url).set(database=name).render_as_string(hide_password=False)
    migrated, made = Database(url), Database(other)
    with made.write() as connection:
        metadata.create_all(connection)
    yield migrated, made
    migrated.close()
    made.close()
    if not url.startswith("sqlite"):
        _server(url, f"DROP DATABASE {name} WITH (FORCE)")


def _server(url: str, statement: str) -> None:
    engine = sqlalchemy.create_engine(url, future=True, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_alembic_finds_no_difference_to_the_metadata(pair: tuple[Database, Database]) -> None:
    with pair[0].read() as connection:
        # sqlite_sequence is SQLite's own, where AUTOINCREMENT keeps the highest id.
        opts = {"compare_type": True, "compare_server_default": True, "include_name": lambda name, *_: name != "sqlite_sequence"}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_migrations_and_metadata_give_the_same_database(pair: tuple[Database, Database]) -> None:
    migrated, made = (_described(database) for database in pair)
    assert set(migrated) == set(metadata.tables)
    assert migrated == made


def _described(database: Database) -> dict[str, Any]:
    found = {}
    with database.read() as connection:
        inspector = inspect(connection)
        for table in set(inspector.get_table_names()) - {"alembic_version", "sqlite_sequence"}:
            found[table] = {
                "columns": sorted((c["name"], str(c["type"]), c["nullable"], str(c["default"])) for c in inspector.get_columns(table)),
                "primary": inspector.get_pk_constraint(table)["constrained_columns"],
                "foreign": sorted((k["constrained_columns"], k["referred_table"]) for k in inspector.get_foreign_keys(table)),
                "unique": sorted((u["name"], u["column_names"]) for u in inspector.get_unique_constraints(table)),
                "indexes": _indexes(connection, table),
            }
    return found


def _indexes(connection: Any, table: str) -> list[str]:
    """The definitions in full: the reflected ones leave out the conditions of partial indexes."""
    if connection.dialect.name == "sqlite":
        query = f"SELECT sql FROM sqlite_master WHERE tbl_name = '{table}' AND type IN ('index', 'table') AND sql IS NOT NULL"
        rows = [row[0] for row in connection.exec_driver_sql(query) if "INDEX" in row[0] or "AUTOINCREMENT" in row[0]]
        return sorted("AUTOINCREMENT" if row.startswith("CREATE TABLE") else " ".join(row.split()) for row in rows)
    query = f"SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'"
    return sorted(row[0] for row in connection.exec_driver_sql(query))


def test_a_second_upgrade_changes_nothing_and_keeps_the_rows(url: str, desk: Any) -> None:
    desk.say()
    upgrade(url)
    assert len(desk.rows("messages")) == 1


def test_many_gateways_may_start_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'store.db'}"
    failures: list[Exception] = []

    def start() -> None:
        try:
            upgrade(url)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_address_with_a_percent_sign_is_migrated(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'a%20b.db'}")
    assert (tmp_path / "a%20b.db").exists()
