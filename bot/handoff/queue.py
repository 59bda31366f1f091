"""Who gets which case next. Nobody picks: the most dangerous goes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.handoff.case import Case, Duty, Stage
from bot.handoff.clocks import ACCEPT_CRITICAL, ACCEPT_STANDARD, ACCEPT_URGENT, PRIORITY_AFTER, WAITING_LOOK, Clock
from bot.model import Level
from bot.rota import Rota

FULL = 5  # cases somebody holds before nothing more is offered to her unasked


def place(case: Case, now: datetime) -> tuple[int, bool, bool, datetime]:
    """Smallest first: by level; then urgent ones that wait too long; then who was sent to the front; then who waits longest."""
    overdue = case.level is Level.URGENT and now - case.queued_since >= PRIORITY_AFTER
    return (-case.level.rank, not overdue, not case.front, case.queued_since)


def may_take(case: Case, staff: str, team: str | None) -> bool:
    """Whether "take the next" may give it to her: free, or offered to her, and of her team or nobody's."""
    if case.state is Stage.OFFERED:
        return case.offered_to == staff
    return case.state is Stage.QUEUED and (case.team is None or case.team == team)


def offers(cases: Iterable[Case], now: datetime, duty: Duty, load: Mapping[str, int], busy: frozenset[str]) -> list[tuple[Case, str]]:
    """Which queued cases to offer to whom now. Only flagged ones are offered unasked, and each person gets one offer at a time.

    load: cases each person holds; busy: who has an offer already. From the first alarm on nobody is asked in turn: all are.
    """
    made, asked = [], set(busy)
    waiting = [case for case in cases if case.state is Stage.QUEUED and case.level.flagged and _in_turn(case)]
    for case in sorted(waiting, key=lambda case: place(case, now)):
        free = [staff for staff, team in duty.on_duty.items() if _free(case, staff, team, load, asked)]
        if free:
            staff = min(free, key=lambda one: (one != case.prefers, load.get(one, 0), one))
            asked.add(staff)
            made.append((case, staff))
    return made


def late(case: Case, now: datetime, rota: Rota) -> bool:
    """Whether the policy's time is over: shown red."""
    if case.state in (Stage.QUEUED, Stage.OFFERED):
        return now >= _limit(case, rota)
    if case.state is Stage.CALLBACK:
        return case.callback_at is not None and now > case.callback_at
    if case.state is Stage.WAITING_FOR_HER:
        return case.level is Level.CRITICAL and now - case.state_since >= WAITING_LOOK
    return Clock.SILENT_BACK in case.clocks and Clock.SILENT_NUDGE not in case.clocks


def _limit(case: Case, rota: Rota) -> datetime:
    if case.level is Level.CRITICAL:
        return case.queued_since + ACCEPT_CRITICAL[Clock.ACCEPT_ALL]
    if case.level is Level.URGENT:
        return case.queued_since + ACCEPT_URGENT[Clock.ACCEPT]
    return rota.after_working(case.queued_since, ACCEPT_STANDARD) or case.queued_since + timedelta(days=1)


def _in_turn(case: Case) -> bool:
    return case.level is Level.URGENT or Clock.ACCEPT_ALL in case.clocks


def _free(case: Case, staff: str, team: str | None, load: Mapping[str, int], asked: set[str]) -> bool:
    return staff not in asked and staff not in case.declined and load.get(staff, 0) < FULL and case.team in (None, team)
