"""What supervisors and analysts look at beside the cases: the sample, what is to be erased, the figures. bot.desk.ports.Overview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from sqlalchemy import insert, select, true
from sqlalchemy.engine import Row

from bot.handoff import Case, CaseSummary, Message, Sight, Stage, Waiting
from bot.handoff.queue import late, place
from bot.model import Level
from bot.storage import caserows, caseviews, casework, counting, sampling
from bot.storage.engine import Database
from bot.storage.figure_tables import figures
from bot.storage.inbox import moment
from bot.storage.people import level_of
from bot.storage.sealing import Sealer
from bot.storage.tables import OPEN, TO_ERASE, cases
from bot.storage.transaction import Transaction, attempted, token

T = TypeVar("T")
_WAITS = cases.c.state.in_(("queued", "offered", "callback"))
_ERASE_WITHIN = timedelta(days=90)
_LEVELS = (Level.CRITICAL, Level.URGENT, Level.STANDARD)
_HELD = (Stage.WITH_COUNSELLOR, Stage.WAITING_FOR_HER)


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Overview:
    """Figures are of months that have ended: what was counted is good for some minutes (`keep`)."""

    def __init__(
        self, database: Database, sealer: Sealer, *, clock: Callable[[], datetime] = _utc, keep: timedelta = timedelta(minutes=5)
    ) -> None:
        self._database, self._sealer, self._clock, self._keep = database, sealer, clock, keep
        self._years: tuple[datetime, list[int]] | None = None
        self._counts: dict[tuple[int, str, str], dict[tuple[str, str], int]] = {}

    def waiting(self, team: str | None) -> list[tuple[Level, str, datetime]]:
        """(level, state, in the queue since) of what waits for a human and the team may take."""

        def look(tx: Transaction) -> list[tuple[Level, str, datetime]]:
            ours = cases.c.team.is_(None) | (cases.c.team == team) if team else true()
            query = select(cases.c.level, cases.c.state, cases.c.queued_since, cases.c.opened_at).where(_WAITS, OPEN, ours)
            rows = tx.connection.execute(query)
            return [(level_of(row.level), str(row.state), moment(row.queued_since or row.opened_at)) for row in rows]

        return self._read(look)

    def at_work(self, team: str | None, most: int) -> Sight:
        """The open cases of the team and nobody's; all where `team` is None. At most so many lines in each list."""

        def look(tx: Transaction) -> Sight:
            found = casework.open_states(tx, Stage.QUEUED, Stage.OFFERED, Stage.CALLBACK, *_HELD)
            ours = [both for both in found if team is None or both[1].team in (None, team)]
            rota, now = casework.rota(tx), moment(tx.now)
            behind = {case.id for _, case in ours if late(case, now, rota)}
            ours.sort(key=lambda both: (both[1].id not in behind, both[1].state is Stage.CALLBACK, place(both[1], now)))
            queue, held = [both for both in ours if both[1].state not in _HELD], [both for both in ours if both[1].state in _HELD]
            confirm = [both for both in held if both[1].closing is not None]
            told = {line.id: line for line in caseviews.summaries(tx, [*queue[:most], *held[:most], *confirm[:most]], rota)}

            def lines(some: list[tuple[Row, Case]]) -> tuple[CaseSummary, ...]:
                return tuple(told[case.id] for _, case in some[:most])

            return Sight(
                waiting=tuple(_waiting([case for _, case in queue], level) for level in _LEVELS),
                queue=lines(queue), held=lines(held), confirm=lines(confirm), queued=len(queue), holding=len(held), late=len(behind),
                loads=Counter(case.owner for _, case in held if case.owner is not None),
            )  # fmt: skip

        return self._read(look)

    def sample(self, staff: str) -> tuple[str, str | None, tuple[Message, ...], str | None]:
        """(day, conversation or None, its messages of that day, verdict given already)."""

        def look(tx: Transaction) -> tuple[str, str | None, tuple[Message, ...], str | None]:
            day = sampling.yesterday(tx)
            conversation = sampling.chosen(tx, day, staff)
            said = sampling.read(tx, conversation, day) if conversation else ()
            return day, conversation, said, sampling.verdict(tx, day, staff)

        return self._read(look)

    def judge(self, staff: str, day: str, missed: Level | None) -> str | None:
        return self._write(lambda tx: sampling.judge(tx, day, staff, missed) if day == sampling.yesterday(tx) else None)

    def to_erase(self) -> list[CaseSummary]:
        """Closed, asked to be deleted, and nobody has decided."""

        def look(tx: Transaction) -> list[CaseSummary]:
            query = select(cases).where(TO_ERASE, cases.c.closed_at > tx.now - _ERASE_WITHIN.total_seconds()).limit(50)
            return caseviews.summaries(tx, caserows.all_of(tx, query), casework.rota(tx))

        return self._read(look)

    def years(self) -> list[int]:
        now = self._clock()
        if self._years is None or now - self._years[0] >= self._keep:
            while self._read(counting.behind) and self._write(counting.catch_up):
                continue
            self._counts.clear()
            self._years = (now, self._read(counting.years))
        return self._years[1]

    def counts(self, year: int, dimension: str, until: str) -> dict[tuple[str, str], int]:
        """(month, value) → how many cases were opened in that month, of months before `until` (YYYY-MM)."""
        if dimension not in counting.DIMENSIONS:
            raise KeyError(dimension)
        key = (year, dimension, until)
        if key not in self._counts:
            self._counts[key] = self._read(lambda tx: counting.by_month(tx, year, dimension, until))
        return self._counts[key]

    def add_history(self, counts: list[dict[str, str | int]]) -> None:
        """Cases of before this desk, of which only the codes are known: each a row of figures with an id of its own."""
        rows = [{**dict.fromkeys(counting.DIMENSIONS, counting.NOTHING), **count, "case_id": token()} for count in counts]
        self._write(lambda tx: tx.connection.execute(insert(figures), rows))

    def _read(self, work: Callable[[Transaction], T]) -> T:
        return attempted(self._database.read, self._sealer, self._clock, work)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        return attempted(self._database.write, self._sealer, self._clock, work)


def _waiting(queue: list[Case], level: Level) -> Waiting:
    since = [case.queued_since for case in queue if case.level is level]
    return Waiting(level=level, count=len(since), longest_since=min(since, default=None))
