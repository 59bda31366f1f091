"""The desk's working screens in Chromium: how they look to everybody, three people at one case, two after the same, and the keyboard alone."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot import demo
from bot.app import application, build
from bot.model import Level
from bot.staff import Role, Stage
from bot.storage import Accounts, Casework, Database, Sealer
from tests.browser.accessibility import too_wide, violations
from tests.fakes.desk import PASSWORD, Server
from tests.fakes.deskwork import WorkBench

MakePage = Callable[..., Page]
SIZES = [(360, 740), (1440, 900)]


def enter(accounts: Accounts, url: str, page: Page, login: str, path: str = "queue", language: str = "en") -> None:
    account = accounts.named(login)
    assert account is not None
    accounts.set_language(account.staff.id, language)
    token = accounts.open_session(account.staff.id, Stage.FULL)
    cookie: Any = {"name": "desk", "value": token, "domain": "127.0.0.1", "path": "/desk", "httpOnly": True, "sameSite": "Strict"}
    page.context.add_cookies([cookie])
    page.goto(f"{url}/desk/{path}")


def watched(page: Page) -> Any:
    return page.watch  # type: ignore[attr-defined]


def sound(page: Page) -> None:
    """Nothing refused by the browser's rules, nothing asked elsewhere, nothing too wide, nothing that hinders."""
    assert watched(page).complaints == []
    assert all(url.startswith(("http://127.0.0.1:", "data:")) for url in watched(page).requests)
    assert too_wide(page) == 0
    assert violations(page) == []


# --- looks, on the invented conversations


@dataclass
class Shown:
    """What Server needs of a bench, round the demo's database."""

    app: Any
    desk: Any
    accounts: Accounts
    cases: Casework

    def case(self, login: str, **wanted: Any) -> str:
        """One she holds."""
        account = self.accounts.named(login)
        assert account is not None
        held = [line for line in self.cases.own(account.staff.id) if line.owner == account.staff.id]
        return next(line.id for line in held if all(getattr(line, name) == value for name, value in wanted.items()))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    chosen = demo.settings_for(tmp_path_factory.mktemp("demo"))
    demo.fill(chosen, cases=44)
    house = build(chosen)
    database, sealer = Database(chosen.database_url), Sealer(chosen.seal_keys.reveal(), chosen.lookup_key.reveal())
    yield Shown(application(house), house.desk, Accounts(database, sealer), Casework(database, sealer))
    database.close()


@pytest.fixture(scope="module")
def gallery(shown: Shown) -> Iterator[Server]:
    with Server(shown) as running:  # type: ignore[arg-type]
        yield running


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("counsellor", "queue"), ("supervisor", "oversight"), ("supervisor", "sample"), ("supervisor", "audit"),
        ("analyst", "figures?by=category"), ("analyst", "figures?by=answered"),
    ],
)  # fmt: skip
def test_every_list(
    shown: Shown, gallery: Server, page_factory: MakePage, login: str, path: str, language: str, size: tuple[int, int]
) -> None:
    page = page_factory(*size, color_scheme="dark" if language == "en" else "light")
    enter(shown.accounts, gallery.url, page, login, path, language)
    assert page.locator("html").get_attribute("lang") == language
    sound(page)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("login", ["counsellor", "supervisor"])
def test_a_conversation_with_all_its_panes(
    shown: Shown, gallery: Server, page_factory: MakePage, login: str, language: str, size: tuple[int, int]
) -> None:
    page = page_factory(*size, color_scheme="dark" if language == "en" else "light")
    case = shown.case("counsellor2" if login == "supervisor" else login)
    enter(shown.accounts, gallery.url, page, login, f"cases/{case}", language)
    panes = page.locator(".panes button:visible")
    assert panes.count() == (5 if size[0] < 900 else 4)
    for button in panes.all():
        button.click()
        page.wait_for_load_state("networkidle")
        closed = page.locator("details:not([open]) > summary:visible")
        while closed.count():
            closed.first.click()
        sound(page)


