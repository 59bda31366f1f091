"""Follows every button that any reply offers, from the first hello, as she would: no way may end, break or change the language."""

import re
from collections import deque

import pytest

from actions.control import obey
from bot.errors import DialogueError
from bot.gateway import Gateway
from bot.knowledge import knowledge
from bot.model import Answer, Kind, Place, Reply, Risk, State
from bot.replies import load_replies
from bot.understanding.commands import Command, parse
from tests.fakes.turns import pressed, turn

CONTENT = knowledge()
BANGLA, LATIN = re.compile("[\u0980-\u09ff]"), re.compile("[A-Za-z]")
NO_WAY_BACK = {"greeting", "menu", "person", "delete"}  # what these offer is asserted by their own tests


class Actions:
    """The action server without Rasa: commands are obeyed by the actions themselves."""

    async def ask(self, conversation: str, message: str | Command, state: State) -> Answer:
        if isinstance(message, str):
            raise DialogueError
        return obey(CONTENT, state.language, state.place, message)


async def redeem(conversation: str, code: str) -> tuple[str, State]:
    return "wrong", State()


GATEWAY = Gateway(
    dialogue=Actions(), redeem=redeem, content=CONTENT, replies=load_replies(CONTENT.hotlines), assess=lambda text, before: Risk(), detect=lambda text,
    before: before or "bn", rate_per_minute=10, max_text=500
)  # fmt: skip
STARTS = [
    turn(kind=Kind.START),
    turn("menu"),
    turn("hello"),
    turn(""),
    turn(kind=Kind.MEDIA, media="voice"),
    turn("something unknown"),
    pressed("nonsense"),
    pressed("delete"),
    pressed("topics"),
]


def check(reply: Reply, language: str, came_by: str, last: bool) -> None:
    assert reply.text.strip() == reply.text != ""
    assert len(reply.text) <= 2000
    assert "{" not in reply.text
    bangla, latin = len(BANGLA.findall(reply.text)), len(LATIN.findall(reply.text))
    assert bangla > 2 * latin if language == "bn" else not bangla, reply.text
    assert bool(reply.buttons) == last
    assert len(reply.buttons) <= 13
    payloads = [button.payload for button in reply.buttons]
    assert len(set(payloads)) == len(payloads)
    assert len({button.title for button in reply.buttons}) == len(payloads)
    for button in reply.buttons:
        assert parse(button.payload) is not None, button
        assert len(button.payload.encode()) <= 64
        assert 0 < len(button.title) <= 20, button
        assert button.title.strip() == button.title
        assert "{" not in button.title
        if not button.payload.startswith("language"):
            assert bool(BANGLA.search(button.title)) == (language == "bn"), button
    if last:
        assert "person" in payloads or came_by in ("person", "delete"), came_by
        assert "menu" in payloads or {"steps", "hotlines"} <= set(payloads), came_by
        assert len(set(payloads) - {"person", "menu"}) >= 1 or came_by in ("hotlines", "help"), came_by


async def crawl(language: str) -> dict[str, set[Place]]:
    """Every payload that can be pressed, with the places from which it was."""
    fresh = State(language=language, language_chosen=True)
    reached: dict[str, set[Place]] = {}
    waiting = deque()
    seen, places = set(), set()
    for first in STARTS:
        waiting.append((first, fresh))
    while waiting:
        at, state = waiting.popleft()
        at = turn(at.inbound.text, at.inbound.kind, payload=at.inbound.payload, media=at.inbound.media, state=state)
        outcome = await GATEWAY.answer(at)
        came_by = at.inbound.payload or at.inbound.text
        if outcome.hide:  # the chat is cleaned and plays a neutral one: nothing of ours may stand in it
            continue
        for reply in outcome.replies:
            check(reply, outcome.state.language, came_by, reply is outcome.replies[-1])
        if outcome.state.language != language:
            continue  # the other language has a crawl of its own
        for button in outcome.replies[-1].buttons:
            place = outcome.state.place
            if (button.payload, place.step, place.part) not in seen:
                seen.add((button.payload, place.step, place.part))
                reached.setdefault(button.payload, set()).add(place)
                waiting.append((pressed(button.payload), outcome.state))
        if outcome.state.place not in places:  # from every place: she opens the chat again, or presses an old button of the greeting
            places.add(outcome.state.place)
            waiting.extend((again, outcome.state) for again in (turn(kind=Kind.START), pressed("begin")))
    return reached


@pytest.mark.parametrize("language", ["bn", "en"])
async def test_every_button_leads_to_a_reply_that_can_be_sent_and_leads_on(language):
    reached = await crawl(language)
    assert {f"step.{number}" for number in range(1, 14)} <= set(reached)
    assert {f"done.{number}" for number in range(1, 14)} <= set(reached)
    assert {
        "next",
        "back",
        "next_step",
        "resume",
        "restart",
        "begin",
        "steps",
        "more_steps",
        "topics",
        "menu",
        "person",
        "hotlines",
        "carry",
        "privacy",
        "delete_yes",
    } <= set(reached)
    assert f"language.{'en' if language == 'bn' else 'bn'}" in reached
    places = {(place.step, place.part) for found in reached.values() for place in found}
    assert len(places) == 1 + 13 * 5


@pytest.mark.parametrize("language", ["bn", "en"])
async def test_every_topic_and_every_progress_can_be_sent(language):
    state = State(language=language, language_chosen=True)
    for name in CONTENT.topics:
        outcome = await GATEWAY.answer(pressed(f"topic.{name}", state=state))
        for reply in outcome.replies:
            check(reply, language, name, reply is outcome.replies[-1])
    for count in range(14):
        done = frozenset(range(1, count + 1))
        for step in (0, 1, 7, 13):
            for payload in ("where", "steps", "more_steps", "done.13", "not_done.1", "start", "begin", "yes", "no", "stop"):
                outcome = await GATEWAY.answer(
                    pressed(payload, state=State(language=language, language_chosen=True, place=Place(step=step, done=done)))
                )
                check(outcome.replies[-1], language, payload, True)
