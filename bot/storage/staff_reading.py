"""Rows of people of the desk, read."""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.errors import UnknownStaff
from bot.staff import Role, Staff
from bot.storage.sealing import Sealer
from bot.storage.tables import staff
from bot.storage.transaction import Transaction


def one(tx: Transaction, id: str, *, lock: bool = False) -> Staff:
    """Raises UnknownStaff."""
    query = select(staff).where(staff.c.id == id)
    row = tx.connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise UnknownStaff
    return staff_of(tx.sealer, row)


def staff_of(sealer: Sealer, row: Row) -> Staff:
    """From a row that holds all columns of `staff`."""
    return Staff(
        id=row.id,
        name=sealer.unseal_text(bytes(row.name), context=name_context(row.id)),
        role=Role(row.role),
        team=row.team or "",
        language=row.language,
        active=row.active,
        on_duty=row.on_duty,
        on_duty_since=moment(row.on_duty_since),
    )


def moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, timezone.utc)


def name_context(id: str) -> str:
    """What a name is sealed under."""
    return f"staff.name:{id}"
