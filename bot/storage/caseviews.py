"""What the desk is shown: rows opened from the seal into bot.handoff's views."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from bot.handoff import Case, CaseSummary, CaseView, LogLine, Message, Note, Stage
from bot.handoff.queue import late
from bot.model import Kind, Level
from bot.rota import Rota
from bot.storage import caserows, keeping, outbox
from bot.storage import people as persons
from bot.storage.inbox import address_context, body_context, moment
from bot.storage.inbox import state as state_of
from bot.storage.tables import cases, conversations, events, forms, messages, notes, people
from bot.storage.transaction import Transaction

_MESSAGES = 300
_LEVELS = ("opened", "raised", "lowered")
_NEVER = 0


def summaries(tx: Transaction, found: list[tuple[Row, Case]], rota: Rota) -> list[CaseSummary]:
    languages, unread = _languages(tx, found), _unread(tx, found)
    return [_summary(tx, row, case, rota, languages.get(row.person_id, "bn"), unread.get(case.id, 0)) for row, case in found]


def _summary(tx: Transaction, row: Row, case: Case, rota: Rota, language: str, unread: int) -> CaseSummary:
    return CaseSummary(
        id=case.id, level=case.level, category=case.category, reason=case.reason, state=case.state.value, version=case.version,
        opened_at=case.opened_at, queued_since=case.queued_since, owner=case.owner, offered_to=case.offered_to,
        transfer_to=case.transfer_to, team=case.team, channel=case.channel, language=language, her_last_at=case.her_last_at,
        callback_at=case.callback_at, unread=unread, late=late(case, moment(tx.now), rota), due_at=min(case.clocks.values(), default=None),
        hidden=case.hidden, closing_by=case.closing.by if case.closing else None,
    )  # fmt: skip


def _languages(tx: Transaction, found: list[tuple[Row, Case]]) -> dict[int, str]:
    ids = [row.person_id for row, _ in found]
    query = select(people.c.id, people.c.language).where(people.c.id.in_(ids))
    return {row.id: row.language for row in tx.connection.execute(query)} if ids else {}


def _unread(tx: Transaction, found: list[tuple[Row, Case]]) -> dict[str, int]:
    """Of open cases, messages of hers that its counsellor has not seen."""
    ids = [case.id for _, case in found if case.state is not Stage.CLOSED]
    if not ids:
        return {}
    hers = messages.join(conversations, conversations.c.id == messages.c.conversation_id)
    joined = hers.join(cases, cases.c.person_id == conversations.c.person_id)
    new = (
        cases.c.id.in_(ids),
        messages.c.direction == "in",
        messages.c.kind != "left",
        messages.c.id > func.coalesce(cases.c.read_to, _NEVER),
    )
    query = select(cases.c.id, func.count()).select_from(joined).where(*new).group_by(cases.c.id)
    return {case: int(count) for case, count in tx.connection.execute(query)}


def view(tx: Transaction, row: Row, case: Case, rota: Rota) -> CaseView:
    places = [(r.id, r.channel) for r in tx.connection.execute(_places(row.person_id))]
    state = state_of(tx, row.conversation_id)
    lines = history(tx, case.id)
    closed = select(cases).where(cases.c.person_id == row.person_id, cases.c.state == Stage.CLOSED.value, cases.c.id != case.id)
    earlier = caserows.all_of(tx, closed.order_by(cases.c.closed_at.desc()).limit(20))
    return CaseView(
        case=case,
        unread=_unread(tx, [(row, case)]).get(case.id, 0),
        language=state.language,
        script=state.script,
        place=state.place,
        whereabouts=state.whereabouts,
        channel=next((channel for id, channel in places if id == row.conversation_id), case.channel),
        conversations=tuple(places),
        messages=messages_of(tx, dict(places)),
        levels=tuple(line for line in lines if line.kind in _LEVELS),
        log=tuple(lines),
        notes=_notes(tx, case.id),
        earlier=tuple(summaries(tx, earlier, rota)),
        form=form(tx, case.id),
    )


def identifiers(tx: Transaction, person: int) -> tuple[tuple[str, str], ...]:
    """(channel, the platform's id of her) of all her conversations, opened from the seal."""
    query = select(conversations.c.id, conversations.c.channel, conversations.c.address).where(conversations.c.person_id == person)
    rows = tx.connection.execute(query.order_by(conversations.c.id))
    return tuple((row.channel, tx.sealer.unseal_text(row.address, context=address_context(row.id))) for row in rows)


def history(tx: Transaction, case: str) -> list[LogLine]:
    return [log_line(row) for row in tx.connection.execute(select(events).where(events.c.case_id == case).order_by(events.c.id))]


def log_line(row: Row) -> LogLine:
    return LogLine(id=row.id, case=row.case_id, kind=row.kind, at=moment(row.at), staff=row.staff_id, detail=json.loads(row.detail))


def form(tx: Transaction, case: str) -> dict[str, object]:
    rows = tx.connection.execute(select(forms).where(forms.c.case_id == case).order_by(forms.c.piece))
    return {row.piece: piece_of(tx, row) for row in rows}


def piece_of(tx: Transaction, row: Row) -> object:
    """Of a row of `forms`."""
    piece: object = tx.sealer.unseal_json(row.body, context=form_context(row.case_id, row.piece))[0]
    return piece


def form_context(case: str, piece: str) -> str:
    return f"forms.body:{case}:{piece}"


def note_context(case: str) -> str:
    return f"notes.body:{case}"


def _notes(tx: Transaction, case: str) -> tuple[Note, ...]:
    rows = tx.connection.execute(select(notes).where(notes.c.case_id == case).order_by(notes.c.id))
    return tuple(
        Note(id=row.id, staff=row.staff_id, at=moment(row.created_at), text=tx.sealer.unseal_text(row.body, context=note_context(case)))
        for row in rows
    )


def _places(person: int) -> Any:
    query = select(conversations.c.id, conversations.c.channel).where(conversations.c.person_id == person)
    return query.order_by(conversations.c.last_inbound_at.desc(), conversations.c.id)


def messages_of(tx: Transaction, channels: dict[str, str]) -> tuple[Message, ...]:
    query = select(messages).where(messages.c.conversation_id.in_(list(channels))).order_by(messages.c.id.desc()).limit(_MESSAGES)
    rows = tx.connection.execute(query).all()
    files = keeping.files(tx, [row.id for row in rows if row.kind == Kind.MEDIA.value])
    return tuple(_message(tx, row, channels[row.conversation_id], files.get(row.id, "")) for row in rows)[::-1]


def _message(tx: Transaction, row: Row, channel: str, file: str) -> Message:
    body = tx.sealer.unseal_json(row.body, context=body_context(row.conversation_id))
    reply = None if row.direction == "in" else outbox.reply_of(body)
    reasons = [] if row.risk_reasons is None else tx.sealer.unseal_json(row.risk_reasons, context=f"messages.risk_reasons:{row.id}")
    return Message(
        id=row.id,
        conversation=row.conversation_id,
        channel=channel,
        at=moment(row.created_at),
        author=row.author,
        staff=row.staff_id,
        kind=row.kind,
        text=reply.text if reply else str(body["text"]),
        media=None if reply else body["media"],
        file=file,
        buttons=tuple(button.title for button in reply.buttons) if reply else (),
        delivery=row.state,
        refusal=row.refusal,
        risk=Level.NONE if row.risk_flag is None else persons.level_of(row.risk_flag),
        asked=bool(row.risk_ask),
        category=row.risk_category,
        reasons=tuple(reasons),
    )
