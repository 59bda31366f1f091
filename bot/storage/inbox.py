"""Inbound: stored before it is acknowledged, each once; and the next one that waits for its answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.sql import literal_column

from bot.handoff import Holder
from bot.model import Inbound, Kind, Received, State, Turn
from bot.storage import leases
from bot.storage import people as persons
from bot.storage.sealing import Sealer
from bot.storage.tables import OPEN, RECEIVED, cases, conversations, messages, people
from bot.storage.transaction import Crossed, Transaction, token

_RECENT = 60.0  # seconds
_BEFORE, _BEFORE_SECONDS = 3, 1800.0  # earlier messages that are read for danger together with the new one, and how old they may be
_URGENT = 2  # from this level on somebody acted on a message: it is not read again


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


def waiting(tx: Transaction, conversation: str) -> Row | None:
    """The oldest message that waits, for `turn_of`. Each call counts as an attempt at it, so that one that kills the process is noticed."""
    row = tx.connection.execute(_waiting(), {"place": conversation}).first()
    if row is not None:
        tx.connection.execute(_attempted(), {"message": row.id})
    return row


def take(tx: Transaction, conversation: str, owner: str, seconds: float) -> Row | None:
    """`waiting` under the turn lease, unless it is another's or nothing waits."""
    if not leases.claim(tx, leases.TURN, conversation, owner, seconds):
        return None
    row = waiting(tx, conversation)
    if row is None:
        leases.release(tx, leases.TURN, conversation, owner)
    return row


def turn_of(sealer: Sealer, row: Row) -> Turn:
    """Opened after the attempt is on record: a message that cannot be opened must count as one too."""
    conversation = row.conversation_id
    body = sealer.unseal_json(row.body, context=body_context(conversation))
    sender = sealer.unseal_text(row.address, context=address_context(conversation))
    return Turn(
        message=row.id,
        conversation=conversation,
        inbound=Inbound(channel=row.channel, sender=sender, kind=Kind(row.kind), **body),
        state=persons.state_of(sealer, row),
        received_at=moment(row.created_at),
        recent=row.recent,
        held=row.holder == Holder.COUNSELLOR.value,
        fixed=row.holder == Holder.QUEUE.value,
        hidden=row.hidden_at is not None,
        case=persons.level_of(row.case_level or 0),
        category=row.case_category,
        failures=row.attempts,
        before=tuple(sealer.unseal_json(body, context=body_context(conversation))["text"] for body in _before(row)),
    )


def state(tx: Transaction, conversation: str) -> State:
    """What is remembered of her; of one unknown, nothing."""
    query = select(*persons.COLUMNS).join(conversations, conversations.c.person_id == people.c.id).where(conversations.c.id == conversation)
    row = tx.connection.execute(query).first()
    return State() if row is None else persons.state_of(tx.sealer, row)


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
    values = {"channels": list({channel for channel, _ in senders}), "digests": list(digests)}
    found = {digests[row.address_digest]: row.id for row in tx.connection.execute(_places(), values)}
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
        "holder": Holder.BOT.value,
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
    return {row.external_digest: row.id for row in tx.connection.execute(_stored(), {"digests": digests})}


def body_of(event: Inbound) -> dict[str, str | None]:
    """What is sealed of an event."""
    fields = ("external_id", "text", "payload", "media", "media_ref", "platform_id")
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
    return int(tx.connection.execute(_insert(), values).inserted_primary_key[0])


def _touch(tx: Transaction, new: Iterable[tuple[str, Kind]]) -> None:
    """Only what is new says that she is there: a late second delivery must not open Messenger's 24-hour window again."""
    last: dict[str, tuple[bool, bool]] = {}  # whether she can be reached after all these, and whether she wrote among them
    for conversation, kind in new:
        left = kind is Kind.LEFT
        last[conversation] = (not left, not left or last.get(conversation, (False, False))[1])
    for conversation, (reachable, wrote) in sorted(last.items()):
        values = {"place": conversation, "there": reachable, **({"at": tx.now} if wrote else {})}
        tx.connection.execute(_seen(wrote), values)


@cache
def _seen(wrote: bool) -> Any:
    values = {"reachable": bindparam("there"), **({"last_inbound_at": bindparam("at")} if wrote else {})}
    return update(conversations).where(conversations.c.id == bindparam("place")).values(values)


@cache
def _places() -> Any:
    here = (
        conversations.c.channel.in_(bindparam("channels", expanding=True)),
        conversations.c.address_digest.in_(bindparam("digests", expanding=True)),
    )
    return select(conversations.c.id, conversations.c.address_digest).where(*here).order_by(conversations.c.id).with_for_update()


@cache
def _stored() -> Any:
    known = messages.c.external_digest.in_(bindparam("digests", expanding=True))
    return select(messages.c.external_digest, messages.c.id).where(known)


@cache
def _insert() -> Any:
    return insert(messages)


@cache
def _attempted() -> Any:
    return update(messages).where(messages.c.id == bindparam("message")).values(attempts=messages.c.attempts + 1)


@cache
def _waiting() -> Any:
    return (
        select(
            messages.c.id,
            messages.c.conversation_id,
            messages.c.kind,
            messages.c.body,
            messages.c.attempts,
            messages.c.created_at,
            conversations.c.channel,
            conversations.c.address,
            conversations.c.holder,
            conversations.c.hidden_at,
            *(_of_case(column).label(f"case_{column.name}") for column in (cases.c.level, cases.c.category)),
            _recent().label("recent"),
            *(_earlier(back).label(f"before_{back}") for back in range(_BEFORE)),
            *persons.COLUMNS,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(people, people.c.id == conversations.c.person_id)
        .where(messages.c.conversation_id == bindparam("place"), RECEIVED)
        .order_by(messages.c.id)
        .limit(1)
    )


def _of_case(column: Any) -> Any:
    return select(column).where(cases.c.person_id == people.c.id, OPEN).limit(1).scalar_subquery()


def _recent() -> Any:
    """Counts back from when this one came, not from now: after an outage the first of many must still be answered."""
    earlier = messages.alias("earlier")
    near = (
        earlier.c.conversation_id == bindparam("place"),
        earlier.c.direction == literal_column("'in'"),
        earlier.c.created_at > messages.c.created_at - _RECENT,
        earlier.c.created_at <= messages.c.created_at,
        earlier.c.id <= messages.c.id,
    )
    return select(func.count()).select_from(earlier).where(*near).scalar_subquery()


def _before(row: Row) -> list[bytes]:
    return [body for body in (getattr(row, f"before_{back}") for back in reversed(range(_BEFORE))) if body is not None]


def _earlier(back: int) -> Any:
    """The body of a text she sent shortly before this one: the last (0), the one before it (1) …"""
    earlier = messages.alias(f"earlier_{back}")
    near = (
        earlier.c.conversation_id == bindparam("place"),
        earlier.c.direction == literal_column("'in'"),
        earlier.c.kind == literal_column("'text'"),
        earlier.c.created_at > messages.c.created_at - _BEFORE_SECONDS,
        earlier.c.id < messages.c.id,
        func.coalesce(earlier.c.risk_flag, 0) < _URGENT,
    )
    return select(earlier.c.body).where(*near).order_by(earlier.c.id.desc()).limit(1).offset(back).scalar_subquery()


def _event_digest(tx: Transaction, event: Inbound) -> bytes:
    return tx.sealer.digest("event", event.channel, event.sender, event.external_id)


def _address_digest(tx: Transaction, channel: str, address: str) -> bytes:
    return tx.sealer.digest("address", channel, address)
