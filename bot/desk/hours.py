"""When the desk is open: weekly hours and holidays, as bot.rota reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import rota
from bot.desk.pages import Pages
from bot.desk.ports import Staffing
from bot.desk.visit import Form, visit
from bot.staff import Action
from bot.threads import off_loop

SETTING = "rota"  # bot.storage.casework reads it; the value is what bot.rota.parse takes
WEEK = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")


class Hours:
    """`default`: knowledge/duty.yml, which holds until an admin changes it."""

    def __init__(self, store: Staffing, pages: Pages, default: Mapping[str, Any]) -> None:
        self._store, self._pages, self._default = store, pages, default

    def routes(self) -> list[Route]:
        return [
            Route("/hours", self._show, name="hours", methods=["GET"]),
            Route("/hours", self._save, name="hours.save", methods=["POST"]),
            Route("/hours/holiday", self._add, name="hours.holiday", methods=["POST"]),
            Route("/hours/holiday/remove", self._remove, name="hours.holiday.remove", methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        return await self._page(request, await self._current(), done=request.query_params.get("done") == "1")

    async def _save(self, request: Request) -> Response:
        form, plain = visit(request).form, await self._current()
        plain["hours"] = {day: spans for day in WEEK if (spans := _spans(form, day))}
        return await self._keep(request, plain, "hours")

    async def _add(self, request: Request) -> Response:
        plain = await self._current()
        try:
            day = date.fromisoformat(visit(request).form["date"])
        except ValueError:
            return await self._page(request, plain, problem="holiday")
        plain["holidays"] = sorted({*plain["holidays"], day.isoformat()})
        return await self._keep(request, plain, "holiday")

    async def _remove(self, request: Request) -> Response:
        plain = await self._current()
        plain["holidays"] = [day for day in plain["holidays"] if day != visit(request).form["date"]]
        return await self._keep(request, plain, "holiday")

    async def _keep(self, request: Request, plain: dict[str, Any], problem: str) -> Response:
        try:
            rota.parse(plain)
        except ValueError:
            return await self._page(request, plain, problem=problem)
        call = partial(self._store.set_setting, visit(request).staff.id, SETTING, plain, Action.HOURS_CHANGED)
        await off_loop(call)
        return RedirectResponse(self._pages.path("hours") + "?done=1", status_code=303)

    async def _current(self) -> dict[str, Any]:
        found = await off_loop(self._store.setting, SETTING)
        plain = dict(found if isinstance(found, Mapping) else self._default)
        plain["holidays"] = [str(day) for day in plain.get("holidays") or ()]
        return plain

    async def _page(self, request: Request, plain: Mapping[str, Any], *, done: bool = False, problem: str | None = None) -> Response:
        week = [(day, [tuple(span.split("-")) for span in plain["hours"].get(day, [])] or [("", "")]) for day in WEEK]
        holidays = [date.fromisoformat(day) for day in plain["holidays"]]
        on_duty = [account.staff for account in await off_loop(self._store.all) if account.staff.on_duty]
        status = 422 if problem else 200
        return self._pages.show(
            request, "hours.html", status, week=week, holidays=holidays, on_duty=on_duty, done=done, problem=problem
        )  # fmt: skip


def _spans(form: Form, day: str) -> list[str]:
    """Pairs of fields, e.g. saturday.from and saturday.to; a day may have several. Midnight at the end of a day is 24:00."""
    pairs = zip(form.all(f"{day}.from"), form.all(f"{day}.to"), strict=False)
    return [f"{start}-{'24:00' if end in ('00:00', '24:00') else end}" for start, end in pairs if start or end]
