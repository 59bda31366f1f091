"""The desk in Chromium: its frame, signing in, small screens, both languages, the keyboard, live events, and the end of a session."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from bot.staff import Role, Stage
from tests.browser.accessibility import too_wide, violations
from tests.fakes.desk import PASSWORD, Bench, Server, a_case

MakePage = Callable[..., Page]
SIZES = [(360, 740), (1440, 900)]
# Role → its pages. Whoever adds a page adds it here.
PAGES = {
    Role.COUNSELLOR: ["account"],
    Role.SUPERVISOR: ["account", "hours"],
    Role.ANALYST: ["account"],
    Role.ADMIN: ["account", "people", "people/{staff}", "hours", "nothing"],
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server(bench: Bench) -> Iterator[Server]:
    with Server(bench) as running:
        yield running


@pytest.fixture
def opened(bench: Bench, server: Server, page_factory: MakePage) -> MakePage:
    """opened(login, path, width, height): a page of the desk, signed in."""

    def open_(
        login: str, path: str = "account", width: int = 1440, height: int = 900, *, stage: Stage = Stage.FULL, **options: Any
    ) -> Page:
        page = page_factory(width, height, **options)
        enter(bench, server, page, login, path, stage)
        return page

    return open_


def enter(bench: Bench, server: Server, page: Page, login: str, path: str = "account", stage: Stage = Stage.FULL) -> None:
    account = bench.accounts.named(login)
    assert account is not None
    token = bench.accounts.open_session(account.staff.id, stage)
    cookie: Any = {"name": "desk", "value": token, "domain": "127.0.0.1", "path": "/desk", "httpOnly": True, "sameSite": "Strict"}
    page.context.add_cookies([cookie])
    page.goto(f"{server.url}/desk/{path}")


def watch(page: Page) -> Any:
    return page.watch  # type: ignore[attr-defined]


def sound(page: Page) -> None:
    """Nothing refused by the browser's rules, nothing asked elsewhere, nothing too wide, nothing that hinders."""
    assert [said for said in watch(page).complaints if "404" not in said] == []
    assert all(url.startswith(("http://127.0.0.1:", "data:")) for url in watch(page).requests)
    assert too_wide(page) == 0
    assert violations(page) == []


# Looks


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_every_role(bench: Bench, opened: MakePage, role: Role, language: str, size: tuple[int, int]) -> None:
    person = bench.person("one", role, language=language, team="ঢাকা", name="রহিমা বেগম খাতুন চৌধুরী")
    bench.person("two", name="W" * 60)
    bench.accounts.add(None, login="three", name="Salma", role=Role.COUNSELLOR, team="", language="bn")
    page = opened("one", "account", *size, color_scheme="dark" if language == "en" else "light")
    for path in PAGES[role]:
        page.goto(page.url.partition("/desk/")[0] + "/desk/" + path.replace("{staff}", person.id))
        assert page.locator("html").get_attribute("lang") == language
        for closed in page.locator("details:not([open]) summary").all():
            closed.click()
        sound(page)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_pages_before_the_desk(bench: Bench, server: Server, opened: MakePage, language: str, size: tuple[int, int]) -> None:
    bench.person("one", language=language)
    page = opened("one", "second", *size, stage=Stage.SECOND)
    sound(page)
    _, code = bench.accounts.add(None, login="new", name="Salma", role=Role.COUNSELLOR, team="", language=language)
    page.context.clear_cookies()
    for path in ("sign-in", "setup"):
        page.goto(f"{server.url}/desk/{path}?lang={language}")
        sound(page)
    page.fill("#f-login", "new")
    page.fill("#f-code", code)
    page.keyboard.press("Enter")
    expect(page.locator("#f-again")).to_be_visible()
    sound(page)
    for field in ("#f-password", "#f-again"):
        page.fill(field, "seven green boats sleep quietly")
    page.keyboard.press("Enter")
    expect(page.locator("svg.qr")).to_be_visible()
    sound(page)
    page.locator("summary").click()
    secret = page.locator(".secret code").inner_text().replace(" ", "")
    page.fill("#f-code", pyotp.TOTP(secret).at(bench.clock()))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    sound(page)
    page.locator("a.main").click()
    expect(page.locator("nav.menu")).to_be_visible()


