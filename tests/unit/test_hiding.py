"""Hiding: at once where she knows her word, explained first where she does not; then a neutral chat until the word comes, in any script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.gateway import Gateway
from bot.hiding import Hider
from bot.knowledge import knowledge
from bot.model import Kind, Level, Outcome, Risk, State, Turn
from bot.replies import SCRIPTS, load_replies
from tests.fakes.turns import REPLIES, Told, turn

CONTENT = knowledge()
REAL = Hider(load_replies(CONTENT.hotlines))
FLAGGED = Risk(flag=Level.CRITICAL, category="captivity", reasons=("r",))


async def nobody(conversation: str, code: str):
    raise AssertionError


def assess(text: str, before=()) -> Risk:
    return FLAGGED if "locked" in text else Risk()


async def answer(said: Turn) -> Outcome:
    told = Gateway(
        dialogue=Told(), redeem=nobody, content=CONTENT, replies=REPLIES, assess=assess, detect=lambda text, script: "en",
        rate_per_minute=20, max_text=4000,
    )  # fmt: skip
    return await told.answer(said)


def on(channel: str, text: str = "", **changes) -> Turn:
    kind = Kind.BUTTON if "payload" in changes else Kind.TEXT
    made = turn(text, kind, payload=changes.pop("payload", None), **changes)
    return replace(made, inbound=replace(made.inbound, channel=channel))


def texts(outcome: Outcome) -> list[str]:
    return [reply.text for reply in outcome.replies]


def payloads(outcome: Outcome) -> list[str]:
    return [button.payload for button in outcome.replies[-1].buttons]


AFRAID = State(script="en", language="en", level=Level.CRITICAL)


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("said", ["hide", "এই চ্যাট লুকান", "lukao"])
async def test_after_danger_one_word_hides_at_once(said, waits):
    outcome = await answer(on("telegram", said, state=AFRAID, fixed=waits))
    assert outcome.hide is True and texts(outcome) == ["done telegram en"] and outcome.replies[0].buttons == ()


async def test_a_button_does_too_and_nothing_is_added():
    outcome = await answer(on("telegram", payload="hide", state=AFRAID, fixed=True))
    assert outcome.hide is True and texts(outcome) == ["done telegram en"] and outcome.replies[0].buttons == ()


async def test_on_the_web_the_page_goes_whoever_she_is():
    outcome = await answer(on("web", "hide", state=State(script="en")))
    assert outcome.hide is True and texts(outcome) == ["done web en"], "which the page, being gone, shows to nobody"


async def test_messenger_says_honestly_what_she_must_do():
    outcome = await answer(on("messenger", "hide", state=AFRAID))
    assert outcome.hide is True and texts(outcome) == ["hide messenger en"]


async def test_who_was_not_told_the_word_is_told_first_and_then_it_is_one_press():
    first = await answer(on("telegram", "hide", state=State(script="en")))
    assert first.hide is None and texts(first) == ["hide telegram en\n\nword_told en"] and payloads(first) == ["hide_now", "hide_word"]
    for again in (on("telegram", "hide", state=first.state), on("telegram", payload="hide_now", state=first.state)):
        assert (await answer(again)).hide is True


async def test_with_the_first_reply_to_danger_comes_the_word():
    outcome = await answer(on("telegram", "locked", state=State(script="en")))
    assert texts(outcome)[-1].endswith("\nhint en") and "hint" not in texts(outcome)[0]
    assert "hint" not in str(await answer(on("web", "locked"))), "there the page goes"
    assert "hint" not in str(await answer(on("telegram", "locked", case=Level.CRITICAL))), "not twice"


async def test_a_human_holds_it_and_hiding_works_without_a_word():
    outcome = await answer(on("telegram", "hide", state=AFRAID, held=True))
    assert outcome.hide is True and outcome.replies == ()


# --- while it is hidden


@pytest.mark.parametrize("said", ["hello", "hide", "numbers", "talk to a person", "/start", "next", "who are you", "999"])
async def test_whatever_is_written_it_is_an_everyday_sentence(said):
    outcome = await answer(on("telegram", said, state=AFRAID, hidden=True, fixed=True))
    assert texts(outcome) in (["rain en"], ["heat en"]) and outcome.replies[0].buttons == ()
    assert outcome.case is None and outcome.hide is None and outcome.signal is None


@pytest.mark.parametrize("kind", [Kind.START, Kind.BUTTON, Kind.MEDIA])
async def test_so_it_is_for_presses_and_pictures(kind):
    made = turn("", kind, payload="person", media="photo" if kind is Kind.MEDIA else None, state=AFRAID, hidden=True)
    outcome = await answer(made)
    assert texts(outcome)[0] in ("rain en", "heat en") and outcome.case is None


async def test_the_sentences_change():
    said = {texts(await answer(on("telegram", "x", hidden=True, message=number)))[0] for number in (1, 2)}
    assert said == {"rain bn", "heat bn"}


async def test_danger_goes_to_a_human_in_silence_and_off_the_screen():
    outcome = await answer(on("telegram", "he locked me in", state=AFRAID, hidden=True))
    assert texts(outcome)[0] in ("rain en", "heat en") and outcome.clean
    assert outcome.case is not None and outcome.case.level is Level.CRITICAL and outcome.state.level is Level.CRITICAL


async def test_whoever_writes_changes_nothing_that_is_remembered():
    outcome = await answer(on("telegram", "english please", state=State(script="bn"), hidden=True))
    assert (outcome.state.script, outcome.state.language_chosen) == ("bn", False)


async def test_an_edit_gets_no_sentence():
    assert (await answer(turn("hello", Kind.EDIT, hidden=True))).replies == ()


@pytest.mark.parametrize("said", ["moonlight", "Moonlight!", "চাঁদের আলো", "chader alo", "chader aalo", "  CHADER ALO. ", "ami, chader alo"])
async def test_her_word_opens_it_in_any_script(said):
    outcome = await answer(on("telegram", said, state=AFRAID, hidden=True))
    assert outcome.hide is False and texts(outcome) == ["back en"]


@pytest.mark.parametrize("said", ["moon", "the moonlight over the river was so beautiful last night", "alo", "chad", "light moon"])
async def test_what_is_not_her_word_does_not(said):
    assert (await answer(on("telegram", said, state=AFRAID, hidden=True))).hide is None


# --- a word of her own


async def test_she_chooses_her_own_and_only_that_one_opens_it():
    asked = await answer(on("telegram", payload="hide_word", state=State(script="en")))
    assert texts(asked) == ["word_choose en"]
    kept = await answer(on("telegram", "Shapla phul", state=asked.state))
    assert texts(kept) == ["word_kept en"] and kept.state.safe_word == "Shapla phul" and payloads(kept) == ["hide_now"]
    for said, opens in (("shapla ful", True), ("শাপলা ফুল", True), ("moonlight", False)):
        outcome = await answer(on("telegram", said, state=kept.state, hidden=True))
        assert (outcome.hide is False) is opens, said


@pytest.mark.parametrize("said", ["a", "12345", "one two three four five words", "?"])
async def test_what_will_not_do_as_a_word(said):
    outcome = await answer(on("telegram", said, state=State(script="en", offered=("hide_word",))))
    assert texts(outcome) == ["word_unfit en"] and outcome.state.safe_word is None


async def test_danger_and_commands_are_no_words():
    assert (await answer(on("telegram", "he locked me in", state=State(offered=("hide_word",))))).case is not None
    assert (await answer(on("telegram", "menu", state=State(offered=("hide_word",))))).state.safe_word is None


# --- the real texts


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_knows_the_word_it_is_told(script):
    told = load_replies(CONTENT.hotlines).hiding
    assert all(REAL.opens(word, State(script=script)) for word in told.word.values())
    assert not any(REAL.opens(text[script], State()) for text in told.neutral)
