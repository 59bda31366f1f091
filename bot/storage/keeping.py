"""Files of hers that are to be fetched, and those that were."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from bot.errors import NoSuchCase
from bot.keeping import KEPT, Wanted
from bot.model import Kind, Outcome, Picture, Turn
from bot.storage import belongings
from bot.storage.care_tables import media_jobs
from bot.storage.inbox import body_context
from bot.storage.money_tables import media
from bot.storage.tables import cases, conversations, messages
from bot.storage.transaction import Transaction


def want(tx: Transaction, turn: Turn, outcome: Outcome) -> None:
    """In the transaction that answers the message. What the turn itself has fetched is not fetched again."""
    inbound = turn.inbound
    if inbound.kind is not Kind.MEDIA or inbound.media not in KEPT or not inbound.media_ref or outcome.picture is not None:
        return
    values = {"message_id": turn.message, "state": "waiting", "attempts": 0, "due_at": tx.now, "refusal": None}
    tx.connection.execute(insert(media_jobs), values)


def waits(tx: Transaction) -> bool:
    due = select(media_jobs.c.message_id).where(media_jobs.c.due_at <= tx.now, media_jobs.c.state == "waiting").limit(1)
    return tx.connection.execute(due).first() is not None


def take(tx: Transaction, seconds: float, limit: int) -> list[Wanted]:
    """Nobody else gets them for so many seconds."""
    due = (media_jobs.c.due_at <= tx.now, media_jobs.c.state == "waiting")
    columns = (media_jobs.c.message_id, media_jobs.c.attempts, messages.c.body, messages.c.conversation_id, conversations.c.channel)
    joined = media_jobs.join(messages, messages.c.id == media_jobs.c.message_id)
    joined = joined.join(conversations, conversations.c.id == messages.c.conversation_id)
    taken = []
    for row in tx.connection.execute(select(*columns).select_from(joined).where(*due).order_by(media_jobs.c.due_at).limit(limit)).all():
        ours = (media_jobs.c.message_id == row.message_id, *due)
        change = update(media_jobs).where(*ours).values(due_at=tx.now + seconds, attempts=row.attempts + 1)
        if tx.connection.execute(change).rowcount:
            body: dict[str, Any] = tx.sealer.unseal_json(row.body, context=body_context(row.conversation_id))
            taken.append(_wanted(row, body))
    return taken


def keep(tx: Transaction, message: int, file: Picture) -> None:
    """Unless she was forgotten meanwhile."""
    found = select(conversations.c.person_id).join(messages, messages.c.conversation_id == conversations.c.id)
    person = tx.connection.execute(found.where(messages.c.id == message)).scalar()
    if person is not None and tx.connection.execute(delete(media_jobs).where(media_jobs.c.message_id == message)).rowcount:
        belongings.keep_picture(tx, person, file, message)


def later(tx: Transaction, message: int, due_at: float) -> None:
    tx.connection.execute(update(media_jobs).where(media_jobs.c.message_id == message).values(due_at=due_at))


def failed(tx: Transaction, message: int, reason: str) -> None:
    tx.connection.execute(update(media_jobs).where(media_jobs.c.message_id == message).values(state="failed", refusal=reason))


def files(tx: Transaction, ids: list[int]) -> dict[int, str]:
    """Of these messages, what became of the file that came with them: its kind, or waiting, or failed."""
    if not ids:
        return {}
    found = {row.message_id: row.state for row in tx.connection.execute(select(media_jobs).where(media_jobs.c.message_id.in_(ids)))}
    kept = select(media.c.message_id, media.c.kind).where(media.c.message_id.in_(ids))
    return {**found, **{row.message_id: row.kind for row in tx.connection.execute(kept)}}


def of_case(tx: Transaction, case: str, message: int) -> Picture:
    """Raises NoSuchCase unless the message is of her whose case it is."""
    hers = messages.join(conversations, conversations.c.id == messages.c.conversation_id)
    hers = hers.join(cases, cases.c.person_id == conversations.c.person_id)
    known = tx.connection.execute(select(messages.c.id).select_from(hers).where(cases.c.id == case, messages.c.id == message)).first()
    found = belongings.picture_of(tx, message) if known else None
    if found is None:
        raise NoSuchCase
    return found


def _wanted(row: Any, body: dict[str, Any]) -> Wanted:
    return Wanted(
        message=row.message_id, channel=row.channel, media=str(body["media"]), reference=str(body["media_ref"]), attempts=row.attempts
    )  # fmt: skip
