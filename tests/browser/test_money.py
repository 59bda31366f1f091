"""Guided questions, a picture and a paper in Chromium, in both languages, on a small screen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bot.flows import flow_plans
from bot.knowledge import knowledge
from tests.house import WholeHouse, whole_house

CONTENT, PLANS = knowledge(), flow_plans()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture
def chat(house: WholeHouse, page_factory: Any) -> Any:
    def opened(language: str) -> Page:
        page = page_factory(320, 640)
        page.goto(f"{house.url}/chat" + ("?lang=en" if language == "en" else ""))
        expect(page.locator("#send")).to_be_enabled()
        page.locator("#start").click()
        expect(page.locator("#log").get_by_role("group")).to_have_count(1, timeout=20_000)
        return page

    return opened


def say(page: Page, text: str) -> None:
    """Says it, and waits for the answer: its buttons are one group more."""
    groups = page.locator("#log").get_by_role("group")
    before = groups.count()
    page.locator("textarea").fill(text)
    page.locator("#send").click()
    expect(groups).not_to_have_count(before, timeout=20_000)


def press(page: Page, title: str) -> None:
    groups = page.locator("#log").get_by_role("group")
    before = groups.count()
    groups.last.get_by_role("button", name=title, exact=True).click()
    expect(groups).not_to_have_count(before, timeout=20_000)


def choice(flow: str, question: str, option: str, language: str) -> str:
    found = PLANS[flow].question(question)
    assert found is not None
    title = found.title(option)
    assert title is not None
    return title[language]


def told(page: Page, text: str) -> None:
    expect(page.locator("#log")).to_contain_text(text, timeout=15_000)


def begin(page: Page, flow: str, language: str) -> None:
    """By buttons alone: menu, questions, group, topic, the guided questions."""
    group, topic = {"offer_check": ("before", "job_offer"), "cost_check": ("before", "cost_loan"), "receipt": ("before", None)}[flow]
    press(page, CONTENT.buttons["menu"][language]) if page.locator("#log").get_by_role("group").last.get_by_role(
        "button", name=CONTENT.buttons["menu"][language], exact=True
    ).count() else say(page, "menu")
    press(page, CONTENT.buttons["topics"][language])
    press(page, next(one.name[language] for one in CONTENT.groups if one.id == group))
    if topic:
        press(page, CONTENT.topics[topic].name[language])
    press(page, PLANS[flow].name[language])


@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_offer_check_left_in_the_middle_and_gone_on_with(house: WholeHouse, chat: Any, language: str) -> None:
    page = chat(language)
    begin(page, "offer_check", language)
    press(page, choice("offer_check", "country", "ae", language))
    press(page, choice("offer_check", "job", "other", language))
    page.reload()
    expect(page.locator("#send")).to_be_enabled()
    told(page, PLANS["offer_check"].question("visa").ask[language])  # type: ignore[union-attr]
    press(page, choice("offer_check", "visa", "visit", language))
    press(page, choice("offer_check", "payer", "employer", language))
    press(page, choice("offer_check", "passport", "mine", language))
    press(page, CONTENT.buttons["skip"][language])
    press(page, choice("offer_check", "training", "nothing", language))
    say(page, "26")
    told(page, {"bn": "কাজের ভিসা না", "en": "Not a work visa"}[language])
    told(page, CONTENT.sentences["offer_next"][language].splitlines()[0])
    assert page.watch.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["bn", "en"])
def test_a_payment_with_a_picture_and_the_paper_made_of_it(house: WholeHouse, chat: Any, tmp_path: Path, language: str) -> None:
    page = chat(language)
    receipt = tmp_path / "receipt.jpg"
    Image.new("RGB", (2400, 1200), (20, 90, 160)).save(receipt)
    begin(page, "receipt", language)
    press(page, choice("receipt", "consent", "yes", language))
    say(page, "50000")
    press(page, choice("receipt", "day", "today", language))
    say(page, "Rahim dalal")
    press(page, choice("receipt", "what", "visa", language))
    press(page, choice("receipt", "proof", "paper", language))
    groups = page.locator("#log").get_by_role("group")
    before = groups.count()
    page.locator("#picture-file").set_input_files(receipt)
    expect(groups).not_to_have_count(before, timeout=20_000)
    told(page, {"bn": "৫০,০০০ টাকা", "en": "Tk 50,000"}[language])
    press(page, CONTENT.buttons["receipts"][language])
    told(page, "📷")
    press(page, {"bn": "১. ৫০,০০০ টাকা", "en": "1. Tk 50,000"}[language])
    press(page, CONTENT.buttons["correct"][language])
    say(page, "60000")
    for _ in range(4):
        press(page, CONTENT.buttons["skip"][language])
    corrected = page.locator("#log").get_by_text({"bn": "৬০,০০০ টাকা", "en": "Tk 60,000"}[language]).last
    expect(corrected).to_contain_text("📷")
    press(page, CONTENT.buttons["receipts"][language])
    press(page, PLANS["complaint"].name[language])
    press(page, choice("complaint", "consent", "yes", language))
    for said in ("Nasima Akter", "skip", "Satkhira", "Rabeya Overseas RL 1234"):
        say(page, said)
    press(page, choice("complaint", "wrong", "not_sent", language))
    say(page, "They took the money in September. Now the agent does not answer his phone.")
    say(page, "messages on the phone")
    press(page, choice("complaint", "wanted", "money", language))
    links = page.locator("#log a.file")
    expect(links).to_have_count(2 if language == "en" else 1, timeout=20_000)
    with page.expect_download() as waiting:
        links.last.click()
    saved = tmp_path / "paper.pdf"
    waiting.value.save_as(saved)
    text = "".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(io.BytesIO(saved.read_bytes())))
    assert "Nasima Akter" in text
    assert "Rahim dalal" in text
    address = links.last.get_attribute("href")
    stranger = page.context.browser.new_context()  # type: ignore[union-attr]
    assert stranger.request.get(f"{house.url}{address}").status == 401
    stranger.close()
    assert page.watch.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_cost_check(chat: Any, language: str) -> None:
    page = chat(language)
    begin(page, "cost_check", language)
    press(page, choice("cost_check", "job", "other", language))
    press(page, choice("cost_check", "country", "sa", language))
    say(page, "2 lakh")
    press(page, choice("cost_check", "loan", "yes", language))
    say(page, "2 lakh")
    say(page, "5000")
    say(page, "15000")
    told(page, {"bn": "প্রায় ২০ মাস", "en": "about 20 months"}[language])
