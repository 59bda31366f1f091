from __future__ import annotations

from typing import Any

from bot.model import Kind, Reply
from bot.storage import Repository


def _head(repository: Repository, conversation: str) -> Any:
    outgoing = repository.next_outgoing(conversation)
    assert outgoing is not None
    return outgoing


def test_a_later_reply_waits_for_an_earlier_one_that_is_put_off(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a", "b")
    head = _head(repository, conversation)
    repository.retry(head.message, desk.clock.now.replace(minute=1))
    assert repository.next_outgoing(conversation) is None
    desk.clock.advance(60)
    again = _head(repository, conversation)
    assert (again.reply.text, again.attempts) == ("a", 1)


def test_a_reply_whose_sender_died_is_given_again(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a", "b")
    first, second = _head(repository, conversation), _head(repository, conversation)
    assert (first.message, first.attempts, second.attempts) == (second.message, 0, 1)


def test_a_refused_reply_lets_the_next_one_go(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a", "b")
    repository.refuse(_head(repository, conversation).message, "too_long")
    assert desk.deliver(conversation) == ["b"]
    assert "too_long" in {row.refusal for row in desk.rows("messages")}


def test_a_late_retry_or_refusal_does_not_undo_what_was_sent(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    (outgoing,) = desk.answer(conversation, "a")
    _head(repository, conversation)
    repository.sent(outgoing.message, "p1")
    repository.retry(outgoing.message, desk.clock.now)
    repository.refuse(outgoing.message, "too_long")
    assert repository.next_outgoing(conversation) is None
    assert desk.rows("messages", "id")[-1].state == "sent"


def test_sent_is_true_even_after_it_was_given_up(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    (outgoing,) = desk.answer(conversation, "a")
    repository.refuse(outgoing.message, "unreachable")
    repository.sent(outgoing.message, None)
    row = desk.rows("messages", "id")[-1]
    assert (row.state, row.refusal) == ("sent", None)


def test_the_platforms_id_is_sealed_to_its_message(desk: Any, repository: Repository, sealer: Any) -> None:
    conversation = desk.say()
    (outgoing,) = desk.answer(conversation, "a")
    repository.sent(outgoing.message, "mid.77")
    row = desk.rows("messages", "id")[-1]
    assert sealer.unseal_text(bytes(row.platform_id), context=f"messages.platform_id:{row.id}") == "mid.77"


def test_sent_cannot_touch_what_she_wrote(desk: Any, repository: Repository) -> None:
    desk.say()
    repository.sent(desk.rows("messages")[0].id, "p")
    assert desk.rows("messages")[0].state == "received"


def test_unreachable_gives_up_all_that_is_queued(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a", "b")
    desk.clock.advance(1)
    _head(repository, conversation)
    repository.unreachable(conversation)
    assert desk.deliver(conversation) == []
    assert repository.add_outgoing(conversation, (Reply(text="c"),)) == []
    assert {row.state for row in desk.rows("messages") if row.direction == "out"} == {"refused"}


def test_who_wrote_while_the_failing_call_was_under_way_stays_reachable(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a")
    _head(repository, conversation)
    desk.clock.advance(5)
    desk.say("I am back")
    desk.answer(conversation, "b")
    repository.unreachable(conversation)
    assert desk.deliver(conversation) == ["b"]


def test_writing_again_makes_her_reachable(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    repository.unreachable(conversation)
    desk.clock.advance(1)
    desk.say("hi")
    desk.answer(conversation, "first")
    assert desk.deliver(conversation) == ["first"]


def test_a_message_that_answers_none_is_queued_behind_the_others(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a")
    outgoing = repository.add_outgoing(conversation, (Reply(text="b"), Reply(text="c")), author="counsellor")
    assert [o.reply.text for o in outgoing] == ["b", "c"]
    assert desk.deliver(conversation) == ["a", "b", "c"]
    assert [row.author for row in desk.rows("messages", "id")] == ["person", "bot", "counsellor", "counsellor"]


def test_what_is_not_there_is_left_alone(repository: Repository) -> None:
    repository.sent(99, None)
    repository.refuse(99, "x")
    repository.unreachable("unknown")
    assert repository.next_outgoing("unknown") is None
    assert repository.add_outgoing("unknown", (Reply(text="a"),)) == []


def test_the_window_of_a_reply_is_when_she_wrote_last(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a")
    later = desk.clock.advance(3600)
    desk.say("again")
    desk.clock.advance(10)
    desk.say(kind=Kind.LEFT)
    assert desk.rows("conversations")[0].last_inbound_at == later.timestamp()
