"""The bench of the desk with real cases: she writes, and what becomes of it is worked on through the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.handoff import Case
from bot.model import CaseRequest, Inbound, Kind, Level, Outcome, Reply, Risk
from bot.storage import Casework, Repository
from tests.fakes.desk import Bench

_OWNER = "test"


class WorkBench(Bench):
    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, **more)
        self.repository = Repository(self.database, self.sealer, clock=self.clock)
        self.work = Casework(self.database, self.sealer, clock=self.clock)
        self.cases = self.work
        self._parts = self._made(secure=False)
        self.again()
        self._events = 0

    def on_duty(self, *staff: str) -> None:
        for one in staff:
            self.work.set_on_duty(one, True)

    def hears(
        self, text: str, level: Level | None = None, *, sender: str = "ann", channel: str = "web", category: str | None = "fraud",
        reasons: tuple[str, ...] = ("model",), media: str | None = None, replies: tuple[str, ...] = (),
    ) -> str:  # fmt: skip
        """She writes; where a level is given, a case comes of it. Her conversation."""
        self._events += 1
        kind = Kind.MEDIA if media else Kind.TEXT
        event = Inbound(channel=channel, external_id=f"e{self._events}", sender=sender, kind=kind, text=text, media=media)
        (received,) = self.repository.receive([event])
        turn = self.repository.take_turn(received.conversation, _OWNER, 60)
        assert turn is not None
        flagged = level is not None and level.flagged
        risk = Risk(flag=level, category=category, reasons=reasons) if flagged and level else Risk()
        case = None if level is None else CaseRequest(level=level, category=category, reason="flagged" if flagged else "asked_for_person")
        said = tuple(Reply(text=reply) for reply in replies)
        self.repository.finish(turn, Outcome(replies=said, state=turn.state, risk=risk, case=case), _OWNER)
        self.repository.release_turns(received.conversation, _OWNER)
        return received.conversation

    def case_of(self, text: str, level: Level = Level.URGENT, *, by: str | None = None, **more: Any) -> str:
        """The id of a new case; `by`: taken by her."""
        before = {line.id for line in self.work.queue()}
        self.hears(text, level, **more)
        (new,) = {line.id for line in self.work.queue()} - before
        if by is not None:
            taken = self.work.take_next(by)
            assert taken is not None and taken.case.id == new
        return new

    def found(self, case: str) -> Case:
        return self.work.find(case)
