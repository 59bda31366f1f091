"""The register of agencies: a list is brought in whole or not at all, and earlier ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.agencies.entries import Agency, Imported
from bot.storage.money_tables import agencies, agency_imports


def newest(connection: Connection) -> int | None:
    """The id of the list in use; cheap, to notice a new one."""
    found = connection.execute(select(func.max(agency_imports.c.id))).scalar()
    return None if found is None else int(found)


def imported(connection: Connection, id: int) -> Imported:
    row = connection.execute(select(agency_imports).where(agency_imports.c.id == id)).one()
    return Imported(id=row.id, source=row.source, as_of=date.fromisoformat(row.as_of), rows=row.rows)


def listed(connection: Connection, id: int) -> tuple[Agency, ...]:
    rows = connection.execute(select(agencies).where(agencies.c.import_id == id).order_by(agencies.c.rl))
    return tuple(
        Agency(
            rl=row.rl,
            name=row.name,
            address=row.address,
            status=row.status,
            valid_until=date.fromisoformat(row.valid_until) if row.valid_until else None,
        )
        for row in rows
    )


def bring_in(connection: Connection, entries: Sequence[Agency], *, source: str, as_of: date, digest: bytes, now: float) -> int:
    """Inside one transaction of the caller's."""
    values = {"source": source, "as_of": as_of.isoformat(), "digest": digest, "rows": len(entries), "imported_at": now}
    id = int(connection.execute(insert(agency_imports), values).inserted_primary_key[0])
    connection.execute(
        insert(agencies),
        [
            {
                "import_id": id,
                "rl": entry.rl,
                "name": entry.name,
                "address": entry.address,
                "status": entry.status,
                "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
            }
            for entry in entries
        ],
    )
    return id