def test_the_form_and_who_she_is_without_scripts(shown: Shown, gallery: Server, page_factory: MakePage) -> None:
    page = page_factory(360, 740, java_script_enabled=False)
    case = shown.case("counsellor")
    enter(shown.accounts, gallery.url, page, "counsellor", f"cases/{case}/form")
    expect(page.get_by_role("heading", name="Form")).to_be_visible()
    page.goto(f"{gallery.url}/desk/cases/{case}")
    page.locator(".identity summary").click()
    page.fill("#reveal-reason", "she asked for a call")
    page.locator("#identities button").click()
    expect(page.get_by_text("This look is on record.")).to_be_visible()


# --- three people at one case, in a whole house without Rasa


@pytest.fixture
def street(tmp_path: Path) -> Iterator[tuple[Server, Accounts, Casework]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    chosen = demo.settings_for(tmp_path, port)
    demo.fill(chosen, cases=0)
    house = build(chosen)
    database, sealer = Database(chosen.database_url), Sealer(chosen.seal_keys.reveal(), chosen.lookup_key.reveal())
    accounts, cases = Accounts(database, sealer), Casework(database, sealer)
    running = Server(Shown(application(house), house.desk, accounts, cases), port, lifespan="on")  # type: ignore[arg-type]
    with running:
        yield running, accounts, cases
        house.web.close()
    database.close()


def test_three_people_and_her(street: tuple[Server, Accounts, Casework], page_factory: MakePage) -> None:
    server, accounts, cases = street
    people = {account.login: account.staff.id for account in accounts.all()}
    for login in ("counsellor2", "supervisor"):  # so that she is offered to Ann
        cases.set_on_duty(people[login], False)
    boss, ann, bea = page_factory(1440, 900), page_factory(390, 844), page_factory(1440, 900)
    enter(accounts, server.url, boss, "supervisor", "oversight")
    enter(accounts, server.url, ann, "counsellor")
    enter(accounts, server.url, bea, "counsellor2")
    expect(ann.get_by_role("button", name="Take the next")).to_be_disabled()

    her = page_factory(360, 640)
    her.goto(f"{server.url}/chat")
    expect(her.locator("#send")).to_be_enabled()
    her.locator("textarea").fill("amake mere felbe bolse")
    her.locator("#send").click()
    expect(her.locator('#log a[href="tel:999"]').first).to_be_visible(timeout=15_000)

    # The supervisor sees her wait, with its clock; Ann takes her on the phone.
    expect(boss.locator(".level.critical strong")).to_have_text("1", timeout=15_000)
    waiting = boss.locator("tbody tr")
    expect(waiting.first).to_contain_text(re.compile(r"\d\d:\d\d"))
    expect(ann.locator("#take")).to_be_enabled(timeout=15_000)
    ann.locator("#take").click()
    expect(ann.locator(".msg.hers .text")).to_have_text("amake mere felbe bolse")
    expect(ann.locator(".msg.hers mark")).to_have_text("mere felbe")
    expect(ann.locator(".why")).to_contain_text("killing or a weapon")
    expect(boss.locator("tbody tr").first).to_contain_text("talking", timeout=15_000)
    expect(boss.locator("tbody tr").first).to_contain_text("রহিমা খাতুন")

    # They talk; what Ann has typed survives a reload.
    ann.fill("#words", "আমি এখানে")
    ann.reload()
    expect(ann.locator("#words")).to_have_value("আমি এখানে")
    ann.get_by_role("button", name="Send").click()
    expect(her.get_by_text("আমি এখানে")).to_be_visible(timeout=15_000)
    expect(ann.locator(".msg.ours .delivery")).to_have_text("sent", timeout=15_000)
    her.locator("textarea").fill("apa voy lage")
    her.locator("#send").click()
    expect(ann.locator(".msg.hers .text").last).to_have_text("apa voy lage", timeout=15_000)

    cases.set_on_duty(people["counsellor2"], True)
    # Ann passes her to Bea, with a note; then she is no longer Ann's.
    ann.get_by_role("button", name="Actions").click()
    ann.select_option("#pass-to", label=next(text for text in ann.locator("#pass-to option").all_inner_texts() if "শিউলি" in text))
    ann.fill("#pass-note", "ওনার বোন পাশে আছে")
    ann.get_by_role("button", name="Ask to take over").click()
    expect(ann.get_by_text("Your colleague is asked.")).to_be_visible()
    bea.get_by_role("button", name="Accept").click(timeout=15_000)
    expect(bea.locator(".msg.hers .text").first).to_have_text("amake mere felbe bolse")
    expect(bea.locator("#facts")).to_contain_text("ওনার বোন পাশে আছে")
    expect(ann.locator(".note.warm")).to_contain_text("no longer with you", timeout=15_000)
    expect(boss.locator("tbody tr").first).to_contain_text("শিউলি আক্তার", timeout=15_000)

    # Bea closes; a critical one needs a second person.
    bea.fill("#words", "ভালো থাকবেন")
    bea.keyboard.press("Enter")
    expect(her.get_by_text("ভালো থাকবেন")).to_be_visible(timeout=15_000)
    bea.get_by_role("button", name="Actions").click()
    bea.select_option("#outcome", "referred_confirmed")
    bea.get_by_label("I have checked that she is safe").check()
    bea.get_by_role("button", name="Close the case").click()
    expect(bea.get_by_text("It closes once a second person confirms.")).to_be_visible()
    boss.get_by_role("link", name=re.compile("wants to close it")).click(timeout=15_000)
    boss.get_by_role("button", name="Actions").click()
    boss.get_by_role("button", name="Yes, close it").click()
    expect(boss.get_by_text("The case is closed.", exact=True).first).to_be_visible()
    for page in (boss, ann, bea, her):
        assert [said for said in watched(page).complaints if "404" not in said and "503" not in said] == []


# --- two after the same one


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WorkBench]:
    made = WorkBench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server(bench: WorkBench) -> Iterator[Server]:
    with Server(bench) as running:
        yield running


