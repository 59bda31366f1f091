"""Her hours: by her own clock; what is written first waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.handoff import Case, Clock, Duty, Stage, events
from bot.handoff.hours import CHOICES, next_safe, within
from bot.handoff.machine import begin, decide
from bot.holding import load_rota
from bot.model import Level

ROTA = load_rota()
NOBODY, STAFFED = Duty(rota=ROTA), Duty(rota=ROTA, on_duty={"ann": None})


def dhaka(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone(timedelta(hours=6)))


@pytest.mark.parametrize(
    ("hours", "hour", "safe"),
    [
        ("", 3, True), ("any", 3, True), ("never", 12, False), ("morning", 8, True), ("morning", 12, False), ("afternoon", 12, True),
        ("evening", 20, True), ("evening", 21, False), ("evening@Asia/Riyadh", 20, True), ("evening@Asia/Riyadh", 19, False),
        ("morning@No/Where", 9, True),
    ],
)  # fmt: skip
def test_by_her_own_clock(hours: str, hour: int, safe: bool) -> None:
    assert within(hours, dhaka(23, hour)) is safe


def test_the_next_hour_that_is_hers_and_the_desks() -> None:
    at = next_safe("evening", dhaka(23, 9), ROTA)
    assert within("evening", at) and at > dhaka(23, 9)
    assert next_safe("never", dhaka(23, 9), ROTA) == next_safe("", dhaka(23, 9), ROTA) == dhaka(23, 9)
    assert CHOICES == ("any", "morning", "afternoon", "evening", "never")


def case(hours: str, at: datetime, duty: Duty = NOBODY, level: Level = Level.URGENT, category: str = "distress") -> Case:
    raised = events.Raised(level=level, category=category, reason="flagged", channel="telegram", hours=hours)
    return begin("c", raised, at, duty).case


def test_a_call_back_waits_for_her_hours() -> None:
    made = case("afternoon", dhaka(22, 23))
    assert made.state is Stage.CALLBACK and made.callback_at is not None and within("afternoon", made.callback_at)


def test_who_comes_on_duty_does_not_take_it_up_before_unless_it_is_critical() -> None:
    morning = dhaka(23, 9)
    waits = decide(case("evening", dhaka(22, 23)), events.DutyChanged(), morning, STAFFED)
    assert waits.case.state is Stage.CALLBACK and not waits.alerts
    assert decide(waits.case, events.DutyChanged(), dhaka(23, 18), STAFFED).case.state is Stage.QUEUED
    assert decide(case("evening", dhaka(22, 23), level=Level.CRITICAL), events.DutyChanged(), morning, STAFFED).case.state is Stage.QUEUED


@pytest.mark.parametrize(("hours", "said"), [("any", True), ("morning", True), ("evening", False), ("never", False)])
def test_a_reminder_is_sent_in_her_hours_only(hours: str, said: bool) -> None:
    begun = dhaka(23, 9)
    made = decide(case("", begun, STAFFED), events.SheWrote(channel="telegram", signal=f"hours.{hours}"), begun, STAFFED).case
    assert (Clock.REMIND_3 in made.clocks) is (hours != "never")
    fired = decide(made, events.ClockFired(name=Clock.REMIND_3), begun + timedelta(minutes=3), STAFFED)
    assert bool(fired.say) is said


def test_she_may_change_her_mind() -> None:
    begun = dhaka(23, 9)
    made = decide(case("morning", begun, STAFFED), events.SheWrote(channel="telegram", signal="hours.never"), begun, STAFFED).case
    assert made.hours == "never" and not made.may_write


def test_danger_found_in_a_hidden_chat_is_told_to_nobody_there() -> None:
    raised = events.Raised(level=Level.CRITICAL, category="distress", reason="flagged", channel="telegram", hidden=True)
    made = begin("c", raised, dhaka(22, 23), NOBODY)
    assert made.case.hidden and not made.say and made.alerts
    assert not decide(made.case, events.SheWrote(channel="telegram"), dhaka(22, 23, 5), NOBODY).say
