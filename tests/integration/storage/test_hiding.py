"""A hidden chat in the store: which messages are taken off her screen, that nothing of ours is queued for it, and that her case goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import CaseRequest, Level, Outcome, Reply
from bot.storage import Casework, Sealer
from tests.integration.storage.conftest import Desk

CRITICAL = CaseRequest(level=Level.CRITICAL, category="distress", reason="flagged")


@pytest.fixture
def cases(desk: Desk, sealer: Sealer) -> Casework:
    return Casework(desk.database, sealer, clock=desk.clock)


def says(desk: Desk, text: str, platform: str | None, **outcome: object) -> str:
    event = replace(desk.event(text), platform_id=platform)
    conversation = desk.repository.receive([event])[0].conversation
    made = Outcome(**{"replies": (Reply(text=f"to {text}"),), "state": desk.repository.state(conversation), **outcome})
    desk.answer(conversation, outcome=made)
    return conversation


def sent(desk: Desk, conversation: str, *ids: str) -> None:
    for id in ids:
        letter = desk.repository.next_outgoing(conversation)
        assert letter is not None
        desk.repository.sent(letter.message, id)


def row(desk: Desk, conversation: str) -> object:
    return next(row for row in desk.rows("conversations") if row.id == conversation)


def test_both_sides_are_cleaned_up_to_the_message_that_asked_and_not_what_comes_after(desk: Desk) -> None:
    conversation = says(desk, "one", "11")
    sent(desk, conversation, "12")
    says(desk, "hide", "13", replies=(Reply(text="travel"),), hide=True)
    sent(desk, conversation, "14")
    (cleaning,) = desk.repository.take_cleanings(30, 10)
    assert (cleaning.messages, cleaning.recipient, cleaning.pending) == (("11", "12", "13"), "ann", False)
    assert desk.repository.take_cleanings(30, 10) == []
    desk.repository.cleaned(cleaning)
    desk.clock.advance(60)
    assert desk.repository.take_cleanings(30, 10) == []
    says(desk, "locked", "15", replies=(Reply(text="rain"),), clean=True)
    assert desk.repository.take_cleanings(30, 10)[0].messages == ("14", "15"), "only what is new since"


def test_who_died_while_cleaning_is_followed_by_another(desk: Desk) -> None:
    says(desk, "hide", "11", hide=True)
    desk.repository.take_cleanings(30, 10)
    desk.clock.advance(31)
    assert len(desk.repository.take_cleanings(30, 10)) == 1


def test_one_of_ours_that_is_on_its_way_is_cleaned_afterwards(desk: Desk) -> None:
    conversation = says(desk, "one", "11")
    letter = desk.repository.next_outgoing(conversation)
    says(desk, "hide", "13", replies=(), hide=True)
    (first,) = desk.repository.take_cleanings(30, 10)
    assert first.pending
    desk.repository.cleaned(first)
    assert letter is not None
    desk.repository.sent(letter.message, "12")
    desk.clock.advance(3)
    (second,) = desk.repository.take_cleanings(30, 10)
    assert "12" in second.messages and not second.pending


def test_what_was_not_sent_yet_is_not_sent_any_more(desk: Desk) -> None:
    conversation = says(desk, "one", "11")
    says(desk, "hide", "13", replies=(Reply(text="travel"),), hide=True)
    assert desk.deliver(conversation) == ["travel"]


def test_telegram_deletes_nothing_older_than_two_days(desk: Desk) -> None:
    conversation = says(desk, "old", "11")
    sent(desk, conversation, "12")
    desk.clock.advance(48 * 3600)
    says(desk, "hide", "13", hide=True)
    assert desk.repository.take_cleanings(30, 10)[0].messages == ("13",)


def test_her_case_is_hidden_and_shown_with_the_chat(desk: Desk, cases: Casework) -> None:
    desk.staff("c1")
    says(desk, "danger", "11", case=CRITICAL)
    says(desk, "hide", "12", hide=True)
    (summary,) = cases.queue()
    assert summary.hidden
    desk.clock.advance(200)
    desk.repository.sweep()
    assert "house" not in {row.author for row in desk.rows("messages", "id") if row.state == "queued"}
    says(desk, "moonlight", "13", hide=False)
    assert not cases.queue()[0].hidden and row(desk, says(desk, "x", "14")).hidden_at is None  # type: ignore[attr-defined]


def test_danger_in_a_hidden_chat_opens_a_case_that_says_nothing(desk: Desk, cases: Casework) -> None:
    conversation = says(desk, "hide", "11", replies=(), hide=True)
    says(desk, "danger", "12", replies=(), case=CRITICAL)
    (summary,) = cases.queue()
    assert summary.hidden and desk.deliver(conversation) == [], "nobody is on duty, and she is not told so there"


def test_a_counsellor_hides_it_too(desk: Desk, cases: Casework) -> None:
    desk.staff("c1")
    conversation = says(desk, "danger", "11", case=CRITICAL)
    view = cases.take_next("c1")
    assert view is not None
    cases.hide(view.case.id, "c1")
    assert row(desk, conversation).hidden_at is not None  # type: ignore[attr-defined]
    assert "11" in desk.repository.take_cleanings(30, 10)[0].messages
    cases.hide(view.case.id, "c1", on=False)
    assert row(desk, conversation).hidden_at is None  # type: ignore[attr-defined]


def test_on_the_web_the_session_has_ended(desk: Desk) -> None:
    conversation = desk.say(channel="web")
    desk.answer(conversation, outcome=Outcome(replies=(), state=desk.repository.state(conversation), hide=True))
    assert desk.repository.ended("web", "ann") and not desk.repository.ended("telegram", "ann")


def test_her_word_and_her_hours_are_remembered_and_the_word_sealed(desk: Desk) -> None:
    conversation = says(desk, "one", "11")
    state = replace(desk.repository.state(conversation), safe_word="zyxqamarwa", safe_hours="evening", whereabouts="sa")
    says(desk, "two", "12", state=state)
    kept = desk.repository.state(conversation)
    assert (kept.safe_word, kept.safe_hours) == ("zyxqamarwa", "evening")
    assert b"zyxqamarwa" not in bytes(desk.rows("people")[0].safe_word)


def test_her_hours_reach_her_case_with_her_clock(desk: Desk, cases: Casework) -> None:
    conversation = says(desk, "one", "11")
    state = replace(desk.repository.state(conversation), safe_hours="evening", whereabouts="sa")
    says(desk, "danger", "12", state=state, case=CRITICAL)
    assert cases.find(cases.queue()[0].id).hours == "evening@Asia/Riyadh"
