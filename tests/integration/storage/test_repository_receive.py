from __future__ import annotations

from typing import Any

import pytest

from bot.model import Inbound, Kind, Level, Outcome, Place, State
from bot.storage import Repository


def test_an_event_comes_back_as_it_went_in(desk: Any, repository: Repository) -> None:
    event = Inbound(
        channel="messenger",
        external_id="m.1",
        sender="7",
        kind=Kind.MEDIA,
        text="ছবি \ud83d\x00",
        payload="p",
        media="photo",
        media_ref="f9",
    )
    conversation = repository.receive([event])[0].conversation
    turn = desk.turn(conversation)
    assert turn.inbound == event
    assert turn.state == State()
    assert (turn.conversation, turn.received_at, turn.held, turn.failures, turn.recent) == (conversation, desk.clock.now, False, 0, 1)


def test_the_conversation_id_is_random_and_says_nothing(repository: Repository, desk: Any) -> None:
    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    assert first != second
    assert len(first) == len(second) == 22


def test_a_second_delivery_is_not_new_and_names_the_first(desk: Any, repository: Repository) -> None:
    event = desk.event()
    first, second = repository.receive([event])[0], repository.receive([event])[0]
    assert (first.new, second.new) == (True, False)
    assert (first.conversation, first.message) == (second.conversation, second.message)
    assert len(desk.rows("messages")) == 1


def test_a_repeat_inside_one_batch_is_stored_once(desk: Any, repository: Repository) -> None:
    event = desk.event()
    received = repository.receive([event, event, desk.event("other")])
    assert [r.new for r in received] == [True, False, True]
    assert received[0].message == received[1].message


def test_the_same_external_id_of_another_sender_or_channel_is_another_event(repository: Repository) -> None:
    events = [
        Inbound(channel=channel, external_id="1", sender=sender, kind=Kind.TEXT) for channel in ("telegram", "web") for sender in ("1", "2")
    ]
    received = repository.receive(events)
    assert all(r.new for r in received)
    assert len({r.conversation for r in received}) == 4


def test_a_batch_keeps_its_order_across_senders(desk: Any, repository: Repository) -> None:
    events = [desk.event(str(n), sender=("ann", "bea")[n % 2]) for n in range(6)]
    received = repository.receive(events)
    assert [r.message for r in received] == sorted(r.message for r in received)
    assert received[0].conversation == received[2].conversation != received[1].conversation


def test_an_empty_batch_is_nothing(repository: Repository) -> None:
    assert repository.receive([]) == []


def test_a_late_second_delivery_does_not_open_the_24_hour_window_again(desk: Any, repository: Repository) -> None:
    event = desk.event()
    conversation = repository.receive([event])[0].conversation
    wrote_at = desk.clock.now
    desk.clock.advance(50 * 3600)
    repository.receive([event])
    assert desk.answer(conversation, "a")[0].last_inbound_at == wrote_at


def test_who_left_is_not_reachable_until_she_writes(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.say(kind=Kind.LEFT)
    assert desk.answer(conversation, "a") == []
    desk.answer(conversation)
    desk.say("back")
    assert [o.reply.text for o in desk.answer(conversation, "b")] == ["b"]
    assert desk.deliver(conversation) == ["b"]


def test_leaving_does_not_count_as_writing(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    wrote_at = desk.clock.now
    desk.clock.advance(60)
    desk.say(kind=Kind.LEFT)
    assert desk.rows("conversations")[0].last_inbound_at == wrote_at.timestamp()
    assert conversation == desk.rows("conversations")[0].id


def test_a_turn_is_the_oldest_that_waits(desk: Any, repository: Repository) -> None:
    conversation = desk.say("one")
    desk.say("two")
    assert desk.turn(conversation).inbound.text == "one"
    again = repository.next_turn(conversation)
    assert again is not None and again.inbound.text == "one"


def test_each_look_at_a_turn_counts_as_an_attempt(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    assert desk.turn(conversation).failures == 0
    assert [repository.next_turn(conversation).failures for _ in range(2)] == [1, 2]  # type: ignore[union-attr]


def test_no_turn_where_nothing_waits(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation)
    assert repository.next_turn(conversation) is None
    assert repository.next_turn("unknown") is None


def test_recent_counts_the_minute_before_the_message_not_before_now(desk: Any, repository: Repository) -> None:
    conversation = desk.say("old")
    desk.clock.advance(61)
    for n in range(3):
        desk.say(str(n))
    desk.clock.advance(600)  # an outage
    seen = []
    for _ in range(4):
        turn = desk.turn(conversation)
        seen.append(turn.recent)
        repository.finish(turn, Outcome(replies=(), state=turn.state), "w")
        repository.release_turns(conversation, "w")
    assert seen == [1, 1, 2, 3]


def test_a_conversation_is_found_by_its_address(desk: Any, repository: Repository) -> None:
    conversation = desk.say(sender="ann", channel="web")
    assert repository.conversation_of("web", "ann") == conversation
    assert repository.conversation_of("telegram", "ann") is None


def test_a_conversation_that_a_human_holds_says_so(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE conversations SET holder = 'counsellor'")
    assert desk.turn(conversation).held


@pytest.mark.parametrize("level", list(Level))
def test_the_whole_state_is_remembered(desk: Any, repository: Repository, level: Level) -> None:
    state = State(
        language="en",
        language_chosen=True,
        script="bn-latn",
        place=Place(step=13, part=4, done=frozenset({1, 2, 13})),
        level=level,
        offered=("step:5", "পাসপোর্ট"),
        whereabouts="sa",
    )
    conversation = desk.say()
    desk.answer(conversation, outcome=Outcome(replies=(), state=state))
    assert desk.state(conversation) == state


def test_counts_tell_what_waits(desk: Any, repository: Repository) -> None:
    assert repository.counts() == {"received": 0, "queued": 0, "oldest_seconds": 0}
    conversation = desk.say()
    desk.clock.advance(5)
    desk.say()
    assert repository.counts() == {"received": 2, "queued": 0, "oldest_seconds": 5}
    desk.answer(conversation, "a", "b")
    assert repository.counts() == {"received": 1, "queued": 2, "oldest_seconds": 0}


def test_ping_answers(repository: Repository) -> None:
    repository.ping()
