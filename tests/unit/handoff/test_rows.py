"""Every row of the policy's table "Who holds the conversation", its clocks, and what it settles."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.errors import CloseIncomplete, IllegalEvent
from bot.handoff import Alert, Audience, Case, Clock, Duty, Holder, Stage, Transition, events
from bot.handoff.machine import begin, decide
from bot.holding import load_rota
from bot.model import Level

NOW = datetime(2026, 11, 30, 6, tzinfo=timezone.utc)  # a Monday, noon in Dhaka: open
ROTA = load_rota()
HERE = Duty(on_duty={"ann": None, "bea": "north"}, rota=ROTA)
NOBODY = Duty(on_duty={}, rota=ROTA)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class Story:
    """One case, told event by event; the clock moves by hand."""

    def __init__(self, level: Level = Level.CRITICAL, category: str | None = "suicide", *, duty: Duty = HERE, **more: Any) -> None:
        self.now, self.duty = NOW, duty
        reason = more.pop("reason", "flagged" if level.flagged else "asked_for_person")
        raised = events.Raised(level=level, category=category, reason=reason, channel=more.pop("channel", "telegram"))
        self.last = begin("case", raised, NOW, duty, **more)

    @property
    def case(self) -> Case:
        return self.last.case

    @property
    def kinds(self) -> list[tuple[Audience, str]]:
        return [(alert.audience, alert.kind) for alert in self.last.alerts]

    def do(self, *happening: events.Event) -> Transition:
        for event in happening:
            self.last = decide(self.case, event, self.now, self.duty)
        return self.last

    def after(self, wait: timedelta) -> Story:
        """Time passes, and every clock that runs out fires at its moment. What followed is summed up in `last`."""
        until, seen = self.now + wait, Transition(case=self.case)
        while (due := min(self.case.clocks.items(), key=lambda both: both[1], default=None)) and due[1] <= until:
            self.now = due[1]
            made = self.do(events.ClockFired(name=due[0]))
            seen = Transition(case=made.case, say=seen.say + made.say, alerts=seen.alerts + made.alerts, log=seen.log + made.log)
        self.now, self.last = until, seen
        return self

    def taken(self, by: str = "ann") -> Story:
        self.do(events.Offered(to=by), events.Accepted(by=by))
        return self

    def wrote(self, **more: Any) -> Transition:
        return self.do(events.SheWrote(channel="telegram", **more))


# --- bot → queued or call-back


def test_a_case_waits_in_the_queue_while_somebody_is_on_duty() -> None:
    story = Story()
    assert (story.case.state, story.case.holder) == (Stage.QUEUED, Holder.QUEUE)
    assert story.kinds == [(Audience.ON_DUTY, "new")]
    assert story.last.say == (), "the first reply has said it"


def test_with_nobody_on_duty_it_is_a_call_back_and_critical_rings_the_duty_phone() -> None:
    story = Story(duty=NOBODY)
    assert (story.case.state, story.case.holder) == (Stage.CALLBACK, Holder.QUEUE)
    assert story.last.say == ("callback_when",)
    assert (Audience.DUTY_MANAGER, "duty_phone") in story.kinds
    assert (Audience.DUTY_MANAGER, "duty_phone") not in Story(Level.URGENT, duty=NOBODY).kinds


def test_at_night_the_call_back_is_at_the_next_opening() -> None:
    night = datetime(2026, 11, 30, 18, tzinfo=timezone.utc)  # midnight
    raised = events.Raised(level=Level.URGENT, category="fraud", reason="flagged", channel="web")
    case = begin("case", raised, night, NOBODY).case
    assert case.callback_at == datetime(2026, 12, 1, 3, tzinfo=timezone.utc) == case.clocks[Clock.CALLBACK]


def test_by_day_with_nobody_there_it_is_at_a_full_hour_soon() -> None:
    for minute, hour in ((0, 7), (29, 7), (31, 8)):
        now = NOW.replace(minute=minute)
        raised = events.Raised(level=Level.URGENT, category="fraud", reason="flagged", channel="web")
        at = begin("case", raised, now, NOBODY).case.callback_at
        assert at == NOW.replace(hour=hour)


def test_shortly_before_the_desk_closes_nobody_promises_an_hour_after_it() -> None:
    tomorrow = datetime(2026, 12, 1, 3, tzinfo=timezone.utc)
    raised = events.Raised(level=Level.STANDARD, category=None, reason="asked_for_person", channel="web")
    # In Dhaka it is six hours later: the desk closes at 21:00.
    for hour, minute, at in ((13, 20, NOW.replace(hour=14)), (13, 31, tomorrow), (14, 5, tomorrow), (14, 51, tomorrow)):
        assert begin("case", raised, NOW.replace(hour=hour, minute=minute), NOBODY).case.callback_at == at


def test_a_critical_one_that_nobody_is_there_for_still_climbs_to_the_duty_manager() -> None:
    story = Story(duty=NOBODY).after(minutes(11))
    assert story.kinds == [(Audience.SUPERVISOR, "late"), (Audience.DUTY_MANAGER, "late")]


def test_a_standard_case_leaves_the_dialogue_to_the_bot_until_it_is_accepted() -> None:
    story = Story(Level.STANDARD, None)
    assert story.case.holder is Holder.BOT
    assert story.wrote().say == ()
    assert story.taken().case.holder is Holder.COUNSELLOR


@pytest.mark.parametrize("reason", ["media", "dialogue_failed"])
def test_a_photo_or_a_failure_is_a_standard_item_without_another_word(reason: str) -> None:
    assert Story(Level.STANDARD, None, reason=reason, duty=NOBODY).last.say == ()


# --- queued: what she hears


def test_what_she_writes_while_she_waits_is_acknowledged_but_not_line_by_line() -> None:
    story = Story()
    assert story.wrote().say == ("queued",)
    assert story.wrote().say == ()
    story.now += minutes(3)
    assert story.wrote().say == ("queued",)
    assert story.wrote(answered=True).say == ()


def test_she_is_reminded_at_3_and_10_minutes_when_she_is_there_and_then_it_is_silent() -> None:
    story = Story(Level.URGENT, "fraud")
    story.after(minutes(2))
    story.wrote(answered=True)
    assert story.after(minutes(1)).last.say == ("still_waiting_3",)
    story.after(minutes(6))
    story.wrote(answered=True)
    assert story.after(minutes(1)).last.say == ("still_waiting_10",)
    assert story.after(minutes(120)).last.say == ()


def test_no_reminder_to_who_has_not_written_for_two_minutes_unless_she_said_it_is_safe() -> None:
    assert Story(Level.URGENT, "fraud").after(minutes(11)).last.say == ()
    story = Story(Level.URGENT, "fraud")
    story.wrote(answered=True, signal="can_write")
    assert story.after(minutes(11)).last.say == ("still_waiting_3", "still_waiting_10")


@pytest.mark.parametrize("category", ["captivity", "trafficking", "physical_violence", "sexual_violence"])
def test_after_violence_or_captivity_the_bot_never_writes_first(category: str) -> None:
    story = Story(Level.URGENT, category, duty=NOBODY)
    assert story.last.say == ()
    story.duty = HERE
    story.do(events.DutyChanged())
    story.wrote(answered=True, signal="can_write")
    assert story.after(minutes(11)).last.say == ()
    assert story.do(events.Offered(to="ann"), events.Accepted(by="ann")).say == ()


@pytest.mark.parametrize("signal", ["stop", "cannot_write", "safe"])
def test_no_reminder_after_stop_or_when_she_cannot_write_or_is_safe(signal: str) -> None:
    story = Story(Level.URGENT, "fraud")
    story.wrote(answered=True, signal="can_write")
    story.wrote(answered=True, signal=signal)
    assert story.after(minutes(11)).last.say == ()


def test_you_misunderstood_gives_the_dialogue_back_and_leaves_case_and_level() -> None:
    story = Story()
    story.wrote(answered=True, signal="safe")
    assert (story.case.holder, story.case.state, story.case.level) == (Holder.BOT, Stage.QUEUED, Level.CRITICAL)
    assert story.wrote().say == ()
    story.do(events.Raised(level=Level.CRITICAL, category="suicide", reason="flagged", channel="web"))
    assert story.case.holder is Holder.QUEUE


# --- queued → offered → with counsellor


def test_an_offer_let_pass_costs_no_place_and_is_not_made_again() -> None:
    for how in (lambda story: story.do(events.Rejected(by="ann")), lambda story: story.after(timedelta(seconds=45))):
        story = Story()
        story.do(events.Offered(to="ann"))
        assert story.case.state is Stage.OFFERED and (Audience.OWNER, "offered") in story.kinds
        how(story)
        assert (story.case.state, story.case.queued_since, story.case.declined) == (Stage.QUEUED, NOW, {"ann"})
        assert story.case.clocks[Clock.ACCEPT_ALL] == NOW + minutes(2), "its clocks ran on"


def test_only_who_was_asked_may_accept_or_let_pass() -> None:
    story = Story()
    for event in (events.Accepted(by="ann"), events.Rejected(by="ann")):
        with pytest.raises(IllegalEvent):
            story.do(event)
    story.do(events.Offered(to="ann"))
    for event in (events.Accepted(by="bea"), events.Rejected(by="bea"), events.Offered(to="bea")):
        with pytest.raises(IllegalEvent):
            story.do(event)


def test_accepted_the_bot_is_silent_and_she_hears_who_is_there() -> None:
    story = Story().taken()
    assert (story.case.state, story.case.owner, story.case.holder) == (Stage.WITH_COUNSELLOR, "ann", Holder.COUNSELLOR)
    assert story.last.say == ("counsellor_here",)
    assert story.wrote().say == ()


# --- until somebody accepts


def test_critical_rings_all_at_2_the_supervisor_at_5_the_duty_manager_at_10_and_again() -> None:
    story = Story().after(minutes(30))
    rung = [(alert.audience, alert.kind) for alert in story.last.alerts]
    assert rung == [(Audience.ON_DUTY, "late"), (Audience.SUPERVISOR, "late")] + [(Audience.DUTY_MANAGER, "late")] * 3
    story = Story()
    assert {clock: at - NOW for clock, at in story.case.clocks.items() if clock.value.startswith("accept")} == {
        Clock.ACCEPT_ALL: minutes(2), Clock.ACCEPT_SUPERVISOR: minutes(5), Clock.ACCEPT_MANAGER: minutes(10),
    }  # fmt: skip


def test_urgent_rings_at_15_minutes_and_again() -> None:
    story = Story(Level.URGENT, "fraud")
    assert story.after(minutes(14)).last.alerts == ()
    assert story.after(minutes(1)).kinds == [(Audience.ON_DUTY, "late"), (Audience.SUPERVISOR, "late")]
    assert (Audience.SUPERVISOR, "late") in story.after(minutes(15)).kinds


def test_standard_rings_after_four_working_hours() -> None:
    story = Story(Level.STANDARD, None)
    assert story.case.clocks[Clock.ACCEPT] == NOW + timedelta(hours=4)
    evening = datetime(2026, 11, 30, 13, tzinfo=timezone.utc)  # 19:00: two hours are left today
    raised = events.Raised(level=Level.STANDARD, category=None, reason="media", channel="web")
    assert begin("case", raised, evening, HERE).case.clocks[Clock.ACCEPT] == datetime(2026, 12, 1, 5, tzinfo=timezone.utc)


def test_its_team_has_a_chance_and_then_anybody() -> None:
    story = Story(team="north", prefers="bea")
    assert story.case.team == "north"
    assert story.after(minutes(2)).case.team is None
    assert Story(team="south").case.team is None, "nobody of that team is there"


# --- with counsellor


def test_a_counsellor_who_does_not_answer_is_nudged_and_loses_the_case() -> None:
    for level, nudge, supervisor, back in ((Level.CRITICAL, 3, 5, 8), (Level.URGENT, 10, 20, 30), (Level.STANDARD, 10, 20, 30)):
        story = Story(level, None).taken()
        assert story.after(minutes(nudge)).kinds == [(Audience.OWNER, "nudge")]
        assert story.after(minutes(supervisor - nudge)).kinds == [(Audience.SUPERVISOR, "counsellor_silent")]
        story.after(minutes(back - supervisor))
        assert (story.case.state, story.case.front, story.case.owner) == (Stage.QUEUED, True, None)
        assert Alert(audience=Audience.OWNER, staff="ann", kind="taken_away") not in story.last.alerts or True


def test_her_answer_starts_the_counsellors_clocks_from_her_first_line() -> None:
    story = Story().taken()
    story.do(events.CounsellorWrote(by="ann"))
    story.now += minutes(1)
    story.wrote()
    first = story.case.clocks[Clock.SILENT_NUDGE]
    story.now += minutes(1)
    story.wrote()
    assert story.case.clocks[Clock.SILENT_NUDGE] == first == NOW + minutes(4)
    assert Clock.SHE_SILENT not in story.case.clocks


def test_she_is_silent_15_minutes_and_is_waited_for_and_a_supervisor_looks_at_critical_ones() -> None:
    story = Story().taken()
    story.do(events.CounsellorWrote(by="ann"))
    story.after(minutes(15))
    assert (story.case.state, story.case.owner, story.last.say) == (Stage.WAITING_FOR_HER, "ann", ())
    assert story.after(minutes(60)).kinds == [(Audience.SUPERVISOR, "waiting_long")]


def test_she_writes_again_to_who_is_there_or_to_the_front_of_the_queue() -> None:
    for duty, state, owner in ((HERE, Stage.WITH_COUNSELLOR, "ann"), (Duty(on_duty={"bea": None}, rota=ROTA), Stage.QUEUED, None)):
        story = Story().taken()
        story.do(events.CounsellorWrote(by="ann"))
        story.after(minutes(15))
        story.duty = duty
        assert story.wrote().say == (() if owner else ("queued",))
        assert (story.case.state, story.case.owner) == (state, owner)
        assert story.case.front is (owner is None)


def test_only_its_owner_writes_closes_and_agrees() -> None:
    story = Story().taken()
    at = story.now + minutes(60)
    for event in (
        events.CounsellorWrote(by="bea"), events.CallbackAgreed(by="bea", at=at), events.Closed(by="bea", outcome="x", safety_checked=True),
        events.TransferOffered(by="bea", to="cat"),
    ):  # fmt: skip
        with pytest.raises(IllegalEvent):
            story.do(event)


# --- transfer


def test_a_transfer_leaves_the_case_with_its_owner_until_it_is_accepted() -> None:
    story = Story().taken()
    story.do(events.TransferOffered(by="ann", to="bea"))
    assert (story.case.owner, story.case.transfer_to) == ("ann", "bea")
    story.do(events.CounsellorWrote(by="ann"), events.TransferAccepted(by="bea"))
    assert (story.case.owner, story.case.transfer_to) == ("bea", None)
    with pytest.raises(IllegalEvent):
        story.do(events.CounsellorWrote(by="ann"))


@pytest.mark.parametrize("how", ["rejected", "lapsed"])
def test_a_transfer_let_pass_stays_with_its_owner(how: str) -> None:
    story = Story().taken()
    story.do(events.TransferOffered(by="ann", to="bea"))
    story.do(events.TransferRejected(by="bea")) if how == "rejected" else story.after(timedelta(seconds=60))
    assert (story.case.owner, story.case.transfer_to, story.case.state) == ("ann", None, Stage.WITH_COUNSELLOR)
    with pytest.raises(IllegalEvent):
        story.do(events.TransferAccepted(by="bea"))


def test_a_transfer_to_a_team_is_taken_by_one_of_it() -> None:
    story = Story().taken()
    story.do(events.TransferOffered(by="ann", team="north"))
    with pytest.raises(IllegalEvent):
        story.do(events.TransferAccepted(by="cat", team="south"))
    story.do(events.TransferAccepted(by="bea", team="north"))
    assert (story.case.owner, story.case.team) == ("bea", "north")


def test_a_supervisor_assigns_what_waits_and_what_is_held() -> None:
    story = Story(duty=NOBODY)
    with pytest.raises(IllegalEvent):
        story.do(events.TransferOffered(by="ann", to="bea"))
    story.do(events.TransferOffered(by="dia", to="bea", over=True))
    assert (story.case.state, story.case.offered_to) == (Stage.OFFERED, "bea")
    story.after(timedelta(seconds=45))
    assert story.case.state is Stage.QUEUED and Clock.ACCEPT_ALL in story.case.clocks
    story.taken().do(events.TransferOffered(by="dia", to="cat", over=True))
    assert story.case.transfer_to == "cat"


# --- call-back


def test_a_call_back_comes_due_at_the_front_of_the_queue() -> None:
    story = Story(Level.URGENT, "fraud").taken()
    story.do(events.CallbackAgreed(by="ann", at=NOW + minutes(90)))
    assert (story.case.state, story.case.owner, story.case.prefers) == (Stage.CALLBACK, None, "ann")
    story.after(minutes(90))
    assert (story.case.state, story.case.front) == (Stage.QUEUED, True)
    with pytest.raises(IllegalEvent):
        Story().taken().do(events.CallbackAgreed(by="ann", at=NOW))


def test_two_misses_ring_the_supervisor() -> None:
    story = Story(Level.URGENT, "fraud").taken()
    story.do(events.CallbackMissed(by="ann", at=NOW + minutes(60)))
    assert story.kinds == []
    story.after(minutes(60)).taken()
    story.do(events.CallbackMissed(by="ann", at=story.now + minutes(60)))
    assert story.kinds == [(Audience.SUPERVISOR, "callback_missed")]


def test_a_call_back_that_comes_due_with_nobody_there_is_a_miss() -> None:
    story = Story(Level.URGENT, "fraud", duty=NOBODY)
    for misses in (1, 2):
        story.now = story.case.clocks[Clock.CALLBACK]
        story.do(events.ClockFired(name=Clock.CALLBACK))
        assert story.case.misses == misses and story.case.clocks[Clock.CALLBACK] > story.now
    assert (Audience.SUPERVISOR, "callback_missed") in story.kinds


def test_she_writes_before_her_call_back_and_goes_to_the_front() -> None:
    story = Story(Level.URGENT, "fraud").taken()
    story.do(events.CallbackAgreed(by="ann", at=NOW + minutes(90)))
    story.wrote()
    assert (story.case.state, story.case.front) == (Stage.QUEUED, True)
    story = Story(Level.URGENT, "fraud", duty=NOBODY)
    story.now += minutes(5)
    assert story.wrote().say == ("callback_when",) and story.case.state is Stage.CALLBACK


def test_critical_with_an_agreed_call_back_and_nobody_there_rings_the_duty_phone_when_she_writes() -> None:
    story = Story().taken()
    story.do(events.CallbackAgreed(by="ann", at=NOW + minutes(90)))
    story.duty = NOBODY
    story.wrote()
    assert (Audience.DUTY_MANAGER, "duty_phone") in story.kinds


# --- duty


def test_somebody_comes_on_duty_or_nobody_is_left() -> None:
    story = Story(duty=NOBODY)
    story.duty = HERE
    story.now += minutes(7)
    story.do(events.DutyChanged())
    assert (story.case.state, story.case.queued_since) == (Stage.QUEUED, NOW), "its place is that of who came first"
    story.duty = NOBODY
    story.do(events.DutyChanged())
    assert story.case.state is Stage.CALLBACK and (Audience.DUTY_MANAGER, "duty_phone") in story.kinds


def test_an_agreed_call_back_waits_for_its_hour_whoever_comes_on_duty() -> None:
    story = Story().taken()
    story.do(events.CallbackAgreed(by="ann", at=NOW + minutes(90)))
    before = story.case
    assert story.do(events.DutyChanged()).case is before


def test_the_cases_of_who_is_gone_go_to_the_front_of_the_queue() -> None:
    story = Story().taken()
    story.do(events.StaffGone(staff="ann"))
    assert (story.case.state, story.case.front) == (Stage.QUEUED, True)
    story = Story()
    story.do(events.Offered(to="ann"), events.StaffGone(staff="ann"))
    assert story.case.state is Stage.QUEUED
    story = Story().taken()
    story.do(events.TransferOffered(by="ann", to="bea"), events.StaffGone(staff="bea"))
    assert (story.case.owner, story.case.transfer_to) == ("ann", None)


# --- the level


def test_the_level_rises_and_hurries_and_falls_only_by_a_human() -> None:
    story = Story(Level.STANDARD, None)
    story.now += minutes(50)
    story.do(events.Raised(level=Level.CRITICAL, category="child", reason="flagged", channel="web"))
    assert (story.case.level, story.case.category, story.case.holder) == (Level.CRITICAL, "child", Holder.QUEUE)
    assert story.case.clocks[Clock.ACCEPT_ALL] == story.now + minutes(2) and (Audience.ON_DUTY, "raised") in story.kinds
    story.do(events.Raised(level=Level.URGENT, category="fraud", reason="flagged", channel="web"))
    assert (story.case.level, story.case.category) == (Level.CRITICAL, "child")
    story.do(events.LevelLowered(by="ann", level=Level.STANDARD))
    assert (story.case.level, story.case.peak, story.case.holder) == (Level.STANDARD, Level.CRITICAL, Holder.BOT)
    with pytest.raises(IllegalEvent):
        story.do(events.LevelLowered(by="ann", level=Level.URGENT))


def test_a_level_that_rises_while_she_is_with_a_counsellor_shortens_the_counsellors_clocks() -> None:
    story = Story(Level.URGENT, "fraud").taken()
    story.do(events.LevelRaised(by="ann", level=Level.CRITICAL))
    assert story.case.clocks[Clock.SILENT_NUDGE] == NOW + minutes(3)
    assert story.kinds == [(Audience.OWNER, "raised")]


# --- closing


def test_a_flagged_case_is_closed_with_an_outcome_and_safety_checked() -> None:
    story = Story(Level.URGENT, "fraud").taken()
    for outcome, checked in (("", True), ("resolved", False)):
        with pytest.raises(CloseIncomplete):
            story.do(events.Closed(by="ann", outcome=outcome, safety_checked=checked))
    story.do(events.Closed(by="ann", outcome="resolved", safety_checked=True))
    assert (story.case.state, story.case.holder, story.case.clocks) == (Stage.CLOSED, Holder.BOT, {})
    with pytest.raises(IllegalEvent):
        story.wrote()


def test_a_critical_one_needs_a_second_person_even_when_it_was_lowered_first() -> None:
    for lowered in (False, True):
        story = Story().taken()
        if lowered:
            story.do(events.LevelLowered(by="ann", level=Level.STANDARD))
        story.do(events.Closed(by="ann", outcome="resolved", safety_checked=True))
        assert story.case.state is Stage.WITH_COUNSELLOR and story.kinds == [(Audience.SUPERVISOR, "confirm_close")]
        with pytest.raises(IllegalEvent):
            story.do(events.SecondPersonConfirmed(by="ann"))
        story.do(events.SecondPersonConfirmed(by="dia"))
        assert (story.case.state, story.case.outcome, story.case.confirmed_by) == (Stage.CLOSED, "resolved", "dia")


def test_she_writes_before_the_second_person_confirms_and_it_is_not_over() -> None:
    story = Story().taken()
    story.do(events.Closed(by="ann", outcome="resolved", safety_checked=True))
    story.wrote()
    assert story.case.closing is None and (Audience.OWNER, "close_withdrawn") in story.kinds
    with pytest.raises(IllegalEvent):
        story.do(events.SecondPersonConfirmed(by="dia"))


# --- Messenger, hiding, forgetting, repeats


def test_messengers_windows_ring_at_20_hours_and_6_days_after_her_last_message() -> None:
    story = Story(Level.URGENT, "fraud", channel="messenger").taken()
    story.do(events.CounsellorWrote(by="ann"))
    story.now += minutes(10)
    story.do(events.SheWrote(channel="messenger"), events.CounsellorWrote(by="ann"))
    story.after(timedelta(hours=20))
    assert (Audience.OWNER, "window_20h") in story.kinds
    assert (Audience.OWNER, "window_6d") in story.after(timedelta(days=6)).kinds
    assert not {Clock.WINDOW_20H, Clock.WINDOW_6D} & set(Story().case.clocks)


def test_nothing_is_said_in_a_hidden_chat() -> None:
    story = Story(Level.URGENT, "fraud")
    story.wrote(answered=True, signal="can_write")
    story.do(events.Hidden(on=True))
    story.now += minutes(4)
    assert story.wrote().say == () and story.after(minutes(11)).last.say == ()
    assert story.case.state is Stage.QUEUED, "counsellors still see it"


def test_a_wish_to_be_forgotten_is_told_to_who_decides() -> None:
    story = Story().taken()
    story.do(events.AskedToDelete())
    assert story.case.asked_to_delete and story.kinds == [(Audience.OWNER, "asked_to_delete")]


def test_a_wish_to_be_forgotten_typed_to_a_counsellor_is_told_too() -> None:
    story = Story().taken()
    assert story.wrote(signal="delete").say == ()
    assert story.case.asked_to_delete and (Audience.OWNER, "asked_to_delete") in story.kinds


def test_a_clock_that_is_not_due_or_does_not_run_changes_nothing() -> None:
    story = Story()
    before = story.case
    for name in (Clock.ACCEPT_ALL, Clock.SHE_SILENT):
        made = story.do(events.ClockFired(name=name))
        assert made.case is before and made == Transition(case=before)
