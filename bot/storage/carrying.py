"""Carrying her place to another channel with a short code, and being forgotten."""

from __future__ import annotations

import secrets
from typing import Literal

from sqlalchemy import and_, delete, exists, insert, not_, or_, select, update
from sqlalchemy.engine import Row

from bot.handoff import Holder
from bot.handoff.events import AskedToDelete
from bot.model import Inbound, Kind, Level
from bot.storage import belongings, casework, outbox
from bot.storage import cases as case_rows
from bot.storage import people as persons
from bot.storage.care_tables import media_jobs
from bot.storage.inbox import body_context, body_of
from bot.storage.tables import INBOUND, codes, conversations, messages, people, trackers
from bot.storage.transaction import Crossed, Transaction

_VALID = 24 * 3600.0  # seconds
_REDELIVERED = 2 * 24 * 3600.0  # seconds in which a platform may deliver an event again
_TRIES, _PER = 5, 3600.0  # wrong codes from one conversation, in seconds


def new_code(tx: Transaction, conversation: str) -> str | None:
    """Eight digits, good once within 24 hours; it replaces her earlier one. None where the conversation is gone."""
    place = outbox.lock(tx, conversation)
    if place is None:
        return None
    _lock_people(tx, place.person_id)
    tx.connection.execute(delete(codes).where(or_(codes.c.person_id == place.person_id, codes.c.expires_at <= tx.now)))
    code, digest = _unused(tx)
    tx.connection.execute(insert(codes), {"digest": digest, "person_id": place.person_id, "expires_at": tx.now + _VALID})
    return code


def keep_code(tx: Transaction, person: int, code: str) -> None:
    """Makes the given code hers, in place of an earlier one."""
    digest = tx.sealer.digest("code", code)
    tx.connection.execute(delete(codes).where(or_(codes.c.person_id == person, codes.c.expires_at <= tx.now, codes.c.digest == digest)))
    tx.connection.execute(insert(codes), {"digest": digest, "person_id": person, "expires_at": tx.now + _VALID})


def redeem(tx: Transaction, conversation: str, code: str) -> Literal["ok", "wrong", "too_many"]:
    """Joins the conversation to the person whose code it is. Asked again after a crash, it says ok again."""
    place = outbox.lock(tx, conversation)
    if place is None:
        return "wrong"
    fresh = tx.now - place.wrong_codes_since < _PER
    if fresh and place.wrong_codes >= _TRIES:
        return "too_many"
    owner = _spend(tx, code)
    if owner is None:
        if _spent_by(tx, place.person_id, code):
            return "ok"
        tries = {"wrong_codes": place.wrong_codes + 1} if fresh else {"wrong_codes": 1, "wrong_codes_since": tx.now}
        tx.connection.execute(update(conversations).where(conversations.c.id == conversation).values(tries))
        return "wrong"
    if owner != place.person_id:
        _join(tx, place, owner)
    return "ok"


def forget(tx: Transaction, conversation: str, *, answering: int | None = None) -> Literal["deleted", "kept"]:
    """Deletes all that is stored of her. While a flagged case is open, what its counsellor needs stays, and no more.

    `answering`: the message that asks for it. An empty conversation with this message, emptied too, then stays for the answer.
    """
    person = tx.connection.execute(select(conversations.c.person_id).where(conversations.c.id == conversation)).scalar()
    if person is None:
        return "deleted"
    ids = _lock_all(tx, person)
    if conversation not in ids:
        raise Crossed
    tx.connection.execute(delete(codes).where(codes.c.person_id == person))
    tx.connection.execute(delete(trackers).where(trackers.c.conversation_id.in_(ids)))
    found = case_rows.open_case(tx, person)
    keep = found[0] if found is not None and found[1].level.flagged else None
    case_rows.remove(tx, person, keep=keep and keep.id)
    kept = _needed(tx, ids, keep) if keep is not None else set()
    belongings.remove(tx, person, kept)
    doomed = [i for i in ids if i not in kept]
    _empty(tx, doomed, conversation, answering)
    emptied = doomed if answering is None else [i for i in doomed if i != conversation]
    tx.connection.execute(delete(conversations).where(conversations.c.id.in_(emptied)))
    if keep is not None:
        casework.happen(tx, keep.id, AskedToDelete())
        return "kept"
    if answering is None:
        tx.connection.execute(delete(people).where(people.c.id == person))
    else:
        persons.reset(tx, person)
    return "deleted"


