"""Her own account: password, second factor, her Telegram, where she is signed in."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk import passwords, second
from bot.desk.cookies import Cookies
from bot.desk.pages import Pages
from bot.desk.ports import Staffing, Telegram
from bot.desk.signing import Refused, SignIn
from bot.desk.visit import visit
from bot.threads import off_loop

DONE = ("password", "second", "sessions", "telegram")
_GOOD = 900.0  # seconds that a code for Telegram is good for


class Account:
    def __init__(self, store: Staffing, sign_in: SignIn, pages: Pages, cookies: Cookies, telegram: Telegram | None) -> None:
        self._store, self._sign_in, self._pages, self._cookies, self._telegram = store, sign_in, pages, cookies, telegram

    def routes(self) -> list[Route]:
        return [
            Route("/account", self._show, name="account", methods=["GET"]),
            Route("/account/password", self._password, name="account.password", methods=["POST"]),
            Route("/account/second", self._second, name="account.second", methods=["POST"]),
            Route("/account/second/confirm", self._confirm, name="account.second.confirm", methods=["POST"]),
            Route("/account/sessions/end", self._end, name="account.sessions.end", methods=["POST"]),
            Route("/account/telegram", self._link, name="account.telegram", methods=["POST"]),
            Route("/account/telegram/end", self._unlink, name="account.telegram.end", methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        done = request.query_params.get("done")
        return await self._page(request, done=done if done in DONE else None)

    async def _password(self, request: Request) -> Response:
        form, staff = visit(request).form, visit(request).staff
        wrong = await self._unowned(staff.id, form.raw("current"))
        account = await off_loop(self._store.account, staff.id)
        password = form.raw("password")
        if wrong is None:
            wrong = passwords.problem(password, staff.name, account.login if account else "")
            wrong = wrong or ("differ" if password != form.raw("again") else None)
        if wrong:
            return await self._page(request, problem=("password", wrong))
        token = await self._sign_in.change_password(staff.id, password)
        return self._renewed(token, "password")

    async def _second(self, request: Request) -> Response:
        """Shows the new picture; the old app goes on working until a code of the new one was typed."""
        here = visit(request)
        wrong = await self._unowned(here.staff.id, here.form.raw("current"))
        if wrong:
            return await self._page(request, problem=("second", wrong))
        return await self._enrolment(request, await self._sign_in.proposed(here.staff.id, new=True), None)

    async def _confirm(self, request: Request) -> Response:
        here = visit(request)
        codes = await self._sign_in.confirm(here.staff.id, here.form["code"], first=False)
        if isinstance(codes, Refused):
            return await self._enrolment(request, await self._sign_in.proposed(here.staff.id), codes)
        await off_loop(partial(self._store.close_sessions, here.staff.id, here.staff.id, keep=here.token))
        token = await self._sign_in.renew(here.staff.id, here.token)
        response = self._pages.show(request, "recovery.html", codes=codes)
        self._cookies.grant(response, token)
        return response

    async def _end(self, request: Request) -> Response:
        here = visit(request)
        await off_loop(partial(self._store.close_sessions, here.staff.id, here.staff.id, keep=here.token))
        return RedirectResponse(self._pages.path("account") + "?done=sessions", status_code=303)

    async def _link(self, request: Request) -> Response:
        """Shows a code, this once: whoever writes it in the staff's group acts for her there."""
        here = visit(request)
        if self._telegram is None:
            raise HTTPException(404)
        wrong = await self._unowned(here.staff.id, here.form.raw("current"))
        if wrong:
            return await self._page(request, problem=("telegram", wrong))
        code = await off_loop(partial(self._store.new_link, here.staff.id, by=here.staff.id, seconds=_GOOD))
        bot = await self._telegram()
        command = f"/link@{bot} {code}" if bot else f"/link {code}"
        return self._pages.show(request, "account_telegram.html", command=command, bot=bot, minutes=int(_GOOD // 60))

    async def _unlink(self, request: Request) -> Response:
        staff = visit(request).staff.id
        await off_loop(self._store.unlink, staff, staff)
        return RedirectResponse(self._pages.path("account") + "?done=telegram", status_code=303)

    async def _page(self, request: Request, *, done: str | None = None, problem: tuple[str, str] | None = None) -> Response:
        here = visit(request)
        account = await off_loop(self._store.account, here.staff.id)
        credentials = await off_loop(self._store.credentials_of, here.staff.id)
        sessions = await off_loop(self._store.sessions, here.staff.id)
        left = credentials.recovery_left if credentials else 0
        linked = await off_loop(self._store.linked_since, here.staff.id)
        values = {"account": account, "recovery_left": left, "sessions": sessions, "done": done, "problem": problem}
        telegram = {"linked": linked, "telegram": self._telegram is not None}
        return self._pages.show(request, "account.html", 422 if problem else 200, **values, **telegram)

    async def _enrolment(self, request: Request, secret: str, refused: Refused | None) -> Response:
        account = await off_loop(self._store.account, visit(request).staff.id)
        picture = second.qr(secret, account.login if account else "")
        status = 422 if refused else 200
        return self._pages.show(request, "account_second.html", status, qr=picture, secret=second.spaced(secret), refused=refused)

    async def _unowned(self, staff: str, password: str) -> str | None:
        owns = await self._sign_in.owns(staff, password)
        if isinstance(owns, Refused):
            return "wait"
        return None if owns else "current"

    def _renewed(self, token: str, done: str) -> Response:
        response = RedirectResponse(self._pages.path("account") + f"?done={done}", status_code=303)
        self._cookies.grant(response, token)
        return response
