"""Cases when two persons turn out to be one, or when one is forgotten."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Row

from bot.handoff import Case, Stage
from bot.storage import caserows, casework
from bot.storage.care_tables import relay_topics
from bot.storage.inbox import moment
from bot.storage.tables import alert_deliveries, alerts, cases, clocks, events, forms, notes
from bot.storage.transaction import Transaction


def open_case(tx: Transaction, person: int) -> tuple[Row, Case] | None:
    return caserows.open_of(tx, person)


def move(tx: Transaction, conversation: str, source: int, target: int) -> None:
    """Hands the cases of a conversation to the person it now belongs to: a case and its conversation never have two persons.

    Of two open ones the higher stays open, of equal ones the target's.
    """
    ours, theirs = open_case(tx, target), open_case(tx, source)
    if theirs is not None and theirs[0].conversation_id == conversation:
        if ours is None:
            casework.log(tx, theirs[1].id, "moved", {})
        else:
            lower, higher = (ours, theirs) if theirs[1].level.rank > ours[1].level.rank else (theirs, ours)
            _merge(tx, lower[1], higher[1])
    tx.connection.execute(update(cases).where(cases.c.conversation_id == conversation).values(person_id=target))


def _merge(tx: Transaction, lower: Case, higher: Case) -> None:
    """Who had the lower one is asked first for the higher."""
    over = lower.but(state=Stage.CLOSED, state_since=moment(tx.now), outcome="merged", owner=None, clocks={}, version=lower.version + 1)
    caserows.save(tx, lower, over)
    casework.log(tx, lower.id, "merged", {"into": higher.id})
    kept = higher.but(
        prefers=higher.prefers or lower.owner,
        quiet=higher.quiet or lower.quiet,
        asked_to_delete=higher.asked_to_delete or lower.asked_to_delete,
        version=higher.version + 1,
    )
    caserows.save(tx, higher, kept)
    casework.log(tx, higher.id, "merged", {"from": lower.id})


def remove(tx: Transaction, person: int, *, keep: str | None = None) -> None:
    """Deletes the person's cases and all that hangs on them, but not the case `keep`."""
    gone = (cases.c.person_id == person, cases.c.id != (keep or ""))
    doomed = select(cases.c.id).where(*gone)
    rung = select(alerts.c.id).where(alerts.c.case_id.in_(doomed))
    tx.connection.execute(delete(alert_deliveries).where(alert_deliveries.c.alert_id.in_(rung)))
    for table in (alerts, clocks, notes, forms, events, relay_topics):
        tx.connection.execute(delete(table).where(table.c.case_id.in_(doomed)))
    tx.connection.execute(delete(cases).where(*gone))
