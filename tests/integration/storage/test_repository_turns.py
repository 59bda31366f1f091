from __future__ import annotations

import json
from typing import Any

import pytest

from bot.errors import LostLease
from bot.model import Button, CaseRequest, Kind, Level, Outcome, Reply, Risk, State
from bot.storage import Repository


def test_replies_are_queued_in_order_and_returned(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    replies = (Reply(text="one", buttons=(Button(title="t", payload="p"), Button(title="u", payload="q")), lasting=True), Reply(text="two"))
    outgoing = desk.answer(conversation, outcome=Outcome(replies=replies, state=State()))
    assert [o.reply for o in outgoing] == list(replies)
    assert [o.message for o in outgoing] == sorted(o.message for o in outgoing)
    assert {(o.channel, o.recipient, o.attempts, o.conversation) for o in outgoing} == {("telegram", "ann", 0, conversation)}
    assert [row.position for row in desk.rows("messages", "id") if row.direction == "out"] == [0, 1]


def test_what_finish_returns_is_what_next_outgoing_gives(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    first, second = desk.answer(conversation, "a", "b")
    assert repository.next_outgoing(conversation) == first
    repository.sent(first.message, None)
    assert repository.next_outgoing(conversation) == second


def test_the_risk_is_stored_with_the_message(desk: Any, repository: Repository, sealer: Any) -> None:
    conversation = desk.say()
    risk = Risk(flag=Level.URGENT, ask=True, category="blackmail", reasons=("word:x",))
    desk.answer(conversation, outcome=Outcome(replies=(), state=State(), risk=risk))
    row = desk.rows("messages")[0]
    assert (row.state, row.risk_flag, bool(row.risk_ask), row.risk_category) == ("answered", Level.URGENT.rank, True, "blackmail")
    assert sealer.unseal_json(bytes(row.risk_reasons), context=f"messages.risk_reasons:{row.id}") == ["word:x"]


def test_a_turn_is_finished_once(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    turn = desk.turn(conversation)
    outcome = Outcome(replies=(Reply(text="a"),), state=turn.state)
    repository.finish(turn, outcome, "w")
    with pytest.raises(LostLease):
        repository.finish(turn, outcome, "w")
    assert desk.deliver(conversation) == ["a"]


def test_a_worker_that_lost_its_lease_writes_nothing(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    late = desk.turn(conversation, "slow")
    desk.clock.advance(31)
    turn = desk.turn(conversation, "next")
    case = CaseRequest(level=Level.CRITICAL, category=None, reason="flagged")
    with pytest.raises(LostLease):
        repository.finish(late, Outcome(replies=(Reply(text="late"),), state=State(language="en", level=Level.CRITICAL), case=case), "slow")
    assert desk.rows("cases") == []
    repository.finish(turn, Outcome(replies=(Reply(text="a"),), state=turn.state), "next")
    repository.release_turns(conversation, "next")
    assert desk.deliver(conversation) == ["a"]
    assert desk.state(conversation).language == "bn"


def test_an_expired_lease_that_nobody_took_still_finishes(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    turn = desk.turn(conversation)
    desk.clock.advance(1000)
    assert len(repository.finish(turn, Outcome(replies=(Reply(text="a"),), state=turn.state), "w")) == 1


def test_without_a_lease_nothing_is_finished(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    turn = desk.turn(conversation)
    repository.release_turns(conversation, "w")
    with pytest.raises(LostLease):
        repository.finish(turn, Outcome(replies=(), state=turn.state), "w")


def test_a_failure_in_the_middle_leaves_nothing_behind(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    turn = desk.turn(conversation)
    broken = Outcome(replies=(Reply(text="a"), Reply(text=object())), state=State(language="en"))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        repository.finish(turn, broken, "w")
    assert repository.counts()["received"] == 1
    assert repository.counts()["queued"] == 0
    assert repository.next_turn(conversation).state.language == "bn"  # type: ignore[union-attr]


def test_a_level_never_falls(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, outcome=Outcome(replies=(), state=State(level=Level.CRITICAL)))
    desk.say()
    desk.answer(conversation, outcome=Outcome(replies=(), state=State(level=Level.NONE)))
    assert desk.state(conversation).level is Level.CRITICAL


def _ask(desk: Any, level: Level, category: str | None = None, reason: str = "flagged") -> None:
    conversation = desk.say()
    request = CaseRequest(level=level, category=category, reason=reason)
    desk.answer(conversation, outcome=Outcome(replies=(), state=State(level=level), case=request))


def test_a_case_opens_rises_and_never_falls(desk: Any) -> None:
    _ask(desk, Level.STANDARD, reason="asked_for_person")
    desk.clock.advance(60)
    _ask(desk, Level.CRITICAL, "child")
    _ask(desk, Level.URGENT, "blackmail")
    (case,) = desk.rows("cases")
    assert (case.level, case.category, case.reason, case.state, case.version) == (Level.CRITICAL.rank, "child", "flagged", "callback", 5)
    assert case.raised_at - case.opened_at == 60
    events = desk.rows("events")
    assert [e.kind for e in events] == ["opened", "callback", "she_wrote", "raised", "callback", "she_wrote", "repeated"]
    assert json.loads(events[-1].detail)["level"] == "urgent"


def test_after_a_case_is_closed_a_new_one_opens(desk: Any) -> None:
    _ask(desk, Level.URGENT)
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE cases SET state = 'closed'")
    _ask(desk, Level.STANDARD)
    assert sorted(row.state for row in desk.rows("cases")) == ["callback", "closed"]


def test_when_she_left_the_rest_is_refused(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "one")
    desk.say(kind=Kind.LEFT)
    assert desk.answer(conversation, outcome=Outcome(replies=(Reply(text="bye"),), state=State(), unreachable=True)) == []
    assert desk.deliver(conversation) == []
    assert {row.refusal for row in desk.rows("messages") if row.direction == "out"} == {"unreachable"}


def test_who_came_back_before_we_read_that_she_left_is_answered(desk: Any, repository: Repository) -> None:
    conversation = desk.say(kind=Kind.LEFT)
    desk.say("help")
    desk.answer(conversation, outcome=Outcome(replies=(), state=State(), unreachable=True))
    assert len(desk.answer(conversation, "here")) == 1
    assert desk.deliver(conversation) == ["here"]


def test_history_is_both_sides_oldest_first_without_what_was_refused(desk: Any, repository: Repository) -> None:
    conversation = desk.say("one")
    desk.answer(conversation, "a", "b")
    first = repository.next_outgoing(conversation)
    assert first is not None
    repository.refuse(first.message, "too_long")
    desk.say("two")
    lines = repository.history(conversation, 0, 10)
    assert [(d, getattr(said, "text", said)) for _, d, said, _ in lines] == [("in", "one"), ("out", "b"), ("in", "two")]
    assert lines[0][3] == desk.clock.now
    assert repository.history(conversation, lines[1][0], 10) == lines[2:]
    assert repository.history(conversation, 0, 1) == lines[:1]
    assert repository.history("unknown", 0, 10) == []
