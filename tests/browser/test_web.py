"""The chat page in Chromium: talking, small screens, keyboard, bad connections, and leaving without a trace."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bot.model import Button, Inbound, Kind, Reply
from tests.fakes.webchat import Echo, Memory, WebServer, now

EXIT = "https://www.google.com/search?q=weather"
GREETING = "আসসালামু আলাইকুম। আমি সহযাত্রী।"
TILES = (Button(title="১৩ ধাপ শুরু", payload="begin"), Button(title="মানুষের সাথে কথা", payload="person"), Button(title="মেনু", payload="menu"))
NUMBERS = "এখনই 999 বা 109, প্রবাস বন্ধু 16135-এ, বিদেশ থেকে +880 9610 102030। টাকা 4,999 বা 1090, দাম 109.50, সাইট epassport.gov.bd"
MakePage = Callable[..., Page]


def answer(event: Inbound) -> list[Reply]:
    if event.kind is Kind.START:
        return [Reply(text=GREETING, buttons=TILES)]
    if event.text == "numbers":
        return [Reply(text=NUMBERS)]
    if event.text == "long":
        return [Reply(text=f"অংশ {number}\n" + "অনেক কথা। " * 40) for number in range(4)]
    return [Reply(text=f"শুনেছি: {event.text}", buttons=(Button(title="আরও বলুন", payload="next"),))]


@pytest.fixture
def clock() -> list[datetime]:
    return [now()]


@pytest.fixture
def memory(clock: list[datetime]) -> Memory:
    return Memory(lambda: clock[0])


@pytest.fixture
def server(memory: Memory) -> Iterator[WebServer]:
    running = WebServer(memory, Echo(memory, answer)).start()
    yield running
    running.stop()


@pytest.fixture
def chat(server: WebServer, page_factory: MakePage) -> MakePage:
    """chat(width, height, path="/chat", **options): the page, opened."""

    def opened(width: int = 390, height: int = 844, *, path: str = "/chat", **options: Any) -> Page:
        page = page_factory(width, height, **options)
        page.goto(server.url + path)
        expect(page.locator("#send")).to_be_enabled()
        return page

    return opened


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#send").click()


def mine(page: Page) -> list[str]:
    return page.locator(".mine .text").all_inner_texts()


def replies(page: Page) -> list[str]:
    return page.locator(".theirs .text").all_inner_texts()


def states(page: Page) -> Any:
    return page.locator(".mine .state")


# Talking


def test_she_starts_presses_a_button_and_writes(chat: MakePage, memory: Memory) -> None:
    page = chat()
    page.get_by_role("button", name="শুরু করুন").click()
    expect(page.get_by_text(GREETING)).to_be_visible()
    page.get_by_role("button", name="১৩ ধাপ শুরু").click()
    expect(page.get_by_text("শুনেছি: ১৩ ধাপ শুরু")).to_be_visible()
    say(page, "আমি পাসপোর্ট করব\nকত টাকা?")
    expect(page.locator(".theirs .text").last).to_have_text("শুনেছি: আমি পাসপোর্ট করব\nকত টাকা?")
    assert mine(page) == ["শুরু করুন", "১৩ ধাপ শুরু", "আমি পাসপোর্ট করব\nকত টাকা?"]
    assert [(event.kind, event.payload) for event in memory.events] == [(Kind.START, None), (Kind.BUTTON, "begin"), (Kind.TEXT, None)]
    expect(states(page)).to_have_text(["পৌঁছেছে"] * 3)
    assert page.get_by_role("button", name="মেনু").is_enabled()  # earlier choices can still be pressed
    assert page.watch.complaints == []  # type: ignore[attr-defined]


def test_a_reference_in_the_link_reaches_the_start_and_leaves_the_address(chat: MakePage, memory: Memory) -> None:
    page = chat(path="/chat?ref=poster-7")
    assert page.url.endswith("/chat")
    page.locator("#start").click()
    expect(page.get_by_text(GREETING)).to_be_visible()
    assert memory.events[0].payload == "poster-7"


def test_nothing_she_or_the_server_writes_becomes_markup(chat: MakePage) -> None:
    page = chat()
    say(page, "<img src=x onerror=alert(1)><b>hi</b>")
    expect(page.locator(".theirs .text")).to_have_text("শুনেছি: <img src=x onerror=alert(1)><b>hi</b>")
    assert page.locator("#talk img, #talk b").count() == 0


def test_phone_numbers_can_be_pressed_and_nothing_else_is_a_link(chat: MakePage) -> None:
    page = chat()
    say(page, "numbers")
    expect(page.locator(".theirs")).to_be_visible()
    links = page.locator(".theirs a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert links == ["tel:999", "tel:109", "tel:16135", "tel:+8809610102030"]
    assert replies(page) == [NUMBERS]
    assert page.locator("a:not([href^='tel:'])").evaluate_all("links => links.map(link => link.id)") == ["exit"]


def test_a_second_tab_shows_the_same_conversation_once(chat: MakePage) -> None:
    first = chat()
    say(first, "one")
    expect(first.locator(".theirs")).to_be_visible()
    second = chat(context=first.context)
    expect(second.locator(".theirs")).to_be_visible()
    say(second, "two")
    expect(first.locator(".theirs")).to_have_count(2)
    for page in (first, second):
        assert mine(page) == ["one", "two"]
        assert replies(page) == ["শুনেছি: one", "শুনেছি: two"]


def test_a_store_that_cannot_tell_the_pages_own_ids_doubles_nothing(page_factory: MakePage) -> None:
    memory = Memory(tells_client_id=False)
    server = WebServer(memory, Echo(memory, answer)).start()
    try:
        page = page_factory()
        page.goto(server.url + "/chat")
        for _ in range(3):
            say(page, "হ্যাঁ")
        expect(page.locator(".theirs")).to_have_count(3)
        page.wait_for_timeout(2500)  # one look of the stream at the store
        assert mine(page) == ["হ্যাঁ"] * 3
    finally:
        server.stop()


def test_a_reload_keeps_the_visit_and_a_later_visit_shows_nothing_of_it(chat: MakePage, clock: list[datetime]) -> None:
    page = chat()
    say(page, "one")
    expect(page.locator(".theirs")).to_be_visible()
    page.reload()
    expect(page.locator(".theirs .text")).to_have_text(["শুনেছি: one"])
    assert mine(page) == ["one"]
    clock[0] += timedelta(minutes=31)
    page.reload()
    page.wait_for_timeout(2500)
    assert mine(page) == replies(page) == []
    expect(page.get_by_role("button", name="শুরু করুন")).to_be_visible()


def test_typing_is_shown_until_the_answer_comes(chat: MakePage, server: WebServer, memory: Memory) -> None:
    page = chat()
    say(page, "one")
    expect(page.locator(".theirs")).to_be_visible()
    her = memory.events[0].sender
    server.call(server.web.typing, her)
    expect(page.locator("#typing")).to_be_visible()
    server.say(memory, her, Reply(text="a person writes"))
    expect(page.get_by_text("a person writes")).to_be_visible()
    expect(page.locator("#typing")).to_be_hidden()


def test_of_a_long_answer_the_beginning_is_seen_first(chat: MakePage) -> None:
    page = chat()
    say(page, "long")
    expect(page.locator(".theirs")).to_have_count(4)
    expect(page.locator(".mine .text")).to_be_in_viewport(ratio=1)
    expect(page.locator(".theirs .text").first).to_be_in_viewport()
    page.get_by_role("button", name="নিচে আরও লেখা আছে").click()
    expect(page.locator("#newer")).to_be_hidden()


def test_nothing_that_comes_while_her_finger_is_down_takes_the_press(chat: MakePage, memory: Memory) -> None:
    page = chat(360, 560)
    for number in range(4):
        say(page, f"question {number}")
        expect(page.get_by_role("button", name="আরও বলুন")).to_have_count(number + 1)
    where = page.get_by_role("button", name="আরও বলুন").last.bounding_box()
    assert where is not None
    page.mouse.move(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    page.mouse.down()
    memory.reply(memory.events[-1].sender, "a long answer\n" * 60)
    expect(page.locator(".theirs", has_text="a long answer")).to_be_attached()
    page.wait_for_timeout(100)  # whatever follows an answer
    page.mouse.up()
    expect(page.locator(".mine .text").last).to_have_text("আরও বলুন")
    assert memory.events[-1].payload == "next"
    expect(page.locator(".mine").last).to_be_in_viewport()


def test_very_long_text_is_said_to_be_cut_and_still_sent_whole(chat: MakePage, memory: Memory) -> None:
    page = chat()
    page.locator("#text").fill("ক" * 4001)
    expect(page.locator("#long")).to_contain_text("4000")
    page.locator("#send").click()
    expect(page.locator(".theirs")).to_be_visible()
    assert len(memory.events[0].text) == 4001


# Looks


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (1280, 800)])
def test_nothing_is_wider_than_the_screen_and_the_exit_is_always_in_sight(chat: MakePage, language: str, width: int, height: int) -> None:
    page = chat(width, height, path=f"/chat?lang={language}")
    say(page, "https://example.org/" + "a" * 200)
    expect(page.locator(".choice")).to_be_visible()
    say(page, "long")
    expect(page.locator(".theirs")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.getElementById('log').scrollWidth <= document.getElementById('log').clientWidth")
    expect(page.locator("#exit")).to_be_in_viewport(ratio=1)
    expect(page.locator("#text")).to_be_in_viewport(ratio=1)


def test_everything_to_press_is_large_enough_for_a_thumb(chat: MakePage) -> None:
    page = chat(320, 568)
    small = """nodes => nodes.filter(node => node.offsetWidth < 44 || node.offsetHeight < 44).map(node => node.id || node.textContent)"""
    pressable = "button:visible, [role=button]:visible, textarea:visible"
    assert page.locator(pressable).evaluate_all(small) == []
    page.locator("#start").click()
    expect(page.locator(".choice")).to_have_count(3)
    assert page.locator(pressable).count() >= 6
    assert page.locator(pressable).evaluate_all(small) == []


def test_the_page_changes_its_language_and_loses_nothing(chat: MakePage) -> None:
    page = chat()
    say(page, "one")
    expect(page.locator(".theirs")).to_be_visible()
    page.locator("#text").fill("half a thought")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.title() == "Sohojatri" and page.locator("#exit").inner_text() == "Exit"
    assert page.get_by_role("log", name="Conversation").is_visible() and page.get_by_role("textbox", name="Write your message").is_visible()
    expect(states(page)).to_have_text(["Delivered"])
    assert page.locator("#text").input_value() == "half a thought" and mine(page) == ["one"]
    page.reload()
    assert page.title() == "Sohojatri"
    page.get_by_role("button", name="বাংলা").click()
    assert page.locator("#exit").inner_text() == "বের হোন"


def test_a_screen_reader_hears_new_messages_and_who_wrote_them(chat: MakePage) -> None:
    page = chat()
    say(page, "how are you")
    expect(page.locator(".theirs")).to_be_visible()
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite" and log.locator(".message").count() == 2
    assert page.locator(".message .heard").all_text_contents() == ["আপনি:", "সহযাত্রী:"]
    assert page.locator(".text").evaluate_all("nodes => nodes.map(n => n.lang)") == ["en", "bn"]
    assert page.get_by_role("group", name="চাপ দিয়ে বেছে নিন").get_by_role("button").count() == 1


def test_with_motion_reduced_nothing_moves(chat: MakePage) -> None:
    for motion, moves in (("reduce", "none"), ("no-preference", "arrive")):
        page = chat(reduced_motion=motion)
        say(page, "one")
        expect(page.locator(".theirs")).to_be_visible()
        assert page.locator(".theirs").evaluate("node => getComputedStyle(node).animationName") == moves


# Keyboard


def test_the_keyboard_alone_is_enough(chat: MakePage, memory: Memory) -> None:
    page = chat(1280, 800)
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.href"))
    assert order == ["language", "exit", "log", "start", "tel:999", "tel:+8809610102030", "text"]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("first line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    page.keyboard.press("Enter")
    expect(page.locator(".choice")).to_be_visible()
    assert memory.events[0].text == "first line\nsecond"
    assert page.evaluate("document.activeElement.id") == "text" and page.locator("#text").input_value() == ""
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "আরও বলুন"
    page.keyboard.press("Enter")
    expect(page.locator(".theirs")).to_have_count(2)
    assert page.evaluate("document.activeElement.textContent") == "আরও বলুন"


def test_an_empty_message_is_not_sent(chat: MakePage, memory: Memory) -> None:
    page = chat(1280, 800)
    page.locator("#text").fill("  \n ")
    page.keyboard.press("Enter")
    page.locator("#send").click()
    page.wait_for_timeout(300)
    assert mine(page) == [] and memory.events == []


def test_on_a_phone_enter_makes_a_new_line(chat: MakePage, memory: Memory) -> None:
    page = chat(390, 844, has_touch=True, is_mobile=True)
    page.locator("#text").tap()
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    page.keyboard.type("b")
    assert page.locator("#text").input_value() == "a\nb" and memory.events == []
    page.locator("#send").tap()
    expect(page.locator(".theirs")).to_be_visible()
    assert memory.events[0].text == "a\nb"


# Bad connections


def test_what_is_written_offline_goes_out_once_and_in_order(chat: MakePage, memory: Memory) -> None:
    page = chat()
    say(page, "zero")
    expect(page.locator(".theirs")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#note")).to_have_text("এখন ইন্টারনেট নেই। যা লিখবেন, ইন্টারনেট এলে চলে যাবে।")
    for text in ("one", "two", "three"):
        say(page, text)
    expect(states(page).last).to_have_text("অপেক্ষায় আছে, নিজে থেকেই যাবে")
    assert len(memory.events) == 1
    page.context.set_offline(False)
    expect(page.locator(".theirs")).to_have_count(4)
    expect(states(page)).to_have_text(["পৌঁছেছে"] * 4)
    expect(page.locator("#note")).to_be_hidden()
    assert [event.text for event in memory.events] == ["zero", "one", "two", "three"]
    assert mine(page) == ["zero", "one", "two", "three"]


def test_a_server_that_restarts_in_the_middle_loses_and_doubles_nothing(chat: MakePage, server: WebServer, memory: Memory) -> None:
    page = chat()
    say(page, "before")
    expect(page.locator(".theirs")).to_be_visible()
    server.stop()
    say(page, "meanwhile")
    expect(page.locator("#note")).to_have_text("সংযোগ কেটে গেছে। আবার চেষ্টা চলছে…")
    memory.reply(memory.events[0].sender, "written while the page could not ask")
    server.start()
    expect(page.get_by_text("written while the page could not ask")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("শুনেছি: meanwhile")).to_be_visible(timeout=20_000)
    expect(states(page)).to_have_text(["পৌঁছেছে"] * 2)
    assert [event.text for event in memory.events] == ["before", "meanwhile"]
    assert mine(page) == ["before", "meanwhile"] and len(replies(page)) == 3


@pytest.mark.parametrize("first", [True, False], ids=["first message", "later message"])
def test_a_message_whose_answer_was_lost_is_not_doubled(chat: MakePage, memory: Memory, first: bool) -> None:
    page = chat()
    if not first:
        say(page, "zero")
        expect(page.locator(".theirs")).to_be_visible()
    bodies: list[str] = []

    def swallow(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        if len(bodies) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/chat/messages", swallow)
    say(page, "help")
    expect(page.get_by_text("শুনেছি: help")).to_be_visible()
    expect(states(page).last).to_have_text("পৌঁছেছে")
    assert len(bodies) == 2 and bodies[0] == bodies[1]
    assert [event.text for event in memory.events][-1:] == ["help"] and len(memory.events) == (1 if first else 2)
    assert mine(page)[-1:] == ["help"] and page.locator(".mine").count() == (1 if first else 2)


def test_a_server_that_fails_leaves_a_button_to_try_again(chat: MakePage, memory: Memory) -> None:
    page = chat()
    memory.broken = True
    say(page, "help")
    again = page.get_by_role("button", name="এখনো যায়নি। আবার পাঠাতে চাপুন")
    expect(again).to_be_visible(timeout=15_000)
    assert again.bounding_box()["height"] >= 44  # type: ignore[index]
    memory.broken = False
    again.click()
    expect(page.get_by_text("শুনেছি: help")).to_be_visible(timeout=3_000)
    expect(states(page)).to_have_text(["পৌঁছেছে"])
    assert len(memory.events) == 1


def test_too_many_new_sessions_show_numbers_and_keep_the_message(page_factory: MakePage) -> None:
    memory = Memory()
    server = WebServer(memory, Echo(memory, answer), sessions_per_hour=0).start()
    try:
        page = page_factory()
        page.goto(server.url + "/chat")
        say(page, "help")
        expect(page.locator("#note a")).to_have_count(2)
        assert mine(page) == ["help"] and memory.events == []
    finally:
        server.stop()


def test_where_streams_do_not_get_through_the_page_polls(chat: MakePage) -> None:
    page = chat()
    tries: list[float] = []

    def refuse(route: Route) -> None:
        tries.append(time.monotonic())
        route.abort()

    page.route("**/chat/events*", refuse)
    say(page, "one")
    expect(page.get_by_text("শুনেছি: one")).to_be_visible(timeout=25_000)
    assert len(tries) == 3
    say(page, "two")
    expect(page.get_by_text("শুনেছি: two")).to_be_visible(timeout=5_000)
    assert page.locator(".theirs").count() == 2


def test_a_browser_without_event_streams_polls_at_once(page_factory: MakePage, server: WebServer) -> None:
    page = page_factory()
    page.add_init_script("delete window.EventSource")
    page.goto(server.url + "/chat")
    say(page, "one")
    expect(page.get_by_text("শুনেছি: one")).to_be_visible(timeout=5_000)


def test_where_the_script_does_not_run_the_page_gives_numbers(page_factory: MakePage, server: WebServer) -> None:
    page = page_factory()
    page.route("**/chat/app.js*", lambda route: route.abort())
    page.goto(server.url + "/chat")
    expect(page.locator("#fallback")).to_be_visible(timeout=8_000)
    links = page.locator("#fallback a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert links == ["tel:16135", "tel:+8809610102030", "tel:999"]
    assert page.locator("#send").is_disabled()
    assert page.locator("#exit").get_attribute("href") == EXIT


# Leaving


class Outside:
    """The neutral site, which answers only when the test lets it."""

    def __init__(self, page: Page) -> None:
        self.asked: list[Route] = []
        page.context.route(EXIT, lambda route: self.asked.append(route))

    def wait(self, page: Page) -> None:
        until = time.monotonic() + 5
        while not self.asked and time.monotonic() < until:
            page.wait_for_timeout(20)
        assert self.asked, "the page did not go to the neutral site"

    def answer(self) -> None:
        for route in self.asked:
            route.fulfill(content_type="text/html", body="<title>rain</title>Rain today")
        self.asked.clear()


# Playwright cannot look into a page that is about to leave, so the page tells by itself what is to be seen.
TELL = """const send = navigator.sendBeacon.bind(navigator);
const state = () => [document.title, document.body.innerHTML, document.documentElement.hidden];
const tell = (when) => console.debug("seen", JSON.stringify([when, ...state()]));
navigator.sendBeacon = (url, data) => { tell("beacon " + url); return send(url, data); };
addEventListener("pageshow", () => tell("shown again"));
"""
BLANK = ["আবহাওয়া", "", True]


def listen(page: Page) -> list[Any]:
    seen: list[Any] = []
    page.on("console", lambda message: seen.append(json.loads(message.text[5:])) if message.text.startswith("seen ") else None)
    page.add_init_script(TELL)
    return seen


def leave_by_press(page: Page) -> None:
    page.locator("#exit").click(no_wait_after=True)


def leave_by_space(page: Page) -> None:
    page.locator("#exit").focus()
    page.keyboard.press("Space")


def leave_by_escape(page: Page) -> None:
    page.locator("#text").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


@pytest.mark.parametrize("leave", [leave_by_press, leave_by_space, leave_by_escape])
def test_leaving_blanks_first_then_ends_the_session_then_goes(
    page_factory: MakePage, server: WebServer, leave: Callable[[Page], None]
) -> None:
    page = page_factory()
    seen = listen(page)
    page.goto(server.url + "/chat/style.css")  # where she was before
    page.goto(server.url + "/chat")
    say(page, "secret")
    expect(page.locator(".theirs")).to_be_visible()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["chat"]
    outside = Outside(page)
    seen.clear()
    leave(page)
    outside.wait(page)
    assert seen == [["beacon /chat/leave", *BLANK]]  # the neutral site has not answered yet
    until_cookie_gone(page)
    outside.answer()
    page.wait_for_url(EXIT)
    page.go_back()
    assert page.url.endswith("/chat/style.css")
    page.goto(server.url + "/chat")
    assert page.locator("body").get_attribute("data-session") == "no" and mine(page) == replies(page) == []


def test_a_page_brought_back_from_memory_stays_blank_and_leaves_again(page_factory: MakePage, server: WebServer) -> None:
    page = page_factory()
    seen = listen(page)
    page.goto(server.url + "/chat")
    say(page, "secret")
    expect(page.locator(".theirs")).to_be_visible()
    outside = Outside(page)
    page.evaluate("setTimeout(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })), 400)")
    leave_by_press(page)
    until = time.monotonic() + 5
    while (len(outside.asked) < 2 or seen[-1][0] != "shown again") and time.monotonic() < until:
        page.wait_for_timeout(20)
    assert seen[-1] == ["shown again", *BLANK] and len(outside.asked) == 2


def until_cookie_gone(page: Page) -> None:
    until = time.monotonic() + 5
    while page.context.cookies() and time.monotonic() < until:
        page.wait_for_timeout(20)
    assert page.context.cookies() == []


def test_one_escape_or_two_slow_ones_do_not_leave(chat: MakePage) -> None:
    page = chat()
    outside = Outside(page)
    page.keyboard.press("Escape")
    page.wait_for_timeout(1100)
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    assert outside.asked == [] and page.locator("#exit").is_visible()


def test_leaving_while_the_first_message_is_under_way_leaves_no_session(page_factory: MakePage, server: WebServer, memory: Memory) -> None:
    """Its answer would set the cookie after the session was ended, because the neutral site is slow to come."""
    page = page_factory()
    page.goto(server.url + "/chat")
    memory.delay = 0.6
    outside = Outside(page)
    say(page, "help")
    expect(page.locator(".mine")).to_be_visible()
    leave_by_press(page)
    page.wait_for_timeout(1200)
    assert memory.events and page.context.cookies() == []
    outside.answer()
    page.wait_for_url(EXIT)


def test_other_tabs_of_the_chat_leave_too(chat: MakePage) -> None:
    first = chat()
    say(first, "secret")
    expect(first.locator(".theirs")).to_be_visible()
    second = chat(context=first.context)
    expect(second.locator(".theirs")).to_be_visible()
    first.context.route(EXIT, lambda route: route.fulfill(content_type="text/html", body="Rain today"))
    leave_by_press(first)
    second.wait_for_url(EXIT)
    first.wait_for_url(EXIT)


def test_leaving_offline_still_blanks(chat: MakePage) -> None:
    page = chat()
    say(page, "secret")
    expect(page.locator(".theirs")).to_be_visible()
    page.context.set_offline(True)
    leave_by_press(page)
    page.wait_for_timeout(500)
    assert "secret" not in page.content()


def test_the_browser_keeps_nothing_but_the_session_and_asks_nobody_else(chat: MakePage, server: WebServer) -> None:
    page = chat()
    page.locator("#start").click()
    expect(page.get_by_text(GREETING)).to_be_visible()
    say(page, "secret")
    expect(page.locator(".theirs")).to_have_count(2)
    page.get_by_role("button", name="English").click()
    kept = page.evaluate("""async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
        (await caches.keys()).length, document.cookie]""")
    assert kept == [0, 0, 0, 0, ""]
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/chat")
    watch = page.watch  # type: ignore[attr-defined]
    assert {re.sub(r"^(data:|https?://[^/]+).*", r"\1", url) for url in watch.requests} <= {server.url, "data:"}
    assert not any("secret" in url for url in watch.requests) and watch.complaints == []
