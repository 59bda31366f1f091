"""What waits, what is offered and what she holds, as the queue page shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.handoff import Case, CaseSummary, Clock, Stage, Waiting
from bot.handoff.clocks import OFFER, TRANSFER
from bot.model import Level

LEVELS = (Level.CRITICAL, Level.URGENT, Level.STANDARD)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A case that somebody is asked to take, and how long the question stands."""

    case: CaseSummary
    transfer: bool  # a colleague asks; else the queue
    left: int  # seconds
    of: int


@dataclass(frozen=True, kw_only=True)
class Board:
    waiting: tuple[Waiting, ...]  # by level, critical first: what she may take
    queued: int  # of these, nobody is asked about yet
    callbacks: int  # agreed or put off; nobody can take these
    offers: tuple[Offer, ...]
    mine: tuple[CaseSummary, ...]

    @property
    def count(self) -> int:
        return sum(row.count for row in self.waiting)

    @property
    def takeable(self) -> int:
        """Without those that a colleague is being asked about just now."""
        return self.queued + sum(not offer.transfer for offer in self.offers)

    @property
    def critical(self) -> int:
        return next(row.count for row in self.waiting if row.level is Level.CRITICAL)

    @property
    def unread(self) -> int:
        return sum(case.unread for case in self.mine)


Waits = tuple[Level, str, datetime]  # level, state, since when


def board(queue: Sequence[Waits], own: Sequence[CaseSummary], staff: str, find: Callable[[str], Case], now: datetime) -> Board:
    """`own` as CaseDesk.own gives it: held by her, offered or passed to her, and her call-backs."""
    waits = [case for case in queue if case[1] != Stage.CALLBACK.value]
    mine = [case for case in own if case.owner == staff or case.state == Stage.CALLBACK.value]
    asked = [case for case in own if case not in mine]
    return Board(
        waiting=tuple(_waiting(waits, level) for level in LEVELS),
        queued=sum(case[1] == Stage.QUEUED.value for case in waits),
        callbacks=len(queue) - len(waits),
        offers=tuple(_offer(case, find(case.id), staff, now) for case in asked),
        mine=tuple(mine),
    )


def _waiting(waits: Sequence[Waits], level: Level) -> Waiting:
    since = [since for its, _, since in waits if its is level]
    return Waiting(level=level, count=len(since), longest_since=min(since, default=None))


def _offer(summary: CaseSummary, case: Case, staff: str, now: datetime) -> Offer:
    transfer = summary.offered_to != staff
    clock, whole = (Clock.TRANSFER, TRANSFER) if transfer else (Clock.OFFER, OFFER)
    of = int(whole.total_seconds())
    ends = case.clocks.get(clock)
    left = 0 if ends is None else int((ends - now).total_seconds())
    return Offer(case=summary, transfer=transfer, left=max(0, min(of, left)), of=of)
