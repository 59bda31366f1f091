"""What happens to a case: each transition with its log, alerts, clocks, fixed texts and the silence of the bot, in one transaction."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import case as either
from sqlalchemy import exists, insert, select, update
from sqlalchemy.engine import Row

from bot.errors import NoSuchCase
from bot.handoff import Audience, Case, Duty, Holder, Stage, Transition
from bot.handoff.clocks import SAME_TEAM
from bot.handoff.events import Event, Raised, SheWrote
from bot.handoff.machine import begin, decide
from bot.holding import default_rota, holding
from bot.model import CaseRequest, Level, Outgoing
from bot.rota import Rota, parse
from bot.safehours import safe_hours
from bot.storage import caserows, desk_settings, outbox
from bot.storage import people as persons
from bot.storage.inbox import moment
from bot.storage.inbox import state as state_of
from bot.storage.tables import OPEN, alerts, cases, conversations, events, messages, people, staff
from bot.storage.transaction import Transaction, token

ROTA = "rota"  # the setting in which an admin keeps the opening hours, as bot.rota.parse reads them
_WORKS = ("counsellor", "supervisor")


def rota(tx: Transaction) -> Rota:
    plain = desk_settings.setting(tx, ROTA)
    if plain is None:
        return default_rota()
    try:
        return parse(plain)
    except ValueError:  # written by another version: she must be answered all the same
        return default_rota()


def duty(tx: Transaction) -> Duty:
    """Who works now."""
    hours, now = rota(tx), moment(tx.now)
    query = select(staff.c.id, staff.c.team, staff.c.on_duty_since).where(staff.c.on_duty, staff.c.active, staff.c.role.in_(_WORKS))
    rows = tx.connection.execute(query)
    here = {row.id: row.team or None for row in rows if row.on_duty_since is None or hours.working(now, moment(row.on_duty_since))}
    return Duty(on_duty=here, rota=hours)


def happen(tx: Transaction, id: str, event: Event, *, once: str | None = None) -> Case:
    """One event to one case, whose person's rows are locked first. A repeated `once` changes nothing."""
    found = lock(tx, id)
    if found is None:
        raise NoSuchCase
    row, case = found
    if once is not None and happened(tx, once):
        return case
    made = decide(case, event, moment(tx.now), duty(tx))
    write(tx, row, case, made, once=once)
    return made.case


def lock(tx: Transaction, id: str) -> tuple[Row, Case] | None:
    """In the house's order: her conversations, her row, the case."""
    person = tx.connection.execute(select(cases.c.person_id).where(cases.c.id == id)).scalar()
    if person is None:
        return None
    hers = select(conversations.c.id).where(conversations.c.person_id == person).order_by(conversations.c.id)
    tx.connection.execute(hers.with_for_update()).all()
    tx.connection.execute(select(people.c.id).where(people.c.id == person).with_for_update()).all()
    return caserows.load(tx, id, lock=True)


def happened(tx: Transaction, once: str) -> bool:
    return bool(tx.connection.execute(select(exists().where(events.c.once == once))).scalar())


def heard(tx: Transaction, place: Row, event: SheWrote, request: CaseRequest | None) -> list[Outgoing]:
    """A message of hers was answered: her open case hears of it, or a new one is opened. Fixed texts to send now."""
    found = caserows.open_of(tx, place.person_id)
    raised = None if request is None else Raised(
        level=request.level, category=request.category, reason=request.reason, channel=event.channel,
        hidden=place.hidden_at is not None, hours=safe_hours().of(state_of(tx, place.id)),
    )  # fmt: skip
    if found is None:
        return [] if raised is None else _open(tx, place, raised)
    row, case = found
    queued: list[Outgoing] = []
    for happening in (event, raised):
        if happening is not None:
            made = decide(case, happening, moment(tx.now), duty(tx))
            queued.extend(write(tx, row, case, made, place=place))
            case = made.case
    return queued


def _open(tx: Transaction, place: Row, event: Raised) -> list[Outgoing]:
    """Within seven days of closing, the same team has her again, and who knows her is asked first."""
    last = select(cases).where(cases.c.person_id == place.person_id, cases.c.closed_at > tx.now - SAME_TEAM / timedelta(seconds=1))
    earlier = caserows.all_of(tx, last.order_by(cases.c.closed_at.desc()).limit(1))
    team, prefers = (earlier[0][1].team, earlier[0][1].prefers) if earlier else (None, None)
    made = begin(token(), event, moment(tx.now), duty(tx), team=team, prefers=prefers)
    caserows.create(tx, made.case, place.id, place.person_id)
    return follow(tx, made, place.person_id, place, Holder.BOT)


