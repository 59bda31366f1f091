"""What she does: danger found in what she wrote, a wish for a person, any message, hiding, a wish to be forgotten."""

from __future__ import annotations

from datetime import datetime

from bot.handoff.case import HUMAN, QUIET, WAITS, Case, Duty, Entry, Holder, Stage, Transition
from bot.handoff.clocks import SAID_AGAIN, Clock, silent
from bot.handoff.events import AskedToDelete, Hidden, Raised, SheWrote
from bot.handoff.hours import NEVER, next_safe
from bot.handoff.waiting import from_now, of_owner, opening, raised, wait, windows, without
from bot.model import Level

_REMIND = (Clock.REMIND_3, Clock.REMIND_10)


def begin(id: str, event: Raised, now: datetime, duty: Duty, *, team: str | None = None, prefers: str | None = None) -> Transition:
    """A new case. `team` and `prefers`: who had her last one, closed within SAME_TEAM."""
    case = Case(
        id=id, level=event.level, peak=event.level, category=event.category, reason=event.reason, state=Stage.QUEUED, version=0,
        opened_at=now, state_since=now, queued_since=now, her_last_at=now, channel=event.channel, team=team, prefers=prefers,
        quiet=event.category in QUIET, hidden=event.hidden, hours=event.hours, clocks=windows(event.channel, now),
    )  # fmt: skip
    made = wait(case, now, duty, why="new")
    # The first reply has told her that a counsellor will read it; only a wait until later needs another word.
    asked = event.level.flagged or event.reason == "asked_for_person"
    tells = made.case.state is Stage.CALLBACK and asked and not (case.quiet or case.hidden)
    case = made.case.but(version=1, said_at=now if tells else None)
    opened = Entry(kind="opened", detail=_what(event))
    return Transition(case=case, say=("callback_when",) if tells else (), alerts=made.alerts, log=(opened, *made.log))


def more(case: Case, event: Raised, now: datetime, duty: Duty) -> Transition:
    """Found again in a message of hers. The level only rises."""
    quiet = case.quiet or event.category in QUIET
    case = case.but(quiet=quiet, stood_down=case.stood_down and not event.level.flagged)
    if quiet:
        case = case.but(clocks=without(case, *_REMIND))
    if event.level.rank <= case.level.rank:
        return Transition(case=case.but(category=case.category or event.category), log=(Entry(kind="repeated", detail=_what(event)),))
    made = raised(case.but(reason=event.reason), now, duty, event.level, event.category)
    return Transition(case=made.case, alerts=made.alerts, log=(Entry(kind="raised", detail=_what(event)), *made.log))


def she_wrote(case: Case, event: SheWrote, now: datetime, duty: Duty) -> Transition:
    clocks = {**without(case, Clock.WINDOW_20H, Clock.WINDOW_6D), **windows(event.channel, now)}
    case = _signalled(case.but(her_last_at=now, channel=event.channel, clocks=clocks), event.signal)
    log: tuple[Entry, ...] = (Entry(kind="she_wrote"),)
    alerts = of_owner(case, "close_withdrawn") if case.closing else ()
    if event.signal == "delete":  # the bot is silent: who is with her must hear of it
        wish = asked_to_delete(case, AskedToDelete(), now, duty)
        case, log, alerts = wish.case, (*log, *wish.log), (*alerts, *wish.alerts)
    if case.closing:  # she is there: it was not over
        case, log = case.but(closing=None), (*log, Entry(kind="close_withdrawn"))
    if case.state in HUMAN:
        made = _answers_counsellor(case, now, duty)
    elif case.state is Stage.CALLBACK and (duty.staffed or (case.agreed and case.level is Level.CRITICAL)):
        made = wait(case, now, duty, why="she_wrote", front=True)
    else:
        made = Transition(case=_at_her_hours(case, event, now, duty))
    made = _acknowledged(made, event, now)
    return Transition(case=made.case, say=made.say, alerts=(*alerts, *made.alerts), log=(*log, *made.log))


def hidden(case: Case, event: Hidden, now: datetime, duty: Duty) -> Transition:
    clocks = without(case, *_REMIND) if event.on else dict(case.clocks)
    return Transition(case=case.but(hidden=event.on, clocks=clocks), log=(Entry(kind="hidden" if event.on else "shown"),))


def asked_to_delete(case: Case, event: AskedToDelete, now: datetime, duty: Duty) -> Transition:
    return Transition(
        case=case.but(asked_to_delete=True), alerts=of_owner(case, "asked_to_delete"), log=(Entry(kind="asked_to_be_forgotten"),)
    )


def _answers_counsellor(case: Case, now: datetime, duty: Duty) -> Transition:
    if case.state is Stage.WAITING_FOR_HER and case.owner not in duty.on_duty:
        return wait(case, now, duty, why="she_wrote", front=True)
    back = case.state is Stage.WAITING_FOR_HER
    clocks = without(case, Clock.SHE_SILENT, Clock.WAITING_LOOK)
    if Clock.SILENT_BACK not in clocks:  # she has been answered so far: now she waits
        clocks = {**clocks, **from_now(now, silent(case.level))}
    case = case.but(state=Stage.WITH_COUNSELLOR, state_since=now if back else case.state_since, clocks=clocks)
    log = (Entry(kind=Stage.WITH_COUNSELLOR.value, detail={"why": "she_wrote"}),) if back else ()
    return Transition(case=case, alerts=of_owner(case, "she_wrote") if back else (), log=log)


def _acknowledged(made: Transition, event: SheWrote, now: datetime) -> Transition:
    """One fixed text for what she writes while she waits; not to every line of hers."""
    case = made.case
    spoken = event.answered or case.hidden or case.holder is not Holder.QUEUE
    if spoken or (case.said_at is not None and now - case.said_at < SAID_AGAIN):
        return made
    text = "callback_when" if case.state is Stage.CALLBACK else "queued"
    return Transition(case=case.but(said_at=now), say=(text,), alerts=made.alerts, log=made.log)


def _at_her_hours(case: Case, event: SheWrote, now: datetime, duty: Duty) -> Case:
    """A call-back that nobody agreed on with her moves into the hours that she has just named."""
    if case.state is not Stage.CALLBACK or case.agreed or not (event.signal or "").startswith("hours."):
        return case
    at = next_safe(case.hours, opening(duty, now), duty.rota)
    return case.but(callback_at=at, clocks={**case.clocks, Clock.CALLBACK: at})


def _signalled(case: Case, signal: str | None) -> Case:
    if signal == "safe" and case.state in WAITS:
        return case.but(stood_down=True, clocks=without(case, *_REMIND))
    if signal is not None and signal.startswith("hours."):
        hours = signal.removeprefix("hours.")
        may = hours != NEVER
        return case.but(hours=hours, may_write=may, clocks=dict(case.clocks) if may else without(case, *_REMIND))
    if signal == "can_write":
        return case.but(may_write=True)
    if signal in ("stop", "cannot_write"):
        return case.but(may_write=False, clocks=without(case, *_REMIND))
    return case


def _what(event: Raised) -> dict[str, str | None]:
    return {"level": event.level.value, "category": event.category, "reason": event.reason}
