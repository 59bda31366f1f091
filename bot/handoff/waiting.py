"""Steps that several events share: a case begins to wait for a human, and goes to one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.errors import IllegalEvent
from bot.handoff.case import HUMAN, Alert, Audience, Case, Duty, Entry, Stage, Transition
from bot.handoff.clocks import (
    ACCEPT_CRITICAL,
    ACCEPT_STANDARD,
    ACCEPT_URGENT,
    CALLBACK_SOON,
    REMIND,
    STILL_THERE,
    WINDOWS,
    Clock,
    silent,
)  # fmt: skip
from bot.handoff.hours import next_safe, within
from bot.model import Level

Clocks = dict[Clock, datetime]
_YEAR = timedelta(days=365)  # a desk that never opens again still has a clock


def from_now(now: datetime, after: Mapping[Clock, timedelta]) -> Clocks:
    return {clock: now + wait for clock, wait in after.items()}


def kept(case: Case, *names: Clock) -> Clocks:
    """Messenger's windows run whatever happens to the case; of the others, those named."""
    return {clock: at for clock, at in case.clocks.items() if clock in WINDOWS or clock in names}


def without(case: Case, *names: Clock) -> Clocks:
    return {clock: at for clock, at in case.clocks.items() if clock not in names}


def windows(channel: str, her_last_at: datetime) -> Clocks:
    return from_now(her_last_at, WINDOWS) if channel == "messenger" else {}


def accept_clocks(case: Case, now: datetime, duty: Duty) -> Clocks:
    if case.level is Level.CRITICAL:
        return from_now(now, ACCEPT_CRITICAL)
    if case.level is Level.URGENT:
        return from_now(now, ACCEPT_URGENT)
    return {Clock.ACCEPT: duty.rota.after_working(now, ACCEPT_STANDARD) or now + _YEAR}


def reminders(case: Case, now: datetime) -> Clocks:
    wanted = (case.level.flagged or case.reason == "asked_for_person") and not (case.quiet or case.hidden or case.stood_down)
    return from_now(now, REMIND) if wanted else {}


def may_write_first(case: Case, now: datetime) -> bool:
    """Only to somebody who is there or said that it is safe, and then in her hours; after captivity, trafficking or violence never."""
    safe = case.may_write and within(case.hours, now)
    return not (case.quiet or case.hidden) and (safe or now - case.her_last_at <= STILL_THERE)


def may_be_called(case: Case, now: datetime) -> bool:
    """Whether somebody who comes on duty takes up a call-back now. Of a critical one a human decides, whatever the hour."""
    return case.level is Level.CRITICAL or within(case.hours, now)


def wait(case: Case, now: datetime, duty: Duty, *, why: str, front: bool = False, since: datetime | None = None) -> Transition:
    """Into the queue, or, while nobody is on duty, to be called back."""
    here = set(duty.on_duty.values())
    case = case.but(
        state_since=now, queued_since=since or now, front=front, owner=None, offered_to=None, transfer_to=None, transfer_team=None,
        declined=frozenset(), closing=None, agreed=False, callback_at=None, team=case.team if case.team in here else None,
    )  # fmt: skip
    alerts: tuple[Alert, ...] = (Alert(audience=Audience.ON_DUTY, kind=why),)
    if duty.staffed:
        clocks = {**kept(case), **accept_clocks(case, now, duty), **reminders(case, now)}
        return _told(case.but(state=Stage.QUEUED, clocks=clocks), why, alerts)
    at = next_safe(case.hours, opening(duty, now), duty.rota)
    urgent = {} if case.level is not Level.CRITICAL else without(case.but(clocks=accept_clocks(case, now, duty)), Clock.ACCEPT_ALL)
    clocks = {**kept(case), **urgent, Clock.CALLBACK: at}
    if case.level is Level.CRITICAL:
        alerts = (*alerts, Alert(audience=Audience.DUTY_MANAGER, kind="duty_phone"))
    return _told(case.but(state=Stage.CALLBACK, callback_at=at, clocks=clocks), why, alerts)


def _told(case: Case, why: str, alerts: tuple[Alert, ...]) -> Transition:
    return Transition(case=case, alerts=alerts, log=(Entry(kind=case.state.value, detail={"why": why, "front": case.front}),))


def opening(duty: Duty, now: datetime) -> datetime:
    """When somebody will be there, as far as can be known. Told to her, so in whole hours."""
    soon = (now + CALLBACK_SOON).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if duty.rota.is_open(now) and duty.rota.is_open(soon):  # else it would be after the desk has closed
        return soon
    return duty.rota.next_opening(now) or now + timedelta(days=1)


def held_by(case: Case, staff: str) -> None:
    if case.state not in HUMAN or case.owner != staff:
        raise IllegalEvent


def with_counsellor(case: Case, now: datetime, staff: str, team: str | None) -> Case:
    """From now on the bot is silent, and the counsellor's clocks run."""
    return case.but(
        state=Stage.WITH_COUNSELLOR, state_since=now, owner=staff, team=team or case.team, offered_to=None, transfer_to=None,
        transfer_team=None, front=False, declined=frozenset(), agreed=False, callback_at=None,
        clocks={**kept(case), **from_now(now, silent(case.level))},
    )  # fmt: skip


def of_owner(case: Case, kind: str) -> tuple[Alert, ...]:
    return (Alert(audience=Audience.OWNER, staff=case.owner, kind=kind),) if case.owner else ()


def raised(case: Case, now: datetime, duty: Duty, level: Level, category: str | None) -> Transition:
    """The level rises, and with it the hurry."""
    case = case.but(level=level, peak=max(case.peak, level, key=lambda one: one.rank), category=category or case.category, closing=None)
    if case.state in HUMAN:
        limits = from_now(now, silent(level))
        clocks = {clock: min(at, limits.get(clock, at)) for clock, at in case.clocks.items()}
        return Transition(case=case.but(clocks=clocks), alerts=of_owner(case, "raised"))
    if case.state is Stage.CALLBACK:
        return wait(case, now, duty, why="raised")
    kept_reminders = (Clock.OFFER, *(() if case.quiet else (Clock.REMIND_3, Clock.REMIND_10)))
    clocks = {**kept(case, *kept_reminders), **accept_clocks(case, now, duty)}
    return Transition(case=case.but(queued_since=now, clocks=clocks), alerts=(Alert(audience=Audience.ON_DUTY, kind="raised"),))