def test_what_is_wrong_is_said_and_hinders_nobody(bench: Bench, opened: MakePage) -> None:
    bench.person("root", Role.ADMIN)
    page = opened("root", "people", 360, 740)
    page.locator("summary").click()
    page.fill("#f-name", "Salma")
    page.fill("#f-login", "root")
    page.get_by_label("Counsellor").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("has this sign-in name")
    assert page.locator("#f-name").input_value() == "Salma" and page.get_by_label("Counsellor").is_checked()
    assert violations(page) == [] and too_wide(page) == 0
    page.fill("#f-login", "salma")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#code")).to_have_text(re.compile(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}"))
    assert violations(page) == [] and too_wide(page) == 0


def test_everything_to_press_is_large_enough_for_a_thumb(bench: Bench, opened: MakePage) -> None:
    bench.person("one")
    page = opened("one", "account", 360, 740)
    small = "nodes => nodes.filter(node => node.offsetHeight < 44).map(node => node.outerHTML)"
    assert page.locator("button:visible, nav a:visible, input:not(.aside):visible, summary:visible").evaluate_all(small) == []


# Keyboard


def test_signing_in_with_the_keyboard_alone(bench: Bench, server: Server, page_factory: MakePage) -> None:
    bench.person("rahima")
    page = page_factory(1440, 900)
    page.goto(f"{server.url}/desk/hours?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.type("rahima")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#f-code")).to_be_focused()
    page.keyboard.type(bench.code("rahima"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This page did not open")).to_be_visible()  # hours are not hers; but it led there
    page.goto(f"{server.url}/desk/")
    expect(page.locator("nav.menu")).to_be_visible()


def test_the_frame_is_walked_in_the_order_it_is_seen(bench: Bench, opened: MakePage) -> None:
    bench.person("rahima")
    page = opened("rahima")
    seen = []
    menu = page.locator("nav.menu a > span:first-of-type").all_inner_texts()
    for _ in range(5 + len(menu)):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"))
    assert menu[-1] == "Me"
    assert seen == ["Skip to the main part", "Sohojatri desk", "Duty", "বাংলা", "Sign out", *menu]


def test_the_duty_switch_and_the_language(bench: Bench, opened: MakePage) -> None:
    staff = bench.person("rahima")
    page = opened("rahima", "account", 360, 740)
    switch = page.get_by_role("switch", name="Duty")
    assert switch.get_attribute("aria-checked") == "false"
    switch.press("Enter")
    page.wait_for_load_state()
    assert bench.cases.duty == [(staff.id, True)]
    page.get_by_role("button", name="বাংলা").click()
    expect(page.locator("html")).to_have_attribute("lang", "bn")
    assert page.url.endswith("/desk/account")


def test_a_form_pressed_twice_is_sent_once(bench: Bench, opened: MakePage) -> None:
    bench.person("root", Role.ADMIN)
    page = opened("root", "hours")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.fill("#f-date", "2026-12-16")
    page.get_by_role("button", name="Add a holiday").dblclick()
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    assert len([url for url in posts if url.endswith("holiday")]) == 1


# Live


def happen(bench: Bench, kind: str = "raised", case: str = "c1") -> None:
    bench.cases.log.append(SimpleNamespace(id=len(bench.cases.log) + 1, kind=kind, case=case))


LISTEN = """() => { window.heard = []; for (const name of ['desk:change', 'desk:raised', 'desk:other', 'desk:case-c1', 'desk:resync'])
    document.body.addEventListener(name, () => window.heard.push(name)); }"""


def streams(page: Page) -> int:
    return sum(url.partition("?")[0].endswith("/desk/events") for url in watch(page).requests)


def listening(page: Page) -> Page:
    page.evaluate(LISTEN)
    page.wait_for_timeout(400)
    return page


def heard(page: Page, *names: str) -> None:
    page.wait_for_function("names => names.every(name => window.heard.includes(name))", arg=list(names), timeout=8000)


def test_all_tabs_hear_of_it_over_one_connection_which_is_handed_on(bench: Bench, opened: MakePage, page_factory: MakePage) -> None:
    staff = bench.person("rahima")
    bench.cases.found["c1"] = a_case(owner=staff.id)
    first = listening(opened("rahima"))
    tabs = [first]
    for _ in range(6):  # more than the connections a browser opens to one address
        tab = page_factory(context=first.context)
        tab.goto(first.url)
        tabs.append(listening(tab))
    happen(bench)
    for tab in tabs:
        heard(tab, "desk:change", "desk:raised", "desk:case-c1")
    assert [streams(tab) for tab in tabs] == [1, 0, 0, 0, 0, 0, 0]
    first.close()
    happen(bench)  # while nobody listens, or just after
    tabs[1].evaluate("window.heard = []")
    tabs[1].wait_for_timeout(1500)
    happen(bench)
    for tab in tabs[1:]:
        heard(tab, "desk:case-c1")


def test_who_may_not_see_the_case_hears_only_that_something_changed(bench: Bench, opened: MakePage) -> None:
    bench.person("mitu", Role.ANALYST)
    bench.cases.found["c1"] = a_case(owner="x")
    page = listening(opened("mitu"))
    happen(bench)
    heard(page, "desk:change", "desk:other")
    assert "desk:case-c1" not in page.evaluate("window.heard")


def test_after_a_restart_of_the_gateway_what_was_missed_is_told(bench: Bench, page_factory: MakePage) -> None:
    staff = bench.person("rahima")
    bench.cases.found["c1"] = a_case(owner=staff.id)
    page = page_factory()
    with Server(bench) as server:
        enter(bench, server, page, "rahima")
        listening(page)
        happen(bench)
        heard(page, "desk:case-c1")
        page.evaluate("window.heard = []")
    expect(page.locator("#connection")).to_be_visible()
    happen(bench)
    bench.again()
    with Server(bench, server.port):
        heard(page, "desk:case-c1")
        expect(page.locator("#connection")).to_be_hidden()
        assert page.evaluate("window.heard.filter(name => name === 'desk:case-c1').length") == 1


def test_without_internet_the_page_says_so(bench: Bench, opened: MakePage) -> None:
    bench.person("rahima")
    page = listening(opened("rahima"))
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_be_hidden()


# The end of a session


def test_a_disabled_person_is_led_out_of_every_open_page(bench: Bench, opened: MakePage) -> None:
    staff = bench.person("rahima", language="en")
    page = listening(opened("rahima"))
    bench.accounts.set_active(None, staff.id, False)
    expect(page.locator("#f-login")).to_be_visible(timeout=15_000)
    assert page.url.endswith("/desk/sign-in?next=%2Fdesk%2Faccount")


def test_a_minute_before_the_end_she_is_asked_and_may_stay(bench: Bench, server: Server, opened: MakePage) -> None:
    bench.person("rahima", language="en")
    page = opened("rahima", "account")
    page.clock.install(time=time.time())
    page.goto(f"{server.url}/desk/account")
    page.clock.run_for(9 * 60_000 + 6_000)
    dialog = page.get_by_role("dialog", name="Are you still there?")
    expect(dialog).to_be_visible()
    with page.expect_response("**/desk/active") as answer:
        dialog.get_by_role("button", name="I am here").click()
    assert answer.value.status == 204
    expect(dialog).to_be_hidden()
    page.clock.run_for(9 * 60_000 + 6_000)
    expect(dialog).to_be_visible()
    assert violations(page) == []
    page.clock.run_for(70_000)
    page.wait_for_url("**/desk/sign-in?next=**", wait_until="commit")
    page.goto(f"{server.url}/desk/account")
    expect(page.locator("#f-login")).to_be_visible()  # it is over on the server, too
    assert bench.cases.gone == []  # but she may be back in a minute: her cases stay


def test_what_the_page_asks_by_itself_says_so(bench: Bench, opened: MakePage) -> None:
    """Parts that follow an event or the clock do not keep the session alive; what she presses does."""
    bench.person("rahima")
    page = opened("rahima")
    page.evaluate(
        """() => { document.querySelector('main').innerHTML = `
            <p id="by-event" hx-get="/desk/account?e" hx-trigger="desk:raised from:body" hx-swap="none"></p>
            <p id="by-clock" hx-get="/desk/account?c" hx-trigger="every 300ms" hx-swap="none"></p>
            <button id="by-hand" hx-get="/desk/account?h" hx-swap="none">x</button>`; htmx.process(document.querySelector('main')); }"""
    )
    asked: dict[str, str | None] = {}
    page.on("request", lambda request: asked.setdefault(request.url.rpartition("?")[2], request.headers.get("x-desk-background")))
    page.locator("#by-hand").click()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:raised', {bubbles: true}))")
    page.wait_for_timeout(800)
    assert {name: asked.get(name, "not asked") for name in "ech"} == {"e": "1", "c": "1", "h": None}
