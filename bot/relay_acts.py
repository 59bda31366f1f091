"""What people of ours do in the staff group: link an account, take a case, answer in its topic, pass it on, close it."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Protocol

from bot.errors import CaseError, CloseIncomplete, IllegalEvent, NoSuchCase
from bot.handoff import Case, CaseDesk, Stage
from bot.model import Button
from bot.relaying import Asked, Forum, StaffEvent, Topic, Wording
from bot.ringing import Wording as Alerting
from bot.staff import Account, Action, Role
from bot.threads import off_loop

log = logging.getLogger(__name__)

_LINK = "/link"


class Store(Protocol):
    def topic_of(self, topic: int) -> Topic | None: ...
    def number_of(self, case: str) -> int: ...
    def ask(self, case: str, asked: Asked | None) -> None: ...
    def asked(self, case: str) -> Asked | None: ...


class People(Protocol):
    """bot.storage.accounts is the real one."""

    def link(self, code: str, account: str) -> str | None: ...
    def linked(self, account: str) -> str | None: ...
    def account(self, staff: str) -> Account | None: ...
    def all(self) -> list[Account]: ...
    def write_audit(self, by: str | None, action: Action, object: str | None = None, **detail: str) -> None: ...


class Acts:
    """`take` does it at once; an event that comes again finds it done."""

    def __init__(self, store: Store, cases: CaseDesk, people: People, forum: Forum, wording: Wording, alerting: Alerting) -> None:
        self._store, self._cases, self._people, self._forum = store, cases, people, forum
        self._wording, self._alerting = wording, alerting
        self._told: set[str] = set()  # presses that were answered with words

    async def take(self, event: StaffEvent) -> None:
        if event.text.partition(" ")[0].partition("@")[0] == _LINK:  # in a group Telegram adds the bot's name
            await self._link(event)
            return
        topic = await off_loop(self._store.topic_of, event.topic) if event.topic else None
        if topic is None:  # nothing else of the group is read
            return
        staff = await off_loop(self._people.linked, event.user)
        if staff is None:
            await self._tell(event, "not_linked")
            return
        try:
            await (self._pressed(event, topic, staff) if event.payload else self._wrote(event, topic, staff))
        except CloseIncomplete:
            await self._tell(event, "incomplete")
        except NoSuchCase:
            await self._tell(event, "not_yours")
        except CaseError:
            await self._tell(event, "not_yours" if event.payload is None else "refused")

    async def _link(self, event: StaffEvent) -> None:
        code = event.text.partition(" ")[2].strip()
        found = await off_loop(self._people.link, code, event.user) if code else None
        await self._forum.delete(event.message)
        await self._forum.say(event.topic, self._wording.texts["linked" if found else "wrong_code"])

    async def _pressed(self, event: StaffEvent, topic: Topic, staff: str) -> None:
        name, _, argument = (event.payload or "").partition(".")
        if name == "accept":
            await self._accept(event, topic.case, staff)
        elif name == "pass":
            await self._whom(event, topic.case, staff)
        elif name == "to":
            self._own(topic.case, staff)
            await self._ask(event, topic.case, Asked(do="pass", by=staff, what=argument), "note_wanted")
        elif name == "close":
            self._own(topic.case, staff)
            buttons = [Button(title=title, payload=f"out.{id}") for id, title in self._wording.outcomes.items()]
            await self._forum.say(event.topic, self._wording.texts["outcome_wanted"], buttons)
        elif name == "out" and argument in self._wording.outcomes:
            self._own(topic.case, staff)
            await self._ask(event, topic.case, Asked(do="close", by=staff, what=argument), "safety_wanted", "safe.yes", "safe.no")
        elif name == "safe":
            await self._close(event, topic.case, staff, argument == "yes")
        elif name == "confirm":
            await self._supervises(staff)
            await off_loop(self._cases.confirm_close, topic.case.id, staff)
            await self._noted(staff, topic.case, "confirmed")
        if event.query is not None and event.query not in self._told:  # the clock on the button goes out
            await self._forum.answer(event.query, "")
        self._told.discard(event.query or "")

    async def _accept(self, event: StaffEvent, case: Case, staff: str) -> None:
        account = await off_loop(self._people.account, staff)
        if account is None or account.staff.role not in (Role.COUNSELLOR, Role.SUPERVISOR):
            raise NoSuchCase
        if not account.staff.on_duty:
            await off_loop(self._cases.set_on_duty, staff, True)
            await self._tell(event, "on_duty_now")
            return
        team = account.staff.team or None
        if case.transfer_to == staff or (case.transfer_team is not None and case.transfer_team == team):
            await off_loop(self._cases.accept_transfer, case.id, staff)
        elif case.offered_to == staff:
            await off_loop(self._cases.accept, case.id, staff)
        elif not await self._take_next(event, case, staff, team):
            return
        await self._noted(staff, case, "taken")
        await self._tell(event, "taken")

    async def _take_next(self, event: StaffEvent, case: Case, staff: str, team: str | None) -> bool:
        """The most dangerous first, here too."""
        if case.state is not Stage.QUEUED:
            raise IllegalEvent
        open_ = (Stage.QUEUED.value, Stage.OFFERED.value)
        waits = [one for one in await off_loop(self._cases.queue, team) if one.state in open_ and one.offered_to in (None, staff)]
        if waits and waits[0].id != case.id:
            number = await off_loop(self._store.number_of, waits[0].id)
            await self._tell(event, "more_dangerous", title=self._alerting.title(waits[0].level, number))
            return False
        view = await off_loop(self._cases.take_next, staff)
        if view is None or view.case.id != case.id:  # somebody was quicker; what she has now shows itself in its own topic
            raise IllegalEvent
        return True

    async def _whom(self, event: StaffEvent, case: Case, staff: str) -> None:
        self._own(case, staff)
        here = [one.staff for one in await off_loop(self._people.all) if one.staff.on_duty and one.staff.active and one.staff.id != staff]
        buttons = [Button(title=one.name, payload=f"to.{one.id}") for one in here if one.role in (Role.COUNSELLOR, Role.SUPERVISOR)]
        await self._forum.say(event.topic, self._wording.texts["whom" if buttons else "nobody"], buttons)

    async def _wrote(self, event: StaffEvent, topic: Topic, staff: str) -> None:
        case, asked = topic.case, await off_loop(self._store.asked, topic.case.id)
        if asked is not None and asked.do == "pass" and asked.by == staff and event.reply_to == asked.reply_to:
            await off_loop(partial(self._cases.transfer, case.id, staff, event.text, to_staff=asked.what))
            await off_loop(self._store.ask, case.id, None)
            await self._noted(staff, case, "transferred")
            await self._tell(event, "passed")
            return
        self._own(case, staff)
        await off_loop(partial(self._cases.say, case.id, staff, event.text, once=f"tg:{event.update}"))
        await off_loop(partial(self._people.write_audit, staff, Action.MESSAGE_SENT, case.id, where="telegram"))

    async def _close(self, event: StaffEvent, case: Case, staff: str, safe: bool) -> None:
        asked = await off_loop(self._store.asked, case.id)
        if asked is None or asked.do != "close" or asked.by != staff:
            raise IllegalEvent
        await off_loop(self._cases.close, case.id, staff, asked.what, safe)
        await off_loop(self._store.ask, case.id, None)
        await self._noted(staff, case, "closed")

    async def _ask(self, event: StaffEvent, case: Case, asked: Asked, text: str, *buttons: str) -> None:
        message = await self._forum.say(event.topic, self._wording.texts[text], self._wording.pressed(*buttons))
        await off_loop(self._store.ask, case.id, Asked(do=asked.do, by=asked.by, what=asked.what, reply_to=message))

    async def _supervises(self, staff: str) -> None:
        """At the desk only a supervisor is the second person."""
        account = await off_loop(self._people.account, staff)
        if account is None or account.staff.role is not Role.SUPERVISOR:
            raise NoSuchCase

    async def _noted(self, staff: str, case: Case, what: str) -> None:
        await off_loop(partial(self._people.write_audit, staff, Action.CASE_DECIDED, case.id, what=what, where="telegram"))

    async def _tell(self, event: StaffEvent, text: str, **fill: Any) -> None:
        said = self._wording.texts[text].format(**fill)
        if event.query is not None:
            self._told.add(event.query)
            await self._forum.answer(event.query, said)
        else:
            await self._forum.say(event.topic, said)

    @staticmethod
    def _own(case: Case, staff: str) -> None:
        if case.owner != staff:
            raise NoSuchCase
