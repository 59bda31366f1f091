"""The figures: one row of codes a case, brought up to date from the log, and counted by month."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.engine import Row

from bot.errors import SealError
from bot.storage import caseviews
from bot.storage.desk_tables import desk_settings
from bot.storage.figure_tables import figures
from bot.storage.tables import cases, events, forms, people
from bot.storage.transaction import Transaction

DIMENSIONS = ("level", "category", "channel", "language", "district", "country", "stage", "outcome", "answered")
STEPS = (("under_2", 120), ("under_5", 300), ("under_15", 900), ("under_60", 3600), ("under_240", 14400))  # name, seconds
NOTHING = "none"
_MARK = "figures_mark"  # the setting that says up to which event all is counted
_EVENTS, _CHUNK = 20_000, 400
_SETTLED = 60.0  # seconds: until then an event with a lower id may still come from a slower transaction
_DHAKA = timezone(timedelta(hours=6))
_PUT = text(
    "INSERT INTO desk_settings (name, value, changed_at) VALUES (:name, :value, :at) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at"
)


def behind(tx: Transaction) -> bool:
    newest = select(func.max(events.c.id)).where(events.c.id > _mark(tx), events.c.at < tx.now - _SETTLED)
    return tx.connection.execute(newest).scalar() is not None


def catch_up(tx: Transaction) -> bool:
    """Counts what has changed since; False: nothing is left."""
    mark = _mark(tx)
    newer = (
        select(events.c.id, events.c.case_id)
        .where(events.c.id > mark, events.c.at < tx.now - _SETTLED)
        .order_by(events.c.id)
        .limit(_EVENTS)
    )
    rows = tx.connection.execute(newer).all()
    if not rows:
        return False
    ids = list(dict.fromkeys(row.case_id for row in rows))
    for start in range(0, len(ids), _CHUNK):
        _count(tx, ids[start : start + _CHUNK])
    tx.connection.execute(_PUT, {"name": _MARK, "value": str(rows[-1].id), "at": tx.now})
    return len(rows) == _EVENTS


def years(tx: Transaction) -> list[int]:
    """Newest first."""
    found = tx.connection.execute(select(figures.c.month).distinct()).scalars()
    return sorted({int(month[:4]) for month in found}, reverse=True)


def by_month(tx: Transaction, year: int, dimension: str, until: str) -> dict[tuple[str, str], int]:
    """(month, value) → cases opened then, of the year's months before `until`."""
    column = figures.c[dimension]
    here = (figures.c.month >= f"{year}-01", figures.c.month <= f"{year}-12", figures.c.month < until)
    query = select(figures.c.month, column, func.count()).where(*here).group_by(figures.c.month, column)
    return {(month, str(value)): int(count) for month, value, count in tx.connection.execute(query)}


def _mark(tx: Transaction) -> int:
    return int(tx.connection.execute(select(desk_settings.c.value).where(desk_settings.c.name == _MARK)).scalar() or 0)


def _count(tx: Transaction, ids: Sequence[str]) -> None:
    joined = cases.join(people, people.c.id == cases.c.person_id)
    query = select(cases, people.c.language).select_from(joined).where(cases.c.id.in_(ids))
    taken = select(events.c.case_id, func.min(events.c.at)).where(events.c.case_id.in_(ids), events.c.kind == "accepted")
    first = {case: float(at) for case, at in tx.connection.execute(taken.group_by(events.c.case_id))}
    contacts = _contacts(tx, ids)
    rows = [_row(row, first.get(row.id), contacts.get(row.id, {})) for row in tx.connection.execute(query)]
    tx.connection.execute(delete(figures).where(figures.c.case_id.in_([row["case_id"] for row in rows])))
    if rows:
        tx.connection.execute(insert(figures), rows)


def _contacts(tx: Transaction, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """What the form's first section says of each, as far as it can be opened."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in tx.connection.execute(select(forms).where(forms.c.case_id.in_(ids), forms.c.piece == "contact")):
        try:
            piece = caseviews.piece_of(tx, row)
        except SealError:  # sealed with a key that is gone: the case counts all the same
            continue
        found[row.case_id] = piece if isinstance(piece, Mapping) else {}
    return found


def _row(row: Row, accepted: float | None, contact: Mapping[str, Any]) -> dict[str, Any]:
    more = {name: str(contact.get(name) or NOTHING) for name in ("district", "country", "stage")}
    return {
        "case_id": row.id,
        "month": datetime.fromtimestamp(row.opened_at, _DHAKA).strftime("%Y-%m"),
        "level": row.level if row.peak is None else row.peak,
        "category": row.category or NOTHING,
        "channel": _channel(row),
        "language": row.language,
        "outcome": row.outcome or NOTHING,
        "answered": _step(None if accepted is None else accepted - row.opened_at),
        **more,
    }


def _channel(row: Row) -> str:
    return str(json.loads(row.more or "{}").get("channel") or NOTHING)


def _step(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    return next((name for name, limit in STEPS if seconds < limit), "longer")
