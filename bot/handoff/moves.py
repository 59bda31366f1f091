"""A case goes from hand to hand: offered, taken, let pass, passed on, left behind."""

from __future__ import annotations

from datetime import datetime

from bot.errors import IllegalEvent
from bot.handoff.case import HUMAN, WAITS, Alert, Audience, Case, Duty, Entry, Stage, Transition
from bot.handoff.clocks import OFFER, TRANSFER, Clock
from bot.handoff.events import Accepted, Offered, Rejected, StaffGone, TransferAccepted, TransferOffered, TransferRejected
from bot.handoff.waiting import accept_clocks, kept, may_write_first, of_owner, wait, with_counsellor, without


def offered(case: Case, event: Offered, now: datetime, duty: Duty) -> Transition:
    if case.state is not Stage.QUEUED:
        raise IllegalEvent
    return _offer(case, event.to, now, by=None)


def _offer(case: Case, to: str, now: datetime, *, by: str | None) -> Transition:
    """It keeps its place in the queue, and its clocks run on."""
    case = case.but(state=Stage.OFFERED, state_since=now, offered_to=to, clocks={**case.clocks, Clock.OFFER: now + OFFER})
    alert = Alert(audience=Audience.OWNER, staff=to, kind="offered")
    return Transition(case=case, alerts=(alert,), log=(Entry(kind="offered", detail={"to": to}, staff=by),))


def accepted(case: Case, event: Accepted, now: datetime, duty: Duty) -> Transition:
    if case.state is not Stage.OFFERED or case.offered_to != event.by:
        raise IllegalEvent
    tell = may_write_first(case, now)
    case = with_counsellor(case, now, event.by, event.team)
    waited = round((now - case.queued_since).total_seconds())
    log = (Entry(kind="accepted", detail={"waited": waited}, staff=event.by),)
    return Transition(case=case.but(said_at=now if tell else case.said_at), say=("counsellor_here",) if tell else (), log=log)


def rejected(case: Case, event: Rejected, now: datetime, duty: Duty) -> Transition:
    if case.state is not Stage.OFFERED or case.offered_to != event.by:
        raise IllegalEvent
    return offer_over(case, now, "rejected")


def offer_over(case: Case, now: datetime, how: str) -> Transition:
    """Back to its old place; not to the same person again."""
    staff = case.offered_to or ""
    case = case.but(
        state=Stage.QUEUED, state_since=now, offered_to=None, declined=case.declined | {staff}, clocks=without(case, Clock.OFFER)
    )
    return Transition(case=case, log=(Entry(kind=how, staff=staff),))


def transfer_offered(case: Case, event: TransferOffered, now: datetime, duty: Duty) -> Transition:
    if (event.to is None) == (event.team is None) or event.to == case.owner is not None:
        raise IllegalEvent
    if case.state in WAITS and event.over:
        return _assigned(case, event, now, duty)
    if case.state not in HUMAN or not (event.over or case.owner == event.by):
        raise IllegalEvent
    clocks = {**case.clocks, Clock.TRANSFER: now + TRANSFER}
    case = case.but(transfer_to=event.to, transfer_team=event.team, clocks=clocks)
    to = Alert(audience=Audience.OWNER, staff=event.to, kind="transfer") if event.to else Alert(audience=Audience.ON_DUTY, kind="transfer")
    return Transition(case=case, alerts=(to,), log=(Entry(kind="transfer", detail={"to": event.to, "team": event.team}, staff=event.by),))


def _assigned(case: Case, event: TransferOffered, now: datetime, duty: Duty) -> Transition:
    """A supervisor gives a waiting case to somebody, or to a team."""
    if event.to is None:
        log = (Entry(kind="team", detail={"team": event.team}, staff=event.by),)
        return Transition(case=case.but(team=event.team), alerts=(Alert(audience=Audience.ON_DUTY, kind="team"),), log=log)
    clocks = without(case, Clock.OFFER)
    if case.state is Stage.CALLBACK:  # should the offer lapse, it waits in the queue
        clocks = {**kept(case), **accept_clocks(case, now, duty)}
        case = case.but(agreed=False, callback_at=None)
    return _offer(case.but(state=Stage.QUEUED, offered_to=None, clocks=clocks), event.to, now, by=event.by)


def transfer_accepted(case: Case, event: TransferAccepted, now: datetime, duty: Duty) -> Transition:
    asked = case.transfer_to == event.by or (case.transfer_team is not None and case.transfer_team == event.team)
    if case.state not in HUMAN or not asked or event.by == case.owner:
        raise IllegalEvent
    log = (Entry(kind="transfer_accepted", detail={"from": case.owner}, staff=event.by),)
    alerts = of_owner(case, "transfer_accepted")
    if case.state is Stage.WAITING_FOR_HER:  # she is silent: nobody is hurried to write to her
        clocks = without(case, Clock.TRANSFER)
        changed = case.but(owner=event.by, team=event.team or case.team, transfer_to=None, transfer_team=None, clocks=clocks, closing=None)
    else:
        changed = with_counsellor(case, now, event.by, event.team).but(closing=None)
    return Transition(case=changed, alerts=alerts, log=log)


def transfer_rejected(case: Case, event: TransferRejected, now: datetime, duty: Duty) -> Transition:
    """By who was asked; or taken back by who has it."""
    asked = case.transfer_to is not None or case.transfer_team is not None
    if not asked or event.by not in (case.transfer_to, case.owner):
        raise IllegalEvent
    return transfer_over(case, "transfer_rejected", event.by)


def transfer_over(case: Case, how: str, staff: str | None) -> Transition:
    case = case.but(transfer_to=None, transfer_team=None, clocks=without(case, Clock.TRANSFER))
    return Transition(case=case, alerts=of_owner(case, how), log=(Entry(kind=how, staff=staff),))


def staff_gone(case: Case, event: StaffGone, now: datetime, duty: Duty) -> Transition:
    if case.owner == event.staff:
        made = wait(case, now, duty, why="owner_gone", front=True)
        return Transition(case=made.case, alerts=made.alerts, log=(Entry(kind="owner_gone", staff=event.staff), *made.log))
    if case.offered_to == event.staff:
        return offer_over(case, now, "owner_gone")
    if case.transfer_to == event.staff:
        return transfer_over(case, "transfer_lapsed", event.staff)
    return Transition(case=case)
