"""What a turn is told of the messages before it, so that several short ones can be read together for danger."""

from __future__ import annotations

from typing import Any

from bot.model import Kind, Level, Outcome, Risk, State


def before(desk: Any, conversation: str) -> tuple[str, ...]:
    return tuple(desk.turn(conversation).before)


def test_a_first_message_has_none_before_it(desk: Any) -> None:
    assert before(desk, desk.say("malik amake")) == ()


def test_the_last_three_texts_are_told_oldest_first(desk: Any) -> None:
    for text in ("one", "two", "three", "four"):
        desk.answer(desk.say(text))
    assert before(desk, desk.say("five")) == ("two", "three", "four")


def test_buttons_and_replies_are_none_of_them(desk: Any) -> None:
    desk.answer(desk.say("malik amake"), "a reply")
    desk.answer(desk.say("menu", kind=Kind.BUTTON))
    assert before(desk, desk.say("marse")) == ("malik amake",)


def test_after_half_an_hour_they_are_past(desk: Any) -> None:
    desk.answer(desk.say("malik amake"))
    desk.clock.advance(1801)
    assert before(desk, desk.say("marse")) == ()


def test_what_was_acted_on_is_not_told_again(desk: Any) -> None:
    outcome = Outcome(replies=(), state=State(), risk=Risk(flag=Level.URGENT, category="other"))
    desk.answer(desk.say("mere felbe"), outcome=outcome)
    desk.answer(desk.say("ami"), outcome=Outcome(replies=(), state=State(), risk=Risk(ask=True)))
    assert before(desk, desk.say("ekhon")) == ("ami",)


def test_another_persons_words_are_hers_alone(desk: Any) -> None:
    desk.answer(desk.say("malik amake", sender="bea"))
    assert before(desk, desk.say("marse", sender="ann")) == ()
