from __future__ import annotations

from typing import Any

import pytest

from bot.model import Outcome, Reply
from bot.storage import Repository


@pytest.mark.parametrize(("claim", "release"), [("claim_turns", "release_turns"), ("claim_sending", "release_sending")])
class TestLease:
    def test_one_holds_it_until_it_is_released(self, desk: Any, repository: Repository, claim: str, release: str) -> None:
        conversation = desk.say()
        take, give = getattr(repository, claim), getattr(repository, release)
        assert take(conversation, "a", 30)
        assert not take(conversation, "b", 30)
        assert not take(conversation, "a", 30)
        give(conversation, "a")
        assert take(conversation, "b", 30)

    def test_it_ends_by_itself(self, desk: Any, repository: Repository, claim: str, release: str) -> None:
        conversation = desk.say()
        take = getattr(repository, claim)
        assert take(conversation, "a", 30)
        desk.clock.advance(29.9)
        assert not take(conversation, "b", 30)
        desk.clock.advance(0.2)
        assert take(conversation, "b", 30)

    def test_only_its_owner_releases_it(self, desk: Any, repository: Repository, claim: str, release: str) -> None:
        conversation = desk.say()
        take, give = getattr(repository, claim), getattr(repository, release)
        assert take(conversation, "a", 30)
        give(conversation, "b")
        assert not take(conversation, "b", 30)

    def test_a_worker_that_starts_gives_back_its_own_only(self, desk: Any, repository: Repository, claim: str, release: str) -> None:
        first, second = desk.say(sender="ann"), desk.say(sender="bea")
        take = getattr(repository, claim)
        assert take(first, "a", 30) and take(second, "b", 30)
        repository.release_all("a")
        assert take(first, "c", 30)
        assert not take(second, "c", 30)

    def test_an_unknown_conversation_cannot_be_claimed(self, repository: Repository, claim: str, release: str) -> None:
        assert not getattr(repository, claim)("unknown", "a", 30)


def test_release_of_turns_says_whether_one_came_meanwhile(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    turn = desk.turn(conversation)
    repository.finish(turn, Outcome(replies=(), state=turn.state), "w")
    desk.say("another")
    assert repository.release_turns(conversation, "w")
    desk.answer(conversation)
    assert not repository.release_turns(conversation, "w")


def test_release_of_sending_says_whether_a_reply_is_due(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    (outgoing,) = desk.answer(conversation, "a")
    assert repository.release_sending(conversation, "w")
    repository.retry(outgoing.message, desk.clock.now.replace(hour=1))
    assert not repository.release_sending(conversation, "w")


def test_work_names_what_nobody_does(desk: Any, repository: Repository) -> None:
    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    assert repository.work(desk.clock.now, 10) == ([first, second], [])
    assert repository.work(desk.clock.now, 1) == ([first], [])
    assert repository.claim_turns(first, "w", 30)
    assert repository.work(desk.clock.now, 10) == ([second], [])
    assert repository.work(desk.clock.advance(31), 10) == ([first, second], [])


def test_work_names_a_conversation_once_however_much_waits_in_it(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.say()
    repository.add_outgoing(conversation, (Reply(text="a"), Reply(text="b")))
    assert repository.work(desk.clock.now, 10) == ([conversation], [conversation])


def test_work_names_sending_only_when_the_oldest_reply_is_due(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    first, _ = desk.answer(conversation, "a", "b")
    assert repository.work(desk.clock.now, 10) == ([], [conversation])
    assert repository.claim_sending(conversation, "w", 10)
    assert repository.work(desk.clock.now, 10) == ([], [])
    repository.release_sending(conversation, "w")
    repository.retry(first.message, desk.clock.now.replace(minute=1))
    assert repository.work(desk.clock.now, 10) == ([], [])
    assert repository.work(desk.clock.advance(60), 10) == ([], [conversation])


def test_work_finds_a_reply_whose_sender_died(desk: Any, repository: Repository) -> None:
    conversation = desk.say()
    desk.answer(conversation, "a")
    assert repository.claim_sending(conversation, "w", 10)
    repository.next_outgoing(conversation)
    assert repository.work(desk.clock.now, 10) == ([], [])
    assert repository.work(desk.clock.advance(11), 10) == ([], [conversation])
