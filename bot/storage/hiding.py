"""Chats that are hidden on her phone: what is to be taken off its screen, and that nothing of ours is said in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Row

from bot.cleaning import Cleaning
from bot.errors import SealError
from bot.handoff.events import Hidden
from bot.storage import caserows, casework, outbox
from bot.storage.inbox import address_context, body_context
from bot.storage.tables import TO_CLEAN, conversations, messages
from bot.storage.transaction import Transaction

_WITHIN = 47.9 * 3600.0  # seconds: Telegram deletes nothing older than 48 hours
_AGAIN = 2.0  # seconds, while one of ours is still on its way
_LEAST = 1  # a message id


def turn(tx: Transaction, place: Row, message: int, hide: bool | None, clean: bool) -> None:
    """What a turn changes. `place`: her locked conversation; `message`: the one that was answered."""
    if hide is False:
        tx.connection.execute(update(conversations).where(conversations.c.id == place.id).values(hidden_at=None))
    elif hide:
        conceal(tx, place.id, message)
    elif clean:
        _clean(tx, place.id, message)
    found = None if hide is None else caserows.open_of(tx, place.person_id)
    if found is not None and found[1].hidden is not hide:
        casework.happen(tx, found[1].id, Hidden(on=bool(hide)))


def by_desk(tx: Transaction, case: Row, on: bool) -> None:
    """A counsellor hides the chat in which she wrote last, or shows all again."""
    if not on:
        tx.connection.execute(update(conversations).where(conversations.c.person_id == case.person_id).values(hidden_at=None))
        return
    place = casework.where(tx, case.person_id, case.conversation_id)
    if place is not None:
        last = tx.connection.execute(select(func.max(messages.c.id)).where(messages.c.conversation_id == place.id)).scalar()
        conceal(tx, place.id, int(last or _LEAST))


def conceal(tx: Transaction, conversation: str, upto: int) -> None:
    """What is not sent yet is not sent any more, whoever wrote it: it would appear on a screen that she believes clean."""
    waits = (messages.c.conversation_id == conversation, messages.c.id <= upto, messages.c.state == "queued")
    gone = {"state": outbox.WITHDRAWN, "refusal": outbox.WITHDRAWN, "due_at": None, "done_at": tx.now}
    tx.connection.execute(update(messages).where(*waits).values(gone))
    tx.connection.execute(update(conversations).where(conversations.c.id == conversation).values(hidden_at=tx.now))
    _clean(tx, conversation, upto)


def waits(tx: Transaction) -> bool:
    return (
        tx.connection.execute(select(conversations.c.id).where(TO_CLEAN, conversations.c.clean_at <= tx.now).limit(1)).first() is not None
    )


def take(tx: Transaction, seconds: float, limit: int) -> list[Cleaning]:
    """Chats to clean now; nobody else gets them for so many seconds."""
    due = select(conversations).where(TO_CLEAN, conversations.c.clean_at <= tx.now).order_by(conversations.c.clean_at)
    taken = []
    for row in tx.connection.execute(due.limit(limit).with_for_update()).all():
        tx.connection.execute(update(conversations).where(conversations.c.id == row.id).values(clean_at=tx.now + seconds))
        taken.append(_cleaning(tx, row))
    return taken


def cleaned(tx: Transaction, done: Cleaning) -> None:
    """Unless more was asked for meanwhile, or one of ours was still on its way."""
    here = (conversations.c.id == done.conversation, conversations.c.clean_to == done.upto)
    values = {"clean_at": tx.now + _AGAIN} if done.pending else {"clean_at": None, "cleaned_to": done.upto}
    tx.connection.execute(update(conversations).where(*here).values(values))


def later(tx: Transaction, conversation: str, due_at: float) -> None:
    tx.connection.execute(update(conversations).where(conversations.c.id == conversation, TO_CLEAN).values(clean_at=due_at))


def ended(tx: Transaction, channel: str, digest: bytes) -> bool:
    here = (conversations.c.channel == channel, conversations.c.address_digest == digest, conversations.c.hidden_at.is_not(None))
    return tx.connection.execute(select(conversations.c.id).where(*here)).first() is not None


def _clean(tx: Transaction, conversation: str, upto: int) -> None:
    tx.connection.execute(update(conversations).where(conversations.c.id == conversation).values(clean_to=upto, clean_at=tx.now))


def _cleaning(tx: Transaction, row: Row) -> Cleaning:
    to_do = (
        messages.c.conversation_id == row.id,
        messages.c.id <= row.clean_to,
        messages.c.id > (row.cleaned_to or 0),
        messages.c.created_at > tx.now - _WITHIN,
    )
    sides = or_(messages.c.direction == "in", messages.c.platform_id.is_not(None), messages.c.state == "sending")
    found = tx.connection.execute(select(messages).where(*to_do, sides).order_by(messages.c.id)).all()
    ids = dict.fromkeys(id for id in (_platform_id(tx, one) for one in found) if id is not None)
    return Cleaning(
        conversation=row.id,
        channel=row.channel,
        recipient=tx.sealer.unseal_text(row.address, context=address_context(row.id)),
        messages=tuple(ids),
        upto=row.clean_to,
        pending=any(one.direction == "out" and one.state == "sending" for one in found),
    )


def _platform_id(tx: Transaction, row: Row) -> str | None:
    try:
        if row.direction == "out":
            return tx.sealer.unseal_text(row.platform_id, context=outbox.platform_context(row.id)) if row.platform_id else None
        body: dict[str, Any] = tx.sealer.unseal_json(row.body, context=body_context(row.conversation_id))
    except SealError:  # one that cannot be opened must not keep the others on her screen
        return None
    return body.get("platform_id")
