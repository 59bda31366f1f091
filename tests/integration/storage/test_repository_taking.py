"""Leases and what they are for, taken in one call."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest

from bot.errors import SealError
from bot.model import Outcome, Reply
from bot.storage import Database, Repository, Sealer


def test_a_turn_is_taken_with_its_lease(desk: Any, repository: Repository) -> None:
    conversation = desk.say("first")
    desk.say("second")
    turn = repository.take_turn(conversation, "a", 30)
    assert turn is not None
    assert (turn.inbound.text, turn.failures) == ("first", 0)
    assert repository.take_turn(conversation, "b", 30) is None
    assert repository.take_turn(conversation, "a", 30) is None
    desk.clock.advance(31)
    again = repository.take_turn(conversation, "b", 30)
    assert again is not None
    assert (again.message, again.failures) == (turn.message, 1)


def test_where_no_message_waits_no_lease_is_kept(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation)
    assert repository.take_turn(conversation, "a", 30) is None
    assert repository.claim_turns(conversation, "b", 30)
    assert repository.take_turn("unknown", "a", 30) is None


def test_a_message_that_cannot_be_opened_counts_as_tried_and_keeps_its_lease(desk: Any, url: str, keys: tuple[str, str]) -> None:
    conversation = desk.say()
    other = Repository(Database(url), Sealer(keys[0].replace("1:", "2:"), keys[1]), clock=desk.clock)
    with pytest.raises(SealError):
        other.take_turn(conversation, "b", 30)
    assert desk.repository.take_turn(conversation, "a", 30) is None
    desk.clock.advance(31)
    turn = desk.repository.take_turn(conversation, "a", 30)
    assert turn is not None
    assert turn.failures == 1
    other.close()


def test_replies_are_taken_in_order_and_the_lease_is_given_back_after_the_last(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "one", "two")
    first = repository.take_outgoing(conversation, "a", 30)
    assert first is not None
    assert first.reply.text == "one"
    assert repository.take_outgoing(conversation, "b", 30) is None
    repository.sent(first.message, "p1")
    desk.clock.advance(29)
    second = repository.go_on_sending(conversation, "a", 30)
    assert second is not None
    assert second.reply.text == "two"
    desk.clock.advance(29)  # longer than the first lease: it was renewed
    assert repository.take_outgoing(conversation, "b", 30) is None
    repository.sent(second.message, "p2")
    assert repository.go_on_sending(conversation, "a", 30) is None
    assert repository.claim_sending(conversation, "b", 30)


def test_one_that_is_not_due_holds_up_those_behind_it_and_no_lease(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "one", "two")
    first = repository.take_outgoing(conversation, "a", 30)
    assert first is not None
    repository.retry(first.message, desk.clock.now + timedelta(seconds=5))
    assert repository.go_on_sending(conversation, "a", 30) is None
    assert repository.take_outgoing(conversation, "b", 30) is None
    desk.clock.advance(6)
    again = repository.take_outgoing(conversation, "b", 30)
    assert again is not None
    assert (again.message, again.attempts) == (first.message, 1)


def test_who_lost_the_lease_sends_nothing_more(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "one", "two")
    first = repository.take_outgoing(conversation, "a", 30)
    assert first is not None
    desk.clock.advance(31)
    assert repository.take_outgoing(conversation, "b", 30) is not None
    repository.sent(first.message, "p1")
    assert repository.go_on_sending(conversation, "a", 30) is None
    assert not repository.claim_sending(conversation, "a", 30), "the lease of another was given back"


def test_a_reply_queued_while_the_last_is_noted_finds_a_sender(desk: Any, url: str, keys: tuple[str, str], repository: Repository) -> None:
    """Two gateways: one ends its sending while the other queues a reply and tries to send it. One of them must get it."""
    other = Repository(Database(url), Sealer(*keys), clock=desk.clock)
    for _ in range(20):
        conversation = desk.say()
        desk.answer(conversation, "one")
        first = repository.take_outgoing(conversation, "a", 30)
        assert first is not None
        repository.sent(first.message, "p")
        turn = desk.turn(desk.say("again"), "b")
        found, go = [], Event()

        def queue(turn: Any = turn, found: Any = found, go: Event = go, conversation: str = conversation) -> None:
            go.wait()
            other.finish(turn, Outcome(replies=(Reply(text="two"),), state=turn.state), "b")
            found.append(other.take_outgoing(conversation, "b", 30))

        thread = Thread(target=queue)
        thread.start()
        go.set()
        found.append(repository.go_on_sending(conversation, "a", 30))
        thread.join()
        letters = [letter for letter in found if letter is not None]
        assert [letter.reply.text for letter in letters] == ["two"]
        repository.sent(letters[0].message, "p")
        for owner in ("a", "b"):
            repository.release_sending(conversation, owner)
            repository.release_turns(conversation, owner)
    other.close()
