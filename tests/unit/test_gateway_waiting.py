"""Who holds the conversation comes before all else: a human (the bot is silent), or the queue (fixed texts only)."""

from __future__ import annotations

import pytest

from bot.model import CaseRequest, Kind, Level, Outcome, State
from tests.fakes.turns import Told, turn
from tests.unit.test_gateway import ENGLISH, answer, first, sentence

CAPTIVE = {"fixed": True, "case": Level.URGENT, "category": "captivity"}
SAID = ["hello", "next", "where do I get a passport", "menu", "talk to a person", "step 5", "begin", "done", "...", "नमस्ते"]


async def silent(outcome: Outcome, told: Told) -> bool:
    return outcome.replies == () and told.messages == []


@pytest.mark.parametrize("text", [*SAID, "number", "stop", "delete my data", "hide", "english"])
async def test_while_a_human_holds_it_the_bot_says_nothing_to_anything(text: str) -> None:
    told = Told()
    assert await silent(await answer(turn(text, held=True), told), told)


async def test_a_wish_to_be_forgotten_reaches_the_human_who_holds_it() -> None:
    assert (await answer(turn("delete my data", held=True))).signal == "delete"
    assert (await answer(turn("hello", held=True))).signal is None


@pytest.mark.parametrize("text", SAID)
async def test_while_she_waits_nothing_is_answered_but_by_the_handoff(text: str) -> None:
    told = Told()
    assert await silent(await answer(turn(text, **CAPTIVE), told), told)


@pytest.mark.parametrize("kind", [Kind.START, Kind.EDIT, Kind.BUTTON])
async def test_start_edits_and_old_buttons_bring_no_dialogue_back(kind: Kind) -> None:
    told = Told()
    assert await silent(await answer(turn("hello", kind, payload="menu", state=State(level=Level.URGENT), **CAPTIVE), told), told)


@pytest.mark.parametrize(
    ("text", "begins"),
    [("number", sentence("hotlines_bd", "en")), ("help", sentence("hotlines_bd", "en")), ("stop", sentence("stopped", "en")),
     ("delete my data", sentence("delete_sure", "en")), ("english", sentence("language", "en"))],
)  # fmt: skip
async def test_number_hide_stop_and_deletion_always_work(text: str, begins: str) -> None:
    told = Told()
    outcome = await answer(turn(text, state=ENGLISH, **CAPTIVE), told)
    assert first(outcome).startswith(begins) and told.messages == []


async def test_hide_works() -> None:
    outcome = await answer(turn("hide", state=ENGLISH, **CAPTIVE))
    assert outcome.replies or outcome.hide


@pytest.mark.parametrize("text", ["number", "stop", "english"])
async def test_their_buttons_lead_only_to_fixed_texts(text: str) -> None:
    outcome = await answer(turn(text, state=ENGLISH, **CAPTIVE))
    payloads = [button.payload for button in outcome.replies[-1].buttons]
    assert "safe" in payloads and not {"menu", "person", "begin", "resume"} & set(payloads) and len(payloads) <= 3


async def test_safe_gives_the_dialogue_back() -> None:
    outcome = await answer(turn(kind=Kind.BUTTON, payload="safe", state=ENGLISH, **CAPTIVE))
    assert first(outcome) == sentence("menu", "en") and outcome.signal == "safe"


@pytest.mark.parametrize(("payload", "signal"), [("can_write", "can_write"), ("cannot_write", "cannot_write")])
async def test_whether_she_can_write_is_told_to_the_handoff(payload: str, signal: str) -> None:
    outcome = await answer(turn(kind=Kind.BUTTON, payload=payload, **CAPTIVE))
    assert outcome.signal == signal and outcome.replies


async def test_stop_is_told_to_the_handoff() -> None:
    assert (await answer(turn("stop", **CAPTIVE))).signal == "stop"


async def test_the_same_danger_again_is_on_record_without_the_same_text_again() -> None:
    outcome = await answer(turn("URGENT", **CAPTIVE))
    assert outcome.replies == () and outcome.case == CaseRequest(level=Level.URGENT, category="captivity", reason="flagged")


@pytest.mark.parametrize(("text", "waits"), [("CRITICAL", CAPTIVE), ("URGENT", {**CAPTIVE, "category": "suicide"})])
async def test_a_higher_or_another_danger_gets_its_own_first_reply(text: str, waits: dict[str, object]) -> None:
    outcome = await answer(turn(text, **waits))
    assert outcome.replies and outcome.case is not None and outcome.case.category == "captivity"


async def test_a_photo_goes_to_the_human_who_comes() -> None:
    outcome = await answer(turn(kind=Kind.MEDIA, media="photo", **CAPTIVE))
    assert outcome.replies == () and outcome.case == CaseRequest(level=Level.STANDARD, category=None, reason="media")
