"""What is done with a case: answered, noted, judged, passed on, agreed for later, hidden, closed.

Each is one press and one line of the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.conversation import Conversation
from bot.desk.formats import DHAKA
from bot.desk.pages import Pages
from bot.desk.visit import Form, audited, visit
from bot.errors import CaseError, CloseIncomplete, IllegalEvent, NoSuchCase
from bot.handoff import CaseDesk
from bot.model import Level
from bot.staff import Action, Role, Staff
from bot.threads import off_loop

_TEXT, _NOTE = 4000, 4000  # characters
_ONCE = 40
_AHEAD = timedelta(days=60)  # further a call-back is not agreed on


class Wrong(Exception):
    """A field of the form is missing or makes no sense; names a text of the block `talk_problems`."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """`act` does it and returns what the next page says; a name with a slash leads back to the queue."""

    act: Callable[[Staff, str, Form], str]
    codes: Callable[[Form], dict[str, str]] = field(default=lambda form: {})  # for the audit: nothing she typed
    action: Action = Action.CASE_DECIDED


class Deeds:
    def __init__(
        self,
        cases: CaseDesk,
        pages: Pages,
        conversation: Conversation,
        outcomes: Collection[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._cases, self._pages, self._conversation = cases, pages, conversation
        self._outcomes, self._clock = outcomes, clock
        self._deeds = {
            "note": Deed(act=self._note, action=Action.NOTE_WRITTEN),
            "level": Deed(act=self._level, codes=lambda form: {"level": form["level"][:16]}),
            "transfer": Deed(act=self._transfer, codes=lambda form: {"to": form["to"][:40]}),
            "recall": Deed(act=self._recall),
            "callback": Deed(act=self._callback),
            "missed": Deed(act=self._missed),
            "hide": Deed(act=self._hide, codes=lambda form: {"on": form["on"][:1]}),
            "close": Deed(act=self._close, codes=lambda form: {"outcome": form["outcome"][:32], "safety": form["safety"][:1]}),
            "confirm": Deed(act=self._confirm),
            "erase": Deed(act=self._erase),
        }

    def routes(self) -> list[Route]:
        made = [
            Route(f"/cases/{{case}}/{name}", self._doing(name, deed), name=f"case.{name}", methods=["POST"])
            for name, deed in self._deeds.items()
        ]  # fmt: skip
        return [*made, Route("/cases/{case}/say", self._say, name="case.say", methods=["POST"])]

    def _doing(self, name: str, deed: Deed) -> Callable[[Request], object]:
        async def do(request: Request) -> Response:
            here, case = visit(request), request.path_params["case"]
            detail = {"what": name, **deed.codes(here.form)}
            await audited(here, deed.action, case, **(detail if deed.action is Action.CASE_DECIDED else {}))
            try:
                told = await off_loop(deed.act, here.staff, case, here.form)
            except NoSuchCase:
                raise HTTPException(404) from None
            except Wrong as wrong:
                return self._to(case, problem=str(wrong))
            except CloseIncomplete:
                return self._to(case, problem="close")
            except CaseError:
                return self._to(case, problem="state")
            return self._to_queue(told[1:]) if told.startswith("/") else self._to(case, done=told)

        return do

    async def _say(self, request: Request) -> Response:
        """By htmx: the thread as it is now, so that what she types next is not touched. Without: the page again."""
        here, case, live = visit(request), request.path_params["case"], "hx-request" in request.headers
        words, once = here.form["text"], here.form["once"][:_ONCE]
        if not words or len(words) > _TEXT:
            return Response(status_code=422) if live else self._to(case, problem="text")
        await audited(here, Action.MESSAGE_SENT, case)
        try:
            await off_loop(partial(self._cases.say, case, here.staff.id, words, once=f"say:{once}" if once else None))
        except NoSuchCase:
            raise HTTPException(404) from None
        except CaseError:
            return Response(status_code=409) if live else self._to(case, problem="state")
        return await self._conversation.part(request, "talk_thread.html") if live else self._to(case)

    # --- each deed, in a thread

    def _note(self, staff: Staff, case: str, form: Form) -> str:
        if not form["note"] or len(form["note"]) > _NOTE:
            raise Wrong("note")
        self._cases.view(case, staff.id, over=staff.role is Role.SUPERVISOR)
        self._cases.note(case, staff.id, form["note"])
        return "note"

    def _level(self, staff: Staff, case: str, form: Form) -> str:
        if form["level"] not in {level.value for level in Level if level is not Level.NONE}:
            raise Wrong("state")
        level, over = Level(form["level"]), self._over(staff, case)
        if not over:
            self._held(staff, case)
        if level.rank < self._cases.find(case).level.rank and not form["reason"]:
            raise Wrong("reason")
        self._cases.set_level(case, staff.id, level, form["reason"][:_NOTE], over=over)
        return "level"

    def _transfer(self, staff: Staff, case: str, form: Form) -> str:
        kind, _, to = form["to"].partition(":")
        if not form["note"] or len(form["note"]) > _NOTE:
            raise Wrong("note")
        if kind not in ("staff", "team") or not to:
            raise Wrong("whom")
        over = self._over(staff, case)
        whom = {"to_staff": to} if kind == "staff" else {"to_team": to}
        try:
            self._cases.transfer(case, staff.id, form["note"], over=over, **whom)
        except NoSuchCase:  # of the person asked, where the case is hers
            self._cases.view(case, staff.id, over=over)
            raise Wrong("whom") from None
        return "assigned" if over else "passed"

    def _recall(self, staff: Staff, case: str, form: Form) -> str:
        self._cases.reject_transfer(case, staff.id)
        return "back"

    def _callback(self, staff: Staff, case: str, form: Form) -> str:
        self._cases.callback(case, staff.id, self._moment(form["at"]))
        return "callback"

    def _missed(self, staff: Staff, case: str, form: Form) -> str:
        self._cases.missed(case, staff.id, self._moment(form["at"]))
        return "missed"

    def _hide(self, staff: Staff, case: str, form: Form) -> str:
        self._held(staff, case)
        on = form["on"] == "1"
        self._cases.hide(case, staff.id, on)
        return "hidden" if on else "shown"

    def _close(self, staff: Staff, case: str, form: Form) -> str:
        if form["outcome"] not in self._outcomes:
            raise CloseIncomplete
        if not self._cases.close(case, staff.id, form["outcome"], form["safety"] == "1"):
            return "confirm"
        if form["erase"] == "1":
            self._cases.erase(case, staff.id)
            return "/erased"
        return "/closed"

    def _confirm(self, staff: Staff, case: str, form: Form) -> str:
        self._cases.confirm_close(case, staff.id)
        return "closed"

    def _erase(self, staff: Staff, case: str, form: Form) -> str:
        self._cases.erase(case, staff.id)
        return "/erased"

    def _moment(self, given: str) -> datetime:
        """What the browser's field for day and time gives, in Bangladesh's time."""
        try:
            at = datetime.fromisoformat(given).replace(tzinfo=DHAKA)
            if timedelta(0) < at - self._clock() < _AHEAD:
                return at
        except (ValueError, OverflowError):
            pass
        raise Wrong("time")

    def _held(self, staff: Staff, case: str) -> None:
        """Who is only asked to take it looks, and acts once it is hers."""
        if self._cases.find(case).owner != staff.id:
            raise IllegalEvent

    def _over(self, staff: Staff, case: str) -> bool:
        return staff.role is Role.SUPERVISOR and self._cases.find(case).owner != staff.id

    def _to(self, case: str, **told: str) -> Response:
        query = "&".join(f"{name}={value}" for name, value in told.items())
        return RedirectResponse(self._pages.path("case", case=case) + (f"?{query}" if query else ""), status_code=303)

    def _to_queue(self, told: str) -> Response:
        return RedirectResponse(self._pages.path("queue") + f"?told={told}", status_code=303)
