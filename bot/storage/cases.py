"""Cases: what a human must look at. One open case per person; its level never falls."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row

from bot.model import CaseRequest
from bot.storage.tables import OPEN, cases, events
from bot.storage.transaction import Transaction, token


def open_or_raise(tx: Transaction, conversation: str, person: int, request: CaseRequest, message: int) -> None:
    """Opens a case, raises the open one, or only logs that she asked again. The caller holds the person's row."""
    detail = {"level": request.level.value, "category": request.category, "reason": request.reason, "message": message}
    found = open_case(tx, person)
    if found is None:
        log(tx, _insert(tx, conversation, person, request), "opened", detail)
        return
    raised = request.level.rank > found.level
    if raised:
        values = {"level": request.level.rank, "category": request.category, "reason": request.reason, "raised_at": tx.now}
        tx.connection.execute(update(cases).where(cases.c.id == found.id).values(**values, version=cases.c.version + 1))
    log(tx, found.id, "raised" if raised else "repeated", detail)


def open_case(tx: Transaction, person: int) -> Row | None:
    return tx.connection.execute(select(cases).where(cases.c.person_id == person, OPEN)).first()


def log(tx: Transaction, case: str, kind: str, detail: dict[str, Any]) -> None:
    tx.connection.execute(insert(events), {"case_id": case, "kind": kind, "at": tx.now, "detail": json.dumps(detail)})


def move(tx: Transaction, conversation: str, source: int, target: int) -> None:
    """Hands the cases of a conversation to the person it now belongs to: a case and its conversation never have two persons.

    Of two open ones the higher stays open, of equal ones the target's.
    """
    ours, theirs = open_case(tx, target), open_case(tx, source)
    if theirs is not None and theirs.conversation_id == conversation:
        if ours is None:
            log(tx, theirs.id, "moved", {})
        else:
            lower, higher = (ours, theirs) if theirs.level > ours.level else (theirs, ours)
            close(tx, lower.id, "merged", {"into": higher.id})
            log(tx, higher.id, "merged", {"from": lower.id})
    tx.connection.execute(update(cases).where(cases.c.conversation_id == conversation).values(person_id=target))


def close(tx: Transaction, case: str, kind: str, detail: dict[str, Any]) -> None:
    tx.connection.execute(update(cases).where(cases.c.id == case).values(state="closed", version=cases.c.version + 1))
    log(tx, case, kind, detail)


def remove(tx: Transaction, person: int, *, keep: str | None = None) -> None:
    """Deletes the person's cases and their events, but not the case `keep`."""
    doomed = select(cases.c.id).where(cases.c.person_id == person, cases.c.id != (keep or ""))
    tx.connection.execute(delete(events).where(events.c.case_id.in_(doomed)))
    tx.connection.execute(delete(cases).where(cases.c.person_id == person, cases.c.id != (keep or "")))


def _insert(tx: Transaction, conversation: str, person: int, request: CaseRequest) -> str:
    case = token()
    values = {
        "id": case,
        "conversation_id": conversation,
        "person_id": person,
        "level": request.level.rank,
        "category": request.category,
        "state": "queued",
        "reason": request.reason,
        "opened_at": tx.now,
        "raised_at": tx.now,
        "version": 1,
    }
    tx.connection.execute(insert(cases), values)
    return case
