"""The daily sample of conversations in which nothing was found, and the audit."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.colleagues import colleagues
from bot.desk.details import Details
from bot.desk.pages import Pages
from bot.desk.ports import Overview, Staffing
from bot.desk.reading import Reading
from bot.desk.visit import audited, visit
from bot.errors import CaseError
from bot.model import Level
from bot.staff import Action, AuditEntry, Role
from bot.threads import off_loop

_LINES = 50
_ACTIONS = tuple(action.value for action in Action)
_CODE = 64


class Sample:
    """Each reviewer gets one a day, the same all day. Danger that was missed becomes a case."""

    def __init__(self, overview: Overview, pages: Pages, reading: Reading) -> None:
        self._overview, self._pages, self._reading = overview, pages, reading

    def routes(self) -> list[Route]:
        return [
            Route("/sample", self._show, name="sample", methods=["GET"]),
            Route("/sample", self._judge, name="sample.judge", methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        here = visit(request)
        day, conversation, said, verdict = await off_loop(self._overview.sample, here.staff.id)
        if conversation is not None:
            await audited(here, Action.SAMPLE_VIEWED, conversation, day=day)
        there = conversation is not None
        return self._pages.show(
            request, "sample.html", day=day, said_there=said, verdict=verdict, there=there, reading=self._reading
        )  # fmt: skip

    async def _judge(self, request: Request) -> Response:
        here = visit(request)
        given, levels = here.form["level"], {level.value: level for level in Level if level is not Level.NONE}
        if given not in (*levels, "ok"):
            return RedirectResponse(self._pages.path("sample"), status_code=303)
        await audited(here, Action.CASE_DECIDED, None, what="sample", verdict=given)
        try:
            case = await off_loop(self._overview.judge, here.staff.id, here.form["day"], levels.get(given))
        except CaseError:  # judged already
            case = None
        return RedirectResponse(self._pages.path("case", case=case) if case else self._pages.path("sample"), status_code=303)


class Audit:
    def __init__(self, store: Staffing, pages: Pages, reading: Reading, details: Details) -> None:
        self._store, self._pages, self._reading, self._details = store, pages, reading, details

    def routes(self) -> list[Route]:
        return [Route("/audit", self._show, name="audit", methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        here, asked = visit(request), _asked(request)
        await audited(here, Action.AUDIT_VIEWED, None, **{f"of_{name}": str(value) for name, value in asked.items() if value})
        entries = await off_loop(lambda: self._store.audit_entries(limit=_LINES + 1, **asked))
        reasons = here.staff.role is Role.SUPERVISOR  # why somebody looked may say who she is: not for who sees no case
        people, say = await colleagues(self._store), partial(self._pages.words.get, here.language)
        lines = [(entry, self._details.told(_detail(entry, reasons), here.language, say, people)) for entry in entries[:_LINES]]
        return self._pages.show(
            request, "audit.html", asked=asked, actions=_ACTIONS, people=people,
            entries=[(entry, self._reading.plain(detail)) for entry, detail in lines],
            next=entries[_LINES - 1].seq if len(entries) > _LINES else None,
        )  # fmt: skip


def _asked(request: Request) -> dict[str, Any]:
    query = request.query_params
    before = query.get("before", "")
    return {
        "by": query.get("by", "")[:_CODE] or None,
        "action": query.get("action") if query.get("action") in _ACTIONS else None,
        "object": query.get("object", "").strip()[:_CODE] or None,
        "before": int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    }


def _detail(entry: AuditEntry, reasons: bool) -> dict[str, str]:
    return {name: value for name, value in entry.detail.items() if reasons or name != "reason"}
