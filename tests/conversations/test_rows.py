"""What women ask round the steps, typed in three ways and pressed in the menu: tests/conversations/rows.yml. The trained model, without Rasa."""

from __future__ import annotations

from typing import Any

import pytest

from actions.control import obey
from actions.topics import asked, finest, unsure
from bot.knowledge import knowledge
from bot.model import Answer, Place
from bot.settings import ROOT
from bot.source import read_yaml
from bot.understand import reader
from bot.understanding.commands import parse
from bot.understanding.reading import Reader
from bot.understanding.risk import CRISIS

CONTENT = knowledge()
ROWS = read_yaml(ROOT / "tests" / "conversations" / "rows.yml")["rows"]
TYPED = [(row["row"], text, row["answer"]) for row in ROWS for text in row["ask"] if text]
PRESSED = [(row["row"], row["menu"], row["answer"]) for row in ROWS]
THRESHOLD, MARGIN = 0.3, 0.05  # as in config.yml


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
    if topic.startswith("step_"):
        fine = finest(CONTENT, "bn", Place(), None, text, entities)
        assert fine is not None, topic
        return fine
    return asked(CONTENT, "bn", Place(), topic, text, entities)


@pytest.mark.parametrize(("row", "text", "answer"), TYPED, ids=[f"{row}: {text}" for row, text, _ in TYPED])
def test_a_typed_question_gets_its_answer(reads: Reader, row: str, text: str, answer: str) -> None:
    assert answered(reads, text).replies[0].text.startswith(first_text(answer, "bn")), row


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
