"""Signing in as people do it, and as attackers try it."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest

from bot.staff import Role
from tests.fakes.desk import PASSWORD, Bench, Browser

NEW = "nine red kites over the old mill"
FREE = 5


def wrong(bench: Bench, browser: Browser, times: int, login: str = "rahima") -> list[int]:
    return [browser.sign_in(login, "wrong password, sorry").status_code for _ in range(times)]


# Setting up


def test_a_new_person_sets_herself_up_and_is_in(bench: Bench) -> None:
    staff, code = bench.accounts.add(None, login="Salma", name="Salma Khatun", role=Role.COUNSELLOR, team="", language="en")
    browser = bench.browser()
    browser.get("/desk/setup")
    response = browser.post("/desk/setup", {"login": " salma", "code": code.lower().replace("-", " ")})
    assert response.headers["location"] == "/desk/setup/password"
    assert "Choose a password" in browser.get("/desk/setup/password").text
    assert browser.get("/desk/setup/second").headers["location"] == "/desk/setup/password"
    for password, again, told in (
        ("short", "short", "at least 15"),
        ("salma khatun salma", "salma khatun salma", "easy"),
        (NEW, "x", "match"),
    ):
        response = browser.post("/desk/setup/password", {"password": password, "again": again})
        assert response.status_code == 422 and told in response.text
    assert browser.post("/desk/setup/password", {"password": NEW, "again": NEW}).headers["location"] == "/desk/setup/second"
    page = browser.get("/desk/setup/second").text
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")  # type: ignore[index]
    assert "<svg" in page and browser.get("/desk/setup/second").text.count(secret[:4]) >= 1  # the same one again
    before = browser.cookie
    assert browser.post("/desk/setup/second", {"code": "000000"}).status_code == 422
    response = browser.post("/desk/setup/second", {"code": pyotp.TOTP(secret).at(bench.clock())})
    codes = re.findall(r"<code>([A-Z0-9-]{14})</code>", response.text)
    assert len(codes) == 10 and browser.cookie != before
    assert browser.get("/desk/account").status_code == 200
    assert [entry.action for entry in bench.accounts.audit_entries(by=staff.id)] == ["signed_in", "set_up"]
    bench.secrets["Salma"] = secret
    assert bench.browser().sign_in("Salma", NEW).status_code == 303


def test_a_set_up_code_works_once_and_not_for_ever(bench: Bench) -> None:
    _, code = bench.accounts.add(None, login="salma", name="S", role=Role.COUNSELLOR, team="", language="en")
    bench.clock.advance(72 * 3600 + 1)
    assert bench.browser().post("/desk/setup", {"login": "salma", "code": code}).status_code == 422
    account = bench.accounts.named("salma")
    assert account is not None
    code = bench.accounts.reset(None, account.staff.id)
    browser = bench.browser()
    browser.post("/desk/setup", {"login": "salma", "code": code})
    browser.get("/desk/setup/password")
    browser.post("/desk/setup/password", {"password": NEW, "again": NEW})
    page = browser.get("/desk/setup/second").text
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")  # type: ignore[index]
    browser.post("/desk/setup/second", {"code": pyotp.TOTP(secret).at(bench.clock())})
    assert bench.browser().post("/desk/setup", {"login": "salma", "code": code}).status_code == 422


def test_of_two_browsers_with_one_code_the_second_to_finish_gets_nothing(bench: Bench) -> None:
    """Somebody who read the code over her shoulder waits until she is done."""
    staff, code = bench.accounts.add(None, login="salma", name="S", role=Role.COUNSELLOR, team="", language="en")
    hers, thief = bench.browser(), bench.browser()
    for browser in (hers, thief):
        browser.post("/desk/setup", {"login": "salma", "code": code})
        browser.get("/desk/setup/password")
    hers.post("/desk/setup/password", {"password": NEW, "again": NEW})
    page = hers.get("/desk/setup/second").text
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")  # type: ignore[index]
    assert hers.post("/desk/setup/second", {"code": pyotp.TOTP(secret).at(bench.clock())}).status_code == 200
    late = {"password": "another long sentence of a thief", "again": "another long sentence of a thief"}
    assert thief.post("/desk/setup/password", late).headers["location"].startswith("/desk/sign-in")
    bench.accounts.set_password(staff.id, "$argon2id$of-a-thief", first=True)
    bench.secrets["salma"] = secret
    assert bench.browser().sign_in("salma", NEW).status_code == 303


def test_a_password_alone_without_second_factor_opens_nothing(bench: Bench) -> None:
    """She chose a password and stopped before the app: only the set-up code lets her go on."""
    _, code = bench.accounts.add(None, login="salma", name="S", role=Role.COUNSELLOR, team="", language="en")
    browser = bench.browser()
    browser.post("/desk/setup", {"login": "salma", "code": code})
    browser.get("/desk/setup/password")
    browser.post("/desk/setup/password", {"password": NEW, "again": NEW})
    assert bench.browser().sign_in("salma", NEW).status_code == 422


def test_a_code_of_somebody_else_or_of_somebody_disabled_is_refused(bench: Bench) -> None:
    bench.person("rahima")
    staff, code = bench.accounts.add(None, login="salma", name="S", role=Role.COUNSELLOR, team="", language="en")
    assert bench.browser().post("/desk/setup", {"login": "rahima", "code": code}).status_code == 422
    bench.accounts.set_active(None, staff.id, False)
    assert bench.browser().post("/desk/setup", {"login": "salma", "code": code}).status_code == 422


# Signing in


def test_nobody_learns_whether_a_name_exists(bench: Bench) -> None:
    bench.person("rahima")
    answers = [bench.browser().sign_in(login, "wrong password, sorry") for login in ("rahima", "nobody")]
    assert answers[0].status_code == answers[1].status_code == 422
    assert answers[0].text == answers[1].text
    for _ in range(FREE):
        answers = [bench.browser().sign_in(login, "wrong password, sorry") for login in ("rahima", "nobody")]
    assert answers[0].status_code == answers[1].status_code == 429
    assert answers[0].text == answers[1].text


def test_a_code_is_good_once(bench: Bench) -> None:
    bench.person("rahima")
    code = bench.code("rahima")
    assert bench.browser().sign_in("rahima", code=code).status_code == 303
    assert bench.browser().sign_in("rahima", code=code).status_code == 422


def test_a_recovery_code_is_good_once_and_is_written_down(bench: Bench) -> None:
    staff = bench.person("rahima")
    assert bench.browser().sign_in("rahima", code="aaaa bbbb cccc").status_code == 303
    assert bench.browser().sign_in("rahima", code="AAAA-BBBB-CCCC").status_code == 422
    assert bench.accounts.audit_entries(by=staff.id, action="recovery_used")[0].detail == {"left": "1"}


def test_wrong_passwords_wait_longer_and_longer_but_never_for_good(bench: Bench) -> None:
    bench.person("rahima")
    assert wrong(bench, bench.browser(), FREE + 1) == [422] * FREE + [429]
    assert bench.browser().sign_in("rahima").status_code == 429  # the right one, too: else guessing would go on
    bench.clock.advance(16)
    assert bench.browser().sign_in("rahima").status_code == 303
    assert wrong(bench, bench.browser(), FREE) == [422] * FREE  # it began anew
    waits = []
    for _ in range(10):
        left = bench.accounts.attempt("rahima", None)
        waits.append(round(left))
        bench.clock.advance(left + 0.01)
        assert bench.accounts.attempt("rahima", None) == 0
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert [entry.object for entry in bench.accounts.audit_entries(action="locked_out")]


def test_somebody_elses_failures_do_not_keep_her_out_of_her_own_browser(bench: Bench) -> None:
    bench.person("rahima")
    hers = bench.signed_in("rahima")
    hers.get("/desk/account")
    hers.post("/desk/sign-out")
    assert wrong(bench, bench.browser(), FREE + 1)[-1] == 429
    assert hers.sign_in("rahima").status_code == 303


@pytest.mark.parametrize("forged", ["x.y", "known." + "0" * 64, ".", "é.é"])
def test_a_forged_browser_cookie_gives_no_new_tries(bench: Bench, forged: str) -> None:
    bench.person("rahima")
    wrong(bench, bench.browser(), FREE)
    browser = bench.browser()
    browser.client.headers["cookie"] = f"desk-known={forged}".encode().decode("latin-1")
    assert wrong(bench, browser, 1) == [429]


def test_a_browser_known_to_one_person_is_not_known_to_another(bench: Bench) -> None:
    bench.person("rahima"), bench.person("keya")
    browser = bench.signed_in("keya")
    browser.post("/desk/sign-out")
    wrong(bench, bench.browser(), FREE)
    assert wrong(bench, browser, 1) == [429]


def test_the_second_factor_cannot_be_guessed_by_signing_in_again_and_again(bench: Bench) -> None:
    bench.person("rahima")
    statuses = []
    for _ in range(FREE + 1):
        browser = bench.browser()
        browser.get("/desk/sign-in")
        assert browser.post("/desk/sign-in", {"login": "rahima", "password": PASSWORD}).status_code == 303
        browser.get("/desk/second")
        statuses.append(browser.post("/desk/second", {"code": "000000"}).status_code)
    assert statuses == [422] * FREE + [429]


def test_one_address_may_not_try_all_names(bench: Bench) -> None:
    browser = bench.browser()
    statuses = [browser.post("/desk/sign-in", {"login": f"name{number}", "password": "x"}).status_code for number in range(31)]
    assert statuses == [422] * 30 + [429]


@pytest.mark.parametrize("login", ["", "\0inner", "a" * 5000, "ra\nhima", "'; DROP TABLE staff; --"])
def test_strange_names_are_only_wrong(bench: Bench, login: str) -> None:
    assert bench.browser().sign_in(login, "wrong password, sorry").status_code == 422


# Sessions


def test_the_token_changes_at_every_step_and_the_old_one_is_dead(bench: Bench) -> None:
    bench.person("rahima")
    browser = bench.browser()
    planted = "p" * 43
    browser.client.cookies.set("desk", planted, domain="desk.test", path="/desk")
    browser.get("/desk/sign-in")
    browser.post("/desk/sign-in", {"login": "rahima", "password": PASSWORD})
    half = browser.cookie
    browser.get("/desk/second")
    browser.post("/desk/second", {"code": bench.code("rahima")})
    full = browser.cookie
    assert len({planted, half, full}) == 3
    for old in (planted, half):
        other = bench.browser()
        other.client.cookies.set("desk", old, domain="desk.test", path="/desk")
        assert other.get("/desk/account").headers["location"].startswith("/desk/sign-in")


def test_a_session_ends_after_ten_quiet_minutes(bench: Bench) -> None:
    bench.person("rahima")
    browser = bench.signed_in("rahima")
    bench.clock.advance(9 * 60)
    assert browser.get("/desk/account").status_code == 200
    bench.clock.advance(9 * 60)
    assert browser.post("/desk/active").status_code == 204
    bench.clock.advance(10 * 60 + 1)
    assert browser.get("/desk/account").status_code == 303
    assert browser.post("/desk/active").status_code == 401


def test_what_the_page_asks_by_itself_keeps_nothing_alive(bench: Bench) -> None:
    bench.person("rahima")
    browser = bench.signed_in("rahima")
    for _ in range(4):
        bench.clock.advance(3 * 60)
        browser.get("/desk/account", headers={"X-Desk-Background": "1"})
        browser.client.head("/desk/events")
        browser.get("/desk/nowhere")
    assert browser.get("/desk/account").status_code == 303


def test_after_twelve_hours_even_a_busy_session_ends(bench: Bench) -> None:
    bench.person("rahima")
    browser = bench.signed_in("rahima")
    for _ in range(6 * 12 + 6):
        bench.clock.advance(550)
        assert browser.get("/desk/account").status_code == 200
    bench.clock.advance(310)
    assert browser.get("/desk/account").status_code == 303


@pytest.mark.parametrize("act", ["disable", "role", "team", "reset", "end"])
def test_what_an_admin_does_ends_her_sessions_at_once(bench: Bench, act: str) -> None:
    staff = bench.person("rahima", team="dhaka")
    bench.person("root", Role.ADMIN)
    hers, admin = bench.signed_in("rahima"), bench.signed_in("root")
    path = f"/desk/people/{staff.id}"
    fields = {"name": "Rahima", "role": "counsellor", "team": "dhaka"}
    done = {
        "disable": lambda: admin.post(path + "/disable"),
        "role": lambda: admin.post(path, {**fields, "role": "supervisor"}),
        "team": lambda: admin.post(path, {**fields, "team": "khulna"}),
        "reset": lambda: admin.post(path + "/reset"),
        "end": lambda: admin.post(path + "/sessions/end"),
    }[act]()
    assert done.status_code in (200, 303)
    assert hers.get("/desk/account").status_code == 303
    assert bench.cases.gone == ([] if act == "end" else [staff.id])  # her cases go back to the queue
    assert admin.get("/desk/account").status_code == 200
    assert (bench.browser().sign_in("rahima").status_code == 303) == (act in ("role", "team", "end"))


def test_a_new_name_alone_ends_nothing(bench: Bench) -> None:
    staff = bench.person("rahima", team="dhaka")
    bench.person("root", Role.ADMIN)
    hers, admin = bench.signed_in("rahima"), bench.signed_in("root")
    admin.post(f"/desk/people/{staff.id}", {"name": "Rahima B", "role": "counsellor", "team": "dhaka"})
    assert "Rahima B" in hers.get("/desk/account").text and bench.cases.gone == []


def test_signing_out_ends_the_session_on_the_server(bench: Bench) -> None:
    staff = bench.person("rahima")
    browser = bench.signed_in("rahima")
    token = browser.cookie
    assert browser.post("/desk/sign-out").headers["location"] == "/desk/sign-in"
    other = bench.browser()
    other.client.cookies.set("desk", token, domain="desk.test", path="/desk")
    assert other.get("/desk/account").status_code == 303
    assert bench.cases.gone == [staff.id]


def test_who_signs_out_is_off_duty(bench: Bench) -> None:
    import sqlalchemy

    staff = bench.person("rahima")
    with bench.database.write() as connection:
        connection.execute(sqlalchemy.text("UPDATE staff SET on_duty = 1"))
    bench.signed_in("rahima").post("/desk/sign-out", {"idle": "1"})
    assert (bench.cases.duty, bench.cases.gone) == ([], [])  # away for a moment
    bench.signed_in("rahima").post("/desk/sign-out")
    assert (bench.cases.duty, bench.cases.gone) == ([(staff.id, False)], [staff.id])


def test_a_second_browser_keeps_her_at_work(bench: Bench) -> None:
    bench.person("rahima")
    first, second = bench.signed_in("rahima"), bench.signed_in("rahima")
    first.post("/desk/sign-out")
    assert bench.cases.gone == []
    second.post("/desk/sign-out")
    assert len(bench.cases.gone) == 1


# Her own account


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(bench: Bench) -> None:
    bench.person("rahima")
    here, elsewhere = bench.signed_in("rahima"), bench.signed_in("rahima")
    form = {"current": "not it at all", "password": NEW, "again": NEW}
    assert "does not match" in here.post("/desk/account/password", form).text
    assert "easy to guess" in here.post("/desk/account/password", {**form, "current": PASSWORD, "password": "rahimarahima123"}).text
    assert here.post("/desk/account/password", {**form, "current": PASSWORD}).status_code == 303
    assert here.get("/desk/account").status_code == 200
    assert elsewhere.get("/desk/account").status_code == 303
    assert bench.browser().sign_in("rahima").status_code == 422
    assert bench.browser().sign_in("rahima", NEW).status_code == 303


def test_a_new_app_counts_when_its_code_was_typed_and_not_before(bench: Bench) -> None:
    bench.person("rahima")
    here, elsewhere = bench.signed_in("rahima"), bench.signed_in("rahima")
    assert here.post("/desk/account/second", {"current": "no"}).status_code == 422
    page = here.post("/desk/account/second", {"current": PASSWORD}).text
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")  # type: ignore[index]
    assert bench.browser().sign_in("rahima").status_code == 303  # the old app still works
    assert here.post("/desk/account/second/confirm", {"code": "000000"}).status_code == 422
    response = here.post("/desk/account/second/confirm", {"code": pyotp.TOTP(secret).at(bench.clock())})
    assert response.text.count("<code>") == 10
    assert here.get("/desk/account").status_code == 200 and elsewhere.get("/desk/account").status_code == 303
    assert bench.browser().sign_in("rahima").status_code == 422
    bench.secrets["rahima"] = secret
    assert bench.browser().sign_in("rahima").status_code == 303
    assert bench.browser().sign_in("rahima", code="AAAA-BBBB-CCCC").status_code == 422  # the old recovery codes are gone, too


def test_asking_for_the_password_again_cannot_be_used_to_guess_it(bench: Bench) -> None:
    bench.person("rahima")
    browser = bench.signed_in("rahima")
    for _ in range(FREE):
        assert browser.post("/desk/account/second", {"current": "guess"}).status_code == 422
    assert "Too many tries" in browser.post("/desk/account/second", {"current": PASSWORD}).text


# Where it leads


@pytest.mark.parametrize(
    ("next", "leads"),
    [
        ("/desk/hours", "/desk/hours"), ("/desk/hours?done=1", "/desk/hours?done=1"), ("https://evil.example/", "/desk/"),
        ("//evil.example", "/desk/"), ("/desk//evil.example", "/desk/"), ("/desk/../chat", "/desk/"), ("/chat", "/desk/"),
        ("/desk/\\evil", "/desk/"), ("javascript:alert(1)", "/desk/"),
    ],
)  # fmt: skip
def test_after_signing_in_she_is_where_she_wanted_but_never_elsewhere(bench: Bench, next: str, leads: str) -> None:
    bench.person("rahima")
    browser = bench.browser()
    browser.get("/desk/sign-in", params={"next": next})
    response = browser.post("/desk/sign-in", {"login": "rahima", "password": PASSWORD, "next": next})
    browser.get(response.headers["location"])
    carried = httpx_query(response.headers["location"])
    response = browser.post("/desk/second", {"code": bench.code("rahima"), "next": carried})
    assert response.headers["location"] == leads


def httpx_query(location: str) -> str:
    import httpx

    return httpx.URL(location).params.get("next", "")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/desk//evil", "/chat", "/desk/\\evil", "/desk/\nx", ""])
def test_the_language_button_leads_back_into_the_desk_only(bench: Bench, back: str) -> None:
    response = bench.browser().post("/desk/language", {"language": "en", "back": back})
    assert response.headers["location"] == "/desk/"


def test_a_link_from_another_site_finds_her_signed_in(bench: Bench) -> None:
    """The cookie is strict: the first request comes without it, and our own page asks again."""
    answer = bench.browser().get("/desk/account", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200 and 'http-equiv="refresh"' in answer.text
    assert bench.browser().get("/desk/account", headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_the_language_is_remembered_with_the_person(bench: Bench) -> None:
    bench.person("rahima", language="en")
    browser = bench.signed_in("rahima")
    browser.post("/desk/language", {"language": "bn", "back": "/desk/account"})
    assert '<html lang="bn">' in browser.get("/desk/account").text
    assert '<html lang="bn">' in bench.signed_in("rahima").get("/desk/account").text


def test_over_https_the_cookies_are_bound_to_this_host(tmp_path: Path) -> None:
    bench = Bench(tmp_path, secure=True)
    bench.person("rahima")
    response = bench.browser().post("/desk/sign-in", {"login": "rahima", "password": PASSWORD})
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-desk=") and "Path=/;" in cookie and "Domain" not in cookie and "Max-Age" not in cookie
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=strict"))
    bench.close()
