"""The supervisor's page: what waits and for how long, who holds what, what is late, who is on duty, what a second person must decide."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.colleagues import colleagues
from bot.desk.pages import Pages
from bot.desk.ports import Overview, Staffing
from bot.desk.visit import audited, visit
from bot.handoff import CaseSummary
from bot.staff import Action, Staff
from bot.threads import off_loop

_MOST = 25  # lines of one list: late ones first, and how many more there are is said


class Oversight:
    def __init__(self, overview: Overview, store: Staffing, pages: Pages) -> None:
        self._overview, self._store, self._pages = overview, store, pages

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
        return {**await off_loop(self._look, visit(request).staff), "people": people}

    def _look(self, staff: Staff) -> dict[str, Any]:
        """Her team's, and nobody's; all where she is of no team."""
        team = staff.team or None

        def ours(case: CaseSummary) -> bool:
            return team is None or case.team in (None, team)

        sight = self._overview.at_work(team, _MOST)
        more = sight.queued - len(sight.queue) + sight.holding - len(sight.held)
        return {"sight": sight, "more": more, "erase": [case for case in self._overview.to_erase() if ours(case)]}
