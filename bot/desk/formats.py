"""Numbers, times and lengths of time as the desk writes them, in the digits of the language and in Bangladesh's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

DHAKA = timezone(timedelta(hours=6))  # no summer time
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class Formats:
    """Of one language; `words` is its block `formats`."""

    def __init__(self, words: SimpleNamespace, clock: Callable[[], datetime]) -> None:
        self._words, self._clock = words, clock
        self._digits = str.maketrans("0123456789", words.digits)
        self._months = words.months.split()

    def num(self, value: object) -> str:
        return str(value).translate(self._digits)

    def time(self, at: datetime) -> str:
        """15:05"""
        return self.num(at.astimezone(DHAKA).strftime("%H:%M"))

    def day(self, at: date) -> str:
        """27 November; with the year when it is another"""
        local, today = at.astimezone(DHAKA) if isinstance(at, datetime) else at, self._clock().astimezone(DHAKA)
        year = "" if local.year == today.year else f" {local.year}"
        return self.num(f"{local.day} {self._months[local.month - 1]}{year}")

    def when(self, at: datetime) -> str:
        """The time of today, otherwise day and time."""
        if at.astimezone(DHAKA).date() == self._clock().astimezone(DHAKA).date():
            return self.time(at)
        return f"{self.day(at)}, {self.time(at)}"

    def ago(self, at: datetime) -> str:
        """How long since, in one unit."""
        return self.lasting((self._clock() - at).total_seconds())

    def lasting(self, seconds: float) -> str:
        for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
            if seconds >= unit:
                return self.fill(getattr(self._words, name), n=int(seconds // unit))
        return str(self._words.now)

    def fill(self, text: str, **values: object) -> str:
        """The text with its {names}; numbers in the language's digits."""
        return text.format(**{name: self.num(value) if isinstance(value, (int, float)) else value for name, value in values.items()})


def filters(formats: Mapping[str, Formats]) -> dict[str, Callable[..., str]]:
    """Jinja filters of the page's language: num, time, day, when, ago, lasting, fill."""
    import jinja2

    def of(name: str) -> Callable[..., str]:
        @jinja2.pass_context
        def filter(context: Any, value: Any, **values: object) -> str:
            return str(getattr(formats[context["language"]], name)(value, **values))

        return filter

    return {name: of(name) for name in ("num", "time", "day", "when", "ago", "lasting", "fill")}
