"""What the frame of the desk needs of the cases: who may see one, what happened lately, who comes and goes."""

from __future__ import annotations

from bot.desk.ports import Duty, Feed, Happening, Looks
from bot.errors import NoSuchCase
from bot.handoff import Case, CaseDesk, Stage
from bot.staff import Role, Staff


def sees(staff: Staff, case: Case) -> bool:
    """The object rule of cases. A counsellor: her own and her call-backs, and what is offered or passed to her.

    A supervisor: her team's, and nobody's.
    """
    if staff.role is Role.COUNSELLOR:
        asked = case.transfer_team is not None and case.transfer_team == staff.team
        back = case.state is Stage.CALLBACK and case.prefers == staff.id  # she agreed with her on a time
        return asked or back or staff.id in (case.owner, case.offered_to, case.transfer_to)
    if staff.role is Role.SUPERVISOR:
        return not staff.team or case.team in (None, staff.team) or staff.id in (case.owner, case.offered_to, case.transfer_to)
    return False


def looks(cases: CaseDesk) -> Looks:
    def case(staff: Staff, id: str) -> bool:
        try:
            return sees(staff, cases.find(id))
        except NoSuchCase:
            return False

    return Looks(case=case)


def duty(cases: CaseDesk) -> Duty:
    def gone(staff: str) -> None:
        cases.staff_gone(staff)

    return Duty(switch=cases.set_on_duty, gone=gone)


class CaseFeed(Feed):
    def __init__(self, cases: CaseDesk) -> None:
        self._cases = cases

    def latest(self) -> int:
        return self._cases.last_event()

    def after(self, id: int, limit: int) -> list[Happening]:
        return [Happening(id=line.id, kind=line.kind, case=line.case) for line in self._cases.events_after(id, limit)]
