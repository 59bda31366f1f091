"""Cases: rows to bot.handoff.Case and back, with their clocks. Codes and numbers only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Row

from bot.handoff import Case, Clock, Closing, Stage
from bot.storage import people as persons
from bot.storage.inbox import moment
from bot.storage.tables import OPEN, cases, clocks
from bot.storage.transaction import Crossed, Transaction

_PLAIN = ("front", "transfer_team", "prefers", "agreed", "misses", "channel", "may_write", "hours", "quiet", "stood_down", "hidden",
          "safety_checked", "confirmed_by", "asked_to_delete")  # fmt: skip
_TIMES = ("callback_at", "counsellor_last_at", "said_at")


def load(tx: Transaction, id: str, *, lock: bool = False) -> tuple[Row, Case] | None:
    query = select(cases).where(cases.c.id == id)
    row = tx.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else (row, _whole(tx, [row])[0])


def open_of(tx: Transaction, person: int) -> tuple[Row, Case] | None:
    row = tx.connection.execute(select(cases).where(cases.c.person_id == person, OPEN).with_for_update()).first()
    return None if row is None else (row, _whole(tx, [row])[0])


def all_of(tx: Transaction, query: Any) -> list[tuple[Row, Case]]:
    """`query` selects from cases, with all its columns."""
    rows = list(tx.connection.execute(query))
    return list(zip(rows, _whole(tx, rows), strict=True))


def _whole(tx: Transaction, rows: list[Row]) -> list[Case]:
    running: dict[str, dict[Clock, datetime]] = {row.id: {} for row in rows}
    ids = list(running)
    for start in range(0, len(ids), 500):  # SQLite takes a limited number of parameters
        for clock in tx.connection.execute(select(clocks).where(clocks.c.case_id.in_(ids[start : start + 500]))):
            running[clock.case_id][Clock(clock.name)] = moment(clock.due_at)
    return [_case(row, running[row.id]) for row in rows]


def _case(row: Row, running: dict[Clock, datetime]) -> Case:
    more: dict[str, Any] = json.loads(row.more or "{}")
    values = {name: more[name] for name in _PLAIN if name in more}
    values.update({name: moment(more[name]) for name in _TIMES if name in more})
    closing = more.get("closing")
    return Case(
        id=row.id,
        level=persons.level_of(row.level),
        peak=persons.level_of(row.level if row.peak is None else row.peak),
        category=row.category,
        reason=row.reason,
        state=Stage(row.state),
        version=row.version,
        opened_at=moment(row.opened_at),
        state_since=moment(row.state_since or row.raised_at),
        queued_since=moment(row.queued_since or row.opened_at),
        her_last_at=moment(row.her_last_at or row.raised_at),
        owner=row.owner_id,
        offered_to=row.offered_to,
        transfer_to=row.transfer_to,
        team=row.team,
        outcome=row.outcome,
        declined=frozenset(more.get("declined", ())),
        closing=Closing(**closing) if closing else None,
        clocks=running,
        **values,
    )


def _columns(case: Case) -> dict[str, Any]:
    more: dict[str, Any] = {name: getattr(case, name) for name in _PLAIN if getattr(case, name)}
    more.update({name: at.timestamp() for name in _TIMES if (at := getattr(case, name)) is not None})
    if case.declined:
        more["declined"] = sorted(case.declined)
    if case.closing:
        more["closing"] = {"by": case.closing.by, "outcome": case.closing.outcome}
    return {
        "level": case.level.rank,
        "peak": case.peak.rank,
        "category": case.category,
        "reason": case.reason,
        "state": case.state.value,
        "version": case.version,
        "state_since": case.state_since.timestamp(),
        "queued_since": case.queued_since.timestamp(),
        "her_last_at": case.her_last_at.timestamp(),
        "owner_id": case.owner,
        "offered_to": case.offered_to,
        "transfer_to": case.transfer_to,
        "team": case.team,
        "outcome": case.outcome,
        "closed_at": case.state_since.timestamp() if case.state is Stage.CLOSED else None,
        "more": json.dumps(more, separators=(",", ":")),
    }


def create(tx: Transaction, case: Case, conversation: str, person: int) -> None:
    fixed = {"id": case.id, "conversation_id": conversation, "person_id": person, "opened_at": tx.now, "raised_at": tx.now}
    tx.connection.execute(insert(cases), {**fixed, **_columns(case)})
    _run(tx, case.id, {}, case.clocks)


def save(tx: Transaction, before: Case, after: Case, conversation: str | None = None) -> None:
    """Compare-and-set on the version. Raises Crossed where somebody else was quicker."""
    values = _columns(after)
    if after.level.rank > before.level.rank:
        values["raised_at"] = tx.now
    if conversation is not None:
        values["conversation_id"] = conversation
    ours = (cases.c.id == after.id, cases.c.version == before.version)
    if not tx.connection.execute(update(cases).where(*ours).values(values)).rowcount:
        raise Crossed
    _run(tx, after.id, before.clocks, after.clocks)


def _run(tx: Transaction, id: str, before: Any, after: Any) -> None:
    """Writes the difference between two sets of clocks."""
    gone = [clock.value for clock in before if clock not in after]
    if gone:
        tx.connection.execute(delete(clocks).where(clocks.c.case_id == id, clocks.c.name.in_(gone)))
    new = [{"case_id": id, "name": clock.value, "due_at": at.timestamp()} for clock, at in after.items() if clock not in before]
    if new:
        tx.connection.execute(insert(clocks), new)
    moved = [{"case": id, "clock": clock.value, "at": at.timestamp()} for clock, at in after.items() if before.get(clock, at) != at]
    if moved:
        here = (clocks.c.case_id == bindparam("case"), clocks.c.name == bindparam("clock"))
        tx.connection.execute(update(clocks).where(*here).values(due_at=bindparam("at")), moved)


def due(tx: Transaction, limit: int) -> list[tuple[str, Clock]]:
    query = select(clocks.c.case_id, clocks.c.name).where(clocks.c.due_at <= tx.now).order_by(clocks.c.due_at).limit(limit)
    return [(row.case_id, Clock(row.name)) for row in tx.connection.execute(query)]


def stop(tx: Transaction, ids: Iterable[str]) -> None:
    tx.connection.execute(delete(clocks).where(clocks.c.case_id.in_(list(ids))))
