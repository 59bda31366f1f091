"""A returnee's intake in Chromium, on a small phone and in both languages, and the case as the counsellor reads it at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.flows import flow_plans
from bot.holding import load_holding
from bot.knowledge import knowledge
from tests.browser.accessibility import too_wide
from tests.browser.test_money import press, say, told
from tests.counselling import Counsellor
from tests.house import WholeHouse, whole_house
from tests.talking import on_telegram

CONTENT, PLAN = knowledge(), flow_plans()["intake"]
LANGUAGES = ["bn", "en"]
NEED = {"bn": "একটা কাজ দরকার, দুই মেয়ে পড়ে", "en": "I need work, my two girls are at school"}
SINCE = {"bn": "আরেকটা কথা, জামিনদার রোজ ফোন করে", "en": "one more thing, the guarantor calls me each day"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        on_telegram(running).say("menu")  # the first answer takes longest
        yield running


@pytest.fixture
def begun(house: WholeHouse, page_factory: Any) -> Any:
    """At the consent question, by buttons alone."""

    def opened(language: str) -> Page:
        page = page_factory(360, 740)
        page.goto(f"{house.url}/chat" + ("?lang=en" if language == "en" else ""))
        expect(page.locator("#send")).to_be_enabled()
        page.locator("#start").click()
        expect(page.locator("#log").get_by_role("group")).to_have_count(1, timeout=20_000)
        _to_the_questions(page, language)
        return page

    return opened


def _to_the_questions(page: Page, language: str) -> None:
    say(page, CONTENT.buttons["topics"][language].lower())
    press(page, next(one.name[language] for one in CONTENT.groups if one.id == "after"))
    press(page, PLAN.name[language])


def ask(question: str, language: str) -> str:
    found = PLAN.question(question)
    assert found is not None
    return found.ask[language]


def option(question: str, id: str, language: str) -> str:
    found = PLAN.question(question)
    assert found is not None
    title = found.title(id)
    assert title is not None
    return title[language]


def at_the_desk(page: Page, house: WholeHouse, counsellor: Counsellor, path: str) -> Page:
    cookie: Any = {"name": "desk", "value": counsellor.session, "domain": "127.0.0.1", "path": "/desk", "httpOnly": True}
    page.context.add_cookies([cookie])
    page.goto(f"{house.url}/desk/{path}")
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_answered_in_part_left_come_back_to_and_read_at_the_desk(house: WholeHouse, begun: Any, page_factory: Any, language: str) -> None:
    page = begun(language)
    told(page, PLAN.intro[language])
    press(page, option("consent", "yes", language))
    say(page, NEED[language])
    told(page, ask("health", language))
    press(page, option("health", "low", language))
    press(page, CONTENT.buttons["skip"][language])
    page.reload()  # she closes it in the middle
    expect(page.locator("#send")).to_be_enabled()
    told(page, ask("debt", language))
    press(page, CONTENT.buttons["put_aside"][language])
    press(page, CONTENT.buttons["go_on"][language])
    press(page, option("debt", "heavy", language))
    say(page, "Satkhira, Kolaroa")
    press(page, CONTENT.buttons["skip"][language])
    told(page, CONTENT.sentences["intake_done"][language].splitlines()[-1])
    everything = page.locator("#log").inner_text()
    end = everything[everything.rindex(CONTENT.sentences["intake_done"][language].splitlines()[0]) :]
    for piece in (NEED[language], option("health", "low", language), option("debt", "heavy", language)):
        assert piece in end
    for button in ("near", "topics", "menu"):
        expect(page.get_by_role("button", name=CONTENT.buttons[button][language], exact=True).last).to_be_visible()
    held = load_holding().texts["callback_when"][language].split("{when}")[0]
    told(page, held)  # nobody is on duty: she is told when, in her language
    assert too_wide(page) == 0
    say(page, SINCE[language])

    counsellor = Counsellor(house, language)
    try:
        desk = at_the_desk(page_factory(1440, 900), house, counsellor, counsellor.takes())
        for text in (NEED[language], option("debt", "heavy", language), "Satkhira, Kolaroa", SINCE[language]):
            expect(desk.locator("#log")).to_contain_text(text)
        expect(desk.locator(".casehead .level, .casehead .standard").first).to_be_visible()
        assert desk.watch.complaints == []  # type: ignore[attr-defined]
    finally:
        counsellor.leave()
    assert page.watch.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_refused_and_danger_in_the_middle(house: WholeHouse, begun: Any, page_factory: Any, language: str) -> None:
    page = begun(language)
    press(page, option("consent", "no", language))
    told(page, CONTENT.sentences["flow_not_kept"][language])
    _to_the_questions(page, language)
    press(page, option("consent", "yes", language))
    said = {"bn": "স্বামী আমাকে মেরে ফেলবে বলেছে, দরজায় দাঁড়িয়ে", "en": "my husband is at the door, he will kill me"}[language]
    page.locator("textarea").fill(said)
    page.locator("#send").click()
    expect(page.locator('#log a[href="tel:999"]').first).to_be_visible(timeout=15_000)
    after = page.locator("#log").inner_text()
    assert ask("health", language) not in after[after.rindex(said) :]
    counsellor = Counsellor(house, language)
    try:
        desk = at_the_desk(page_factory(360, 740), house, counsellor, counsellor.takes())
        expect(desk.locator("#log")).to_contain_text(said)
        expect(desk.locator(".casehead .critical")).to_be_visible()
    finally:
        counsellor.leave()
