"""What happens by itself: a clock runs out, somebody comes on duty, nobody is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.handoff.case import HUMAN, Alert, Audience, Case, Duty, Entry, Stage, Transition
from bot.handoff.clocks import (
    ACCEPT_STANDARD,
    CALLBACK_AGAIN,
    REPEAT_CRITICAL,
    REPEAT_URGENT,
    WAITING_LOOK,
    WAITING_LOOK_AGAIN,
    WINDOWS,
    Clock,
)
from bot.handoff.events import ClockFired, DutyChanged
from bot.handoff.hours import next_safe
from bot.handoff.judging import missed_alerts
from bot.handoff.moves import offer_over, transfer_over
from bot.handoff.waiting import kept, may_be_called, may_write_first, of_owner, opening, wait, without
from bot.model import Level


def fired(case: Case, event: ClockFired, now: datetime, duty: Duty) -> Transition:
    """Nothing, where the clock does not run any more or is not due: it may have been seen by two gateways."""
    due = case.clocks.get(event.name)
    if due is None or due > now:
        return Transition(case=case)
    case = case.but(clocks=without(case, event.name))
    made = _DO[event.name](case, event.name, now, duty)
    return Transition(
        case=made.case, say=made.say, alerts=made.alerts, log=(Entry(kind="clock", detail={"name": event.name.value}), *made.log)
    )


def duty_changed(case: Case, event: DutyChanged, now: datetime, duty: Duty) -> Transition:
    if case.state is Stage.CALLBACK and duty.staffed and not case.agreed and may_be_called(case, now):
        return wait(case, now, duty, why="on_duty_again", since=case.queued_since)
    if case.state in (Stage.QUEUED, Stage.OFFERED) and not duty.staffed:
        made = wait(case, now, duty, why="nobody_on_duty", since=case.queued_since, front=case.front)
        tell = case.level.flagged and not case.stood_down and may_write_first(case, now)
        return Transition(case=made.case, say=("callback_when",) if tell else (), alerts=made.alerts, log=made.log)
    return Transition(case=case)


def _late(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    """Urgent or standard, and nobody has taken it. Its team had its chance: now anybody may."""
    if case.level is Level.CRITICAL:  # of a case from before the desk
        return _manager(case, name, now, duty)
    again = now + REPEAT_URGENT if case.level is Level.URGENT else duty.rota.after_working(now, ACCEPT_STANDARD)
    case = case.but(team=None, clocks={**case.clocks, Clock.ACCEPT: again or now + WAITING_LOOK_AGAIN})
    everybody = (Audience.ON_DUTY, Audience.SUPERVISOR) if case.level is Level.URGENT else (Audience.SUPERVISOR,)
    return Transition(case=case, alerts=tuple(Alert(audience=audience, kind="late") for audience in everybody))


def _all(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return Transition(case=case.but(team=None), alerts=(Alert(audience=Audience.ON_DUTY, kind="late"),))


def _supervisor(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return Transition(case=case, alerts=(Alert(audience=Audience.SUPERVISOR, kind="late"),))


def _manager(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    """Again and again, until somebody has it."""
    case = case.but(clocks={**case.clocks, Clock.ACCEPT_MANAGER: now + REPEAT_CRITICAL})
    return Transition(case=case, alerts=(Alert(audience=Audience.DUTY_MANAGER, kind="late"),))


def _priority(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return Transition(case=case, alerts=(Alert(audience=Audience.SUPERVISOR, kind="priority"),))


def _offer(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return offer_over(case, now, "offer_lapsed")


def _transfer(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return transfer_over(case, "transfer_lapsed", None)


def _remind(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    if not may_write_first(case, now) or case.stood_down:
        return Transition(case=case)
    return Transition(case=case.but(said_at=now), say=("still_waiting_3" if name is Clock.REMIND_3 else "still_waiting_10",))


def _nudge(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return Transition(case=case, alerts=of_owner(case, "nudge"))


def _silent_supervisor(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    return Transition(case=case, alerts=(Alert(audience=Audience.SUPERVISOR, kind="counsellor_silent"),))


def _back(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    silent = case.owner or ""
    made = wait(case, now, duty, why="counsellor_silent", front=True)
    alerts = (*made.alerts, *of_owner(case, "taken_away"))
    return Transition(case=made.case.but(declined=frozenset({silent})), alerts=alerts, log=made.log)


def _she_silent(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    look = WAITING_LOOK if case.level is Level.CRITICAL else WAITING_LOOK_AGAIN
    case = case.but(state=Stage.WAITING_FOR_HER, state_since=now, clocks={**kept(case, Clock.TRANSFER), Clock.WAITING_LOOK: now + look})
    return Transition(case=case, log=(Entry(kind=Stage.WAITING_FOR_HER.value),))


def _look(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    case = case.but(clocks={**case.clocks, Clock.WAITING_LOOK: now + WAITING_LOOK_AGAIN})
    return Transition(case=case, alerts=(Alert(audience=Audience.SUPERVISOR, kind="waiting_long"),))


def _callback(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    """Its hour has come: to the front of the queue, or, with nobody there, to the next opening."""
    if duty.staffed:
        return wait(case, now, duty, why="callback_due", front=True)
    case = case.but(misses=case.misses + 1)
    at = max(opening(duty, now), now + CALLBACK_AGAIN) if duty.rota.is_open(now) else opening(duty, now)
    at = next_safe(case.hours, at, duty.rota)
    alerts = (Alert(audience=Audience.ON_DUTY, kind="callback_due"), *missed_alerts(case))
    case = case.but(callback_at=at, clocks={**case.clocks, Clock.CALLBACK: at})
    return Transition(case=case, alerts=alerts, log=(Entry(kind="callback_missed", detail={"at": at.timestamp()}),))


def _window(case: Case, name: Clock, now: datetime, duty: Duty) -> Transition:
    """Messenger will soon not let us write to her any more."""
    if case.state in HUMAN:
        return Transition(case=case, alerts=of_owner(case, name.value))
    return Transition(case=case, alerts=(Alert(audience=Audience.ON_DUTY, kind=name.value),))


_DO: dict[Clock, Callable[[Case, Clock, datetime, Duty], Transition]] = {
    Clock.ACCEPT: _late, Clock.ACCEPT_ALL: _all, Clock.ACCEPT_SUPERVISOR: _supervisor, Clock.ACCEPT_MANAGER: _manager,
    Clock.PRIORITY: _priority, Clock.OFFER: _offer, Clock.TRANSFER: _transfer, Clock.REMIND_3: _remind, Clock.REMIND_10: _remind,
    Clock.SILENT_NUDGE: _nudge, Clock.SILENT_SUPERVISOR: _silent_supervisor, Clock.SILENT_BACK: _back, Clock.SHE_SILENT: _she_silent,
    Clock.WAITING_LOOK: _look, Clock.CALLBACK: _callback, **dict.fromkeys(WINDOWS, _window),
}  # fmt: skip
