"""Brings a database to the newest tables: at each start, and safe when many gateways start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.storage.engine import Database

_LOCK = 0x50_68_61_74_72_69  # any number of ours: PostgreSQL's advisory lock for this


def upgrade(database_url: str) -> None:
    """All or nothing: the steps run in one transaction, on SQLite too."""
    database = Database(database_url)
    try:
        with database.write() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()
