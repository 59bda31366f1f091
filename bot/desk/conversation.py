"""One case as its counsellor works on it: what was said, what was found, what is known. What she does with it is in deeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.board import board
from bot.desk.colleagues import colleagues
from bot.desk.formlists import CaseLists
from bot.desk.looked import Looked
from bot.desk.pages import Pages
from bot.desk.ports import Staffing
from bot.desk.reading import Reading
from bot.desk.shelf import SCRIPTS, Group, fitting, hotline_cards, service_cards
from bot.desk.visit import visit
from bot.errors import NoSuchCase
from bot.handoff import HUMAN, CaseDesk, CaseView, Stage
from bot.handoff.clocks import WINDOWS, Clock
from bot.knowledge import Knowledge
from bot.staff import Role, Staff
from bot.threads import off_loop

DONE = ("level", "note", "passed", "back", "callback", "missed", "hidden", "shown", "confirm", "closed", "assigned")
PROBLEMS = ("state", "close", "time", "note", "whom", "reason", "text")
_WINDOW = timedelta(days=7)  # a human of ours may answer on Messenger for as long


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the pages of a case take from knowledge/."""

    knowledge: Knowledge
    groups: tuple[Group, ...]
    reading: Reading
    lists: CaseLists


class Conversation:
    def __init__(
        self, cases: CaseDesk, store: Staffing, pages: Pages, content: Content, looked: Looked, clock: Callable[[], datetime]
    ) -> None:
        self._cases, self._store, self._pages = cases, store, pages
        self._content, self._looked, self._clock = content, looked, clock

    def routes(self) -> list[Route]:
        return [
            Route("/cases/{case}", self._show, name="case", methods=["GET"]),
            Route("/cases/{case}/thread", self._thread, name="case.thread", methods=["GET"]),
            Route("/cases/{case}/facts", self._facts, name="case.facts", methods=["GET"]),
            Route("/cases/{case}/acts", self._acts, name="case.acts", methods=["GET"]),
            Route("/cases/{case}/shelf", self._shelf, name="case.shelf", methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        await self._looked.note(visit(request), request.path_params["case"], anew=True)
        scene = await self.scene(request, seen=True)
        asked = request.query_params
        told: dict[str, Any] = {"done": _one_of(asked.get("done"), DONE), "problem": _one_of(asked.get("problem"), PROBLEMS)}
        staff = visit(request).staff
        own = await off_loop(self._cases.own, staff.id)
        held = board((), own, staff.id, self._cases.find, self._clock())
        return self._pages.show(
            request, "talk.html", **scene, **told, **self._cards(request, scene["view"]), board=held, at=request.path_params["case"]
        )  # fmt: skip

    async def _thread(self, request: Request) -> Response:
        return await self.part(request, "talk_thread.html")

    async def _facts(self, request: Request) -> Response:
        return await self.part(request, "talk_facts.html")

    async def _acts(self, request: Request) -> Response:
        return await self.part(request, "talk_acts.html")

    async def _shelf(self, request: Request) -> Response:
        scene = await self.scene(request)
        return self._pages.show(request, "talk_shelf.html", **scene, **self._cards(request, scene["view"]))

    async def part(self, request: Request, template: str, status: int = 200, **more: Any) -> Response:
        """A live piece of the page."""
        await self._looked.note(visit(request), request.path_params["case"])
        scene = await self.scene(request, seen="x-desk-seen" in request.headers)
        return self._pages.show(request, template, status, **scene, **more)

    async def scene(self, request: Request, *, seen: bool = False) -> dict[str, Any]:
        """What every piece of the page is drawn from. `seen`: she has it before her eyes, so its messages are read."""
        staff, case = visit(request).staff, request.path_params["case"]
        view, over = await off_loop(self._view, staff, case)
        holds = view.case.owner == staff.id
        if seen and holds and view.unread:
            hers = [message.id for message in view.messages if message.author == "person"]
            await off_loop(self._cases.read, case, staff.id, hers[-1])
            view = replace(view, unread=0)
        return {
            "view": view,
            "case": view.case,
            "over": over,  # looks as a supervisor at a case that is not hers
            "holds": holds,
            "speaks": holds and view.case.state in HUMAN,
            "people": await colleagues(self._store),
            "reading": self._content.reading,
            "window": _window(view, self._clock()),
            "district": _district(view),
            "outcomes": self._content.lists.outcomes,
            "again": _again(view),
        }

    def _view(self, staff: Staff, case: str) -> tuple[CaseView, bool]:
        try:
            return self._cases.view(case, staff.id), False
        except NoSuchCase:
            if staff.role is not Role.SUPERVISOR:
                raise HTTPException(404) from None
        try:
            return self._cases.view(case, staff.id, over=True), True
        except NoSuchCase:
            raise HTTPException(404) from None

    def _cards(self, request: Request, view: CaseView) -> dict[str, Any]:
        """In her language and script, of the place she is in; both can be chosen differently."""
        services = self._content.knowledge.services
        script = _one_of(request.query_params.get("script"), SCRIPTS) or _script(view)
        chosen = request.query_params.get("at") or _district(view)
        district = chosen if chosen in services.districts else None
        language = "en" if script == "en" else "bn"
        return {
            "groups": fitting(self._content.groups, view.case.category),
            "script": script,
            "scripts": SCRIPTS,
            "hotlines": hotline_cards(self._content.knowledge, view.whereabouts, language),
            "services": service_cards(self._content.knowledge, district, language) if district else (),
            "shelf_district": district,
            "districts": {id: name[visit(request).language] for id, name in services.districts.items()},
        }


def _again(view: CaseView) -> int:
    """Milliseconds until the messages are worth another look, because something of them is under way that nobody tells of; 0: never."""
    recent = view.messages[-20:]
    if any(message.delivery in ("queued", "sending") for message in recent):
        return 1500
    return 4000 if any(message.file == "waiting" for message in recent) else 0


def _script(view: CaseView) -> str:
    return view.script if view.script in SCRIPTS else view.language


def _district(view: CaseView) -> str | None:
    contact = view.form.get("contact")
    found = contact.get("district") if isinstance(contact, Mapping) else None
    return str(found) if found else None


def _window(view: CaseView, now: datetime) -> dict[str, Any] | None:
    """Messenger lets the program answer for a day, a human for seven: how near the end is."""
    if view.channel != "messenger" or view.case.state is Stage.CLOSED:
        return None
    quiet = now - view.case.her_last_at
    left = (_WINDOW - quiet).total_seconds()
    if left <= 0:
        return {"kind": "over", "left": 0}
    if quiet >= WINDOWS[Clock.WINDOW_6D]:
        return {"kind": "last", "left": left}
    return {"kind": "day", "left": left} if quiet >= WINDOWS[Clock.WINDOW_20H] else None


def _one_of(value: str | None, allowed: tuple[str, ...]) -> str | None:
    return value if value in allowed else None
