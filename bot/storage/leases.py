"""Who works on a conversation: leases taken by compare-and-set, and the search for work nobody does.

Here as in all that every turn needs, a statement is built once and filled in by name: building takes three times as long as running it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, update

from bot.storage.tables import RECEIVED, UNSENT, conversations, messages
from bot.storage.transaction import Transaction

TURN = (conversations.c.turn_owner, conversations.c.turn_until)
SEND = (conversations.c.send_owner, conversations.c.send_until)


def claim(tx: Transaction, lease: tuple[Any, Any], conversation: str, owner: str, seconds: float) -> bool:
    """False while a lease is live, the owner's own too: one worker runs many turns at once."""
    values = {"at": tx.now, "place": conversation, "who": owner, "until": tx.now + seconds}
    return bool(tx.connection.execute(_claim(lease), values).rowcount == 1)


def renew(tx: Transaction, lease: tuple[Any, Any], conversation: str, owner: str, seconds: float) -> bool:
    """False where it went to another. Until the end of the transaction nobody can queue replies here or take the lease."""
    return bool(tx.connection.execute(_renew(lease), {"place": conversation, "who": owner, "until": tx.now + seconds}).rowcount == 1)


def release(tx: Transaction, lease: tuple[Any, Any], conversation: str, owner: str) -> None:
    tx.connection.execute(_release(lease), {"place": conversation, "who": owner})


def release_turns(tx: Transaction, conversation: str, owner: str) -> bool:
    """Whether a message waits: one that came between the worker's last look and this release found the lease still taken."""
    release(tx, TURN, conversation, owner)
    return bool(tx.connection.execute(_waits(), {"place": conversation}).scalar())


def release_sending(tx: Transaction, conversation: str, owner: str) -> bool:
    """Whether the oldest unsent reply is due."""
    release(tx, SEND, conversation, owner)
    at = tx.connection.execute(_due(), {"place": conversation}).scalar()
    return at is not None and bool(at <= tx.now)


def release_all(tx: Transaction, owner: str) -> None:
    for lease in (TURN, SEND):
        tx.connection.execute(update(conversations).where(lease[0] == owner).values({lease[0]: None, lease[1]: None}))


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


def unsent(tx: Transaction, seconds: float) -> int:
    """How many replies have waited longer to be sent."""
    late = (UNSENT, messages.c.created_at < tx.now - seconds)
    return int(tx.connection.execute(select(func.count()).select_from(messages).where(*late)).scalar_one())


@cache
def _claim(lease: tuple[Any, Any]) -> Any:
    free = or_(lease[0].is_(None), lease[1] <= bindparam("at"))
    change = {lease[0]: bindparam("who"), lease[1]: bindparam("until")}
    return update(conversations).where(conversations.c.id == bindparam("place"), free).values(change)


@cache
def _renew(lease: tuple[Any, Any]) -> Any:
    ours = (conversations.c.id == bindparam("place"), lease[0] == bindparam("who"))
    return update(conversations).where(*ours).values({lease[1]: bindparam("until")})


@cache
def _release(lease: tuple[Any, Any]) -> Any:
    ours = (conversations.c.id == bindparam("place"), lease[0] == bindparam("who"))
    return update(conversations).where(*ours).values({lease[0]: None, lease[1]: None})


@cache
def _waits() -> Any:
    return select(exists().where(messages.c.conversation_id == bindparam("place"), RECEIVED))


@cache
def _due() -> Any:
    return select(messages.c.due_at).where(messages.c.conversation_id == bindparam("place"), UNSENT).order_by(messages.c.id).limit(1)
