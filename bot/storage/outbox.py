"""Outbound: replies are queued with the turn that makes them, and leave strictly in order."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.engine import Row

from bot.handoff import Holder
from bot.model import Button, Outgoing, Reply
from bot.storage import belongings, leases
from bot.storage.inbox import address_context, body_context, moment
from bot.storage.tables import UNSENT, conversations, messages
from bot.storage.transaction import Transaction

WITHDRAWN = "withdrawn"  # the state, and while it is being sent the mark, of what must not be tried again: a human is there


def queue(
    tx: Transaction,
    place: Row,
    replies: tuple[Reply, ...],
    *,
    reachable: bool,
    author: str = "bot",
    reply_to: int | None = None,
    staff: str | None = None,
) -> list[Outgoing]:
    """Stores replies in order; refused at once where she cannot be reached. `place` is her locked conversation row."""
    if not replies:
        return []
    fate = {"state": "queued", "due_at": tx.now} if reachable else {"state": "refused", "refusal": "unreachable", "done_at": tx.now}
    rows = [
        {
            "conversation_id": place.id,
            "direction": "out",
            "author": author,
            "staff_id": staff,
            "kind": "reply",
            "body": tx.sealer.seal(_body(reply), context=body_context(place.id)),
            "reply_to": reply_to,
            "position": position,
            "attempts": 0,
            "created_at": tx.now,
            **fate,
        }
        for position, reply in enumerate(replies)
    ]
    ids = _insert(tx, place.id, rows)
    return [_outgoing(tx, place, message, 0, reply, author) for message, reply in zip(ids, replies, strict=True)] if reachable else []


def add(tx: Transaction, conversation: str, replies: tuple[Reply, ...], author: str) -> list[Outgoing]:
    place = lock(tx, conversation)
    return [] if place is None else queue(tx, place, replies, reachable=place.reachable, author=author)


def next_outgoing(tx: Transaction, conversation: str) -> Outgoing | None:
    """The oldest unsent reply, marked as being sent; None when there is none or it is not due.

    One found marked already lost its sender in the middle of the call: given again, better twice than never.
    """
    row = tx.connection.execute(_head(), {"place": conversation}).first()
    while row is not None and _overtaken(row):
        tx.connection.execute(update(messages).where(messages.c.id == row.message, UNSENT).values(_withdrawn(tx)))
        row = tx.connection.execute(_head(), {"place": conversation}).first()
    if row is None or row.due_at > tx.now:
        return None
    if not tx.connection.execute(_sending(), {"message": row.message, "at": tx.now}).rowcount:
        return None
    reply = reply_of(tx.sealer.unseal_json(row.body, context=body_context(conversation)))
    return _outgoing(tx, row, row.message, row.attempts, reply, row.author)


def take(tx: Transaction, conversation: str, owner: str, seconds: float) -> Outgoing | None:
    """With the sending lease, unless it is another's or nothing is due."""
    return _or_release(tx, conversation, owner) if leases.claim(tx, leases.SEND, conversation, owner, seconds) else None


def go_on(tx: Transaction, conversation: str, owner: str, seconds: float) -> Outgoing | None:
    """As `take`, by who holds the lease. Renewed before the look: a reply queued meanwhile is seen, or can be taken by who queued it."""
    return _or_release(tx, conversation, owner) if leases.renew(tx, leases.SEND, conversation, owner, seconds) else None


def _or_release(tx: Transaction, conversation: str, owner: str) -> Outgoing | None:
    found = next_outgoing(tx, conversation)
    if found is None:
        leases.release(tx, leases.SEND, conversation, owner)
    return found


def sent(tx: Transaction, message: int, platform_id: str | None) -> None:
    """True whatever the row was called meanwhile, so it is not bound to a state."""
    sealed = None if platform_id is None else tx.sealer.seal(platform_id, context=platform_context(message))
    tx.connection.execute(_sent(), {"message": message, "called": sealed, "at": tx.now})


def retry(tx: Transaction, message: int, due_at: float) -> None:
    """Only an unsent one: a sender that lost its lease must not queue again what its successor has sent."""
    unsent = (messages.c.id == message, UNSENT)
    tx.connection.execute(update(messages).where(*unsent, messages.c.refusal == WITHDRAWN).values(_withdrawn(tx)))
    tx.connection.execute(update(messages).where(*unsent).values(state="queued", due_at=due_at))


def refuse(tx: Transaction, message: int, reason: str) -> None:
    tx.connection.execute(update(messages).where(messages.c.id == message, UNSENT).values(_refused(tx, reason)))


