"""What the counsellor of a case does with it: writes, agrees on a call-back, judges the level, closes."""

from __future__ import annotations

from datetime import datetime

from bot.errors import CloseIncomplete, IllegalEvent
from bot.handoff.case import Alert, Audience, Case, Closing, Duty, Entry, Stage, Transition
from bot.handoff.clocks import MISSES, SHE_SILENT, Clock
from bot.handoff.events import CallbackAgreed, CallbackMissed, Closed, CounsellorWrote, LevelLowered, LevelRaised, SecondPersonConfirmed
from bot.handoff.waiting import accept_clocks, held_by, kept, may_write_first, raised
from bot.model import Level


def counsellor_wrote(case: Case, event: CounsellorWrote, now: datetime, duty: Duty) -> Transition:
    held_by(case, event.by)
    clocks = {**kept(case, Clock.TRANSFER), Clock.SHE_SILENT: now + SHE_SILENT}
    back = case.state is Stage.WAITING_FOR_HER
    case = case.but(state=Stage.WITH_COUNSELLOR, state_since=now if back else case.state_since, counsellor_last_at=now, clocks=clocks)
    return Transition(case=case, log=(Entry(kind="counsellor_wrote", staff=event.by),))


def callback_agreed(case: Case, event: CallbackAgreed, now: datetime, duty: Duty) -> Transition:
    held_by(case, event.by)
    tell = may_write_first(case, now)
    made = _called_back(case, event.by, event.at, now, "callback_agreed")
    return Transition(case=made.case, say=("callback_when",) if tell else (), alerts=made.alerts, log=made.log)


def callback_missed(case: Case, event: CallbackMissed, now: datetime, duty: Duty) -> Transition:
    held_by(case, event.by)
    made = _called_back(case.but(misses=case.misses + 1), event.by, event.at, now, "callback_missed")
    return Transition(case=made.case, alerts=missed_alerts(made.case), log=made.log)


def missed_alerts(case: Case) -> tuple[Alert, ...]:
    return (Alert(audience=Audience.SUPERVISOR, kind="callback_missed"),) if case.misses >= MISSES else ()


def _called_back(case: Case, by: str, at: datetime, now: datetime, how: str) -> Transition:
    if at <= now:
        raise IllegalEvent
    case = case.but(
        state=Stage.CALLBACK, state_since=now, queued_since=now, owner=None, prefers=by, agreed=True, callback_at=at, transfer_to=None,
        transfer_team=None, closing=None, stood_down=False, clocks={**kept(case), Clock.CALLBACK: at},
    )  # fmt: skip
    return Transition(case=case, log=(Entry(kind=how, detail={"at": at.timestamp()}, staff=by),))


def closed(case: Case, event: Closed, now: datetime, duty: Duty) -> Transition:
    held_by(case, event.by)
    if not event.outcome or (case.peak.flagged and not event.safety_checked):
        raise CloseIncomplete
    case = case.but(safety_checked=event.safety_checked)
    if case.peak is not Level.CRITICAL:
        return _over(case.but(outcome=event.outcome), now, event.by)
    case = case.but(closing=Closing(by=event.by, outcome=event.outcome))
    ask = Alert(audience=Audience.SUPERVISOR, kind="confirm_close")
    return Transition(case=case, alerts=(ask,), log=(Entry(kind="close_asked", detail={"outcome": event.outcome}, staff=event.by),))


def confirmed(case: Case, event: SecondPersonConfirmed, now: datetime, duty: Duty) -> Transition:
    if case.closing is None or event.by in (case.closing.by, case.owner):
        raise IllegalEvent
    return _over(case.but(outcome=case.closing.outcome, confirmed_by=event.by), now, event.by)


def _over(case: Case, now: datetime, by: str) -> Transition:
    """The bot has her back; who had her is kept for the next seven days."""
    case = case.but(
        state=Stage.CLOSED, state_since=now, prefers=case.owner, owner=None, transfer_to=None, transfer_team=None, closing=None, clocks={}
    )
    return Transition(case=case, log=(Entry(kind="closed", detail={"outcome": case.outcome}, staff=by),))


def level_raised(case: Case, event: LevelRaised, now: datetime, duty: Duty) -> Transition:
    if event.level.rank <= case.level.rank:
        raise IllegalEvent
    made = raised(case, now, duty, event.level, None)
    return Transition(case=made.case, alerts=made.alerts, log=(_level("raised", case, event.level, event.by), *made.log))


def level_lowered(case: Case, event: LevelLowered, now: datetime, duty: Duty) -> Transition:
    if event.level.rank >= case.level.rank or event.level is Level.NONE:
        raise IllegalEvent
    log = (_level("lowered", case, event.level, event.by),)
    case = case.but(level=event.level)
    if case.state in (Stage.QUEUED, Stage.OFFERED):
        case = case.but(clocks={**kept(case, Clock.OFFER, Clock.REMIND_3, Clock.REMIND_10), **accept_clocks(case, now, duty)})
    elif case.state is Stage.CALLBACK:
        case = case.but(clocks=kept(case, Clock.CALLBACK))
    return Transition(case=case, log=log)


def _level(kind: str, case: Case, level: Level, by: str) -> Entry:
    return Entry(kind=kind, detail={"level": level.value, "was": case.level.value, "category": case.category}, staff=by)
