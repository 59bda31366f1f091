"""The hours in which she may be written to first, by her own clock: a code, with her time zone ("any", "morning@Asia/Riyadh", "never")."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.rota import DHAKA, Rota

ANY, NEVER = "any", "never"  # never: only when she writes
SPANS = {"morning": (time(8), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time(21))}
CHOICES = (ANY, *SPANS, NEVER)
_STEP = timedelta(minutes=15)
_AHEAD = timedelta(days=14)  # looked for; holidays may close the desk for so long


def within(hours: str, now: datetime) -> bool:
    """Whether she may be written to at that moment. Where she said nothing, this does not forbid it."""
    name, _, zone = hours.partition("@")
    if name == NEVER:
        return False
    if name not in SPANS:
        return True
    start, end = SPANS[name]
    return start <= now.astimezone(_zone(zone)).time() < end


def next_safe(hours: str, at: datetime, rota: Rota) -> datetime:
    """The first moment from `at` on that is hers and in which the desk is open, as far as there is one within days; else `at`."""
    if hours.partition("@")[0] not in SPANS:
        return at
    moment, hers = at, None
    while moment < at + _AHEAD:
        if within(hours, moment):
            hers = hers or moment
            if rota.is_open(moment):
                return moment
        moment += _STEP
    return hers or at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name) if name else DHAKA
    except (ZoneInfoNotFoundError, ValueError):
        return DHAKA
