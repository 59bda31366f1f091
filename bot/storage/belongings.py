"""What is kept for her beside the conversation: payments, pictures and papers. All of it sealed, and gone with her."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, insert, or_, select, update

from bot.model import Outcome, Paper, Payment, Picture
from bot.storage.money_tables import media, papers, payments
from bot.storage.tables import conversations, messages
from bot.storage.transaction import Transaction

PAPER_LIFE = 7 * 24 * 3600.0  # seconds in which a paper can be fetched


def keep(tx: Transaction, person: int, outcome: Outcome, message: int) -> None:
    """What a turn brought, in its transaction."""
    if outcome.picture is not None:
        keep_picture(tx, person, outcome.picture, message)
    for payment in outcome.payments:
        tx.connection.execute(delete(payments).where(payments.c.id == payment.id, payments.c.person_id == person))
        body = tx.sealer.seal({**asdict(payment), "id": ""}, context=f"payments.body:{payment.id}")
        values = {"id": payment.id, "person_id": person, "body": body, "media_id": _hers(tx, person, payment.picture), "created_at": tx.now}
        tx.connection.execute(insert(payments), values)
    if outcome.unpaid:
        tx.connection.execute(delete(payments).where(payments.c.person_id == person, payments.c.id.in_(outcome.unpaid)))
    if outcome.papers:
        tidy(tx)
    for paper in outcome.papers:
        body = tx.sealer.seal(paper.body, context=f"papers.body:{paper.id}")
        values = {"id": paper.id, "person_id": person, "name": paper.name, "body": body}
        tx.connection.execute(insert(papers), {**values, "created_at": tx.now, "expires_at": tx.now + PAPER_LIFE})


def expired(tx: Transaction) -> bool:
    return tx.connection.execute(select(papers.c.id).where(papers.c.expires_at <= tx.now).limit(1)).first() is not None


def tidy(tx: Transaction) -> None:
    """Deletes papers whose time is over."""
    tx.connection.execute(delete(papers).where(papers.c.expires_at <= tx.now))


def payments_of(tx: Transaction, conversation: str) -> list[Payment]:
    """The oldest day first; those without one last."""
    query = select(payments).join(conversations, conversations.c.person_id == payments.c.person_id)
    rows = tx.connection.execute(query.where(conversations.c.id == conversation).order_by(payments.c.created_at))
    found = [
        Payment(**{**tx.sealer.unseal_json(row.body, context=f"payments.body:{row.id}"), "id": row.id, "picture": row.media_id})
        for row in rows
    ]
    return sorted(found, key=lambda payment: payment.day or "9")


def paper(tx: Transaction, id: str, conversation: str) -> Paper | None:
    """None where it is another's, expired or deleted."""
    query = select(papers).join(conversations, conversations.c.person_id == papers.c.person_id)
    row = tx.connection.execute(query.where(papers.c.id == id, conversations.c.id == conversation, papers.c.expires_at > tx.now)).first()
    return None if row is None else Paper(id=row.id, name=row.name, body=tx.sealer.unseal(row.body, context=f"papers.body:{row.id}"))


def picture_of(tx: Transaction, message: int) -> Picture | None:
    """The picture that came with a message, for who may see the message."""
    row = tx.connection.execute(select(media).where(media.c.message_id == message)).first()
    return None if row is None else Picture(id=row.id, kind=row.kind, body=tx.sealer.unseal(row.body, context=f"media.body:{row.id}"))


def move(tx: Transaction, left: int, owner: int) -> None:
    """Two persons turn out to be one."""
    for table in (media, payments, papers):
        tx.connection.execute(update(table).where(table.c.person_id == left).values(person_id=owner))


def remove(tx: Transaction, person: int, kept: set[str]) -> None:
    """All of hers, but the pictures in the conversations that a counsellor still needs."""
    for table in (payments, papers):
        tx.connection.execute(delete(table).where(table.c.person_id == person))
    hers = [media.c.person_id == person]
    if kept:
        needed = select(messages.c.id).where(messages.c.conversation_id.in_(kept))
        hers.append(or_(media.c.message_id.is_(None), media.c.message_id.not_in(needed)))
    tx.connection.execute(delete(media).where(*hers))


def keep_picture(tx: Transaction, person: int, picture: Picture, message: int) -> None:
    body = tx.sealer.seal(picture.body, context=f"media.body:{picture.id}")
    values = {"id": picture.id, "person_id": person, "message_id": message, "kind": picture.kind, "body": body}
    tx.connection.execute(insert(media), {**values, "size": len(picture.body), "created_at": tx.now})


def _hers(tx: Transaction, person: int, picture: str | None) -> str | None:
    """Only a picture of her own can belong to her payment."""
    if picture is None:
        return None
    found = tx.connection.execute(select(media.c.id).where(media.c.id == picture, media.c.person_id == person)).scalar()
    return None if found is None else str(found)
