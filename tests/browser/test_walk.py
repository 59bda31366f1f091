"""The whole house in Chromium: she walks all 13 steps by pressing what is offered, in Bangla and in English, and is answered in danger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.knowledge import PARTS, knowledge
from bot.understanding.commands import STEPS
from tests.house import WholeHouse, whole_house

BANGLA_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture
def chat(house: WholeHouse, page_factory: Any) -> Any:
    def opened(language: str, width: int = 320) -> Page:
        page = page_factory(width, 640)
        page.goto(f"{house.url}/chat" + ("?lang=en" if language == "en" else ""))
        expect(page.locator("#send")).to_be_enabled()
        return page

    return opened


def _say(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.locator("#send").click()


def _press(page: Page, title: str) -> None:
    """Presses a button of the last reply, and waits for the next one: its buttons are one group more."""
    groups = page.locator("#log").get_by_role("group")
    before = groups.count()
    groups.last.get_by_role("button", name=title, exact=True).click()
    expect(groups).to_have_count(before + 1, timeout=15_000)


def _answered(page: Page, text: str) -> None:
    expect(page.locator("#log")).to_contain_text(text, timeout=15_000)


def _number(language: str, number: int) -> str:
    return str(number) if language == "en" else str(number).translate(BANGLA_DIGITS)


@pytest.mark.parametrize("language", ["bn", "en"])
def test_she_walks_all_thirteen_steps(chat: Any, language: str) -> None:
    content, page = knowledge(), chat(language)
    buttons = {name: text[language] for name, text in content.buttons.items()}
    page.locator("#start").click()
    _answered(page, content.topics["greeting"].messages[0].text[language].splitlines()[0])
    _press(page, buttons["begin"])
    for step in content.steps:
        for index, sections in enumerate(PARTS):
            for name in sections:
                _answered(page, step.sections[name].text[language].splitlines()[0].strip())
            if index < len(PARTS) - 1:
                _press(page, buttons["next"])
        _press(page, buttons["done"])
        done = {"step": _number(language, step.number), "name": step.name[language]}
        _answered(
            page, content.sentences["all_done"][language] if step.number == STEPS else content.sentences["done"].fill(language, **done)
        )
        if step.number < STEPS:
            following = _number(language, step.number + 1)
            _press(page, content.buttons["go_step"].fill(language, step=following))
    assert page.watch.complaints == []  # type: ignore[attr-defined]
    assert all("127.0.0.1" in url for url in page.watch.requests)  # type: ignore[attr-defined]


def test_a_question_in_the_middle_is_answered_and_the_walk_goes_on(chat: Any) -> None:
    content, page = knowledge(), chat("bn", 390)
    _say(page, "ধাপ ৫")
    _answered(page, content.step(5).sections["brief"].text.bn.splitlines()[0])
    _say(page, "পাসপোর্ট করতে কত টাকা")
    _answered(page, content.step(3).sections["cost"].text.bn.splitlines()[0])
    _press(page, content.buttons["resume"].fill("bn", step="৫"))
    expect(page.locator("#log")).to_contain_text("টাকার রসিদ")


@pytest.mark.parametrize(
    ("text", "number"), [("আমারে ঘরে আটকাইয়া রাখছে", "999"), ("amake mere felbe bolse", "999"), ("they locked me in the house", "999")]
)
def test_danger_gets_the_number_at_once(chat: Any, text: str, number: str) -> None:
    page = chat("bn")
    _say(page, text)
    link = page.locator(f'#log a[href="tel:{number}"]').first
    expect(link).to_be_visible(timeout=10_000)
    expect(page.locator('#log a[href="tel:+8809610102030"]').first).to_be_visible()


def test_with_rasa_dead_she_still_gets_numbers(chat: Any, house: WholeHouse, tmp_path: Path) -> None:
    house.kill("rasa")
    try:
        page = chat("bn")
        _say(page, "পাসপোর্ট করতে কত টাকা")
        _answered(page, "999")
        _say(page, "amake mere felbe bolse")
        _answered(page, "Ekhoni phone korun")
    finally:
        house.start("rasa")
