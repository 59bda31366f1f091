"""Every row of the topics in Chromium, in both languages: asked in her own words, and pressed from the menu (tests/conversations/rows.yml)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from actions.ways import way_to
from bot.knowledge import knowledge
from tests.conversations.test_rows import ROWS, first_text
from tests.house import WholeHouse, whole_house

CONTENT = knowledge()
AT_ONCE = 10  # rows in one page: what stands in the log makes every look at it longer
LANGUAGES = ["bn", "en"]
TYPED = [(row, language, row["ask"][0 if language == "bn" else 2]) for row in ROWS for language in LANGUAGES]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        yield running


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


def _groups(page: Page) -> Any:
    """The buttons under each answer. By what marks them, not by their role: that would be worked out anew for all of the log."""
    return page.locator("#log [role=group]")


def _answer(page: Page, groups: Any, before: int) -> None:
    """Waits for an answer: at least one group of buttons more, and no further one coming (a soft question can go with it)."""
    groups.nth(before).wait_for(state="attached", timeout=30_000)
    count = 0
    while count != groups.count():
        count = groups.count()
        page.wait_for_timeout(100)


def _chunks(rows: list[Any]) -> list[list[Any]]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_answered_when_it_is_asked_in_her_words(chat: Any, language: str) -> None:
    missed = []
    for some in _chunks([typed for typed in TYPED if typed[1] == language]):
        page = chat(language)
        groups = _groups(page)
        for row, _, text in some:
            before = groups.count()
            _say(page, text)
            _answer(page, groups, before)
            said = page.locator("#log").inner_text()
            if _line(row["answer"], language) not in said[said.rindex(text) :]:
                missed.append((row["row"], said[said.rindex(text) :][:200]))
            aside = groups.last.get_by_role("button", name=CONTENT.buttons["put_aside"][language], exact=True)
            if aside.count():  # guided questions began, and would take the next row for an answer
                before = groups.count()
                aside.click()
                _answer(page, groups, before)
        page.close()
    assert not missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_reached_from_the_menu(chat: Any, language: str) -> None:
    for rows in _chunks(list(ROWS)):
        page = chat(language)
        groups = _groups(page)
        page.locator("#log").get_by_role("button", name="Start" if language == "en" else "শুরু করুন", exact=True).click()
        _answer(page, groups, 0)  # the page's language goes with the start
        for row in rows:
            _press_to(page, groups, row, language)
        page.close()


def _press_to(page: Page, groups: Any, row: dict[str, Any], language: str) -> None:
    """From the menu of topics to what is compared."""
    before = groups.count()
    _say(page, CONTENT.buttons["topics"][language].lower())
    _answer(page, groups, before)
    path = (
        row["menu"] if row["menu"][0].startswith("group.") else [f"group.{'help' if row['menu'][0] == 'near' else 'before'}", *row["menu"]]
    )
    for payload in path:
        before = groups.count()
        groups.last.get_by_role("button", name=_title(payload, language), exact=True).click()
        _answer(page, groups, before)
    # The last of its messages has the buttons; the first is the one that is compared.
    expect(page.locator("#log")).to_contain_text(_line(row["answer"], language), timeout=20_000)
