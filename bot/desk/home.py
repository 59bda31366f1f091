"""Where a sign-in leads, and what the frame of every page does: language, duty, staying signed in."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.cookies import Cookies
from bot.desk.navigation import ENTRIES
from bot.desk.pages import MOUNT, Pages
from bot.desk.permissions import allowed
from bot.desk.ports import Duty, Staffing
from bot.desk.visit import audited, visit
from bot.knowledge import LANGUAGES
from bot.staff import Action
from bot.threads import off_loop


class Home:
    def __init__(self, store: Staffing, pages: Pages, cookies: Cookies, duty: Duty) -> None:
        self._store, self._pages, self._cookies, self._duty = store, pages, cookies, duty

    def routes(self) -> Sequence[Route]:
        return [
            Route("/", self._home, name="home", methods=["GET"]),
            Route("/language", self._language, name="language", methods=["POST"]),
            Route("/duty", self._switch, name="duty", methods=["POST"]),
            Route("/active", self._active, name="active", methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        """The first page of the menu that is hers."""
        role = visit(request).staff.role
        first = next(entry.route for entry in ENTRIES if allowed(entry.route, role))
        return RedirectResponse(self._pages.path(first), status_code=303)

    async def _language(self, request: Request) -> Response:
        here = visit(request)
        language = here.form["language"]
        response = RedirectResponse(_back(request, here.form["back"], self._pages), status_code=303)
        if language in LANGUAGES:
            self._cookies.speak(response, language)
            if here.session is not None:
                await off_loop(self._store.set_language, here.staff.id, language)
        return response

    async def _switch(self, request: Request) -> Response:
        here = visit(request)
        on = here.form["on"] == "1"
        await audited(here, Action.ON_DUTY if on else Action.OFF_DUTY, here.staff.id)
        await off_loop(self._duty.switch, here.staff.id, on)
        return RedirectResponse(_back(request, here.form["back"], self._pages), status_code=303)

    async def _active(self, request: Request) -> Response:
        """Typing and reading keep the session alive, too: the page tells of it now and then. The guard has noted it."""
        return Response(status_code=204)


def _back(request: Request, given: str, pages: Pages) -> str:
    """The page the form stood on: one of ours, shown again without what was asked of it."""
    plain = given.partition("?")[0]
    ours = plain.startswith(MOUNT + "/") and "//" not in plain and "\\" not in plain and plain.isprintable() and plain.isascii()
    return plain if ours else pages.path("home")
