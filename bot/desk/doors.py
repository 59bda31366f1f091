"""The pages before the desk: sign-in, second factor, set-up, and the way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk import passwords, second
from bot.desk.cookies import Cookies
from bot.desk.headers import SAME
from bot.desk.pages import MOUNT, Pages
from bot.desk.ports import Duty, Staffing
from bot.desk.signing import Refused, SignIn
from bot.desk.visit import visit
from bot.staff import Stage
from bot.threads import off_loop

_NEXT = re.compile(rf"{MOUNT}/[A-Za-z0-9_/-]*(\?[A-Za-z0-9_=&-]*)?")


class Doors:
    """`address` says from which internet address a request comes."""

    def __init__(
        self, store: Staffing, sign_in: SignIn, pages: Pages, cookies: Cookies, duty: Duty, address: Callable[[Request], str]
    ) -> None:
        self._store, self._sign_in, self._pages = store, sign_in, pages
        self._cookies, self._duty, self._address = cookies, duty, address

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self._show, name="sign_in", methods=["GET"]),
            Route("/sign-in", self._password, name="sign_in.send", methods=["POST"]),
            Route("/second", self._second_show, name="second", methods=["GET"]),
            Route("/second", self._second, name="second.send", methods=["POST"]),
            Route("/setup", self._setup_show, name="setup", methods=["GET"]),
            Route("/setup", self._setup, name="setup.send", methods=["POST"]),
            Route("/setup/password", self._choose_show, name="setup_password", methods=["GET"]),
            Route("/setup/password", self._choose, name="setup_password.send", methods=["POST"]),
            Route("/setup/second", self._enrol_show, name="setup_second", methods=["GET"]),
            Route("/setup/second", self._enrol, name="setup_second.send", methods=["POST"]),
            Route("/sign-out", self._sign_out, name="sign_out", methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        session = visit(request).session
        if session is not None and session.stage is Stage.FULL:
            return self._to("home")
        return self._door(request, "sign_in.html", next=_next(request.query_params.get("next")), refused=None)

    async def _password(self, request: Request) -> Response:
        form = visit(request).form
        login, next = _login(form["login"]), _next(form["next"])
        device = request.cookies.get(self._cookies.device)
        token = await self._sign_in.password(login, form.raw("password"), self._address(request), device)
        if isinstance(token, Refused):
            return self._door(request, "sign_in.html", _status(token), next=next, refused=token)
        return self._granted(token, "second", next)

    async def _second_show(self, request: Request) -> Response:
        return self._pages.show(request, "second.html", next=_next(request.query_params.get("next")), refused=None)

    async def _second(self, request: Request) -> Response:
        here, session = visit(request), visit(request).session
        next = _next(here.form["next"])
        assert session is not None and here.token is not None
        token = await self._sign_in.second(session, here.token, here.form["code"])
        if isinstance(token, Refused):
            return self._pages.show(request, "second.html", _status(token), next=next, refused=token)
        response = RedirectResponse(next or self._pages.path("home"), status_code=303)
        self._cookies.grant(response, token)
        await self._known(response, session.staff.id)
        return response

    async def _setup_show(self, request: Request) -> Response:
        return self._door(request, "setup.html", refused=None)

    async def _setup(self, request: Request) -> Response:
        form = visit(request).form
        token = await self._sign_in.setup(_login(form["login"]), form["code"], self._address(request))
        if isinstance(token, Refused):
            return self._door(request, "setup.html", _status(token), refused=token)
        return self._granted(token, "setup_password")

    async def _choose_show(self, request: Request) -> Response:
        return self._pages.show(request, "setup_password.html", problem=None, login=await self._login_of(request))

    async def _choose(self, request: Request) -> Response:
        form, staff = visit(request).form, visit(request).staff
        login = await self._login_of(request)
        password = form.raw("password")
        wrong = passwords.problem(password, login, staff.name) or ("differ" if password != form.raw("again") else None)
        if wrong:
            return self._pages.show(request, "setup_password.html", 422, problem=wrong, login=login)
        await self._sign_in.choose(staff.id, password)
        await self._sign_in.proposed(staff.id, new=True)
        return self._to("setup_second")

    async def _enrol_show(self, request: Request) -> Response:
        found = await off_loop(self._store.credentials_of, visit(request).staff.id)
        if found is None or found.password is None:
            return self._to("setup_password")
        return await self._enrolment(request, None)

    async def _enrol(self, request: Request) -> Response:
        here = visit(request)
        codes = await self._sign_in.confirm(here.staff.id, here.form["code"], first=True)
        if isinstance(codes, Refused):
            return await self._enrolment(request, codes)
        token = await self._sign_in.renew(here.staff.id, here.token)
        response = self._pages.show(request, "recovery.html", codes=codes)
        self._cookies.grant(response, token)
        await self._known(response, here.staff.id)
        return response

    async def _enrolment(self, request: Request, refused: Refused | None) -> Response:
        secret = await self._sign_in.proposed(visit(request).staff.id)
        picture = second.qr(secret, await self._login_of(request))
        status = 422 if refused else 200
        return self._pages.show(request, "setup_second.html", status, qr=picture, secret=second.spaced(secret), refused=refused)

    async def _sign_out(self, request: Request) -> Response:
        here = visit(request)
        if here.token and here.session:
            await off_loop(self._store.close_session, here.token)
            away = here.form["idle"] == "1"  # for a moment, perhaps: the clocks of her cases see to it
            if here.session.stage is Stage.FULL and not away and not await off_loop(self._store.sessions, here.staff.id):
                if here.staff.on_duty:
                    await off_loop(self._duty.switch, here.staff.id, False)
                await off_loop(self._duty.gone, here.staff.id)
        response = self._to("sign_in")
        self._cookies.end(response)
        return response

    def _door(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        response = self._pages.show(request, template, status, **values)
        response.headers["Referrer-Policy"] = SAME
        return response

    async def _known(self, response: Response, staff: str) -> None:
        account = await off_loop(self._store.account, staff)
        if account is not None:
            self._cookies.know(response, self._sign_in.new_device(account.login))

    async def _login_of(self, request: Request) -> str:
        account = await off_loop(self._store.account, visit(request).staff.id)
        return account.login if account else ""

    def _granted(self, token: str, page: str, next: str = "") -> Response:
        response = self._to(page, next)
        self._cookies.grant(response, token)
        return response

    def _to(self, page: str, next: str = "") -> Response:
        return RedirectResponse(self._pages.path(page) + (f"?next={quote(next, safe='/')}" if next else ""), status_code=303)


def _login(given: str) -> str:
    """Nothing that could be one of our own keys."""
    return given[:200] if given.isprintable() else ""


def _next(given: str | None) -> str:
    """Where she wanted to go: a page of the desk, nothing else."""
    return given if given and _NEXT.fullmatch(given) and "//" not in given else ""


def _status(refused: Refused) -> int:
    return 429 if refused.seconds else 422