def _empty(tx: Transaction, doomed: list[str], conversation: str, answering: int | None) -> None:
    """Deletes the messages of the conversations. In one that is being answered stay, empty, the message that asks for it and those of the
    last days (that one delivered again is still known), and untouched what she wrote after it: that waits for its answer.
    """
    gone = [messages.c.conversation_id.in_(doomed)]
    hers_all = select(messages.c.id).where(messages.c.conversation_id.in_(doomed))
    if answering is not None:
        hers = and_(messages.c.conversation_id == conversation, INBOUND)
        recent = and_(hers, messages.c.id <= answering, messages.c.created_at > tx.now - _REDELIVERED)
        blank = {"body": _nothing(tx, conversation), "risk_flag": None, "risk_ask": None, "risk_category": None, "risk_reasons": None}
        tx.connection.execute(update(messages).where(recent, messages.c.conversation_id.in_(doomed)).values(blank))
        earlier = and_(recent, messages.c.id != answering)
        tx.connection.execute(update(messages).where(earlier, messages.c.conversation_id.in_(doomed)).values(state="superseded"))
        gone.append(not_(or_(recent, and_(hers, messages.c.id > answering))))
    tx.connection.execute(delete(media_jobs).where(media_jobs.c.message_id.in_(hers_all)))
    tx.connection.execute(delete(messages).where(*gone, messages.c.reply_to.is_not(None)))  # replies before what they answer
    tx.connection.execute(delete(messages).where(*gone))


def _nothing(tx: Transaction, conversation: str) -> bytes:
    empty = Inbound(channel="", external_id="", sender="", kind=Kind.TEXT)
    return tx.sealer.seal(body_of(empty), context=body_context(conversation))


def _needed(tx: Transaction, ids: list[str], case: Row) -> set[str]:
    """The conversation of the case, and those in which she told of danger."""
    flagged = select(messages.c.conversation_id).where(messages.c.conversation_id.in_(ids), messages.c.risk_flag >= Level.URGENT.rank)
    return {case.conversation_id, *tx.connection.execute(flagged.distinct()).scalars()}


def _spend(tx: Transaction, code: str) -> int | None:
    """Whose code it is. In one statement, so that of two conversations that try it at once only one gets in."""
    digest = tx.sealer.digest("code", code)
    good = (codes.c.digest == digest, codes.c.used_at.is_(None), codes.c.expires_at > tx.now)
    if not tx.connection.execute(update(codes).where(*good).values(used_at=tx.now)).rowcount:
        return None
    return int(tx.connection.execute(select(codes.c.person_id).where(codes.c.digest == digest)).scalar_one())


def _spent_by(tx: Transaction, person: int, code: str) -> bool:
    mine = (
        codes.c.digest == tx.sealer.digest("code", code),
        codes.c.person_id == person,
        codes.c.used_at.is_not(None),
        codes.c.expires_at > tx.now,
    )
    return bool(tx.connection.execute(select(exists().where(*mine))).scalar())


def _join(tx: Transaction, place: Row, owner: int) -> None:
    left = place.person_id
    rows = _lock_people(tx, left, owner)
    tx.connection.execute(update(conversations).where(conversations.c.id == place.id).values(person_id=owner))
    persons.raise_level(tx, owner, max(row.level for row in rows))
    case_rows.move(tx, place.id, left, owner)
    now_open = case_rows.open_case(tx, owner)
    casework.hold(tx, owner, Holder.BOT if now_open is None else now_open[1].holder)
    orphaned = not tx.connection.execute(select(exists().where(conversations.c.person_id == left))).scalar()
    if orphaned:
        belongings.move(tx, left, owner)
        tx.connection.execute(delete(codes).where(codes.c.person_id == left))
        tx.connection.execute(delete(people).where(people.c.id == left))


def _lock_all(tx: Transaction, person: int) -> list[str]:
    """Locks the person and all her conversations."""
    mine = select(conversations.c.id).where(conversations.c.person_id == person).order_by(conversations.c.id)
    ids = list(tx.connection.execute(mine.with_for_update()).scalars())
    _lock_people(tx, person)
    if list(tx.connection.execute(mine).scalars()) != ids:
        raise Crossed  # one more joined her with a code, before her row was locked
    return ids


def _lock_people(tx: Transaction, *ids: int) -> list[Row]:
    query = select(people.c.id, people.c.level).where(people.c.id.in_(ids)).order_by(people.c.id).with_for_update()
    return list(tx.connection.execute(query))


def _unused(tx: Transaction) -> tuple[str, bytes]:
    while True:
        code = f"{secrets.randbelow(10**8):08d}"
        digest = tx.sealer.digest("code", code)
        if not tx.connection.execute(select(exists().where(codes.c.digest == digest))).scalar():
            return code, digest
