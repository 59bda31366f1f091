"""The end of a turn: all that it changes, in one transaction."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, select, update

from bot.errors import LostLease
from bot.handoff import Holder
from bot.handoff.events import SheWrote
from bot.model import Kind, Outcome, Outgoing, Reply, Risk, Turn
from bot.storage import belongings, carrying, casework, hiding, keeping, outbox
from bot.storage import people as persons
from bot.storage.inbox import body_context, moment
from bot.storage.tables import INBOUND, conversations, messages
from bot.storage.transaction import Transaction

_PICTURE = "\N{CAMERA}"  # what she sees of a picture that she sent
Line = tuple[int, str, "Reply | str", datetime]  # message, 'in' | 'out', her text or our reply, when


def finish(tx: Transaction, turn: Turn, outcome: Outcome, owner: str) -> list[Outgoing]:
    """Marks the message answered with all its consequences. Raises LostLease, and changes nothing, where it is not the owner's any more."""
    place = outbox.lock(tx, turn.conversation)
    if place is None or place.turn_owner != owner:
        raise LostLease
    _answered(tx, turn, outcome.risk)
    if outcome.forget:
        carrying.forget(tx, turn.conversation, answering=turn.message)
    if outcome.code is not None:
        carrying.keep_code(tx, place.person_id, outcome.code)
    persons.remember(tx, place.person_id, outcome.state)
    belongings.keep(tx, place.person_id, outcome, turn.message)
    keeping.want(tx, turn, outcome)
    reachable = bool(place.reachable)
    if outcome.unreachable and not _wrote_since(tx, turn):
        reachable = False
        tx.connection.execute(update(conversations).where(conversations.c.id == turn.conversation).values(reachable=False))
        outbox.refuse_all(tx, turn.conversation)
    if outcome.hide is not None or outcome.clean:  # before the replies: what was queued until now must not appear any more
        hiding.turn(tx, place, turn.message, outcome.hide, outcome.clean)
        place = outbox.lock(tx, turn.conversation) or place
    # Somebody may have taken her over since this turn began: then nothing of the bot's is said.
    replies = () if place.holder == Holder.COUNSELLOR.value else outcome.replies
    queued = outbox.queue(tx, place, replies, reachable=reachable, reply_to=turn.message)
    if turn.inbound.kind is not Kind.LEFT:
        wrote = SheWrote(channel=place.channel, answered=bool(replies), signal=outcome.signal)
        queued.extend(casework.heard(tx, place, wrote, outcome.case))
    return queued


def history(tx: Transaction, conversation: str, after: int, limit: int) -> list[Line]:
    """The first lines with ids above `after`, oldest first, without what was refused."""
    return _lines(tx, conversation, _shown(conversation).where(messages.c.id > after).order_by(messages.c.id).limit(limit))


def latest(tx: Transaction, conversation: str, limit: int) -> list[Line]:
    """The last lines, oldest first."""
    return _lines(tx, conversation, _shown(conversation).order_by(messages.c.id.desc()).limit(limit))[::-1]


def _shown(conversation: str) -> Any:
    columns = select(messages.c.id, messages.c.direction, messages.c.body, messages.c.created_at)
    return columns.where(messages.c.conversation_id == conversation, messages.c.state.not_in(("refused", "superseded", "withdrawn")))


def _lines(tx: Transaction, conversation: str, query: Any) -> list[Line]:
    lines: list[Line] = []
    for row in tx.connection.execute(query):
        body = tx.sealer.unseal_json(row.body, context=body_context(conversation))
        said = str(body["text"]) or _PICTURE * (body.get("media") == "photo") if row.direction == "in" else outbox.reply_of(body)
        lines.append((row.id, row.direction, said, moment(row.created_at)))
    return lines


def _answered(tx: Transaction, turn: Turn, risk: Risk) -> None:
    context = f"messages.risk_reasons:{turn.message}"
    values: dict[str, Any] = {
        "state": "answered",
        "risk_flag": risk.flag.rank,
        "risk_ask": risk.ask,
        "risk_category": risk.category,
        "risk_reasons": tx.sealer.seal(list(risk.reasons), context=context) if risk.reasons else None,
        "done_at": tx.now,
    }
    if not tx.connection.execute(_answer(), {**values, "message": turn.message, "place": turn.conversation}).rowcount:
        raise LostLease


@cache
def _answer() -> Any:
    """Filled with the columns by their names."""
    waiting = (messages.c.id == bindparam("message"), messages.c.conversation_id == bindparam("place"), messages.c.state == "received")
    return update(messages).where(*waiting)


def _wrote_since(tx: Transaction, turn: Turn) -> bool:
    """She may have come back before we read that she had left."""
    later = (messages.c.conversation_id == turn.conversation, messages.c.id > turn.message, INBOUND, messages.c.kind != Kind.LEFT.value)
    return bool(tx.connection.execute(select(exists().where(*later))).scalar())
