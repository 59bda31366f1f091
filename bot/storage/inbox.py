"""Inbound: stored before it is acknowledged, each once; and the next one that waits for its answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from bot.model import Inbound, Kind, Received, State, Turn
from bot.storage import people as persons
from bot.storage.tables import INBOUND, OPEN, RECEIVED, cases, conversations, messages, people
from bot.storage.transaction import Crossed, Transaction, token

_RECENT = 60.0  # seconds


def receive(tx: Transaction, events: list[Inbound]) -> list[Received]:
    """Stores each event once, in the order given. Conversations stay locked to the end, so their ids grow as they become visible."""
    digests = [_event_digest(tx, event) for event in events]
    places = _conversations(tx, {(event.channel, event.sender) for event in events})
    known = _known(tx, digests)
    received = []
    for event, digest in zip(events, digests, strict=True):
        conversation = places[event.channel, event.sender]
        new = digest not in known
        if new:
            known[digest] = _store(tx, conversation, event, digest)
        received.append(Received(conversation=conversation, message=known[digest], new=new))
    _touch(tx, [(r.conversation, event.kind) for r, event in zip(received, events, strict=True) if r.new])
    return received


def next_turn(tx: Transaction, conversation: str) -> Turn | None:
    """The oldest message that waits. Each call counts as one attempt at it, so that one that kills the process is noticed."""
    row = tx.connection.execute(_waiting(conversation)).first()
    if row is None:
        return None
    tx.connection.execute(update(messages).where(messages.c.id == row.id).values(attempts=messages.c.attempts + 1))
    body = tx.sealer.unseal_json(row.body, context=body_context(conversation))
    sender = tx.sealer.unseal_text(row.address, context=address_context(conversation))
    return Turn(
        message=row.id,
        conversation=conversation,
        inbound=Inbound(channel=row.channel, sender=sender, kind=Kind(row.kind), **body),
        state=persons.state_of(tx, row),
        received_at=moment(row.created_at),
        recent=_recent(tx, conversation, row),
        held=row.holder != "bot",
        case=persons.level_of(row.case_level or 0),
        failures=row.attempts,
    )


def state(tx: Transaction, conversation: str) -> State:
    """What is remembered of her; of one unknown, nothing."""
    query = select(*persons.COLUMNS).join(conversations, conversations.c.person_id == people.c.id).where(conversations.c.id == conversation)
    row = tx.connection.execute(query).first()
    return State() if row is None else persons.state_of(tx, row)


def conversation_of(tx: Transaction, channel: str, address: str) -> str | None:
    query = select(conversations.c.id).where(
        conversations.c.channel == channel, conversations.c.address_digest == _address_digest(tx, channel, address)
    )
    found = tx.connection.execute(query).scalar()
    return None if found is None else str(found)


def body_context(conversation: str) -> str:
    return f"messages.body:{conversation}"


def address_context(conversation: str) -> str:
    return f"conversations.address:{conversation}"


def moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, timezone.utc)


def _conversations(tx: Transaction, senders: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Locks the conversation of each (channel, sender); makes the missing ones."""
    digests = {_address_digest(tx, channel, sender): (channel, sender) for channel, sender in senders}
    query = (
        select(conversations.c.id, conversations.c.address_digest)
        .where(conversations.c.channel.in_({channel for channel, _ in senders}), conversations.c.address_digest.in_(list(digests)))
        .order_by(conversations.c.id)
        .with_for_update()
    )
    found = {digests[row.address_digest]: row.id for row in tx.connection.execute(query)}
    for digest in sorted(digests):
        if digests[digest] not in found:
            found[digests[digest]] = _create(tx, *digests[digest], digest)
    return found


