from __future__ import annotations

from typing import Any

import pytest

from bot.errors import LostLease
from bot.model import CaseRequest, Level, Outcome, Place, Reply, State
from bot.storage import Repository


def _settle(desk: Any, conversation: str, level: Level = Level.NONE, case: bool = False, step: int = 0) -> None:
    """Answers what waits, leaving the given state, and a case of that level."""
    request = CaseRequest(level=level, category=None, reason="flagged") if case else None
    state = State(level=level, place=Place(step=step))
    desk.answer(conversation, outcome=Outcome(replies=(), state=state, case=request))


@pytest.fixture
def pair(desk: Any) -> tuple[str, str]:
    """Two conversations of two people: her place is in the first."""
    first, second = desk.say(sender="ann"), desk.say(sender="bea", channel="web")
    _settle(desk, first, step=7)
    _settle(desk, second, step=2)
    return first, second


def test_a_code_carries_her_place(desk: Any, repository: Repository, pair: tuple[str, str]) -> None:
    code = str(repository.new_code(pair[0]))
    assert len(code) == 8 and code.isdigit()
    assert repository.redeem(pair[1], code) == "ok"
    assert desk.state(pair[1]).place.step == 7
    assert len(desk.rows("people")) == 1


def test_a_code_is_good_once(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    code = str(repository.new_code(pair[0]))
    third = desk.say(sender="cat")
    assert repository.redeem(pair[1], code) == "ok"
    assert repository.redeem(third, code) == "wrong"


def test_a_code_is_good_for_a_day(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    code = str(repository.new_code(pair[0]))
    desk.clock.advance(24 * 3600)
    assert repository.redeem(pair[1], code) == "wrong"


def test_a_new_code_replaces_the_old(repository: Repository, pair: tuple[str, str]) -> None:
    old, new = str(repository.new_code(pair[0])), str(repository.new_code(pair[0]))
    assert repository.redeem(pair[1], old) == "wrong"
    assert repository.redeem(pair[1], new) == "ok"


def test_the_code_itself_is_not_stored(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    code = str(repository.new_code(pair[0]))
    assert code.encode() not in bytes(desk.rows("codes")[0].digest)


def test_after_five_wrong_tries_even_the_right_one_must_wait_an_hour(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    code = str(repository.new_code(pair[0]))
    assert [repository.redeem(pair[1], "x") for _ in range(6)] == ["wrong"] * 5 + ["too_many"]
    assert repository.redeem(pair[1], code) == "too_many"
    desk.clock.advance(3600)
    assert repository.redeem(pair[1], code) == "ok"


def test_tries_are_counted_in_each_conversation(repository: Repository, pair: tuple[str, str]) -> None:
    for _ in range(6):
        repository.redeem(pair[1], "x")
    assert repository.redeem(pair[0], "x") == "wrong"


def test_her_own_code_changes_nothing(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    code = str(repository.new_code(pair[0]))
    assert repository.redeem(pair[0], code) == "ok"
    assert len(desk.rows("people")) == 2


def test_an_unknown_conversation_has_no_code(repository: Repository) -> None:
    assert repository.new_code("unknown") is None
    assert repository.redeem("unknown", "12345678") == "wrong"


@pytest.mark.parametrize(("mine", "hers"), [(Level.CRITICAL, Level.NONE), (Level.NONE, Level.CRITICAL)])
def test_the_higher_level_is_kept(repository: Repository, desk: Any, mine: Level, hers: Level) -> None:
    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    _settle(desk, first, mine)
    _settle(desk, second, hers)
    repository.redeem(second, str(repository.new_code(first)))
    assert desk.state(second).level is Level.CRITICAL


def test_an_open_case_moves_along(repository: Repository, desk: Any) -> None:
    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    _settle(desk, first)
    _settle(desk, second, Level.URGENT, case=True)
    assert repository.redeem(second, str(repository.new_code(first))) == "ok"
    (case,), (person,) = desk.rows("cases"), desk.rows("people")
    assert (case.person_id, case.state) == (person.id, "callback")
    assert [e.kind for e in desk.rows("events")] == ["opened", "callback", "moved"]


@pytest.mark.parametrize(
    ("owner", "other", "left_open"),
    [(Level.URGENT, Level.CRITICAL, "second"), (Level.CRITICAL, Level.URGENT, "first"), (Level.URGENT, Level.URGENT, "first")],
)
def test_of_two_open_cases_the_higher_stays_open(repository: Repository, desk: Any, owner: Level, other: Level, left_open: str) -> None:
    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    _settle(desk, first, owner, case=True)
    _settle(desk, second, other, case=True)
    assert repository.redeem(second, str(repository.new_code(first))) == "ok"
    by_state = {row.state: row for row in desk.rows("cases")}
    assert by_state["callback"].conversation_id == {"first": first, "second": second}[left_open]
    assert {row.person_id for row in desk.rows("cases")} == {desk.rows("people")[0].id}
    assert [e.kind for e in desk.rows("events") if e.case_id == by_state["closed"].id] == ["opened", "callback", "merged"]


def test_who_has_another_conversation_left_stays(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    third = desk.say(sender="cat")
    _settle(desk, third)
    repository.redeem(third, str(repository.new_code(pair[1])))
    repository.redeem(pair[1], str(repository.new_code(pair[0])))
    assert len(desk.rows("people")) == 2
    assert desk.state(third).place.step == 2


def test_a_closed_case_moves_with_its_conversation_so_that_forgetting_finds_it(repository: Repository, desk: Any) -> None:
    first, second, third = desk.say(sender="ann"), desk.say(sender="bea"), desk.say(sender="cat")
    _settle(desk, first)
    _settle(desk, second, Level.STANDARD, case=True)
    _settle(desk, third)
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE cases SET state = 'closed'")
    repository.redeem(third, str(repository.new_code(second)))
    repository.redeem(second, str(repository.new_code(first)))
    owners = {row.id: row.person_id for row in desk.rows("conversations")}
    assert owners[first] == owners[second] != owners[third]
    assert desk.rows("cases")[0].person_id == owners[second]
    assert repository.forget(first) == "deleted"
    assert [row.id for row in desk.rows("conversations")] == [third]


def test_a_case_told_of_elsewhere_stays_with_who_stays(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    third = desk.say(sender="cat")
    _settle(desk, third)
    repository.redeem(third, str(repository.new_code(pair[1])))
    desk.say(sender="cat")
    _settle(desk, third, Level.URGENT, case=True)
    repository.redeem(pair[1], str(repository.new_code(pair[0])))
    owners = {row.id: row.person_id for row in desk.rows("conversations")}
    assert desk.rows("cases")[0].person_id == owners[third]
    assert desk.state(pair[1]).level is Level.URGENT


def test_forget_deletes_all_of_her_and_nothing_of_another(repository: Repository, desk: Any, pair: tuple[str, str]) -> None:
    repository.redeem(pair[1], str(repository.new_code(pair[0])))
    repository.new_code(pair[0])
    other = desk.say(sender="cat")
    _settle(desk, other)
    repository.add_outgoing(pair[0], (Reply(text="a"),))
    _tracker(desk, pair[0])
    assert repository.forget(pair[1]) == "deleted"
    assert [row.id for row in desk.rows("conversations")] == [other]
    assert {row.conversation_id for row in desk.rows("messages")} == {other}
    assert len(desk.rows("people")) == 1
    assert desk.rows("codes") == desk.rows("trackers") == []


def test_forget_deletes_a_case_that_is_closed_or_not_flagged(repository: Repository, desk: Any) -> None:
    conversation = desk.say()
    _settle(desk, conversation, Level.STANDARD, case=True)
    assert repository.forget(conversation) == "deleted"
    assert desk.rows("cases") == desk.rows("events") == desk.rows("people") == []


@pytest.mark.parametrize("level", [Level.URGENT, Level.CRITICAL])
def test_forget_keeps_what_an_open_flagged_case_needs_and_no_more(
    repository: Repository, desk: Any, pair: tuple[str, str], level: Level
) -> None:
    desk.say(sender="ann")
    _settle(desk, pair[0], level, case=True)
    repository.redeem(pair[1], str(repository.new_code(pair[0])))
    _tracker(desk, pair[0])
    assert repository.forget(pair[1]) == "kept"
    assert [row.id for row in desk.rows("conversations")] == [pair[0]]
    assert len(desk.rows("people")) == len(desk.rows("cases")) == 1
    assert desk.rows("trackers") == desk.rows("codes") == []
    assert desk.rows("events", "id")[-1].kind == "asked_to_be_forgotten"


def test_forgetting_during_a_turn_ends_the_turn(repository: Repository, desk: Any) -> None:
    conversation = desk.say()
    turn = desk.turn(conversation)
    assert repository.forget(conversation) == "deleted"
    with pytest.raises(LostLease):
        repository.finish(turn, Outcome(replies=(), state=turn.state), "w")
    assert repository.forget(conversation) == "deleted"


def test_ids_of_messages_do_not_come_back_after_forgetting(repository: Repository, desk: Any) -> None:
    last = repository.receive([desk.event()])[0]
    repository.forget(last.conversation)
    assert repository.receive([desk.event()])[0].message > last.message


def _tracker(desk: Any, conversation: str) -> None:
    from bot.storage.tables import trackers

    with desk.database.write() as connection:
        connection.execute(trackers.insert(), {"conversation_id": conversation, "events": b"x", "updated_at": 0.0})


def test_a_code_told_in_an_answer_is_kept_with_it(desk: Any, repository: Repository, pair: tuple[str, str]) -> None:
    desk.say(sender="ann")
    desk.answer(pair[0], outcome=Outcome(replies=(Reply(text="12345678"),), state=State(place=Place(step=7)), code="12345678"))
    assert repository.redeem(pair[1], "12345678") == "ok"
    assert repository.state(pair[1]).place.step == 7


def test_a_code_redeemed_twice_by_the_same_conversation_is_still_hers(repository: Repository, pair: tuple[str, str]) -> None:
    """A turn cut off after it redeemed the code is done again."""
    code = str(repository.new_code(pair[0]))
    assert [repository.redeem(pair[1], code), repository.redeem(pair[1], code)] == ["ok", "ok"]


def test_forgetting_in_a_turn_leaves_only_the_farewell(desk: Any, repository: Repository, pair: tuple[str, str]) -> None:
    desk.say(sender="ann", text="my secret")
    desk.answer(pair[0], outcome=Outcome(replies=(Reply(text="old answer"),), state=State(place=Place(step=7), level=Level.URGENT)))
    desk.say(sender="ann", text="delete")
    sent = desk.answer(pair[0], outcome=Outcome(replies=(Reply(text="farewell"),), state=State(), forget=True))
    assert [letter.reply.text for letter in sent] == ["farewell"]
    assert [said if isinstance(said, str) else said.text for _, _, said, _ in repository.history(pair[0], 0, 100)] == ["", "farewell"]
    assert repository.state(pair[0]) == State()


def test_forgetting_in_a_turn_keeps_what_a_flagged_case_needs(desk: Any, repository: Repository, pair: tuple[str, str]) -> None:
    desk.say(sender="ann", text="danger")
    request = CaseRequest(level=Level.CRITICAL, category=None, reason="flagged")
    desk.answer(pair[0], outcome=Outcome(replies=(), state=State(level=Level.CRITICAL), case=request))
    desk.say(sender="ann", text="delete")
    desk.answer(pair[0], outcome=Outcome(replies=(Reply(text="kept"),), state=State(level=Level.CRITICAL), forget=True))
    assert "danger" in [said for _, _, said, _ in repository.history(pair[0], 0, 100)]
    assert repository.state(pair[0]).level is Level.CRITICAL


def test_latest_gives_the_last_lines_oldest_first(desk: Any, repository: Repository) -> None:
    conversation = ""
    for number in range(5):
        conversation = desk.say(sender="ann", text=str(number))
    assert [said for _, _, said, _ in repository.latest(conversation, 2)] == ["3", "4"]


def test_a_turn_tells_the_level_of_her_open_case(desk: Any, repository: Repository, pair: tuple[str, str]) -> None:
    desk.say(sender="ann")
    request = CaseRequest(level=Level.URGENT, category=None, reason="flagged")
    desk.answer(pair[0], outcome=Outcome(replies=(), state=State(level=Level.URGENT), case=request))
    desk.say(sender="ann")
    turn = repository.next_turn(pair[0])
    assert turn is not None and turn.case is Level.URGENT