def test_two_race_for_one_case_and_one_wins(bench: WorkBench, server: Server, page_factory: MakePage) -> None:
    staff = [bench.person(login, team="a") for login in ("ann", "bea")]
    bench.on_duty(*(one.id for one in staff))
    case = bench.case_of("help")
    pages = [page_factory(390, 844), page_factory(390, 844)]
    for page, login in zip(pages, ("ann", "bea"), strict=True):
        enter(bench.accounts, server.url, page, login)
        expect(page.locator("#take")).to_be_enabled()
    for page in pages:
        page.locator("#take").click(no_wait_after=True)
    for page in pages:
        page.wait_for_url(re.compile(r"/desk/(cases/.+|queue\?told=none)"))
    owner = bench.found(case).owner
    won = [page for page in pages if "/cases/" in page.url]
    assert len(won) == 1 and owner in {one.id for one in staff}
    expect(won[0].locator(".msg.hers .text")).to_have_text("help")
    lost = next(page for page in pages if page is not won[0])
    expect(lost.get_by_text("Nobody waits now.")).to_be_visible()


# --- the keyboard alone


def test_taking_answering_and_closing_with_the_keyboard_alone(bench: WorkBench, server: Server, page_factory: MakePage) -> None:
    ann = bench.person("ann", team="a")
    bench.on_duty(ann.id)
    case = bench.case_of("help")
    page = page_factory(1440, 900)
    enter(bench.accounts, server.url, page, "ann")

    def walk(until: str, most: int = 80) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", until):
                return
        raise AssertionError(f"the keyboard does not reach {until}")

    walk("#take")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_visible()
    walk("#words")
    page.keyboard.insert_text("আমি আছি")
    page.keyboard.press("Shift+Enter")
    page.keyboard.insert_text("বলুন")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.ours .text")).to_have_text("আমি আছি\nবলুন")
    expect(page.locator("#words")).to_be_focused()
    walk('[data-pane="acts"]')
    page.keyboard.press("Enter")
    walk("#outcome")
    page.keyboard.type("Resolved")
    walk("[name=safety]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The case is closed.")).to_be_visible()
    assert bench.found(case).outcome == "resolved"


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_a_hidden_number_leads_to_the_reason_and_is_then_shown_with_the_keyboard_alone(
    bench: WorkBench, server: Server, page_factory: MakePage, size: tuple[int, int]
) -> None:
    ann = bench.person("ann", team="a")
    bench.on_duty(ann.id)
    case = bench.case_of("amar number 01712345678, 999 na", by=ann.id)
    page = page_factory(*size)
    enter(bench.accounts, server.url, page, "ann", f"cases/{case}")
    said = page.locator(".msg.hers .text")
    expect(said).to_contain_text("999 na")
    assert "01712345678" not in page.content()
    said.locator("a.masked").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#reveal-reason")).to_be_focused()
    sound(page)
    page.keyboard.type("she asked for a call")
    page.keyboard.press("Enter")
    expect(page.locator(".written")).to_contain_text("01712345678")
    assert "01712345678" not in page.locator("#thread").inner_text()
    sound(page)
    assert [entry.detail for entry in bench.accounts.audit_entries(action="revealed")] == [{"reason": "she asked for a call"}]
    page.reload()
    assert "01712345678" not in page.content(), "the next look needs a reason again"


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_code_for_telegram(bench: WorkBench, server: Server, page_factory: MakePage, language: str, size: tuple[int, int]) -> None:
    ann = bench.person("ann", team="a")
    page = page_factory(*size)
    enter(bench.accounts, server.url, page, "ann", "account", language)
    page.fill("#f-current-3", PASSWORD)
    page.keyboard.press("Enter")
    command = page.locator("#code").inner_text()
    assert command.startswith("/link@sohojatri_staff_bot ")
    sound(page)
    assert bench.accounts.link(command.split()[1], "501") == ann.id
    page.goto(f"{server.url}/desk/account")
    sound(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator('form[action$="/account/telegram/end"] button').click()
    page.wait_for_url("**/account?done=telegram")
    assert bench.accounts.linked("501") is None


# --- what is typed, and what comes in


def test_a_draft_is_kept_a_quick_reply_is_put_in_and_a_failed_send_loses_nothing(
    bench: WorkBench, server: Server, page_factory: MakePage
) -> None:
    ann = bench.person("ann", Role.COUNSELLOR)
    bench.on_duty(ann.id)
    case = bench.case_of("মরতে চাই", by=ann.id, category="suicide", reasons=("suicide_wish",))
    page = page_factory(1440, 900)
    enter(bench.accounts, server.url, page, "ann", f"cases/{case}")
    page.get_by_role("button", name="Replies", exact=True).click()
    page.locator(".insert", has_text="আপনি একা নন").first.click()
    assert "আপনি একা নন" in page.locator("#words").input_value()
    page.locator(".insert", has_text="999").first.click()
    typed = page.locator("#words").input_value()
    assert "999" in typed
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#unsent")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#words")).to_have_value(typed)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".msg.ours .text")).to_have_count(1)
    expect(page.locator("#words")).to_have_value("")
    bench.hears("apa?")
    expect(page.locator(".msg.hers .text").last).to_have_text("apa?", timeout=10_000)


def test_the_form_saves_itself_and_a_screen_raises_the_level(bench: WorkBench, server: Server, page_factory: MakePage) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id)
    page = page_factory(390, 844)
    enter(bench.accounts, server.url, page, "ann", f"cases/{case}")
    page.get_by_role("button", name="Form", exact=True).click()
    page.get_by_label("Stage").select_option("abroad")
    expect(page.locator("#s-contact .saved")).to_contain_text("Saved")
    page.locator("#s-danger > summary").click()
    page.locator("#s-danger").get_by_role("group", name="Strangling").get_by_label("Yes").check()
    expect(page.locator("#s-danger .saved")).to_contain_text("at least: Critical")
    page.get_by_role("button", name="Raise to: Critical").click()
    expect(page.locator(".casehead .tag").first).to_have_text("Critical")
    assert bench.found(case).level.value == "critical"
    assert bench.work.form(case) == {"contact": {"stage": "abroad"}, "danger": {"strangling": "yes"}}


