"""When the desk is open: weekly hours, holidays, and working time. Pure; the clock is always an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DHAKA = ZoneInfo("Asia/Dhaka")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FAR = 366  # days looked ahead; a desk that is closed longer has no opening
Span = tuple[time, time | None]  # from, to; None: midnight at the end of the day


@dataclass(frozen=True, kw_only=True)
class Rota:
    """Hours by weekday (Monday is 0), in the desk's own time zone. Times that are handed out have the zone of the question."""

    hours: Mapping[int, tuple[Span, ...]]  # sorted, without overlap
    holidays: frozenset[date] = frozenset()
    zone: ZoneInfo = DHAKA
    shift: timedelta = timedelta(hours=12)  # who switched on longer ago forgot to switch off

    def is_open(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self._spans(now, days=1))

    def staffed(self, now: datetime, on_duty: Mapping[str, datetime]) -> bool:
        """Whether anybody works, by when each switched on duty: the switch counts and not the hours, but only for one shift."""
        return any(self.working(now, since) for since in on_duty.values())

    def working(self, now: datetime, since: datetime) -> bool:
        return now - since < self.shift

    def next_opening(self, now: datetime) -> datetime | None:
        """The next time the desk opens after `now`, open now or not. None: never within a year."""
        end_before: datetime | None = None
        for start, end in self._spans(now, days=_FAR):
            if start > now and start != end_before:  # a span that ends at midnight may go on in the next
                return start.astimezone(now.tzinfo)
            end_before = end
        return None

    def after_working(self, start: datetime, work: timedelta) -> datetime | None:
        """The moment by which the desk was open for `work` since `start`. None: not within a year."""
        left = work
        for opens, closes in self._spans(start, days=_FAR):
            begun = max(opens, start)
            if closes <= begun:
                continue
            if closes - begun >= left:
                return (begun + left).astimezone(start.tzinfo)
            left -= closes - begun
        return None

    def _spans(self, now: datetime, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        """From the start of today, in order."""
        today = now.astimezone(self.zone).date()
        for ahead in range(days):
            day = today + timedelta(days=ahead)
            if day in self.holidays:
                continue
            for start, end in self.hours.get(day.weekday(), ()):
                last = self._at(day + timedelta(days=1), time()) if end is None else self._at(day, end)
                yield self._at(day, start), last

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone)


def parse(plain: Mapping[str, Any]) -> Rota:
    """From YAML or JSON: zone, shift_hours, hours (weekday → ["09:00-17:00", …]), holidays (ISO dates). Raises ValueError with the cure."""
    hours = plain.get("hours")
    if not isinstance(hours, Mapping) or not set(hours) <= set(DAYS):
        raise ValueError(f"hours: give spans under the names of days: {', '.join(DAYS)}")
    spans = {DAYS.index(day): _day(day, said) for day, said in hours.items()}
    try:
        zone = ZoneInfo(str(plain.get("zone") or DHAKA.key))
        holidays = frozenset(date.fromisoformat(str(day)) for day in plain.get("holidays") or ())
        shift = timedelta(hours=float(plain.get("shift_hours") or 12))
    except ZoneInfoNotFoundError:
        raise ValueError("zone: write it as Asia/Dhaka") from None
    except ValueError:
        raise ValueError("holidays: write dates as 2026-12-16; shift_hours: a number") from None
    return Rota(hours=spans, holidays=holidays, zone=zone, shift=shift)


def _day(day: str, said: Any) -> tuple[Span, ...]:
    cure = f'hours: {day}: write spans as "09:00-17:00", in order and without overlap'
    if not isinstance(said, list):
        raise ValueError(cure)
    spans: list[Span] = []
    for span in said:
        try:
            first, last = str(span).split("-")
            start, end = time.fromisoformat(first), None if last == "24:00" else time.fromisoformat(last)
        except ValueError:
            raise ValueError(cure) from None
        before = spans[-1][1] if spans else time()
        if before is None or start < before or (end is not None and end <= start):
            raise ValueError(cure)
        spans.append((start, end))
    return tuple(spans)
