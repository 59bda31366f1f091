"""Alerts that wait for a door: taken under a lease, so that of many gateways one rings, and again where one died before it had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from bot.handoff import WAITS, Audience, Stage
from bot.ringing import Ring
from bot.storage import contacts
from bot.storage import people as persons
from bot.storage.inbox import moment
from bot.storage.tables import alert_deliveries, alerts, cases
from bot.storage.transaction import Transaction

_OLD = 24 * 3600.0  # seconds: nobody is helped by an older alert; the desk shows what waits
EMAIL = "email"


def waiting(tx: Transaction, door: str, limit: int) -> list[Row]:
    """What a door still has to ring, oldest first. The group is not told what only one counsellor is to know."""
    here = and_(alert_deliveries.c.alert_id == alerts.c.id, alert_deliveries.c.door == door)
    due = and_(alert_deliveries.c.state.in_(("waiting", "sending")), alert_deliveries.c.due_at <= tx.now)
    wanted = [alerts.c.created_at > tx.now - _OLD, or_(alert_deliveries.c.alert_id.is_(None), due)]
    if door != EMAIL:
        wanted.append(alerts.c.audience != Audience.OWNER.value)
    columns = (alerts, alert_deliveries.c.attempts, cases.c.state.label("stage"), cases.c.queued_since, cases.c.opened_at, cases.c.team)
    joined = alerts.outerjoin(alert_deliveries, here).outerjoin(cases, cases.c.id == alerts.c.case_id)
    return list(tx.connection.execute(select(*columns).select_from(joined).where(*wanted).order_by(alerts.c.id).limit(limit)))


def take(tx: Transaction, door: str, seconds: float, limit: int) -> list[Ring]:
    rings = []
    for row in waiting(tx, door, limit):
        if not _claimed(tx, door, row, seconds):
            continue
        to = contacts.addresses(tx, row.audience, row.staff_id, row.team) if door == EMAIL else ()
        moot = row.case_id is not None and row.stage == Stage.CLOSED.value
        if moot or (door == EMAIL and row.audience == Audience.OWNER.value and not to):
            _note(tx, door, [row.id], state="given_up", due_at=None, done_at=tx.now)
            continue
        rings.append(_ring(row, to))
    return rings


def rung(tx: Transaction, door: str, ids: Sequence[int]) -> None:
    _note(tx, door, ids, state="sent", due_at=None, done_at=tx.now)


def later(tx: Transaction, door: str, ids: Sequence[int], due_at: float) -> None:
    _note(tx, door, ids, state="waiting", due_at=due_at)


def _ring(row: Row, to: tuple[str, ...]) -> Ring:
    waits = row.stage in [stage.value for stage in WAITS]
    return Ring(
        id=row.id,
        case=row.case_id,
        kind=row.kind,
        level=persons.level_of(row.level),
        waits_since=moment(row.queued_since or row.opened_at) if waits else None,
        attempts=row.attempts or 0,
        to=to,
    )


def _claimed(tx: Transaction, door: str, row: Row, seconds: float) -> bool:
    until = tx.now + seconds
    if row.attempts is None:
        values = {"alert_id": row.id, "door": door, "state": "sending", "attempts": 1, "due_at": until, "done_at": None}
        upsert: Any = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
        made = upsert(alert_deliveries).on_conflict_do_nothing(index_elements=["alert_id", "door"])
        return bool(tx.connection.execute(made, values).rowcount)
    ours = (alert_deliveries.c.alert_id == row.id, alert_deliveries.c.door == door, alert_deliveries.c.due_at <= tx.now)
    change = update(alert_deliveries).where(*ours, alert_deliveries.c.state.in_(("waiting", "sending")))
    return bool(tx.connection.execute(change.values(state="sending", attempts=alert_deliveries.c.attempts + 1, due_at=until)).rowcount)


def _note(tx: Transaction, door: str, ids: Sequence[int], **values: Any) -> None:
    here = (alert_deliveries.c.door == door, alert_deliveries.c.alert_id.in_(list(ids)))
    tx.connection.execute(update(alert_deliveries).where(*here).values(values))