# --- live


def test_a_critical_case_rings_in_the_tab_whatever_page_is_open(bench: WorkBench, server: Server, page_factory: MakePage) -> None:
    ann = bench.person("ann")
    bench.person("bea")
    bench.on_duty(ann.id)
    page = page_factory(390, 844)
    enter(bench.accounts, server.url, page, "bea", "account")
    expect(page.locator(".alarm")).to_have_attribute("data-critical", "0")
    bench.case_of("help", Level.CRITICAL, category="suicide")
    expect(page).to_have_title(re.compile("Critical: somebody waits"), timeout=10_000)
    expect(page.locator(".menu .badge.critical")).to_contain_text("1")
    page.goto(f"{server.url}/desk/queue")
    sound_switch = page.locator("[data-sound]")
    expect(sound_switch).to_have_attribute("aria-pressed", "true")
    sound_switch.click()
    page.reload()
    expect(sound_switch).to_have_attribute("aria-pressed", "false")


def test_the_queue_is_live_in_two_tabs_and_after_the_connection_was_lost(bench: WorkBench, server: Server, page_factory: MakePage) -> None:
    bench.on_duty(bench.person("ann").id)
    first = page_factory(1440, 900)
    enter(bench.accounts, server.url, first, "ann")
    second = page_factory(1440, 900, context=first.context)
    second.goto(f"{server.url}/desk/queue")
    expect(second.locator(".level.urgent strong")).to_have_text("0")
    bench.case_of("one")
    for page in (first, second):
        expect(page.locator(".level.urgent strong")).to_have_text("1", timeout=10_000)
    first.context.set_offline(True)
    bench.case_of("two", sender="bea")
    first.wait_for_timeout(1500)
    expect(first.locator(".level.urgent strong")).to_have_text("1")
    first.context.set_offline(False)
    for page in (first, second):
        expect(page.locator(".level.urgent strong")).to_have_text("2", timeout=40_000)


