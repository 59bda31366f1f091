"""What the desk may ask of the cases: the contract between its screens and the store.

All calls are synchronous (use a thread), each is one transaction, and what returns has been committed. Staff are ids of active staff.
Errors: NoSuchCase (or not hers to see: answer 404), IllegalEvent (not in this state), StaleCase (somebody was quicker), CloseIncomplete.
`once` makes a repeated press a no-op: a random token of the form that was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.handoff.case import Case
from bot.handoff.views import CaseSummary, CaseView, LogLine, Waiting
from bot.model import Level, Picture


class CaseDesk(Protocol):
    """Implemented by bot.storage.desk.Casework."""

    # --- looking

    def queue(self, team: str | None = None) -> list[CaseSummary]:
        """What waits for a counsellor (queued, offered, call-backs last), most dangerous first. With a team: what it may take."""

    def own(self, staff: str) -> list[CaseSummary]:
        """Held by, offered to, or being passed to this person, and her call-backs; unread first."""

    def held(self, team: str | None = None) -> list[CaseSummary]:
        """For the supervisor: what counsellors hold, of one team or all."""

    def late(self) -> list[CaseSummary]:
        """What waits longer than the policy allows."""

    def to_confirm(self) -> list[CaseSummary]:
        """Closed by one person, waiting for the second."""

    def waiting(self) -> list[Waiting]:
        """Per level, critical first: how many wait for a human, and since when the longest."""

    def view(self, case: str, staff: str, *, over: bool = False) -> CaseView:
        """All of a case. NoSuchCase unless it is hers (held, offered, passed to her), or `over` (a supervisor or second person).

        The caller audits the look. It marks nothing as read: see `read`.
        """

    def identifiers(self, case: str, staff: str, *, over: bool = False) -> tuple[tuple[str, str], ...]:
        """(channel, the platform's id of her) of each of her conversations. The caller asks for a reason and audits it."""

    def file(self, case: str, message: int) -> Picture:
        """What came with a message of hers. NoSuchCase where that is another's, or nothing was kept. The caller audits the look."""

    def find(self, case: str) -> Case:
        """The bare case, for permission checks. NoSuchCase."""

    def events_after(self, id: int, limit: int = 200) -> list[LogLine]:
        """The log of all cases with ids above `id`, oldest first: for server-sent events. `last_event` is where to begin."""

    def last_event(self) -> int:
        """The newest id of the log; 0 when it is empty."""

    # --- a counsellor's moves

    def take_next(self, staff: str) -> CaseView | None:
        """Gives her the most dangerous case she may take, accepted: an offer to her counts as hers. None: nothing waits."""

    def accept(self, case: str, staff: str, version: int | None = None) -> CaseView:
        """Accepts an offer or a transfer to her. With `version`: only if nothing happened to the case since (else StaleCase)."""

    def reject(self, case: str, staff: str) -> None:
        """Lets an offer or a transfer pass; the case keeps its place."""

    def read(self, case: str, staff: str, message: int) -> None:
        """She has seen all messages up to this one."""

    def say(self, case: str, staff: str, text: str, *, once: str | None = None) -> tuple[int, ...]:
        """Sends to where she wrote last; the ids of the messages (more than one where a platform's limit splits it)."""

    def note(self, case: str, staff: str, text: str) -> int: ...

    def transfer(
        self, case: str, staff: str, note: str, *, to_staff: str | None = None, to_team: str | None = None, over: bool = False
    ) -> None:
        """Asks a person or a team to take over; the note is mandatory. `over`: a supervisor assigns a case that is not hers."""

    def accept_transfer(self, case: str, staff: str) -> CaseView: ...

    def reject_transfer(self, case: str, staff: str) -> None: ...

    def set_level(self, case: str, staff: str, level: Level, reason: str, *, over: bool = False) -> None:
        """Raising needs no words; lowering is a human's decision, and its reason is kept as a note."""

    def callback(self, case: str, staff: str, at: datetime) -> None:
        """Agreed with her: she will be called or written to then."""

    def missed(self, case: str, staff: str, at: datetime) -> None:
        """The call-back did not come about; again `at`."""

    def hide(self, case: str, staff: str, on: bool = True) -> None:
        """Nothing of ours is said in her chat until she comes back; the case stays visible."""

    def close(self, case: str, staff: str, outcome: str, safety_checked: bool) -> bool:
        """True: closed. False: it was critical, and a second person must confirm. CloseIncomplete where something is missing."""

    def confirm_close(self, case: str, staff: str) -> None:
        """By somebody else than who closed it."""

    def erase(self, case: str, staff: str) -> None:
        """Does what she asked for (CaseView.case.asked_to_delete): deletes all of her. Only a closed case."""

    # --- the form

    def form(self, case: str) -> Mapping[str, object]:
        """Piece → value."""

    def put_form(self, case: str, staff: str, pieces: Mapping[str, object]) -> None:
        """Sets these pieces (JSON values, sealed; None removes one) and leaves the others."""

    # --- people

    def set_on_duty(self, staff: str, on: bool) -> None:
        """Within a second cases are offered to her, or what nobody can take becomes a call-back."""

    def staff_gone(self, staff: str) -> Sequence[str]:
        """Signed out for good or disabled: her cases go back to the front of the queue; their ids."""
