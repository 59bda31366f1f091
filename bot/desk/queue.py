"""The first page of a counsellor: take the next, what is offered to her, what she holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.board import Board, board
from bot.desk.pages import Pages
from bot.desk.ports import Overview
from bot.desk.visit import audited, visit
from bot.errors import CaseError, NoSuchCase
from bot.handoff import CaseDesk, Stage
from bot.staff import Action
from bot.threads import off_loop

TOLD = ("none", "gone", "taken", "closed", "confirm", "passed", "rejected", "erased")  # what the page may be asked to say


class Queue:
    def __init__(self, cases: CaseDesk, overview: Overview, pages: Pages, clock: Callable[[], datetime]) -> None:
        self._cases, self._overview, self._pages, self._clock = cases, overview, pages, clock

    def routes(self) -> list[Route]:
        return [
            Route("/queue", self._show, name="queue", methods=["GET"]),
            Route("/queue/list", self._list, name="queue.list", methods=["GET"]),
            Route("/queue/own", self._own, name="queue.own", methods=["GET"]),
            Route("/queue/badge", self._badge, name="queue.badge", methods=["GET"]),
            Route("/queue/take", self._take, name="queue.take", methods=["POST"]),
            Route("/cases/{case}/accept", self._accept, name="case.accept", methods=["POST"]),
            Route("/cases/{case}/reject", self._reject, name="case.reject", methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        await audited(visit(request), Action.QUEUE_VIEWED)
        told = request.query_params.get("told")
        return self._pages.show(request, "queue.html", board=await self._board(request), told=told if told in TOLD else None)

    async def _list(self, request: Request) -> Response:
        """The live part of the page."""
        return self._pages.show(request, "queue_list.html", board=await self._board(request))

    async def _own(self, request: Request) -> Response:
        """The conversations she holds, beside the one that is open."""
        at = request.query_params.get("at", "")
        return self._pages.show(request, "talk_own.html", board=await self._board(request), at=at)

    async def _badge(self, request: Request) -> Response:
        """What the menu of every page says of the queue, and what the alarm listens to."""
        return self._pages.show(request, "queue_badge.html", board=await self._board(request))

    async def _take(self, request: Request) -> Response:
        here = visit(request)
        taken = await off_loop(self._cases.take_next, here.staff.id)
        if taken is None:
            return self._back("none")
        await audited(here, Action.CASE_DECIDED, taken.case.id, what="taken")
        return RedirectResponse(self._pages.path("case", case=taken.case.id), status_code=303)

    async def _accept(self, request: Request) -> Response:
        here, case = visit(request), request.path_params["case"]
        await audited(here, Action.CASE_DECIDED, case, what="accept")
        try:
            asked = (await off_loop(self._cases.find, case)).state is not Stage.OFFERED
            await off_loop(self._cases.accept_transfer if asked else self._cases.accept, case, here.staff.id)
        except NoSuchCase:
            raise HTTPException(404) from None
        except CaseError:  # it lapsed while she was reading, or somebody was quicker
            return self._back("gone")
        return RedirectResponse(self._pages.path("case", case=case), status_code=303)

    async def _reject(self, request: Request) -> Response:
        here, case = visit(request), request.path_params["case"]
        await audited(here, Action.CASE_DECIDED, case, what="reject")
        try:
            asked = (await off_loop(self._cases.find, case)).state is not Stage.OFFERED
            await off_loop(self._cases.reject_transfer if asked else self._cases.reject, case, here.staff.id)
        except NoSuchCase:
            raise HTTPException(404) from None
        except CaseError:
            return self._back("gone")
        return self._back("rejected")

    def _back(self, told: str) -> Response:
        return RedirectResponse(self._pages.path("queue") + f"?told={told}", status_code=303)

    async def _board(self, request: Request) -> Board:
        staff = visit(request).staff

        def look() -> Board:
            queue, own = self._overview.waiting(staff.team or None), self._cases.own(staff.id)
            return board(queue, own, staff.id, self._cases.find, self._clock())

        return await off_loop(look)