def test_an_offer_runs_down_and_five_conversations_stay_at_hand(bench: WorkBench, server: Server, page_factory: MakePage) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    cases = [bench.case_of(f"case {number}", by=ann.id, sender=f"s{number}") for number in range(5)]
    bench.case_of("six", sender="six")
    bench.work.transfer(bench.work.queue()[0].id, bench.person("boss", Role.SUPERVISOR).id, "please", to_staff=ann.id, over=True)
    page = page_factory(390, 844)
    enter(bench.accounts, server.url, page, "ann")
    left = page.locator("[data-left]")
    before = int(left.inner_text())
    assert 30 <= before <= 45
    page.wait_for_timeout(2200)
    assert int(left.inner_text()) < before
    page.goto(f"{server.url}/desk/cases/{cases[0]}")
    switcher = page.locator("#own a[href*='/cases/']")
    expect(switcher).to_have_count(5)
    bench.hears("are you there", sender="s3")
    badge = page.locator(f"#own a[href$='{cases[3]}'] .badge")
    expect(badge).to_contain_text("2", timeout=10_000)
    page.locator(f"#own a[href$='{cases[3]}']").click()
    expect(page.locator(".msg.hers .text").last).to_have_text("are you there")
    expect(page.locator(f"#own a[href$='{cases[3]}'] .badge")).to_have_count(0)