def write(
    tx: Transaction, row: Row, before: Case, made: Transition, *, place: Row | None = None, once: str | None = None
) -> list[Outgoing]:
    """`place`: the locked conversation she has just written in; else fixed texts go to where she wrote last."""
    if made.case is before:
        return []
    caserows.save(tx, before, made.case, None if place is None else place.id)
    if made.case.level.rank < before.level.rank:  # a human's decision, and hers alone to be remembered
        tx.connection.execute(update(people).where(people.c.id == row.person_id).values(level=made.case.level.rank))
    else:
        persons.raise_level(tx, row.person_id, made.case.level.rank if made.case.level.flagged else 0)
    if made.say and place is None:
        place = where(tx, row.person_id, row.conversation_id)
    return follow(tx, made, row.person_id, place, before.holder, once=once)


def follow(tx: Transaction, made: Transition, person: int, place: Row | None, before: Holder, *, once: str | None = None) -> list[Outgoing]:
    case = made.case
    for number, entry in enumerate(made.log):
        log(tx, case.id, entry.kind, dict(entry.detail), staff=entry.staff, once=once if number == 0 else None)
    rows = [
        {"case_id": case.id, "audience": alert.audience.value, "staff_id": alert.staff, "kind": alert.kind, "level": case.level.rank,
         "created_at": tx.now}
        for alert in made.alerts
    ]  # fmt: skip
    if rows:
        tx.connection.execute(insert(alerts), rows)
    hold(tx, person, case.holder)
    if case.holder is Holder.COUNSELLOR and before is not Holder.COUNSELLOR:
        withdraw(tx, person)
    return say(tx, case, place, made.say)


def log(tx: Transaction, case: str, kind: str, detail: dict[str, object], *, staff: str | None = None, once: str | None = None) -> None:
    values = {"case_id": case, "kind": kind, "at": tx.now, "detail": json.dumps(detail), "staff_id": staff, "once": once}
    tx.connection.execute(insert(events), values)


def hold(tx: Transaction, person: int, holder: Holder) -> None:
    """On all her channels."""
    other = (conversations.c.person_id == person, conversations.c.holder != holder.value)
    tx.connection.execute(update(conversations).where(*other).values(holder=holder.value))


def withdraw(tx: Transaction, person: int) -> None:
    """What the bot has not sent yet it does not send any more. What is on its way is not tried again."""
    here = (
        messages.c.conversation_id.in_(select(conversations.c.id).where(conversations.c.person_id == person)),
        messages.c.author.in_(("bot", "house")),
    )
    gone = {"state": "withdrawn", "refusal": outbox.WITHDRAWN, "due_at": None, "done_at": tx.now}
    tx.connection.execute(update(messages).where(*here, messages.c.state == "queued").values(gone))
    tx.connection.execute(update(messages).where(*here, messages.c.state == "sending").values(refusal=outbox.WITHDRAWN))


def where(tx: Transaction, person: int, of_case: str) -> Row | None:
    """The conversation she wrote in last, which is that of her case; another of hers where she cannot be reached there."""
    here = either((conversations.c.id == of_case, 0), else_=1)
    open_ = either((conversations.c.hidden_at.is_(None), 0), else_=1)
    order = (conversations.c.reachable.desc(), open_, here, conversations.c.last_inbound_at.desc(), conversations.c.id)
    query = select(conversations).where(conversations.c.person_id == person).order_by(*order).limit(1)
    return tx.connection.execute(query).first()


def say(tx: Transaction, case: Case, place: Row | None, ids: tuple[str, ...]) -> list[Outgoing]:
    if not ids or place is None or place.hidden_at is not None:  # nothing of ours is said where she hid the chat
        return []
    state = state_of(tx, place.id)
    replies = tuple(holding().reply(id, state, at=case.callback_at, now=moment(tx.now)) for id in ids)
    return outbox.queue(tx, place, replies, reachable=place.reachable, author="house")


def open_states(tx: Transaction, *states: Stage) -> list[tuple[Row, Case]]:
    return caserows.all_of(tx, select(cases).where(OPEN, cases.c.state.in_([state.value for state in states])))


def ring(tx: Transaction, kind: str, level: Level = Level.CRITICAL, *, unless: float = 0.0) -> None:
    """An alert of the program itself, unless the same was rung in the last so many seconds (by another gateway, too)."""
    same = (alerts.c.kind == kind, alerts.c.created_at > tx.now - unless)
    if unless and tx.connection.execute(select(alerts.c.id).where(*same).limit(1)).first():
        return
    values = {"audience": Audience.DUTY_MANAGER.value, "kind": kind, "level": level.rank, "created_at": tx.now}
    tx.connection.execute(insert(alerts), values)
