"""Every row of the topics in Chromium, in both languages: asked in her own words, and pressed from the menu (tests/conversations/rows.yml)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from actions.ways import way_to
from bot.knowledge import knowledge
from bot.understand import reader
from tests.conversations.test_rows import ROWS, first_text
from tests.house import WholeHouse, whole_house

CONTENT = knowledge()
LANGUAGES = ["bn", "en"]
TYPED = [(row, language, row["ask"][0 if language == "bn" else 2]) for row in ROWS for language in LANGUAGES if row["ask"]]
ASKED = [(row, language, text) for row, language, text in TYPED if text]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def reads() -> Any:
    return reader()


@pytest.fixture
def chat(house: WholeHouse, page_factory: Any) -> Any:
    def opened(language: str) -> Page:
        page = page_factory(360, 740)
        page.goto(f"{house.url}/chat" + ("?lang=en" if language == "en" else ""))
        expect(page.locator("#send")).to_be_enabled()
        return page

    return opened


def _line(answer: str, language: str) -> str:
    """A line of the answer that no other text has so: its first may be cut by the page's own bubbles."""
    return first_text(answer, language).splitlines()[0]


def _say(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.locator("#send").click()


def _title(payload: str, language: str) -> str:
    """What stands on the button that a menu names."""
    kind, _, which = payload.partition(".")
    if kind == "group":
        return next(group.name[language] for group in CONTENT.groups if group.id == which)
    if kind == "near" and which:
        division, _, page = which.partition(".")
        return (CONTENT.buttons["more_districts"] if page else CONTENT.services.divisions[division])[language]
    if kind == "countries" and which:
        return CONTENT.buttons["more_countries"][language]
    if kind == "country" and "." in which:
        return CONTENT.buttons[{"complain": "complain_there", "help": "help_there", "rules": "rules_there"}[which.partition(".")[2]]][
            language
        ]
    button = way_to(CONTENT, language, which if kind in ("topic", "item") else payload)
    assert button is not None, payload
    return button.title


@pytest.mark.parametrize(("row", "language", "text"), ASKED, ids=[f"{row['row']} {language}" for row, language, _ in ASKED])
def test_a_typed_question_is_answered(chat: Any, reads: Any, row: dict[str, Any], language: str, text: str) -> None:
    page = chat(language)
    _say(page, text)
    if reads.read(text).risk.flag.flagged:  # danger goes before everything: she gets numbers, not the row
        expect(page.locator("#log")).to_contain_text("999", timeout=20_000)
        return
    expect(page.locator("#log")).to_contain_text(_line(row["answer"], language), timeout=20_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_reached_from_the_menu(chat: Any, language: str) -> None:
    page = chat(language)
    groups = page.locator("#log").get_by_role("group")

    def press(title: str) -> None:
        before = groups.count()
        groups.last.get_by_role("button", name=title, exact=True).click()
        expect(groups).to_have_count(before + 1, timeout=20_000)

    expect(groups.first).to_be_visible(timeout=20_000)
    for row in ROWS:
        before = groups.count()
        _say(page, CONTENT.buttons["topics"][language].lower())
        expect(groups).to_have_count(before + 1, timeout=20_000)
        path = (
            row["menu"]
            if row["menu"][0].startswith("group.")
            else [f"group.{'help' if row['menu'][0] == 'near' else 'before'}", *row["menu"]]
        )
        for payload in path:
            press(_title(payload, language))
        # The last of its messages has the buttons; the first is the one that is compared.
        expect(page.locator("#log")).to_contain_text(_line(row["answer"], language), timeout=20_000)
