"""Hiding as she meets it: Telegram's chat is empty of both sides, the web page is gone with its session, Messenger says what she must do; then
a neutral chat, in which danger still reaches a human. Rasa is not running: none of this needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.knowledge import knowledge
from bot.replies import load_replies
from tests.browser.conftest import PageFactory
from tests.emulators.faults import server_error
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi
from tests.house import WholeHouse, wait_for
from tests.talking import Chat, flat, on_messenger, on_telegram, rows, settle

HIDING = load_replies(knowledge().hotlines).hiding
NEUTRAL = {flat(text["en"]) for text in HIDING.neutral}
SAID = "he locked me in the room and he will kill me"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with TelegramApi() as telegram, MessengerApi() as messenger:
        running = WholeHouse(tmp_path_factory.mktemp("hiding"), telegram, messenger)
        try:
            running.start("gateway")
            yield running
        finally:
            running.stop()


def afraid(chat: Chat) -> Chat:
    chat.say("english")
    assert "999" in chat.say(SAID)
    return chat


def on_screen(chat: Chat) -> list[str]:
    return [flat(sent.text) for sent in chat.user.received if sent.message_id in chat.user.screen]


def test_telegram_is_emptied_of_both_sides_and_plays_a_neutral_chat(house: WholeHouse) -> None:
    chat = afraid(on_telegram(house))
    assert chat.texts[-1].endswith(flat(HIDING.hint["en"])), "she is told her word before"
    chat.user.says("hide")
    wait_for(lambda: len(chat.user.screen) == 1, 5, "an empty chat but for one line")
    assert on_screen(chat) == [flat(HIDING.done["telegram"]["en"])] and chat.user.buttons == []
    batches = house.telegram.called("deleteMessages")
    assert len(batches) == 1, "both sides in one call"
    assert flat(chat.say("who are you? numbers")) in NEUTRAL and flat(chat.say("talk to a person")) in NEUTRAL

    cases = len(rows(house, "SELECT 1 FROM events WHERE kind IN ('opened', 'raised', 'repeated')"))
    chat.user.says(SAID + " tonight")
    wait_for(
        lambda: len(rows(house, "SELECT 1 FROM events WHERE kind IN ('opened', 'raised', 'repeated')")) > cases, 3, "the case hears of it"
    )
    wait_for(lambda: len(chat.user.screen) == 1, 5, "that too is off the screen")
    wait_for(lambda: set(on_screen(chat)) <= NEUTRAL, 5, "an everyday sentence")

    assert flat(chat.say("চাঁদের আলো")) == flat(HIDING.back["en"])
    assert "999" in chat.say("hotlines")


def test_a_case_that_is_hidden_says_nothing_first_and_shows_as_hidden(house: WholeHouse) -> None:
    chat = afraid(on_telegram(house))
    chat.say("hide")
    ((more,),) = rows(house, "SELECT more FROM cases ORDER BY opened_at DESC LIMIT 1")
    assert '"hidden":true' in more


def test_telegram_that_fails_is_asked_again(house: WholeHouse) -> None:
    chat = afraid(on_telegram(house))
    house.telegram.fail("deleteMessages", server_error())
    chat.user.says("hide")
    wait_for(lambda: len(chat.user.screen) == 1, 15, "an empty chat, at the second try")


def test_who_was_not_told_the_word_is_told_first(house: WholeHouse) -> None:
    chat = on_telegram(house)
    chat.say("english")
    assert HIDING.word["en"] in chat.say("hide") and chat.user.buttons == ["hide_now", "hide_word"]
    chat.user.presses("hide_now")
    wait_for(lambda: len(chat.user.screen) == 1, 5, "an empty chat")
    assert on_screen(chat) == [flat(HIDING.done["telegram"]["en"])]


def test_a_gateway_killed_in_the_middle_cleans_after_its_start(house: WholeHouse) -> None:
    chat = afraid(on_telegram(house))
    house.telegram.fail("deleteMessages", *[server_error() for _ in range(3)])
    chat.user.says("hide")
    wait_for(lambda: house.telegram.called("deleteMessages"), 5, "a first try")
    house.kill("gateway")
    house.start("gateway")
    wait_for(lambda: len(chat.user.screen) == 1, 50, "an empty chat, after the restart")


def test_messenger_tells_her_what_she_must_do_herself(house: WholeHouse) -> None:
    chat = afraid(on_messenger(house))
    assert chat.say("hide") == flat(HIDING.how["messenger"]["en"])
    assert flat(chat.say("hello")) in NEUTRAL
    assert flat(chat.say("moonlight")) == flat(HIDING.back["en"])


def test_on_the_web_the_page_goes_and_its_session_with_it(house: WholeHouse, page_factory: PageFactory) -> None:
    page = page_factory()
    page.route("https://www.google.com/**", lambda route: route.fulfill(body="weather", content_type="text/html"))
    page.goto(f"{house.url}/chat?lang=en")
    page.click("#start")
    page.fill("#text", SAID)
    page.click("#send")
    expect(page.locator("#talk")).to_contain_text("999")
    page.fill("#text", "hide")
    page.click("#send")
    page.wait_for_url("https://www.google.com/**", timeout=8000)
    assert page.context.cookies(house.url + "/chat") == []
    page.goto(f"{house.url}/chat?lang=en")
    expect(page.locator("#talk")).to_have_text("")
    settle(house)


def test_an_old_page_with_its_old_cookie_shows_nothing_and_goes(house: WholeHouse, page_factory: PageFactory) -> None:
    """It was not connected when she hid the chat on it, or somebody kept the cookie."""
    page = page_factory()
    page.route("https://www.google.com/**", lambda route: route.fulfill(body="weather", content_type="text/html"))
    page.goto(f"{house.url}/chat?lang=en")
    page.click("#start")
    page.fill("#text", SAID)
    page.click("#send")
    expect(page.locator("#talk")).to_contain_text("999")
    kept = page.context.cookies(house.url + "/chat")
    page.fill("#text", "hide")
    page.click("#send")
    page.wait_for_url("https://www.google.com/**", timeout=8000)
    page.context.add_cookies(kept)
    answer = page.request.get(f"{house.url}/chat/messages?after=0")  # before the page does, for it ends the session
    assert answer.json().get("leave") is True and answer.json()["entries"] == []
    page.goto(f"{house.url}/chat?lang=en")
    expect(page.locator("#talk")).to_have_text("")


def test_her_hours_are_asked_and_kept(house: WholeHouse) -> None:
    chat = afraid(on_telegram(house))
    chat.say("safe hours")
    assert chat.user.buttons[:5] == ["hours.any", "hours.morning", "hours.afternoon", "hours.evening", "hours.never"]
    chat.press("hours.never")
    assert ("never",) in rows(house, "SELECT safe_hours FROM people WHERE safe_hours IS NOT NULL")
    ((more,),) = rows(house, "SELECT more FROM cases ORDER BY opened_at DESC LIMIT 1")
    assert '"hours":"never"' in more
