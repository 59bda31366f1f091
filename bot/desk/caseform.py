"""The case form, filled piece by piece while she talks; and who she is, shown only to who says why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.conversation import Content, Conversation
from bot.desk.formlists import Field, Section, Suggestion
from bot.desk.pages import Pages
from bot.desk.sheet import sheet
from bot.desk.visit import audited, visit
from bot.errors import NoSuchCase
from bot.handoff import Case, CaseDesk
from bot.staff import Action
from bot.threads import off_loop

_REASON = (5, 200)  # characters


class CaseForm:
    def __init__(self, cases: CaseDesk, pages: Pages, conversation: Conversation, content: Content) -> None:
        self._cases, self._pages, self._conversation = cases, pages, conversation
        self._lists, self._reading = content.lists, content.reading
        self._places = {
            "district": dict(content.knowledge.services.districts),
            "country": {country.id: country.name for country in content.knowledge.countries.values()},
        }

    def routes(self) -> list[Route]:
        return [
            Route("/cases/{case}/form", self._show, name="form", methods=["GET"]),
            Route("/cases/{case}/form.csv", self._export, name="form.export", methods=["GET"]),
            Route("/cases/{case}/form/{section}", self._save, name="form.save", methods=["POST"]),
            Route("/cases/{case}/reveal", self._reveal, name="case.reveal", methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        """Beside the conversation by htmx, or as a page of its own."""
        template = "form.html" if "hx-request" in request.headers else "form_page.html"
        saved = request.query_params.get("saved")
        return await self._conversation.part(request, template, **self._given(request), saved=saved)

    async def _save(self, request: Request) -> Response:
        here, case = visit(request), request.path_params["case"]
        section = self._lists.section(request.path_params["section"])
        if section is None:
            raise HTTPException(404)
        await audited(here, Action.FORM_CHANGED, case, section=section.id)
        scene = await self._conversation.scene(request)  # 404 where it is not hers
        if not (scene["holds"] or scene["over"]):
            raise HTTPException(409)  # only asked to take it
        places = {kind: list(names) for kind, names in self._places.items()}
        filled = section.read(here.form, places, _piece(scene["view"].form, section), self._concealed)
        try:
            await off_loop(partial(self._cases.put_form, case, here.staff.id, {section.id: filled or None}))
        except NoSuchCase:
            raise HTTPException(404) from None
        if "hx-request" not in request.headers:
            return RedirectResponse(self._pages.path("form", case=case) + f"?saved={section.id}#s-{section.id}", status_code=303)
        return self._pages.show(
            request, "form_saved.html", case=scene["case"], section=section, suggestion=_rising(section, filled, scene["case"])
        )  # fmt: skip

    async def _export(self, request: Request) -> Response:
        """To be handed on with a referral: nothing in it says who she is, and nothing names the case but its mark."""
        here, case = visit(request), request.path_params["case"]
        scene = await self._conversation.scene(request)  # 404 where it is not hers
        await audited(here, Action.EXPORTED, case, what="form")
        given = self._given(request)
        body = sheet(scene["view"].form, self._lists, given["places"], here.language, partial(self._yes_no, here.language), self._reading)
        headers = {"Content-Disposition": f'attachment; filename="sohojatri-{case[:4]}.csv"'}
        return Response("\ufeff" + body, media_type="text/csv; charset=utf-8", headers=headers)

    def _yes_no(self, language: str, value: str) -> str:
        return self._pages.words.get(language, "form", value) or value

    async def _reveal(self, request: Request) -> Response:
        """The reason first, on record; then the names."""
        here, case, reason = visit(request), request.path_params["case"], visit(request).form["reason"]
        if not _REASON[0] <= len(reason) <= _REASON[1]:
            return Response(status_code=422) if "hx-request" in request.headers else self._back(case)
        scene = await self._conversation.scene(request)
        await audited(here, Action.REVEALED, case, reason=reason)
        try:
            found = await off_loop(partial(self._cases.identifiers, case, here.staff.id, over=scene["over"]))
        except NoSuchCase:
            raise HTTPException(404) from None
        template = "reveal.html" if "hx-request" in request.headers else "reveal_page.html"
        written = self._reading.written(scene["view"])
        return self._pages.show(request, template, **scene, **self._given(request), identifiers=found, written=written)

    def _given(self, request: Request) -> dict[str, Any]:
        language = visit(request).language
        return {
            "lists": self._lists,
            "places": {kind: {id: name[language] for id, name in names.items()} for kind, names in self._places.items()},
            "suggestion_of": _rising,
            "piece": _piece,
            "concealed": self._concealed,
        }

    def _concealed(self, field: Field, value: object) -> bool:
        """Kept, but not shown with the form: it says who somebody is."""
        return field.identity or (field.kind == "text" and self._reading.hides(value))

    def _back(self, case: str) -> Response:
        return RedirectResponse(self._pages.path("case", case=case) + "?problem=reason", status_code=303)


def _piece(form: Mapping[str, object], section: Section) -> Mapping[str, Any]:
    found = form.get(section.id)
    return found if isinstance(found, Mapping) else {}


def _rising(section: Section, filled: Mapping[str, Any], case: Case) -> tuple[Suggestion, bool] | None:
    """What the screen says, and whether that is above the level the case has. Nothing here lowers a level."""
    found = section.suggestion(filled)
    return None if found is None else (found, found.level.rank > case.level.rank)
