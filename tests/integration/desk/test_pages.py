"""People, hours and duty, as an admin and a counsellor use them."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from bot.desk.navigation import ENTRIES
from bot.desk.permissions import allowed
from bot.rota import parse
from bot.staff import Role
from tests.fakes.desk import Bench

NEW = {"name": "সালমা খাতুন", "login": "salma", "role": "supervisor", "team": "ঢাকা", "language": "bn"}


def test_an_admin_adds_somebody_and_reads_out_her_code(bench: Bench) -> None:
    root = bench.person("root", Role.ADMIN)
    admin = bench.entered("root")
    page = admin.post("/desk/people", NEW).text
    code = re.search(r"<code>([A-Z0-9-]{19})</code>", page)
    assert code and "সালমা খাতুন" in page
    account = bench.accounts.named("SALMA ")
    assert account is not None and (account.staff.role, account.staff.team, account.ready) == (Role.SUPERVISOR, "ঢাকা", False)
    assert bench.accounts.setup("salma", code[1]) == account.staff.id
    assert "Not set up yet" in admin.get("/desk/people").text
    assert "has this sign-in name" in admin.post("/desk/people", {**NEW, "login": "Salma"}).text
    written = [(entry.action, entry.object, entry.staff) for entry in bench.accounts.audit_entries(by=root.id)]
    assert ("staff_added", account.staff.id, root.id) in written and ("staff_listed", None, root.id) in written


def test_the_code_of_a_set_up_is_shown_once_and_kept_nowhere(bench: Bench) -> None:
    bench.person("root", Role.ADMIN)
    admin = bench.entered("root")
    page = admin.post("/desk/people", NEW).text
    code = re.search(r"<code>([A-Z0-9-]{19})</code>", page)[1]  # type: ignore[index]
    assert code not in admin.get("/desk/people").text
    account = bench.accounts.named("salma")
    assert account is not None and code not in admin.get(f"/desk/people/{account.staff.id}").text


def test_somebody_disabled_comes_back_with_what_she_had(bench: Bench) -> None:
    staff = bench.person("rahima")
    bench.person("root", Role.ADMIN)
    admin = bench.entered("root")
    assert admin.post(f"/desk/people/{staff.id}/disable").headers["location"].endswith("?done=disabled")
    assert bench.browser().sign_in("rahima").status_code == 422
    assert "Enable again" in admin.get(f"/desk/people/{staff.id}?done=disabled").text
    admin.post(f"/desk/people/{staff.id}/enable")
    assert bench.browser().sign_in("rahima").status_code == 303


def test_hours_are_changed_and_read_by_the_rota(bench: Bench) -> None:
    root = bench.person("root", Role.ADMIN)
    admin = bench.entered("root")
    assert admin.get("/desk/hours").text.count('type="time"') == 14
    form = {f"{day}.{end}": time for day in ("saturday", "monday") for end, time in (("from", "09:30"), ("to", "17:00"))}
    form |= {"friday.from": "20:00", "friday.to": "00:00", "sunday.from": "", "sunday.to": ""}
    assert admin.post("/desk/hours", form).status_code == 303
    rota = parse(bench.accounts.setting("rota"))
    assert sorted(rota.hours) == [0, 4, 5] and rota.hours[4][0][1] is None
    page = admin.get("/desk/hours?done=1").text
    assert 'name="saturday.from" value="09:30"' in page and 'name="friday.to" value="00:00"' in page
    assert bench.accounts.audit_entries(action="hours_changed")[0].staff == root.id


@pytest.mark.parametrize(("start", "end"), [("17:00", "09:00"), ("09:00", ""), ("", "17:00"), ("25:00", "26:00"), ("x", "y")])
def test_hours_that_make_no_sense_are_not_kept(bench: Bench, start: str, end: str) -> None:
    bench.person("root", Role.ADMIN)
    answer = bench.entered("root").post("/desk/hours", {"monday.from": start, "monday.to": end})
    assert answer.status_code == 422 and "do not work" in answer.text
    assert bench.accounts.setting("rota") is None


def test_holidays_come_and_go(bench: Bench) -> None:
    bench.person("root", Role.ADMIN)
    bench.person("shirin", Role.SUPERVISOR)
    admin = bench.entered("root")
    for day in ("2026-12-16", "2026-03-26", "2026-12-16"):
        assert admin.post("/desk/hours/holiday", {"date": day}).status_code == 303
    assert "16 December" in bench.entered("shirin").get("/desk/hours").text
    assert admin.post("/desk/hours/holiday", {"date": "tomorrow"}).status_code == 422
    admin.post("/desk/hours/holiday/remove", {"date": "2026-03-26"})
    assert bench.accounts.setting("rota")["holidays"] == ["2026-12-16"]
    assert bench.accounts.setting("rota")["hours"]  # the default hours were kept with it


def test_a_supervisor_reads_the_hours_and_cannot_change_them(bench: Bench) -> None:
    bench.person("shirin", Role.SUPERVISOR, language="bn")
    page = bench.entered("shirin").get("/desk/hours").text
    assert "০৯:০০–২১:০০" in page and "<input type=" not in page.partition("<main")[2].replace('type="hidden"', "")


def test_the_duty_switch_tells_the_cases_and_the_audit(bench: Bench) -> None:
    staff = bench.person("rahima")
    browser = bench.entered("rahima")
    for on in ("1", "0"):
        assert browser.post("/desk/duty", {"on": on, "back": "/desk/account"}).headers["location"] == "/desk/account"
    assert bench.cases.duty == [(staff.id, True), (staff.id, False)]
    assert [entry.action for entry in bench.accounts.audit_entries(by=staff.id, limit=2)] == ["off_duty", "on_duty"]


@pytest.mark.parametrize("role", list(Role))
def test_the_desk_opens_with_the_first_page_that_is_hers(bench: Bench, role: Role) -> None:
    bench.person("x1", role)
    first = menu_of(bench, role)[0]
    assert bench.entered("x1").get("/desk/").headers["location"] == first
    assert bench.entered("x1").get(first).status_code == 200
    assert bench.entered("x1").get("/desk").headers["location"] == "/desk/"


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_shows_what_is_hers_and_nothing_else(bench: Bench, role: Role) -> None:
    bench.person("x1", role)
    menu = bench.entered("x1").get("/desk/account").text.partition("<nav")[2].partition("</nav")[0]
    assert re.findall(r'<a href="([^"]+)"', menu) == menu_of(bench, role)
    assert menu.count('aria-current="page"') == 1


def menu_of(bench: Bench, role: Role) -> list[str]:
    paths = {route.name: f"/desk{route.path}" for route in bench.desk.routes if isinstance(route, Route)}
    return [paths[entry.route] for entry in ENTRIES if allowed(entry.route, role)]


def test_the_cases_read_the_hours_under_the_name_they_are_kept(bench: Bench) -> None:
    from bot.desk.hours import SETTING
    from bot.storage.casework import ROTA, rota
    from bot.storage.transaction import attempted

    assert SETTING == ROTA
    bench.person("root", Role.ADMIN)
    bench.entered("root").post("/desk/hours", {"monday.from": "10:00", "monday.to": "11:00"})
    assert list(attempted(bench.database.read, bench.sealer, bench.clock, rota).hours) == [0]
