"""Her Telegram account becomes hers by a code from her own account page: short-lived, once, with her password, and on record."""

from __future__ import annotations

import re

import pytest

from bot.staff import Role
from tests.fakes.desk import PASSWORD, Bench, Browser

ACCOUNT = "501"


def code_of(browser: Browser) -> str:
    page = browser.post("/desk/account/telegram", {"current": PASSWORD})
    found = re.search(r"/link@sohojatri_staff_bot ([A-Z2-9]{10})", page.text)
    assert page.status_code == 200 and found is not None
    return found[1]


@pytest.fixture
def ann(bench: Bench) -> str:
    return bench.person("ann").id


def test_a_code_connects_her_telegram_once(bench: Bench, ann: str) -> None:
    browser = bench.entered("ann")
    assert "not connected" in browser.get("/desk/account").text
    code = code_of(browser)
    assert bench.accounts.link(code, ACCOUNT) == ann
    assert bench.accounts.link(code, "666") is None
    page = browser.get("/desk/account").text
    assert ">connected<" in page and code not in page and ACCOUNT not in page
    lines = [(entry.action, entry.staff, entry.object) for entry in bench.accounts.audit_entries(by=ann)]
    assert lines[:2] == [("telegram_linked", ann, ann), ("telegram_code", ann, ann)]
    assert not any(code in str(entry) for entry in bench.accounts.audit_entries())


def test_it_is_good_for_a_quarter_of_an_hour(bench: Bench, ann: str) -> None:
    code = code_of(bench.entered("ann"))
    bench.clock.advance(901)
    assert bench.accounts.link(code, ACCOUNT) is None


def test_a_new_code_makes_the_old_one_void(bench: Bench, ann: str) -> None:
    browser = bench.entered("ann")
    old, new = code_of(browser), code_of(browser)
    assert bench.accounts.link(old, ACCOUNT) is None and bench.accounts.link(new, ACCOUNT) == ann


def test_without_her_password_there_is_none(bench: Bench, ann: str) -> None:
    browser = bench.entered("ann")
    for password in ("", "wrong password, sorry"):
        page = browser.post("/desk/account/telegram", {"current": password})
        assert page.status_code == 422 and "/link" not in page.text
    assert bench.accounts.audit_entries(action="telegram_code") == []


def test_she_disconnects_it(bench: Bench, ann: str) -> None:
    browser = bench.entered("ann")
    bench.accounts.link(code_of(browser), ACCOUNT)
    waits = code_of(browser)
    assert browser.post("/desk/account/telegram/end").headers["location"] == "/desk/account?done=telegram"
    assert bench.accounts.linked(ACCOUNT) is None and bench.accounts.link(waits, ACCOUNT) is None
    browser.post("/desk/account/telegram/end")
    assert len(bench.accounts.audit_entries(action="telegram_unlinked")) == 1


def test_an_admin_who_resets_her_account_takes_it_away(bench: Bench, ann: str) -> None:
    """Her phone may be lost, and Telegram is on it."""
    bench.accounts.link(code_of(bench.entered("ann")), ACCOUNT)
    root = bench.person("root", Role.ADMIN)
    bench.accounts.reset(root.id, ann)
    assert bench.accounts.linked(ACCOUNT) is None


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_who_does_no_casework_has_no_use_for_it(bench: Bench, role: Role) -> None:
    bench.person("other", role)
    browser = bench.entered("other")
    assert "My Telegram" not in browser.get("/desk/account").text
    assert browser.post("/desk/account/telegram", {"current": PASSWORD}).status_code == 403


def test_where_cases_are_not_answered_in_telegram_there_is_no_code(bench: Bench, ann: str) -> None:
    from dataclasses import replace

    bench._parts = replace(bench._parts, telegram=None)
    bench.again()
    browser = bench.entered("ann")
    assert "My Telegram" not in browser.get("/desk/account").text
    assert browser.post("/desk/account/telegram", {"current": PASSWORD}).status_code == 404
