"""The admin's page of the people who work at the desk."""

from __future__ import annotations

import re
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.pages import Pages
from bot.desk.ports import Duty, Staffing
from bot.desk.visit import Form, audited, visit
from bot.errors import LastAdmin, LoginTaken
from bot.staff import Account, Action, Role
from bot.threads import off_loop

DONE = ("changed", "disabled", "enabled", "sessions")
_LOGIN = re.compile(r"\S{2,64}")
_NAME, _TEAM = 80, 32  # characters


class People:
    def __init__(self, store: Staffing, pages: Pages, duty: Duty) -> None:
        self._store, self._pages, self._duty = store, pages, duty

    def routes(self) -> list[Route]:
        return [
            Route("/people", self._list, name="people", methods=["GET"]),
            Route("/people", self._add, name="people.add", methods=["POST"]),
            Route("/people/{staff}", self._show, name="person", methods=["GET"]),
            Route("/people/{staff}", self._change, name="person.change", methods=["POST"]),
            Route("/people/{staff}/disable", self._disable, name="person.disable", methods=["POST"]),
            Route("/people/{staff}/enable", self._enable, name="person.enable", methods=["POST"]),
            Route("/people/{staff}/reset", self._reset, name="person.reset", methods=["POST"]),
            Route("/people/{staff}/sessions/end", self._end, name="person.sessions.end", methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        await audited(visit(request), Action.STAFF_LISTED)
        return await self._people(request)

    async def _add(self, request: Request) -> Response:
        form = visit(request).form
        problem = _problem(form) or (None if _LOGIN.fullmatch(form["login"]) and form["login"].isprintable() else "login")
        if problem:
            return await self._people(request, problem=problem)
        call = partial(
            self._store.add, visit(request).staff.id, login=form["login"], name=form["name"], role=Role(form["role"]),
            team=form["team"], language="en" if form["language"] == "en" else "bn",
        )  # fmt: skip
        try:
            staff, code = await off_loop(call)
        except LoginTaken:
            return await self._people(request, problem="taken")
        return self._pages.show(request, "setup_code.html", staff=staff, login=form["login"], code=code)

    async def _show(self, request: Request) -> Response:
        staff = request.path_params["staff"]
        await audited(visit(request), Action.STAFF_VIEWED, staff)
        done = request.query_params.get("done")
        return await self._person(request, done=done if done in DONE else None)

    async def _change(self, request: Request) -> Response:
        form, by, before = visit(request).form, visit(request).staff.id, (await self._account(request)).staff
        problem = _problem(form) or ("self" if before.id == by and form["role"] != before.role.value else None)
        if problem:
            return await self._person(request, problem=problem)
        call = partial(self._store.change, by, before.id, name=form["name"], role=Role(form["role"]), team=form["team"])
        try:
            after = await off_loop(call)
        except LastAdmin:
            return await self._person(request, problem="last")
        if (after.role, after.team) != (before.role, before.team):
            await off_loop(self._duty.gone, before.id)
        return self._back(before.id, "changed")

    async def _disable(self, request: Request) -> Response:
        staff, by = request.path_params["staff"], visit(request).staff.id
        if staff == by:
            return await self._person(request, problem="self")
        try:
            await off_loop(self._store.set_active, by, staff, False)
        except LastAdmin:
            return await self._person(request, problem="last")
        await off_loop(self._duty.gone, staff)
        return self._back(staff, "disabled")

    async def _enable(self, request: Request) -> Response:
        staff = request.path_params["staff"]
        await off_loop(self._store.set_active, visit(request).staff.id, staff, True)
        return self._back(staff, "enabled")

    async def _reset(self, request: Request) -> Response:
        staff, by = request.path_params["staff"], visit(request).staff.id
        if staff == by:
            return await self._person(request, problem="self")
        account = await self._account(request)
        code = await off_loop(self._store.reset, by, staff)
        await off_loop(self._duty.gone, staff)
        return self._pages.show(request, "setup_code.html", staff=account.staff, login=account.login, code=code)

    async def _end(self, request: Request) -> Response:
        staff, here = request.path_params["staff"], visit(request)
        keep = here.token if staff == here.staff.id else None
        await off_loop(partial(self._store.close_sessions, here.staff.id, staff, keep=keep))
        return self._back(staff, "sessions")

    async def _people(self, request: Request, *, problem: str | None = None) -> Response:
        accounts = await off_loop(self._store.all)
        teams = sorted({account.staff.team for account in accounts if account.staff.team})
        status = 422 if problem else 200
        return self._pages.show(request, "people.html", status, accounts=accounts, teams=teams, roles=list(Role), problem=problem)

    async def _person(self, request: Request, *, done: str | None = None, problem: str | None = None) -> Response:
        account = await self._account(request)
        sessions = await off_loop(self._store.sessions, account.staff.id)
        return self._pages.show(
            request,
            "person.html",
            422 if problem else 200,
            account=account,
            sessions=sessions,
            roles=list(Role),
            done=done,
            problem=problem,
        )

    async def _account(self, request: Request) -> Account:
        account = await off_loop(self._store.account, request.path_params["staff"])
        assert account is not None, "the guard has looked"
        return account

    def _back(self, staff: str, done: str) -> Response:
        return RedirectResponse(self._pages.path("person", staff=staff) + f"?done={done}", status_code=303)


def _problem(form: Form) -> str | None:
    """What is wrong with the fields that adding and changing share, as the name of a text."""
    if not form["name"] or len(form["name"]) > _NAME or not _readable(form["name"]):
        return "name"
    if form["role"] not in {role.value for role in Role}:
        return "role"
    return None if len(form["team"]) <= _TEAM and _readable(form["team"]) else "team"


def _readable(text: str) -> bool:
    """Without controls that would hide or turn round what is written; Bangla's joiners may stay."""
    return text.replace("\u200c", "").replace("\u200d", "").isprintable()
