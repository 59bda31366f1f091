"""Who works on a conversation: leases taken by compare-and-set, and the search for work nobody does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, func, or_, select, update

from bot.storage.tables import RECEIVED, UNSENT, conversations, messages
from bot.storage.transaction import Transaction

TURN = (conversations.c.turn_owner, conversations.c.turn_until)
SEND = (conversations.c.send_owner, conversations.c.send_until)


def claim(tx: Transaction, lease: tuple[Any, Any], conversation: str, owner: str, seconds: float) -> bool:
    """False while a lease is live, the owner's own too: one worker runs many turns at once."""
    change = {lease[0]: owner, lease[1]: tx.now + seconds}
    done = tx.connection.execute(update(conversations).where(conversations.c.id == conversation, _free(tx, lease)).values(change))
    return bool(done.rowcount == 1)


def release_turns(tx: Transaction, conversation: str, owner: str) -> bool:
    """Whether a message waits: one that came between the worker's last look and this release found the lease still taken."""
    _release(tx, TURN, conversations.c.id == conversation, TURN[0] == owner)
    return bool(tx.connection.execute(select(exists().where(messages.c.conversation_id == conversation, RECEIVED))).scalar())


def release_sending(tx: Transaction, conversation: str, owner: str) -> bool:
    """Whether the oldest unsent reply is due."""
    _release(tx, SEND, conversations.c.id == conversation, SEND[0] == owner)
    head = select(messages.c.due_at).where(messages.c.conversation_id == conversation, UNSENT).order_by(messages.c.id).limit(1)
    at = tx.connection.execute(head).scalar()
    return at is not None and bool(at <= tx.now)


def release_all(tx: Transaction, owner: str) -> None:
    for lease in (TURN, SEND):
        _release(tx, lease, lease[0] == owner)


def work(tx: Transaction, now: float, limit: int) -> tuple[list[str], list[str]]:
    return turns(tx, now, limit), sends(tx, now, limit)


def turns(tx: Transaction, now: float, limit: int) -> list[str]:
    """Conversations with an unanswered message that nobody works on, longest waiting first."""
    query = (
        select(messages.c.conversation_id)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(RECEIVED, or_(TURN[0].is_(None), TURN[1] <= now))
        .group_by(messages.c.conversation_id)
        .order_by(func.min(messages.c.id))
        .limit(limit)
    )
    return list(tx.connection.execute(query).scalars())


def sends(tx: Transaction, now: float, limit: int) -> list[str]:
    """Conversations whose oldest unsent reply is due and that nobody sends for, longest due first."""
    head = select(func.min(messages.c.id).label("id")).where(UNSENT).group_by(messages.c.conversation_id).subquery()
    query = (
        select(messages.c.conversation_id)
        .join(head, head.c.id == messages.c.id)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.due_at <= now, or_(SEND[0].is_(None), SEND[1] <= now))
        .order_by(messages.c.due_at, messages.c.id)
        .limit(limit)
    )
    return list(tx.connection.execute(query).scalars())


def counts(tx: Transaction) -> dict[str, float]:
    """received: unanswered; queued: unsent; oldest_seconds: age of the oldest unanswered, 0 when there is none."""
    received = select(func.count(), func.min(messages.c.created_at)).where(RECEIVED)
    number, oldest = tx.connection.execute(received).one()
    queued = tx.connection.execute(select(func.count()).select_from(messages).where(UNSENT)).scalar_one()
    return {"received": number, "queued": queued, "oldest_seconds": max(0.0, tx.now - oldest) if number else 0.0}


def _free(tx: Transaction, lease: tuple[Any, Any]) -> Any:
    return or_(lease[0].is_(None), lease[1] <= tx.now)


def _release(tx: Transaction, lease: tuple[Any, Any], *which: Any) -> None:
    tx.connection.execute(update(conversations).where(*which).values({lease[0]: None, lease[1]: None}))
