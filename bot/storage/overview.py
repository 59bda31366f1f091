"""What supervisors and analysts look at beside the cases: the sample, what is to be erased, the figures. bot.desk.ports.Overview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from sqlalchemy import insert, select, true

from bot.handoff import CaseSummary, Message
from bot.model import Level
from bot.storage import caserows, caseviews, casework, counting, sampling
from bot.storage.engine import Database
from bot.storage.figure_tables import figures
from bot.storage.inbox import moment
from bot.storage.people import level_of
from bot.storage.sealing import Sealer
from bot.storage.tables import OPEN, cases
from bot.storage.transaction import Transaction, attempted, token

T = TypeVar("T")
_WAITS = cases.c.state.in_(("queued", "offered", "callback"))
_ERASE_KEPT = timedelta(seconds=30)
_ERASE_WITHIN = timedelta(days=90)


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Overview:
    """Figures are of months that have ended: what was counted is good for some minutes (`keep`)."""

    def __init__(
        self, database: Database, sealer: Sealer, *, clock: Callable[[], datetime] = _utc, keep: timedelta = timedelta(minutes=5)
    ) -> None:
        self._database, self._sealer, self._clock, self._keep = database, sealer, clock, keep
        self._erase: tuple[datetime, list[CaseSummary]] | None = None
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
        """Closed, asked to be deleted, and nobody has decided. Up to half a minute old, because all cases are looked at."""
        now = self._clock()
        if self._erase is None or now - self._erase[0] >= min(self._keep, _ERASE_KEPT):
            self._erase = (now, self._to_erase())
        return self._erase[1]

    def _to_erase(self) -> list[CaseSummary]:

        def look(tx: Transaction) -> list[CaseSummary]:
            asked = cases.c.more.like('%"asked_to_delete":true%')
            since = tx.now - _ERASE_WITHIN.total_seconds()
            query = select(cases).where(cases.c.state == "closed", cases.c.closed_at > since, asked).limit(50)
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
