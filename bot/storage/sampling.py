"""The daily sample: a conversation of yesterday in which nothing was found, so that what the program misses is seen by a human."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import exists, insert, select
from sqlalchemy.engine import Row

from bot.errors import IllegalEvent
from bot.handoff import Holder, Message
from bot.handoff.events import Raised
from bot.handoff.machine import begin, decide
from bot.model import Level
from bot.storage import caserows, caseviews, casework
from bot.storage.figure_tables import samples
from bot.storage.inbox import moment
from bot.storage.tables import OPEN, cases, conversations, messages
from bot.storage.transaction import Transaction, token

_DHAKA = timezone(timedelta(hours=6))
_MOST = 2000  # conversations among which one is chosen


def yesterday(tx: Transaction) -> str:
    return (datetime.fromtimestamp(tx.now, _DHAKA).date() - timedelta(days=1)).isoformat()


def verdict(tx: Transaction, day: str, staff: str) -> str | None:
    """What this reviewer said of that day's."""
    return tx.connection.execute(select(samples.c.verdict).where(samples.c.day == day, samples.c.staff_id == staff)).scalar()


def chosen(tx: Transaction, day: str, staff: str) -> str | None:
    """The same one all day for the same reviewer, whatever is deleted meanwhile; another for her colleague."""
    start, end = _span(day)
    wrote = messages.alias("wrote")
    there = (
        wrote.c.conversation_id == conversations.c.id,
        wrote.c.direction == "in",
        wrote.c.created_at >= start,
        wrote.c.created_at < end,
    )
    danger = messages.alias("danger")
    found = (danger.c.conversation_id == conversations.c.id, danger.c.risk_flag >= Level.URGENT.rank)
    open_case = exists().where(cases.c.person_id == conversations.c.person_id, OPEN)
    query = (
        select(conversations.c.id)
        .where(conversations.c.last_inbound_at >= start, exists().where(*there), ~exists().where(*found), ~open_case)
        .order_by(conversations.c.last_inbound_at.desc())
        .limit(_MOST)
    )
    ids = list(tx.connection.execute(query).scalars())
    return min(ids, key=lambda id: tx.sealer.digest("sample", day, staff, id), default=None)


def read(tx: Transaction, conversation: str, day: str) -> tuple[Message, ...]:
    """What was said there on that day."""
    start, end = _span(day)
    place = _place(tx, conversation)
    if place is None:
        return ()
    found = caseviews.messages_of(tx, {conversation: place.channel})
    return tuple(message for message in found if start <= message.at.timestamp() < end)


def judge(tx: Transaction, day: str, staff: str, missed: Level | None) -> str | None:
    """Keeps the verdict, once. Missed danger becomes a case (its id); nothing is said to her: that is for the counsellor who takes it."""
    conversation = chosen(tx, day, staff)
    if conversation is None or verdict(tx, day, staff) is not None:
        raise IllegalEvent
    values = {"day": day, "staff_id": staff, "conversation_id": conversation, "verdict": "missed" if missed else "ok", "at": tx.now}
    tx.connection.execute(insert(samples), values)
    return _raise(tx, conversation, missed) if missed else None


def _raise(tx: Transaction, conversation: str, level: Level) -> str:
    place = _place(tx, conversation)
    if place is None:
        raise IllegalEvent
    event = Raised(level=level, category=None, reason="review", channel=place.channel)
    found = caserows.open_of(tx, place.person_id)
    if found is not None:
        casework.write(tx, *found, replace(decide(found[1], event, moment(tx.now), casework.duty(tx)), say=()))
        return found[1].id
    made = replace(begin(token(), event, moment(tx.now), casework.duty(tx)), say=())
    caserows.create(tx, made.case, place.id, place.person_id)
    casework.follow(tx, made, place.person_id, place, Holder.BOT)
    return made.case.id


def _place(tx: Transaction, conversation: str) -> Row | None:
    return tx.connection.execute(select(conversations).where(conversations.c.id == conversation)).first()


def _span(day: str) -> tuple[float, float]:
    start = datetime.fromisoformat(day).replace(tzinfo=_DHAKA)
    return start.timestamp(), (start + timedelta(days=1)).timestamp()