def _create(tx: Transaction, channel: str, sender: str, digest: bytes) -> str:
    # Another gateway may be storing her first message too: who comes second waits at the unique key, then takes the first one's.
    person, conversation = persons.create(tx), token()
    values = {
        "id": conversation,
        "person_id": person,
        "channel": channel,
        "address_digest": digest,
        "address": tx.sealer.seal(sender, context=address_context(conversation)),
        "reachable": True,
        "last_inbound_at": tx.now,
        "holder": "bot",
        "wrong_codes": 0,
        "wrong_codes_since": 0.0,
        "created_at": tx.now,
    }
    if tx.connection.execute(_insert_once(tx), values).rowcount:
        return conversation
    tx.connection.execute(delete(people).where(people.c.id == person))
    query = select(conversations.c.id).where(conversations.c.channel == channel, conversations.c.address_digest == digest)
    theirs = tx.connection.execute(query.with_for_update()).scalar()
    if theirs is None:
        raise Crossed  # made by the other, and forgotten since
    return str(theirs)


def _insert_once(tx: Transaction) -> Any:
    upsert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
    return upsert(conversations).on_conflict_do_nothing(index_elements=["channel", "address_digest"])


def _known(tx: Transaction, digests: list[bytes]) -> dict[bytes, int]:
    query = select(messages.c.external_digest, messages.c.id).where(messages.c.external_digest.in_(digests))
    return {row.external_digest: row.id for row in tx.connection.execute(query)}


def body_of(event: Inbound) -> dict[str, str | None]:
    """What is sealed of an event."""
    fields = ("external_id", "text", "payload", "media", "media_ref")
    return {name: getattr(event, name) for name in fields}


def _store(tx: Transaction, conversation: str, event: Inbound, digest: bytes) -> int:
    values = {
        "conversation_id": conversation,
        "direction": "in",
        "author": "person",
        "kind": event.kind.value,
        "body": tx.sealer.seal(body_of(event), context=body_context(conversation)),
        "external_digest": digest,
        "state": "received",
        "attempts": 0,
        "created_at": tx.now,
    }
    return int(tx.connection.execute(insert(messages), values).inserted_primary_key[0])


def _touch(tx: Transaction, new: Iterable[tuple[str, Kind]]) -> None:
    """Only what is new says that she is there: a late second delivery must not open Messenger's 24-hour window again."""
    changes: dict[str, dict[str, Any]] = {}
    for conversation, kind in new:
        change = changes.setdefault(conversation, {})
        change.update({"reachable": False} if kind is Kind.LEFT else {"reachable": True, "last_inbound_at": tx.now})
    for conversation in sorted(changes):
        tx.connection.execute(update(conversations).where(conversations.c.id == conversation).values(changes[conversation]))


def _waiting(conversation: str) -> Any:
    return (
        select(
            messages.c.id,
            messages.c.kind,
            messages.c.body,
            messages.c.attempts,
            messages.c.created_at,
            conversations.c.channel,
            conversations.c.address,
            conversations.c.holder,
            select(cases.c.level).where(cases.c.person_id == people.c.id, OPEN).limit(1).scalar_subquery().label("case_level"),
            *persons.COLUMNS,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(people, people.c.id == conversations.c.person_id)
        .where(messages.c.conversation_id == conversation, RECEIVED)
        .order_by(messages.c.id)
        .limit(1)
    )


def _recent(tx: Transaction, conversation: str, row: Row) -> int:
    """Counts back from when this one came, not from now: after an outage the first of many must still be answered."""
    query = select(func.count()).where(
        and_(
            messages.c.conversation_id == conversation,
            INBOUND,
            messages.c.created_at > row.created_at - _RECENT,
            messages.c.created_at <= row.created_at,
            messages.c.id <= row.id,
        )
    )
    return int(tx.connection.execute(query).scalar_one())


def _event_digest(tx: Transaction, event: Inbound) -> bytes:
    return tx.sealer.digest("event", event.channel, event.sender, event.external_id)


def _address_digest(tx: Transaction, channel: str, address: str) -> bytes:
    return tx.sealer.digest("address", channel, address)
