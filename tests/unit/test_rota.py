"""Opening hours and working time, in Bangladesh's clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from bot.rota import DHAKA, Rota, parse

PLAIN = {"hours": {"sunday": ["09:00-13:00", "14:00-17:00"], "monday": ["09:00-17:00"]}, "holidays": ["2026-12-06"], "shift_hours": 8}
ROTA = parse(PLAIN)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In Dhaka, November 29 2026 being a Sunday; as UTC, as everything else is."""
    return (datetime(2026, 11, 29, tzinfo=DHAKA) + timedelta(days=day, hours=hour, minutes=minute)).astimezone(timezone.utc)


@pytest.mark.parametrize(
    ("now", "open_"),
    [(at(0, 9), True), (at(0, 8, 59), False), (at(0, 13), False), (at(0, 16, 59), True), (at(0, 17), False), (at(2, 12), False)],
)
def test_open(now: datetime, open_: bool) -> None:
    assert ROTA.is_open(now) is open_


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(0, 3), at(0, 9)),
        (at(0, 10), at(0, 14)),
        (at(0, 18), at(1, 9)),
        (at(1, 17), at(14, 9)),  # the Sunday after is a holiday, its Monday is not
    ],
)
def test_next_opening(now: datetime, opens: datetime) -> None:
    expected = at(8, 9) if now == at(1, 17) else opens
    assert ROTA.next_opening(now) == expected


def test_working_time_leaves_out_nights_breaks_and_holidays() -> None:
    four = timedelta(hours=4)
    assert ROTA.after_working(at(0, 9), four) == at(0, 13)
    assert ROTA.after_working(at(0, 12), four) == at(0, 17)
    assert ROTA.after_working(at(0, 16), four) == at(1, 12)
    assert ROTA.after_working(at(1, 16), four) == at(8, 12), "over the holiday"
    assert ROTA.after_working(at(3, 12), timedelta(minutes=1)) == at(8, 9, 1)


def test_a_desk_that_never_opens() -> None:
    closed = Rota(hours={})
    assert closed.next_opening(at(0, 9)) is None and closed.after_working(at(0, 9), timedelta(hours=1)) is None


def test_a_desk_that_never_closes_has_no_next_opening() -> None:
    always = parse(
        {"hours": {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}}
    )
    assert always.is_open(at(2, 3)) and always.next_opening(at(2, 3)) is None
    assert always.after_working(at(0, 23), timedelta(hours=4)) == at(1, 3)


def test_somebody_works_whatever_the_hours_but_not_longer_than_a_shift() -> None:
    night = at(2, 3)
    assert ROTA.staffed(night, {"ann": night - timedelta(hours=7)})
    assert not ROTA.staffed(night, {"ann": night - timedelta(hours=8)})
    assert not ROTA.staffed(at(0, 10), {})


def test_what_is_read() -> None:
    assert ROTA.holidays == {date(2026, 12, 6)} and ROTA.shift == timedelta(hours=8) and ROTA.zone is DHAKA


@pytest.mark.parametrize(
    "change",
    [
        {"hours": None}, {"hours": {"funday": []}}, {"hours": {"monday": "09:00-10:00"}}, {"hours": {"monday": ["10:00-09:00"]}},
        {"hours": {"monday": ["09:00-11:00", "10:00-12:00"]}}, {"hours": {"monday": ["9-10-11"]}}, {"hours": {"monday": ["25:00-26:00"]}},
        {"hours": {"monday": ["09:00-24:00", "09:00-10:00"]}}, {"zone": "Asia/Nowhere"}, {"holidays": ["16 December"]}, {"shift_hours": "long"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_cure(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"hours|zone|holidays"):
        parse({**PLAIN, **change})
