"""The machine: a case, an event, the time and who is on duty give the next case and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.errors import IllegalEvent
from bot.handoff import events, firing, hers, judging, moves
from bot.handoff.case import Case, Duty, Stage, Transition
from bot.handoff.hers import begin

__all__ = ["begin", "decide"]

_DO: dict[type, Callable[[Case, Any, datetime, Duty], Transition]] = {
    events.Raised: hers.more,
    events.SheWrote: hers.she_wrote,
    events.Hidden: hers.hidden,
    events.AskedToDelete: hers.asked_to_delete,
    events.Offered: moves.offered,
    events.Accepted: moves.accepted,
    events.Rejected: moves.rejected,
    events.TransferOffered: moves.transfer_offered,
    events.TransferAccepted: moves.transfer_accepted,
    events.TransferRejected: moves.transfer_rejected,
    events.CounsellorWrote: judging.counsellor_wrote,
    events.CallbackAgreed: judging.callback_agreed,
    events.CallbackMissed: judging.callback_missed,
    events.Closed: judging.closed,
    events.SecondPersonConfirmed: judging.confirmed,
    events.LevelRaised: judging.level_raised,
    events.LevelLowered: judging.level_lowered,
    events.StaffGone: moves.staff_gone,
    events.ClockFired: firing.fired,
    events.DutyChanged: firing.duty_changed,
}


def decide(case: Case, event: events.Event, now: datetime, duty: Duty) -> Transition:
    """Raises IllegalEvent where the state does not take the event. What changes nothing returns the very same case, and no effects."""
    if case.state is Stage.CLOSED:
        raise IllegalEvent
    made = _DO[type(event)](case, event, now, duty)
    if made.case is case and not (made.say or made.alerts or made.log):
        return made
    return Transition(case=made.case.but(version=case.version + 1), say=made.say, alerts=made.alerts, log=made.log)
