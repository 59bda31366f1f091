"""The cases as the desk works with them; bot.handoff.port says what each method promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.engine import Row

from bot.errors import IllegalEvent, NoSuchCase, StaleCase
from bot.handoff import Case, CaseSummary, CaseView, LogLine, Stage, Waiting, events
from bot.handoff.queue import may_take, place
from bot.model import Level, Picture, Reply
from bot.storage import carrying, caserows, caseviews, casework, desk_rows, hiding, keeping, outbox
from bot.storage.engine import Database
from bot.storage.inbox import moment
from bot.storage.sealing import Sealer
from bot.storage.tables import OPEN, cases
from bot.storage.tables import events as log_rows
from bot.storage.transaction import Transaction, attempted

T = TypeVar("T")
Fit = Callable[[str, Reply], tuple[Reply, ...]]  # (channel, reply) → what fits its limits
Found = tuple[Row, Case]


def _utc() -> datetime:
    return datetime.now(timezone.utc)


def _whole(channel: str, reply: Reply) -> tuple[Reply, ...]:
    return (reply,)


class Casework:
    """Implements bot.handoff.CaseDesk."""

    def __init__(self, database: Database, sealer: Sealer, *, clock: Callable[[], datetime] = _utc, fit: Fit = _whole) -> None:
        self._database, self._sealer, self._clock, self._fit = database, sealer, clock, fit

    # --- looking

    def queue(self, team: str | None = None) -> list[CaseSummary]:
        def wanted(case: Case) -> bool:
            return team is None or case.team in (None, team)

        return self._list(lambda tx: casework.open_states(tx, Stage.QUEUED, Stage.OFFERED, Stage.CALLBACK), wanted)

    def own(self, staff: str) -> list[CaseSummary]:
        return sorted(self._list(lambda tx: desk_rows.own(tx, staff)), key=lambda summary: (not summary.unread, summary.her_last_at))

    def held(self, team: str | None = None) -> list[CaseSummary]:
        def wanted(case: Case) -> bool:
            return team is None or case.team == team

        return self._list(lambda tx: casework.open_states(tx, Stage.WITH_COUNSELLOR, Stage.WAITING_FOR_HER), wanted)

    def late(self) -> list[CaseSummary]:
        return [summary for summary in self._list(_open) if summary.late]

    def to_confirm(self) -> list[CaseSummary]:
        return [summary for summary in self.held() if summary.closing_by is not None]

    def waiting(self) -> list[Waiting]:
        found = self._read(lambda tx: casework.open_states(tx, Stage.QUEUED, Stage.OFFERED, Stage.CALLBACK))
        made = []
        for level in (Level.CRITICAL, Level.URGENT, Level.STANDARD):
            since = [case.queued_since for _, case in found if case.level is level]
            made.append(Waiting(level=level, count=len(since), longest_since=min(since, default=None)))
        return made

    def view(self, case: str, staff: str, *, over: bool = False) -> CaseView:
        def look(tx: Transaction) -> CaseView:
            row, its = desk_rows.found(tx, case) if over else desk_rows.mine(tx, case, staff)
            return caseviews.view(tx, row, its, casework.rota(tx))

        return self._read(look)

    def identifiers(self, case: str, staff: str, *, over: bool = False) -> tuple[tuple[str, str], ...]:
        def look(tx: Transaction) -> tuple[tuple[str, str], ...]:
            row, _ = desk_rows.found(tx, case) if over else desk_rows.mine(tx, case, staff)
            return caseviews.identifiers(tx, row.person_id)

        return self._read(look)

    def file(self, case: str, message: int) -> Picture:
        return self._read(lambda tx: keeping.of_case(tx, case, message))

    def find(self, case: str) -> Case:
        return self._read(lambda tx: desk_rows.found(tx, case)[1])

    def events_after(self, id: int, limit: int = 200) -> list[LogLine]:
        query = select(log_rows).where(log_rows.c.id > id).order_by(log_rows.c.id).limit(limit)
        return self._read(lambda tx: [caseviews.log_line(row) for row in tx.connection.execute(query)])

    def last_event(self) -> int:
        return self._read(lambda tx: int(tx.connection.execute(select(func.max(log_rows.c.id))).scalar() or 0))

    # --- a counsellor's moves

    def take_next(self, staff: str) -> CaseView | None:
        while (best := self._read(lambda tx: self._best(tx, staff))) is not None:
            try:
                return self._write(partial(self._take, best, staff))
            except (IllegalEvent, NoSuchCase):  # somebody was quicker: the next
                continue
        return None

    def accept(self, case: str, staff: str, version: int | None = None) -> CaseView:
        return self._does(case, staff, lambda team: events.Accepted(by=staff, team=team), version=version)

    def reject(self, case: str, staff: str) -> None:
        self._does(case, staff, lambda team: events.Rejected(by=staff))

    def read(self, case: str, staff: str, message: int) -> None:
        def seen(tx: Transaction) -> None:
            desk_rows.mine(tx, case, staff)
            higher = func.coalesce(cases.c.read_to, 0) < message
            tx.connection.execute(update(cases).where(cases.c.id == case, higher).values(read_to=message))

        self._write(seen)

    def say(self, case: str, staff: str, text: str, *, once: str | None = None) -> tuple[int, ...]:
        if not text.strip():
            raise IllegalEvent
        return self._noted(case, events.CounsellorWrote(by=staff), lambda tx: self._send(tx, case, staff, text, once))

    def note(self, case: str, staff: str, text: str) -> int:
        def write(tx: Transaction) -> int:
            desk_rows.member(tx, staff)
            desk_rows.found(tx, case)
            return desk_rows.add_note(tx, case, staff, text)

        return self._write(write)

    def transfer(
        self, case: str, staff: str, note: str, *, to_staff: str | None = None, to_team: str | None = None, over: bool = False
    ) -> None:
        def asked(team: str | None) -> events.Event:
            return events.TransferOffered(by=staff, to=to_staff, team=to_team, over=over)

        if not note.strip():
            raise IllegalEvent
        self._does(case, staff, asked, over=over, note=note, to=to_staff)

    def accept_transfer(self, case: str, staff: str) -> CaseView:
        return self._does(case, staff, lambda team: events.TransferAccepted(by=staff, team=team))

    def reject_transfer(self, case: str, staff: str) -> None:
        self._does(case, staff, lambda team: events.TransferRejected(by=staff))

    def set_level(self, case: str, staff: str, level: Level, reason: str, *, over: bool = False) -> None:
        rises = level.rank > self.find(case).level.rank
        if not rises and not reason.strip():
            raise IllegalEvent
        event = events.LevelRaised(by=staff, level=level) if rises else events.LevelLowered(by=staff, level=level)
        self._does(case, staff, lambda team: event, over=over, note=reason)

    def callback(self, case: str, staff: str, at: datetime) -> None:
        self._does(case, staff, lambda team: events.CallbackAgreed(by=staff, at=at))

    def missed(self, case: str, staff: str, at: datetime) -> None:
        self._does(case, staff, lambda team: events.CallbackMissed(by=staff, at=at))

    def hide(self, case: str, staff: str, on: bool = True) -> None:
        def conceal(tx: Transaction) -> None:
            hiding.by_desk(tx, desk_rows.found(tx, case)[0], on)

        self._does(case, staff, lambda team: events.Hidden(on=on), then=conceal)

    def close(self, case: str, staff: str, outcome: str, safety_checked: bool) -> bool:
        event = events.Closed(by=staff, outcome=outcome, safety_checked=safety_checked)
        return self._does(case, staff, lambda team: event).case.state is Stage.CLOSED

    def confirm_close(self, case: str, staff: str) -> None:
        self._does(case, staff, lambda team: events.SecondPersonConfirmed(by=staff), over=True)

    def erase(self, case: str, staff: str) -> None:
        def forget(tx: Transaction) -> None:
            desk_rows.member(tx, staff)
            row, its = desk_rows.found(tx, case)
            if its.state is not Stage.CLOSED or not its.asked_to_delete:
                raise IllegalEvent
            carrying.forget(tx, row.conversation_id)

        self._write(forget)

    # --- the form, and people

    def form(self, case: str) -> Mapping[str, object]:
        return self._read(lambda tx: caseviews.form(tx, case))

    def put_form(self, case: str, staff: str, pieces: Mapping[str, object]) -> None:
        def write(tx: Transaction) -> None:
            desk_rows.member(tx, staff)
            desk_rows.found(tx, case)
            desk_rows.put_form(tx, case, staff, pieces)

        self._write(write)

    def set_on_duty(self, staff: str, on: bool) -> None:
        self._write(lambda tx: desk_rows.set_on_duty(tx, staff, on))

    def staff_gone(self, staff: str) -> Sequence[str]:
        def leave(tx: Transaction) -> list[str]:
            left = desk_rows.left_by(tx, staff)
            for case in left:
                casework.happen(tx, case, events.StaffGone(staff=staff))
            return left

        return self._write(leave)

    # --- how it is done

    def _list(self, rows: Callable[[Transaction], list[Found]], wanted: Callable[[Case], bool] = lambda case: True) -> list[CaseSummary]:
        """In the order of the queue, call-backs last."""

        def look(tx: Transaction) -> list[CaseSummary]:
            found, now = [both for both in rows(tx) if wanted(both[1])], moment(tx.now)
            found.sort(key=lambda both: (both[1].state is Stage.CALLBACK, place(both[1], now)))
            return caseviews.summaries(tx, found, casework.rota(tx))

        return self._read(look)

    def _best(self, tx: Transaction, staff: str) -> str | None:
        team = desk_rows.member(tx, staff).team or None
        mine = [case for _, case in casework.open_states(tx, Stage.QUEUED, Stage.OFFERED) if may_take(case, staff, team)]
        return min(mine, key=lambda case: place(case, moment(tx.now))).id if mine else None

    def _take(self, case: str, staff: str, tx: Transaction) -> CaseView:
        team = desk_rows.member(tx, staff).team or None
        if desk_rows.found(tx, case)[1].state is Stage.QUEUED:
            casework.happen(tx, case, events.Offered(to=staff))
        casework.happen(tx, case, events.Accepted(by=staff, team=team))
        return caseviews.view(tx, *desk_rows.found(tx, case), casework.rota(tx))

    def _does(
        self, case: str, staff: str, event: Callable[[str | None], events.Event], *, version: int | None = None, over: bool = False,
        note: str = "", to: str | None = None, then: Callable[[Transaction], None] | None = None,
    ) -> CaseView:  # fmt: skip
        """One event by one person, with what she writes about it, in one transaction."""

        def act(tx: Transaction) -> CaseView:
            team = desk_rows.member(tx, staff).team or None
            its = (desk_rows.found(tx, case) if over else desk_rows.mine(tx, case, staff))[1]
            if to is not None:
                desk_rows.member(tx, to)
            if version is not None and its.version != version:
                raise StaleCase
            if note.strip():
                desk_rows.add_note(tx, case, staff, note)
            casework.happen(tx, case, event(team))
            if then is not None:
                then(tx)
            return caseviews.view(tx, *desk_rows.found(tx, case), casework.rota(tx))

        return self._noted(case, event(None), act)

    def _noted(self, case: str, event: events.Event, act: Callable[[Transaction], T]) -> T:
        """What the state does not allow is refused, and that is on record."""
        try:
            return self._write(act)
        except IllegalEvent:
            by = getattr(event, "by", None)
            self._write(lambda tx: casework.log(tx, case, "refused", {"event": type(event).__name__}, staff=by))
            raise

    def _send(self, tx: Transaction, case: str, staff: str, text: str, once: str | None) -> tuple[int, ...]:
        desk_rows.mine(tx, case, staff)
        if once is not None and casework.happened(tx, once):
            return ()
        casework.happen(tx, case, events.CounsellorWrote(by=staff), once=once)
        row = desk_rows.found(tx, case)[0]
        to = casework.where(tx, row.person_id, row.conversation_id)
        if to is None:
            raise NoSuchCase
        replies = self._fit(to.channel, Reply(text=text))
        letters = outbox.queue(tx, to, replies, reachable=to.reachable, author="counsellor", staff=staff)
        return tuple(letter.message for letter in letters)

    def _read(self, work: Callable[[Transaction], T]) -> T:
        return attempted(self._database.read, self._sealer, self._clock, work)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        return attempted(self._database.write, self._sealer, self._clock, work)


def _open(tx: Transaction) -> list[Found]:
    return caserows.all_of(tx, select(cases).where(OPEN))
