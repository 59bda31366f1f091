"""Puts the desk together: one application, mounted at /desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from bot.desk import cases, casework
from bot.desk.account import Account
from bot.desk.cookies import Cookies
from bot.desk.doors import Doors
from bot.desk.files import Files
from bot.desk.guard import Guard
from bot.desk.headers import Headers
from bot.desk.home import Home
from bot.desk.hours import Hours
from bot.desk.live import Live
from bot.desk.pages import MOUNT, Pages
from bot.desk.passwords import Passwords
from bot.desk.people import People
from bot.desk.permissions import PERMISSIONS, Rule
from bot.desk.ports import Overview, Staffing, Telegram
from bot.desk.signing import SignIn
from bot.desk.words import Words
from bot.handoff import CaseDesk


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the desk is made of; bot.app brings the real ones. Pages of cases take what they need from here, too."""

    store: Staffing
    cases: CaseDesk
    overview: Overview
    words: Words
    hours: Mapping[str, Any]  # knowledge/duty.yml
    clock: Callable[[], datetime]
    passwords: Passwords
    secure: bool  # reached over https
    telegram: Telegram | None = None  # where cases are answered in the staff's Telegram group
    forwarded: bool = False  # our own proxy is in front, and its last X-Forwarded-For entry is the internet address


class Desk:
    """`extra` are routes of tests; `permissions` is PERMISSIONS but for them."""

    def __init__(self, parts: Parts, *, extra: Sequence[Route] = (), permissions: Mapping[str, Rule] = PERMISSIONS) -> None:
        cookies, pages = Cookies(secure=parts.secure), Pages(parts.words, parts.clock)
        sign_in = SignIn(parts.store, parts.passwords, parts.clock)
        looks, coming = cases.looks(parts.cases), cases.duty(parts.cases)
        self.live = Live(cases.CaseFeed(parts.cases), parts.store, looks)
        work = casework.pages_of(parts.cases, parts.overview, parts.store, pages, parts.clock)
        groups: tuple[casework.Group, ...] = (
            pages,
            Doors(parts.store, sign_in, pages, cookies, coming, _address(parts.forwarded)),
            Home(parts.store, pages, cookies, coming),
            *work,
            Files(parts.cases),
            Account(parts.store, sign_in, pages, cookies, parts.telegram),
            People(parts.store, pages, coming),
            Hours(parts.store, pages, parts.hours),
            self.live,
        )
        self.routes = [route for group in groups for route in group.routes()] + list(extra)
        pages.know(self.routes)
        guard = Guard(Router(routes=self.routes), self.routes, parts.store, looks, cookies, pages, permissions, self.live.wake)
        self.app: ASGIApp = Headers(guard, secure=parts.secure)

    def mount(self) -> list[BaseRoute]:
        return [Route(MOUNT, _slash), Mount(MOUNT, app=self.app)]

    def close(self) -> None:
        """Ends the event streams, so that a server that waits for its connections can stop."""
        self.live.close()


async def _slash(request: Request) -> Response:
    """Without the address: behind a proxy we do not know the one she used."""
    return RedirectResponse(MOUNT + "/", status_code=303)


def _address(forwarded: bool) -> Callable[[Request], str]:
    def address(request: Request) -> str:
        given = request.headers.get("x-forwarded-for", "") if forwarded else ""
        return given.rpartition(",")[2].strip() or (request.client.host if request.client else "")

    return address
