"""Databases for tests: migrating costs a quarter of a second, so it is done once a run and copied."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from bot.storage.migrate import upgrade


def migrated(path: Path) -> str:
    """The address of an empty SQLite database of the newest tables, made at `path`."""
    path.write_bytes(_empty())
    return f"sqlite:///{path}"


@functools.cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()
