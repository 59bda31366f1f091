"""Who waits how long when many write at once, in our order of the queue and in order of arrival. Simulated with the desk's own rule."""

from __future__ import annotations

import heapq
import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from bot.evaluation.report import percentile
from bot.handoff.case import Case, Stage
from bot.handoff.queue import place
from bot.model import Level

RATES = (1, 3, 8)  # times the normal number of cases
_BEGIN = datetime(2026, 1, 4, 3, 0, tzinfo=timezone.utc)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is assumed. None of it was observed: no helpline has run on this desk yet."""

    hours: int = 8  # one shift
    an_hour: float = 8.0  # cases at the normal rate
    mix: tuple[tuple[Level, float, float], ...] = (  # level, share of the cases, median minutes with a counsellor
        (Level.CRITICAL, 0.12, 40.0),
        (Level.URGENT, 0.33, 30.0),
        (Level.STANDARD, 0.55, 12.0),
    )
    spread: float = 0.6  # sigma of the log-normal time with a counsellor
    at_once: int = 8  # conversations held at the same time: four counsellors, two each
    shifts: int = 20  # simulated, each with other arrivals
    seed: int = 13


_PLAN = Plan()


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Minutes until a counsellor took them, over the cases of all shifts. Who still waits at the end counts until then."""

    rate: int
    order: str
    critical_median: float
    critical_p95: float
    critical_in_two: float  # share taken within two minutes
    urgent_median: float
    urgent_p95: float
    urgent_in_fifteen: float
    standard_median: float


@dataclass(frozen=True)
class _Arrival:
    at: datetime
    level: Level
    minutes: float


Order = Callable[[Case, datetime], Any]


@cache
def simulate(plan: Plan = _PLAN) -> tuple[Waits, ...]:
    """Each rate in both orders, over the same arrivals. Deterministic."""
    orders: dict[str, Order] = {"ours": place, "first come, first served": lambda case, now: case.queued_since}
    return tuple(_waits(plan, rate, name, order) for rate in RATES for name, order in orders.items())


def _waits(plan: Plan, rate: int, name: str, order: Order) -> Waits:
    waited: dict[Level, list[float]] = {level: [] for level, *_ in plan.mix}
    for shift in range(plan.shifts):
        for level, minutes in _shift(plan, list(_arrivals(plan, rate, random.Random(f"{plan.seed} {rate} {shift}"))), order):
            waited[level].append(minutes)
    critical, urgent = waited[Level.CRITICAL], waited[Level.URGENT]
    return Waits(
        rate=rate, order=name,
        critical_median=statistics.median(critical), critical_p95=percentile(critical, 0.95), critical_in_two=_within(critical, 2),
        urgent_median=statistics.median(urgent), urgent_p95=percentile(urgent, 0.95), urgent_in_fifteen=_within(urgent, 15),
        standard_median=statistics.median(waited[Level.STANDARD]),
    )  # fmt: skip


def _arrivals(plan: Plan, rate: int, chance: random.Random) -> Iterator[_Arrival]:
    levels, shares = [level for level, *_ in plan.mix], [share for _, share, _ in plan.mix]
    typical = {level: minutes for level, _, minutes in plan.mix}
    at = chance.expovariate(plan.an_hour * rate)
    while at < plan.hours:
        level = chance.choices(levels, shares)[0]
        minutes = typical[level] * chance.lognormvariate(0, plan.spread)
        yield _Arrival(_BEGIN + timedelta(hours=at), level, minutes)
        at += chance.expovariate(plan.an_hour * rate)


def _shift(plan: Plan, arrivals: list[_Arrival], order: Order) -> Iterator[tuple[Level, float]]:
    """The level of each case and the minutes it waited. A place becomes free, then whoever is first in the order takes it."""
    free = [_BEGIN] * plan.at_once  # when each place is free again
    waiting: list[tuple[Case, float]] = []
    coming, end = list(reversed(arrivals)), _BEGIN + timedelta(hours=plan.hours)
    while coming or waiting:
        now = free[0] if waiting else max(free[0], coming[-1].at)
        while coming and coming[-1].at <= now:
            arrival = coming.pop()
            waiting.append((_case(arrival), arrival.minutes))
        if now >= end:
            break
        if not waiting:
            continue
        first = min(range(len(waiting)), key=lambda index: order(waiting[index][0], now))
        case, minutes = waiting.pop(first)
        begun = max(now, case.queued_since)
        heapq.heapreplace(free, begun + timedelta(minutes=minutes))
        yield case.level, (begun - case.queued_since).total_seconds() / 60
    waiting += [(_case(arrival), arrival.minutes) for arrival in coming]
    for case, _ in waiting:
        yield case.level, max((end - case.queued_since).total_seconds() / 60, 0.0)


def _case(arrival: _Arrival) -> Case:
    return Case(
        id="", level=arrival.level, peak=arrival.level, category=None, reason="flagged", state=Stage.QUEUED, version=1,
        opened_at=arrival.at, state_since=arrival.at, queued_since=arrival.at, her_last_at=arrival.at,
    )  # fmt: skip


def _within(waited: list[float], minutes: float) -> float:
    return sum(one <= minutes for one in waited) / len(waited)
