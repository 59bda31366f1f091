"""What women ask round the steps, typed in three ways and pressed in the menu: tests/conversations/rows.yml. The trained model, without Rasa."""

from __future__ import annotations

from typing import Any

import pytest

from actions import steps
from actions.control import obey
from actions.flows import begun_by
from actions.scenes import Scene
from actions.topics import asked, finest, unsure, warned
from bot.flows import flow_plans
from bot.knowledge import knowledge
from bot.model import Answer, Place
from bot.settings import ROOT
from bot.source import read_yaml
from bot.understand import reader
from bot.understanding.commands import parse
from bot.understanding.reading import Reader
from bot.understanding.risk import CRISIS, CRISIS_CERTAIN

CONTENT = knowledge()
ROWS = read_yaml(ROOT / "tests" / "conversations" / "rows.yml")["rows"]
TYPED = [(row["row"], text, row["answer"]) for row in ROWS for text in row["ask"] if text]
PRESSED = [(row["row"], row["menu"], row["answer"]) for row in ROWS]
THRESHOLD, MARGIN = 0.3, 0.05  # as in config.yml
_ALONE = {"greeting", "human", "chitchat", "out_of_scope", "unknown", "hotlines", "privacy"}  # the program about itself


@pytest.fixture(scope="module")
def reads() -> Reader:
    return reader()


def first_text(answer: str, language: str) -> str:
    """How the answer that a row names begins."""
    kind, _, which = answer.rpartition(":")
    if kind == "topic":
        return CONTENT.topics[which].messages[0].text[language]
    if kind == "services":
        return CONTENT.sentences["near_here"].fill(language, district=CONTENT.services.districts[which][language])
    if kind == "country":
        id, _, aspect = which.partition(".")
        return CONTENT.countries[id].aspects[aspect or "rules"].text[language]
    return CONTENT.items[which].messages[0].text[language]


def answered(reads: Reader, text: str) -> Answer:
    """As the actions would, from what the classifier makes of it. Danger, which would go before, has tests of its own."""
    found = reads.read(text)
    ranking = reads.model.ranking(text)
    (topic, sure), (_, second) = ranking[0], ranking[1]
    entities = list(found.entities)
    if sure < THRESHOLD or sure - second < MARGIN or topic in ("control", CRISIS):
        return finest(CONTENT, "bn", Place(), None, text, entities) or unsure(CONTENT, "bn", [name for name, _ in ranking])
    number = CONTENT.step_number(topic)
    if number is not None:
        return steps.asked(CONTENT, "bn", Place(), number, text, entities)
    here = Scene(content=CONTENT, language="bn", plans=flow_plans())
    begun = begun_by(here, topic, text)
    return (
        warned(CONTENT, "bn", topic, entities, begun)
        if begun
        else asked(CONTENT, "bn", Place(), topic, text, entities, certain=sure >= CRISIS_CERTAIN)
    )


@pytest.mark.parametrize(("row", "text", "answer"), TYPED, ids=[f"{row}: {text}" for row, text, _ in TYPED])
def test_a_typed_question_gets_its_answer(reads: Reader, row: str, text: str, answer: str) -> None:
    found = answered(reads, text)
    assert found.replies[0].text.startswith(first_text(answer, "bn")), row
    goes_on([button.payload for button in found.replies[-1].buttons])


def goes_on(payloads: list[str]) -> None:
    """What comes next, a person and the menu, in this order and once each."""
    assert payloads[-2:] == ["person", "menu"] or (payloads[-1] == "menu" and "person" in payloads[:-1]), payloads
    assert set(payloads) - {"person", "menu"}, payloads
    assert len(payloads) == len(set(payloads)) <= 10, payloads


@pytest.mark.parametrize("language", ["bn", "en"])
def test_each_item_and_each_part_of_a_country_goes_on(language: str) -> None:
    parts = [f"country.{id}{aspect}" for id in CONTENT.countries for aspect in ("", ".rules", ".complain", ".help", ".risk")]
    for payload in (*(f"item.{id}" for id in CONTENT.items), *parts, *(f"topic.{id}" for id in CONTENT.topics)):
        command = parse(payload)
        assert command is not None, payload
        told = obey(CONTENT, language, Place(), command)
        assert told.replies[-1].buttons, payload
        if payload.partition(".")[2] not in _ALONE:
            goes_on([button.payload for button in told.replies[-1].buttons])


def test_every_item_and_every_destination_has_a_row_asked_in_three_ways() -> None:
    asked_for = {row["answer"]: [text for text in row["ask"] if text] for row in ROWS}
    wanted = {*CONTENT.items, *(f"country:{id}" for id in CONTENT.countries)}
    assert {one for one in wanted if len(asked_for.get(one, [])) < 3} == set()


def test_each_row_is_asked_plainly_in_both_languages_and_no_danger_is_heard_in_it(reads: Reader) -> None:
    """So that the running house answers it; what it does with a disclosure is tested elsewhere."""
    heard = [(row["row"], text) for row in ROWS for text in (row["ask"][0], row["ask"][2]) if reads.read(text).risk.flag.flagged]
    assert heard == []


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize(("row", "menu", "answer"), PRESSED, ids=[row for row, _, _ in PRESSED])
def test_the_menu_leads_to_each_answer_by_buttons_that_are_shown(row: str, menu: list[str], answer: str, language: str) -> None:
    def press(payload: str) -> Any:
        command = parse(payload)
        assert command is not None
        return obey(CONTENT, language, Place(), command)

    shown = press("topics") if menu[0].startswith("group.") else press("group.help" if menu[0] == "near" else "group.before")
    for payload in menu:
        assert payload in [button.payload for button in shown.replies[-1].buttons], payload
        shown = press(payload)
    assert shown.replies[0].text.startswith(first_text(answer, language))


def test_no_question_is_one_of_the_examples() -> None:
    from bot.examples import examples
    from bot.near import near_copies

    lines = [example.text for example in examples(ROOT / "data" / "nlu")]
    copies = [TYPED[one][1] for one, _, _ in near_copies([text for _, text, _ in TYPED], 0.9, lines)]
    assert copies == []
