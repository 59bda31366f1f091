"""The supervisor's page: what waits and for how long, who holds what, what is late, who is on duty, what a second person must decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.board import LEVELS
from bot.desk.colleagues import colleagues
from bot.desk.pages import Pages
from bot.desk.ports import Overview, Staffing
from bot.desk.visit import audited, visit
from bot.handoff import CaseDesk, CaseSummary, Waiting
from bot.staff import Action, Staff
from bot.threads import off_loop

_MOST = 40  # lines of one list


@dataclass(frozen=True, kw_only=True)
class Sight:
    waiting: tuple[Waiting, ...]
    queue: tuple[CaseSummary, ...]  # late ones first
    held: tuple[CaseSummary, ...]
    confirm: tuple[CaseSummary, ...]
    erase: tuple[CaseSummary, ...]
    more: int  # lines not shown

    @property
    def late(self) -> int:
        return sum(case.late for case in (*self.queue, *self.held))

    def load(self, staff: str) -> int:
        return sum(case.owner == staff for case in self.held)


class Oversight:
    def __init__(self, cases: CaseDesk, overview: Overview, store: Staffing, pages: Pages) -> None:
        self._cases, self._overview, self._store, self._pages = cases, overview, store, pages

    def routes(self) -> list[Route]:
        return [
            Route("/oversight", self._show, name="oversight", methods=["GET"]),
            Route("/oversight/list", self._list, name="oversight.list", methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        await audited(visit(request), Action.QUEUE_VIEWED, what="oversight")
        return self._pages.show(request, "oversight.html", **await self._given(request))

    async def _list(self, request: Request) -> Response:
        return self._pages.show(request, "oversight_list.html", **await self._given(request))

    async def _given(self, request: Request) -> dict[str, Any]:
        people = await colleagues(self._store)
        return {"sight": await off_loop(self._look, visit(request).staff), "people": people}

    def _look(self, staff: Staff) -> Sight:
        """Her team's, and nobody's; all where she is of no team."""
        team = staff.team or None

        def ours(case: CaseSummary) -> bool:
            return team is None or case.team in (None, team)

        queue = self._cases.queue(team)
        held = [case for case in self._cases.held() if ours(case)]
        confirm = [case for case in held if case.closing_by is not None]
        erase = [case for case in self._overview.to_erase() if ours(case)]
        return Sight(
            waiting=tuple(_waiting(queue, level) for level in LEVELS),
            queue=tuple(sorted(queue, key=lambda case: not case.late)[:_MOST]),
            held=tuple(sorted(held, key=lambda case: not case.late)[:_MOST]),
            confirm=tuple(confirm),
            erase=tuple(erase),
            more=max(0, len(queue) - _MOST) + max(0, len(held) - _MOST),
        )


def _waiting(cases: list[CaseSummary], level: Any) -> Waiting:
    """Call-backs count too: nobody has them yet."""
    since = [case.queued_since for case in cases if case.level is level]
    return Waiting(level=level, count=len(since), longest_since=min(since, default=None))
