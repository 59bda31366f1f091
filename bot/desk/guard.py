"""Stands before every page of the desk: no route without a rule, no page without the right, no change that our own page did not ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.desk.cookies import Cookies
from bot.desk.pages import Pages
from bot.desk.permissions import PERMISSIONS, Object, Rule
from bot.desk.ports import Looks, Staffing
from bot.desk.visit import Form, Visit, audited, csrf_fits
from bot.staff import Action, Session, Stage
from bot.threads import off_loop

log = logging.getLogger(__name__)
_MOST = 256 * 1024  # bytes of a form
_FIELDS = 500
_STAGE_PAGES = {Stage.SECOND: "second", Stage.SETUP: "setup_password", Stage.FULL: "home"}
_SAFE = ("GET", "HEAD")


class Guard:
    """The desk's application round its router. `permissions` is PERMISSIONS, but for tests; `changed` is told after each change."""

    def __init__(
        self,
        app: ASGIApp,
        routes: Sequence[BaseRoute],
        store: Staffing,
        looks: Looks,
        cookies: Cookies,
        pages: Pages,
        permissions: Mapping[str, Rule] = PERMISSIONS,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._app, self._routes, self._store, self._looks = app, routes, store, looks
        self._cookies, self._pages, self._permissions, self._changed = cookies, pages, permissions, changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        request.state.visit = Visit(route="", language=self._language(request, None), audit=self._store)
        try:
            response = await self._refusal(request)
        except HTTPException as error:
            response = self._pages.error(request, error.status_code)
        except ClientDisconnect:
            return
        if response is not None:
            await response(scope, receive, send)
            return
        await self._run(request, scope, receive, send)

    async def _run(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        """The web edge: whatever a page throws, the answer says nothing of it."""
        started = False

        async def sending(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
            if request.method not in _SAFE:
                self._changed()
        except HTTPException as error:
            await self._pages.error(request, error.status_code)(scope, receive, send)
        except Exception as error:
            log.error("desk: %s: %s", request.state.visit.route, type(error).__name__)
            if started:
                raise
            await self._pages.error(request, 500)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        """None: the page may answer."""
        missing, name, params = self._match(request)
        rule = self._permissions.get(name)
        token = self._cookies.token(request.cookies)
        session = await self._session(request, token, rule)
        language = self._language(request, session)
        visit = Visit(route=name, language=language, audit=self._store, session=session, token=token if session else None)
        request.state.visit = visit
        if missing:
            raise HTTPException(missing)
        if rule is None:
            raise HTTPException(403)
        if request.method not in _SAFE:
            self._ours(request, session)
        elsewhere = await self._stage(request, rule, session)
        if elsewhere is not None:
            return elsewhere
        if request.method not in _SAFE:
            form = await self._form(request)
            if visit.token and not self._token_fits(request, rule, visit.token, form):
                raise HTTPException(403)
            request.state.visit = Visit(
                route=name, language=language, audit=self._store, session=session, token=visit.token, form=form
            )  # fmt: skip
        await self._object(visit, rule, params)
        return None

    def _match(self, request: Request) -> tuple[int, str, Mapping[str, Any]]:
        """(404 or 405 where there is no such page, else 0; name of the route; what its path names)."""
        partly = False
        for route in self._routes:
            match, scope = route.matches(request.scope)
            if match is Match.FULL:
                return 0, getattr(route, "name", None) or "", scope.get("path_params", {})
            partly = partly or match is Match.PARTIAL
        return 405 if partly else 404, "", {}

    async def _session(self, request: Request, token: str | None, rule: Rule | None) -> Session | None:
        if token is None:
            return None
        passive = rule is None or rule.passive or "x-desk-background" in request.headers
        return await off_loop(partial(self._store.session, token, active=not passive))

    async def _stage(self, request: Request, rule: Rule, session: Session | None) -> Response | None:
        if rule.stage is None:
            return None
        if session is None:
            return self._to_sign_in(request)
        if session.stage is not rule.stage:
            return self._elsewhere(request, _STAGE_PAGES[session.stage])
        if session.staff.role not in rule.roles:
            await audited(request.state.visit, Action.FORBIDDEN, None, route=request.state.visit.route)
            raise HTTPException(403)
        return None

    async def _object(self, visit: Visit, rule: Rule, params: Mapping[str, Any]) -> None:
        if rule.object is Object.CASE and not await off_loop(self._looks.case, visit.staff, str(params["case"])):
            raise HTTPException(404)
        if rule.object is Object.STAFF and await off_loop(self._store.account, str(params["staff"])) is None:
            raise HTTPException(404)

    def _ours(self, request: Request, session: Session | None) -> None:
        """Our own page asks: the browser says so, or names our address as the page's. Where it says neither, the session's token decides.

        Our no-referrer makes browsers write `Origin: null` for our own forms.
        """
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin") or "null"
        named = origin.partition("://")[2] == request.headers.get("host")
        if (site or "same-origin") != "same-origin" or not (named or origin == "null") or not (site or named or session):
            raise HTTPException(403)

    def _token_fits(self, request: Request, rule: Rule, token: str, form: Form) -> bool:
        given = form["csrf"] or request.headers.get("x-csrf", "")
        if not given and rule.stage is None and request.state.visit.route != "sign_out":
            # The page was opened before she signed in, in another tab: then the browser's own word is needed.
            return request.headers.get("sec-fetch-site") == "same-origin"
        return csrf_fits(token, given)

    async def _form(self, request: Request) -> Form:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise HTTPException(415)
        raw = bytearray()
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > _MOST:
                raise HTTPException(413)
        try:
            return Form(parse_qs(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS))
        except ValueError:  # not UTF-8, or too many fields
            raise HTTPException(400) from None

    def _to_sign_in(self, request: Request) -> Response:
        """A link from another site comes without our strict cookie: then our own page asks once more, and the cookie comes along."""
        if request.method in _SAFE and request.headers.get("sec-fetch-site") == "cross-site":
            return self._pages.again(request)
        path = request.scope["path"] + (f"?{request.scope['query_string'].decode('latin-1')}" if request.scope["query_string"] else "")
        query = f"?next={quote(path, safe='/')}" if request.method in _SAFE and request.state.visit.route not in ("home", "events") else ""
        return self._redirect(request, str(self._pages.path("sign_in")) + query)

    def _elsewhere(self, request: Request, page: str) -> Response:
        return self._redirect(request, self._pages.path(page))

    def _redirect(self, request: Request, path: str) -> Response:
        if "hx-request" in request.headers:  # htmx would put the page it is led to into the middle of this one
            return Response(status_code=401, headers={"HX-Redirect": path})
        if request.state.visit.route in ("events", "active"):
            return Response(status_code=401)
        return RedirectResponse(path, status_code=303)

    def _language(self, request: Request, session: Session | None) -> str:
        asked = request.query_params.get("lang")
        if session is not None:
            return session.staff.language
        chosen = asked or request.cookies.get(self._cookies.language)
        return "en" if chosen == "en" else "bn"