def unreachable(tx: Transaction, conversation: str) -> None:
    """Gives up what is queued, and sends nothing until she writes; unless she wrote after the failed call had begun."""
    place = lock(tx, conversation)
    if place is None:
        return
    unsent = [messages.c.conversation_id == conversation, UNSENT]
    begun = tx.connection.execute(select(messages.c.id, messages.c.due_at).where(*unsent, messages.c.state == "sending")).first()
    if begun is not None and place.last_inbound_at > begun.due_at:
        unsent.append(messages.c.id <= begun.id)
    else:
        tx.connection.execute(update(conversations).where(conversations.c.id == conversation).values(reachable=False))
    tx.connection.execute(update(messages).where(and_(*unsent)).values(_refused(tx, "unreachable")))


def refuse_all(tx: Transaction, conversation: str) -> None:
    tx.connection.execute(update(messages).where(messages.c.conversation_id == conversation, UNSENT).values(_refused(tx, "unreachable")))


def lock(tx: Transaction, conversation: str) -> Row | None:
    """Her conversation row, held to the end of the transaction."""
    return tx.connection.execute(_locked(), {"place": conversation}).first()


def platform_context(message: int) -> str:
    return f"messages.platform_id:{message}"


def reply_of(body: dict[str, Any]) -> Reply:
    buttons = tuple(Button(title=title, payload=payload) for title, payload in body["buttons"])
    return Reply(text=body["text"], buttons=buttons, file=body.get("file"), lasting=bool(body.get("lasting")))


def _body(reply: Reply) -> dict[str, Any]:
    more = {**({"lasting": True} if reply.lasting else {}), **({"file": reply.file} if reply.file else {})}
    return {"text": reply.text, "buttons": [[button.title, button.payload] for button in reply.buttons], **more}


def _insert(tx: Transaction, conversation: str, rows: list[dict[str, Any]]) -> list[int]:
    """The ids in order. Nobody else adds to the conversation meanwhile: its row is locked."""
    if len(rows) == 1:
        return [int(tx.connection.execute(_insertion(), rows[0]).inserted_primary_key[0])]
    tx.connection.execute(_insertion(), rows)
    query = select(messages.c.id).where(messages.c.conversation_id == conversation).order_by(messages.c.id.desc()).limit(len(rows))
    return sorted(tx.connection.execute(query).scalars())


def _overtaken(row: Row) -> bool:
    """No word of the bot's while a human holds the conversation, whoever queued it and when; nor what she was marked to be spared."""
    return bool(row.refusal == WITHDRAWN or (row.author == "bot" and row.holder == Holder.COUNSELLOR.value))


def _withdrawn(tx: Transaction) -> dict[str, Any]:
    return {"state": WITHDRAWN, "refusal": WITHDRAWN, "due_at": None, "done_at": tx.now}


def _refused(tx: Transaction, reason: str) -> dict[str, Any]:
    return {"state": "refused", "refusal": reason, "due_at": None, "done_at": tx.now}


@cache
def _insertion() -> Any:
    return insert(messages)


@cache
def _locked() -> Any:
    return select(conversations).where(conversations.c.id == bindparam("place")).with_for_update()


@cache
def _sending() -> Any:
    values = {"state": "sending", "due_at": bindparam("at"), "attempts": messages.c.attempts + 1}
    return update(messages).where(messages.c.id == bindparam("message"), UNSENT).values(values)


@cache
def _sent() -> Any:
    values = {"state": "sent", "platform_id": bindparam("called"), "refusal": None, "due_at": None, "done_at": bindparam("at")}
    return update(messages).where(messages.c.id == bindparam("message"), messages.c.direction == "out").values(values)


@cache
def _head() -> Any:
    return (
        select(
            messages.c.id.label("message"),
            messages.c.body,
            messages.c.attempts,
            messages.c.due_at,
            messages.c.author,
            messages.c.refusal,
            conversations.c.holder,
            conversations.c.id,
            conversations.c.channel,
            conversations.c.address,
            conversations.c.last_inbound_at,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.conversation_id == bindparam("place"), UNSENT)
        .order_by(messages.c.id)
        .limit(1)
    )


def _outgoing(tx: Transaction, place: Row, message: int, attempts: int, reply: Reply, author: str) -> Outgoing:
    return Outgoing(
        message=message,
        conversation=place.id,
        channel=place.channel,
        recipient=tx.sealer.unseal_text(place.address, context=address_context(place.id)),
        reply=reply,
        attempts=attempts,
        last_inbound_at=moment(place.last_inbound_at),
        attachment=belongings.paper(tx, reply.file, place.id) if reply.file else None,
        by_counsellor=author == "counsellor",
    )
