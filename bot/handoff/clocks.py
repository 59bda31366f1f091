"""Every clock of a case, and the policy's values. Clocks live in the database: what is due is fired by the worker's sweep."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from bot.model import Level


class Clock(str, Enum):
    ACCEPT = "accept"  # urgent and standard: nobody has taken it
    ACCEPT_ALL = "accept_all"  # critical
    ACCEPT_SUPERVISOR = "accept_supervisor"
    ACCEPT_MANAGER = "accept_manager"  # again and again
    PRIORITY = "priority"  # an urgent one now goes before new urgent ones
    OFFER = "offer"
    TRANSFER = "transfer"
    REMIND_3 = "remind_3"  # she is told that she is not forgotten
    REMIND_10 = "remind_10"
    SILENT_NUDGE = "silent_nudge"  # the counsellor does not answer
    SILENT_SUPERVISOR = "silent_supervisor"
    SILENT_BACK = "silent_back"
    SHE_SILENT = "she_silent"
    WAITING_LOOK = "waiting_look"  # a supervisor looks at one that waits for her
    CALLBACK = "callback"
    WINDOW_20H = "window_20h"  # Messenger lets us answer for 24 hours, a person of ours for 7 days
    WINDOW_6D = "window_6d"


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


# Until somebody accepts.
ACCEPT_CRITICAL = {Clock.ACCEPT_ALL: _minutes(2), Clock.ACCEPT_SUPERVISOR: _minutes(5), Clock.ACCEPT_MANAGER: _minutes(10)}
ACCEPT_URGENT = {Clock.ACCEPT: _minutes(15), Clock.PRIORITY: _minutes(30)}
ACCEPT_STANDARD = timedelta(hours=4)  # of working time
REPEAT_CRITICAL, REPEAT_URGENT = _minutes(10), _minutes(15)
PRIORITY_AFTER = ACCEPT_URGENT[Clock.PRIORITY]
OFFER, TRANSFER = timedelta(seconds=45), timedelta(seconds=60)
REMIND = {Clock.REMIND_3: _minutes(3), Clock.REMIND_10: _minutes(10)}
STILL_THERE = _minutes(2)  # a reminder goes only to somebody who wrote within this, or said that it is safe
SAID_AGAIN = _minutes(3)  # the same fixed text is not said more often to what she writes

# While a counsellor has it.
_SILENT = (Clock.SILENT_NUDGE, Clock.SILENT_SUPERVISOR, Clock.SILENT_BACK)
_SILENT_CRITICAL, _SILENT_OTHER = (3, 5, 8), (10, 20, 30)  # minutes
SHE_SILENT = _minutes(15)
WAITING_LOOK, WAITING_LOOK_AGAIN = _minutes(60), timedelta(hours=24)

CALLBACK_SOON = _minutes(30)  # within opening hours and nobody there; then the next full hour
CALLBACK_AGAIN = timedelta(hours=4)  # after one that did not come about, where no opening is known
MISSES = 2  # then the supervisor
WINDOWS = {Clock.WINDOW_20H: timedelta(hours=20), Clock.WINDOW_6D: timedelta(days=6)}  # after her last message, on Messenger
SAME_TEAM = timedelta(days=7)  # after closing


def silent(level: Level) -> dict[Clock, timedelta]:
    """How long a counsellor may leave her without an answer."""
    minutes = _SILENT_CRITICAL if level is Level.CRITICAL else _SILENT_OTHER
    return {clock: _minutes(number) for clock, number in zip(_SILENT, minutes, strict=True)}
