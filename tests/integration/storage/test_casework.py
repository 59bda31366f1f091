"""Cases in the database: who holds the conversation, and what may leave meanwhile; on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import CloseIncomplete, IllegalEvent, NoSuchCase, StaleCase
from bot.model import CaseRequest, Kind, Level, Outcome, Reply, Risk
from bot.storage import Casework, Database, Repository, Sealer

FLAGGED = CaseRequest(level=Level.CRITICAL, category="suicide", reason="flagged")
URGENT = CaseRequest(level=Level.URGENT, category="fraud", reason="flagged")
STANDARD = CaseRequest(level=Level.STANDARD, category=None, reason="asked_for_person")


@pytest.fixture
def work(desk: Any, sealer: Sealer) -> Casework:
    return Casework(desk.database, sealer, clock=desk.clock)


@pytest.fixture
def her(desk: Any) -> Callable[..., str]:
    """She writes, and the bot answers with a case; nothing is sent yet."""

    def wrote(text: str = "help", case: CaseRequest | None = None, *replies: str, **kwargs: Any) -> str:
        conversation: str = desk.say(text, **kwargs)
        turn = desk.turn(conversation)
        risk = Risk(flag=case.level, category=case.category, reasons=("a rule",)) if case else Risk()
        outcome = Outcome(replies=tuple(Reply(text=reply) for reply in replies), state=turn.state, case=case, risk=risk)
        desk.repository.finish(turn, outcome, "w")
        desk.repository.release_turns(conversation, "w")
        return conversation

    return wrote


def only(work: Casework) -> str:
    (line,) = [*work.queue(), *work.held()]
    return line.id


def holders(desk: Any) -> set[str]:
    return {row.holder for row in desk.rows("conversations")}


# --- silence


def test_what_the_bot_had_queued_is_withdrawn_when_a_counsellor_accepts(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    place = her("help", FLAGGED, "first reply", "and another")
    assert desk.repository.next_outgoing(place).reply.text == "first reply"
    assert work.take_next("ann") is not None
    assert holders(desk) == {"counsellor"}
    rows = {row.id: row.state for row in desk.rows("messages") if row.direction == "out"}
    assert sorted(rows.values()) == ["queued", "sending", "withdrawn"], "being sent; counsellor_here; withdrawn"
    desk.repository.sent(min(rows), "p")
    assert len(desk.deliver(place)) == 1, "only that a counsellor is here"


def test_what_was_being_sent_is_not_tried_again(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    place = her("help", FLAGGED, "first reply")
    letter = desk.repository.next_outgoing(place)
    work.take_next("ann")
    desk.repository.retry(letter.message, desk.clock.now)
    assert "first reply" not in desk.deliver(place)
    place = her("once more", None, "late", sender="bea")
    letter = desk.repository.next_outgoing(place)  # its sender dies
    desk.repository.finish(_begun(desk, "bea"), Outcome(replies=(), state=_state(desk, place), case=FLAGGED), "w")
    work.take_next("ann")
    assert "late" not in desk.deliver(place)


def _begun(desk: Any, sender: str) -> Any:
    return desk.turn(desk.say("again", sender=sender))


def _state(desk: Any, place: str) -> Any:
    return desk.repository.state(place)


def test_a_turn_begun_before_and_finished_after_says_nothing(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    place = her("a person please", STANDARD)
    desk.deliver(place)
    turn = _begun(desk, "ann")
    assert not turn.held
    work.take_next("ann")
    assert desk.repository.finish(turn, Outcome(replies=(Reply(text="late answer"),), state=turn.state), "w") == []
    assert "late answer" not in desk.deliver(place)
    assert [row.state for row in desk.rows("messages", "id") if row.direction == "in"] == ["answered", "answered"]


def test_whoever_queues_for_the_bot_meanwhile_it_does_not_leave(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    place = her("help", FLAGGED)
    work.take_next("ann")
    desk.deliver(place)
    desk.repository.add_outgoing(place, (Reply(text="a reminder"),))
    work.say(only(work), "ann", "I am Ann")
    assert desk.deliver(place) == ["I am Ann"]
    assert desk.repository.counts()["queued"] == 0


def test_all_her_channels_are_silent(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    first, second = her("hi"), her("hi", sender="bea", channel="messenger")
    desk.repository.redeem(second, str(desk.repository.new_code(first)))
    her("help", FLAGGED)
    assert holders(desk) == {"queue"}
    work.take_next("ann")
    assert holders(desk) == {"counsellor"}
    desk.clock.advance(5)
    turn = desk.turn(desk.say("and here", sender="bea", channel="messenger"))
    assert turn.held and turn.case is Level.CRITICAL
    desk.repository.finish(turn, Outcome(replies=(Reply(text="bot"),), state=turn.state), "w")
    work.say(only(work), "ann", "I see you there")
    assert desk.deliver(second) == ["I see you there"], "where she wrote last"
    assert "I see you there" not in desk.deliver(first)


def test_a_channel_that_joins_later_is_silent_too_and_speaks_again_after_closing(
    desk: Any, work: Casework, her: Callable[..., str]
) -> None:
    desk.staff("ann", "bea")
    first = her("help", URGENT)
    work.take_next("ann")
    second = her("hi", sender="cat")
    desk.repository.redeem(second, str(desk.repository.new_code(first)))
    assert holders(desk) == {"counsellor"}
    assert work.close(only(work), "ann", "resolved", True)
    assert holders(desk) == {"bot"}


# --- taking


def test_two_counsellors_race_for_one_case_and_one_wins(desk: Any, url: str, keys: tuple[str, str], her: Callable[..., str]) -> None:
    desk.staff(*(f"s{n}" for n in range(4)))
    her("help", FLAGGED)
    desks = [Casework(Database(url), Sealer(*keys), clock=desk.clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: desks[n].take_next(f"s{n}"), range(4)))
    won = [n for n, view in enumerate(taken) if view is not None]
    assert len(won) == 1
    assert [row.owner_id for row in desk.rows("cases")] == [f"s{won[0]}"]
    assert [row.kind for row in desk.rows("events", "id")].count("accepted") == 1
    for one in desks:
        one._database.close()


def test_many_counsellors_take_many_cases_each_once(desk: Any, url: str, keys: tuple[str, str], her: Callable[..., str]) -> None:
    desk.staff(*(f"s{n}" for n in range(4)))
    for number in range(12):
        her("help", FLAGGED if number % 3 else STANDARD, sender=f"p{number}")
    desks = [Casework(Database(url), Sealer(*keys), clock=desk.clock) for _ in range(4)]

    def all_of(n: int) -> list[str]:
        taken = []
        while (view := desks[n].take_next(f"s{n}")) is not None:
            taken.append(view.case.id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [case for cases in pool.map(all_of, range(4)) for case in cases]
    assert len(taken) == len(set(taken)) == 12
    for one in desks:
        one._database.close()


def test_the_most_dangerous_first_and_no_choice(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    her("a", STANDARD, sender="p1")
    her("b", URGENT, sender="p2")
    desk.clock.advance(60)
    her("c", FLAGGED, sender="p3")
    assert [line.level for line in work.queue()] == [Level.CRITICAL, Level.URGENT, Level.STANDARD]
    taken = [work.take_next("ann") for _ in range(4)]
    assert [view and view.case.level for view in taken] == [Level.CRITICAL, Level.URGENT, Level.STANDARD, None]


def test_urgent_that_waited_half_an_hour_goes_before_new_urgent_never_before_critical(
    desk: Any, work: Casework, her: Callable[..., str]
) -> None:
    desk.staff("ann")
    her("old", URGENT, sender="p1")
    desk.clock.advance(31 * 60)
    her("sent back", URGENT, sender="p2")
    first = work.take_next("ann")
    assert first is not None and work.view(first.case.id, "ann").messages[0].text == "old"
    her("worse", FLAGGED, sender="p3")
    second = work.take_next("ann")
    assert second is not None and second.case.level is Level.CRITICAL


def test_an_accept_of_an_older_version_is_told_so(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    her("help", FLAGGED)
    desk.repository.sweep()
    (line,) = work.own("ann")
    assert line.offered_to == "ann"
    her("more")
    with pytest.raises(StaleCase):
        work.accept(line.id, "ann", line.version)
    assert work.accept(line.id, "ann", line.version + 1).case.owner == "ann"


# --- what happens by itself


def test_a_critical_case_is_offered_in_turn_within_a_second_and_rings(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann", "bea")
    her("help", FLAGGED)
    assert [(row.audience, row.kind) for row in desk.rows("alerts", "id")] == [("on_duty", "new")]
    desk.repository.sweep()
    offered = desk.rows("cases")[0].offered_to
    desk.clock.advance(46)
    desk.repository.sweep()
    desk.repository.sweep()
    assert {offered, desk.rows("cases")[0].offered_to} == {"ann", "bea"}


def test_clocks_survive_restarts_and_fire_once_with_many_gateways(
    desk: Any, url: str, keys: tuple[str, str], her: Callable[..., str]
) -> None:
    desk.staff("ann")
    her("help", FLAGGED)
    desk.clock.advance(5 * 60)
    gateways = [Repository(Database(url), Sealer(*keys), clock=desk.clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda gateway: gateway.sweep(), gateways))
    late = [row.audience for row in desk.rows("alerts", "id") if row.kind == "late"]
    assert sorted(late) == ["on_duty", "supervisor"]
    for gateway in gateways:
        gateway.close()


def test_with_nobody_on_duty_she_is_called_back_and_goes_into_the_queue_when_somebody_comes(
    desk: Any, work: Casework, her: Callable[..., str]
) -> None:
    place = her("help", FLAGGED, "first reply")
    texts = desk.deliver(place)
    assert texts[0] == "first reply" and "999" in texts[1] and len(texts) == 2
    assert ("duty_manager", "duty_phone") in [(row.audience, row.kind) for row in desk.rows("alerts")]
    desk.staff("ann", on=False)
    work.set_on_duty("ann", True)
    desk.repository.sweep()
    assert [line.state for line in work.queue()] == ["queued"]


def test_a_switch_forgotten_for_a_shift_counts_no_more(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    desk.clock.advance(13 * 3600)
    her("help", URGENT)
    assert [line.state for line in work.queue()] == ["callback"]


def test_a_counsellor_who_falls_silent_loses_the_case_and_may_not_write_any_more(
    desk: Any, work: Casework, her: Callable[..., str]
) -> None:
    desk.staff("ann", "bea")
    her("help", FLAGGED)
    view = work.take_next("ann")
    assert view is not None
    for _ in range(8):
        desk.clock.advance(60)
        desk.repository.sweep()
    (line,) = work.queue()
    assert (line.owner, line.offered_to) == (None, "bea")
    with pytest.raises(NoSuchCase):
        work.say(line.id, "ann", "still here")


# --- the desk


def test_the_whole_of_a_case(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann", "bea")
    place = her("he takes my passport", URGENT, "first reply")
    view = work.take_next("ann")
    assert view is not None
    case = view.case.id
    assert view.unread == 1 and view.messages[0].risk is Level.URGENT and view.messages[0].reasons == ("a rule",)
    work.read(case, "ann", view.messages[0].id)
    ids = work.say(case, "ann", "I am Ann", once="form-1")
    assert work.say(case, "ann", "I am Ann", once="form-1") == () and len(ids) == 1
    desk.deliver(place)
    her("thank you")
    work.note(case, "ann", "afraid of the agency")
    work.put_form(case, "ann", {"stage": "abroad", "issues": ["papers"]})
    work.put_form(case, "ann", {"stage": None, "place": "SA"})
    work.set_level(case, "ann", Level.CRITICAL, "")
    with pytest.raises(IllegalEvent):
        work.set_level(case, "ann", Level.URGENT, " ")
    work.set_level(case, "ann", Level.URGENT, "she has the passport back")
    view = work.view(case, "ann")
    assert view.unread == 1 and view.form == {"issues": ["papers"], "place": "SA"}
    assert [note.text for note in view.notes] == ["afraid of the agency", "she has the passport back"]
    assert [line.kind for line in view.levels] == ["opened", "raised", "lowered"]
    mine = [message for message in view.messages if message.author == "counsellor"]
    assert [(message.text, message.staff, message.delivery) for message in mine] == [("I am Ann", "ann", "sent")]
    with pytest.raises(CloseIncomplete):
        work.close(case, "ann", "resolved", False)
    assert work.close(case, "ann", "resolved", True) is False
    assert [line.closing_by for line in work.to_confirm()] == ["ann"]
    with pytest.raises(IllegalEvent):
        work.confirm_close(case, "ann")
    work.confirm_close(case, "bea")
    assert work.find(case).outcome == "resolved" and work.own("ann") == [] and desk.rows("clocks") == []
    refused = [json.loads(line.detail)["event"] for line in desk.rows("events", "id") if line.kind == "refused"]
    assert refused == ["Closed", "SecondPersonConfirmed"]
    assert desk.repository.state(place).level is Level.URGENT, "the bot remembers what the human decided"


def test_nothing_of_hers_can_be_read_in_the_tables(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    her("zyxqamarwa", URGENT)
    view = work.take_next("ann")
    assert view is not None
    work.note(view.case.id, "ann", "zyxqnote")
    work.put_form(view.case.id, "ann", {"words": "zyxqform"})
    work.say(view.case.id, "ann", "zyxqsaid")
    for table in ("cases", "events", "alerts", "notes", "forms", "messages", "clocks"):
        assert "zyxq" not in repr([tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in desk.rows(table)])


def test_only_her_counsellor_sees_a_case_and_who_has_passed_it_on_loses_it(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann", "bea", "cat")
    her("help", FLAGGED)
    view = work.take_next("ann")
    assert view is not None
    case = view.case.id
    for move in (
        lambda: work.view(case, "bea"), lambda: work.say(case, "bea", "hello"), lambda: work.close(case, "bea", "x", True),
        lambda: work.view(case, "nobody"), lambda: work.view("no-such-case", "ann"),
    ):  # fmt: skip
        with pytest.raises(NoSuchCase):
            move()
    with pytest.raises(IllegalEvent):
        work.transfer(case, "ann", " ", to_staff="bea")
    work.transfer(case, "ann", "speaks Sylheti", to_staff="bea")
    assert [line.transfer_to for line in work.own("bea")] == ["bea"]
    assert work.accept_transfer(case, "bea").notes[-1].text == "speaks Sylheti"
    with pytest.raises(NoSuchCase):
        work.view(case, "ann")
    desk.database.engine.dispose()


def test_who_is_disabled_sees_and_holds_nothing(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann", "bea")
    her("help", FLAGGED)
    view = work.take_next("ann")
    assert view is not None
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE staff SET active = false WHERE id = 'ann'")
    assert work.staff_gone("ann") == [view.case.id]
    for move in (lambda: work.view(view.case.id, "ann"), lambda: work.take_next("ann")):
        with pytest.raises(NoSuchCase):
            move()
    assert [line.state for line in work.queue()] == ["queued"]


def test_events_are_told_in_order_to_who_follows_them(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    assert work.last_event() == 0
    her("help", FLAGGED)
    seen = work.events_after(0)
    assert [line.kind for line in seen] == ["opened", "callback"] and work.last_event() == seen[-1].id
    her("more")
    assert [line.kind for line in work.events_after(seen[-1].id)] == ["she_wrote"]


# --- afterwards


def test_within_seven_days_of_closing_the_same_team_has_her_again(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann", team="north")
    desk.staff("bea", team="south")
    for days, team in ((6, "north"), (8, None)):
        her("help", URGENT, sender=f"p{days}")
        view = work.take_next("ann")
        assert view is not None and work.close(view.case.id, "ann", "resolved", True)
        desk.clock.advance(timedelta(days=days).total_seconds())
        work.set_on_duty("ann", True)
        work.set_on_duty("bea", True)
        her("again", URGENT, sender=f"p{days}")
        (line,) = work.queue()
        assert line.team == team
        assert (work.take_next("bea") is None) is (team is not None)
        view = work.take_next("ann") or work.view(line.id, "bea")
        assert [earlier.state for earlier in view.earlier] == ["closed"]
        work.close(line.id, view.case.owner or "", "resolved", True)


def test_she_asks_to_be_forgotten_and_a_human_decides(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    place = her("help", URGENT)
    turn = desk.turn(desk.say("delete"))
    desk.repository.finish(turn, Outcome(replies=(Reply(text="kept"),), state=turn.state, forget=True), "w")
    case = only(work)
    assert work.find(case).asked_to_delete
    with pytest.raises(IllegalEvent):
        work.erase(case, "ann")
    work.take_next("ann")
    work.close(case, "ann", "resolved", True)
    work.erase(case, "ann")
    for table in ("people", "conversations", "messages", "cases", "events", "clocks", "alerts", "notes", "forms"):
        assert desk.rows(table) == [], table
    assert desk.repository.conversation_of("telegram", "ann") is None and place


def test_a_standard_case_is_forgotten_with_all_that_hangs_on_it(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    place = her("a person please", STANDARD)
    view = work.take_next("ann")
    assert view is not None
    work.note(view.case.id, "ann", "a note")
    work.put_form(view.case.id, "ann", {"stage": "family"})
    assert desk.repository.forget(place) == "deleted"
    for table in ("cases", "events", "clocks", "alerts", "notes", "forms"):
        assert desk.rows(table) == [], table


def test_who_has_left_is_not_written_to_but_her_case_stays(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    desk.staff("ann")
    her("help", URGENT)
    view = work.take_next("ann")
    assert view is not None
    place = desk.say(kind=Kind.LEFT)
    turn = desk.turn(place)
    desk.repository.finish(turn, Outcome(replies=(), state=turn.state, unreachable=True), "w")
    assert work.say(view.case.id, "ann", "are you there?") == ()
    assert [message.delivery for message in work.view(view.case.id, "ann").messages if message.author == "counsellor"] == ["refused"]


def test_an_alert_of_the_program_itself_has_no_case(desk: Any) -> None:
    desk.repository.ring("degraded")
    (alert,) = desk.rows("alerts")
    assert (alert.case_id, alert.audience, alert.kind) == (None, "duty_manager", "degraded")


@pytest.fixture(autouse=True)
def open_hours(desk: Any) -> Iterator[None]:
    """A weekday at noon in Bangladesh."""
    desk.clock.now = desk.clock.now.replace(year=2026, month=11, day=30, hour=6)
    yield


def test_a_case_that_cannot_be_read_stops_no_other_clock(desk: Any, her: Callable[..., str]) -> None:
    her("help", FLAGGED, sender="p1")
    her("help", FLAGGED, sender="p2")
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE cases SET more = '{' WHERE id = (SELECT min(id) FROM cases)")
    desk.clock.advance(6 * 60)
    with pytest.raises(ValueError):
        desk.repository.sweep()  # the look for offers says so; the worker goes on
    assert [row.kind for row in desk.rows("alerts")].count("late") == 1


def test_who_may_be_called_only_in_her_hours_holds_up_nobody_elses_offer(desk: Any, work: Casework, her: Callable[..., str]) -> None:
    her("my money", URGENT, sender="p1")
    place = desk.say("only in the evening", sender="p1")
    turn = desk.turn(place)
    desk.repository.finish(turn, Outcome(replies=(), state=turn.state, signal="hours.evening"), "w")
    desk.staff("ann")
    her("help", FLAGGED, sender="p2")
    desk.repository.sweep()
    desk.repository.sweep()
    states = {row.level: row.state for row in desk.rows("cases")}
    assert states == {Level.URGENT.rank: "callback", Level.CRITICAL.rank: "offered"}
