"""What an attacker tries from outside, from another site, and from inside with a lesser role."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.permissions import PERMISSIONS, Rule
from bot.staff import Role
from tests.fakes.desk import PASSWORD, Bench, Browser

EVIL = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'{{7*7}}"
SECRET = "she wrote this"


async def broken(request: Request) -> Response:
    raise RuntimeError(SECRET)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    rule = Rule(roles=frozenset({Role.ADMIN}))
    made = Bench(tmp_path, extra=[Route("/broken", broken, name="broken")], permissions={**PERMISSIONS, "broken": rule})
    made.person("root", Role.ADMIN)
    made.person("rahima")
    yield made
    made.close()


@pytest.fixture
def admin(bench: Bench) -> Browser:
    return bench.entered("root")


def people(bench: Bench) -> set[str]:
    return {account.login for account in bench.accounts.all()}


NEW = {"name": "X", "login": "xx", "role": "admin", "team": "", "language": "en"}


# Another site


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"}, {"origin": "http://desk.test.evil.example", "sec-fetch-site": ""},
        {"origin": "https://evil.example", "sec-fetch-site": ""}, {"origin": "null", "sec-fetch-site": "cross-site"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_changes_nothing_even_with_the_token(bench: Bench, admin: Browser, headers: dict[str, str]) -> None:
    assert admin.post("/desk/people", NEW, headers=headers).status_code == 403
    assert bench.browser().post("/desk/sign-in", {"login": "root", "password": PASSWORD}, headers=headers).status_code == 403
    assert "xx" not in people(bench)


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "null"}, {"origin": ""}, {"sec-fetch-site": ""}, {"origin": "null", "sec-fetch-site": ""}]
)
def test_our_own_form_is_taken_as_every_browser_sends_it(bench: Bench, admin: Browser, headers: dict[str, str]) -> None:
    """Under no-referrer they write the origin as null; old ones know no Sec-Fetch-Site."""
    assert admin.post("/desk/people", NEW, headers=headers).status_code == 200
    assert "xx" in people(bench)


def test_without_session_old_browsers_must_name_our_address(bench: Bench) -> None:
    form = {"login": "root", "password": PASSWORD}
    old = {"origin": "null", "sec-fetch-site": ""}
    assert bench.browser().post("/desk/sign-in", form, headers=old).status_code == 403
    assert bench.browser().get("/desk/sign-in").headers["referrer-policy"] == "same-origin"  # so that they do
    assert bench.browser().post("/desk/sign-in", form, headers={"sec-fetch-site": ""}).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "x" * 10_000])
def test_without_the_token_of_this_session_nothing_is_changed(bench: Bench, admin: Browser, token: str) -> None:
    assert admin.post("/desk/people", NEW, csrf=token).status_code == 403
    assert admin.post("/desk/people", NEW, csrf=bench.entered("root").csrf).status_code == 403  # of another session of hers
    assert "xx" not in people(bench)


def test_a_sign_in_page_from_before_she_signed_in_still_works(bench: Bench, admin: Browser) -> None:
    form = {"login": "root", "password": PASSWORD}
    assert admin.post("/desk/sign-in", form, csrf="", headers={"sec-fetch-site": ""}).status_code == 403
    assert admin.post("/desk/sign-in", form, csrf="wrong").status_code == 403
    assert admin.post("/desk/sign-out", csrf="").status_code == 403
    assert admin.post("/desk/sign-in", form, csrf="").headers["location"] == "/desk/second"


def test_the_token_may_come_in_a_header_and_only_as_a_form(bench: Bench, admin: Browser) -> None:
    same = {"sec-fetch-site": "same-origin", "x-csrf": admin.csrf}
    assert admin.client.post("/desk/people", json=NEW, headers=same).status_code == 415
    assert admin.client.post("/desk/people", files={"a": b"b"}, headers=same).status_code == 415
    assert admin.client.post("/desk/people", headers=same).status_code == 415
    assert admin.client.post("/desk/people", data=NEW, headers=same).status_code == 200


def test_looking_changes_nothing(bench: Bench, admin: Browser) -> None:
    """Whatever changes something is a POST: a picture on another page cannot do it."""
    before = people(bench)
    for route in bench.desk.routes:
        assert isinstance(route, Route)
        methods = set(route.methods or ())
        assert methods in ({"GET", "HEAD"}, {"POST"}), route.name
        if "POST" in methods:
            path = "/desk" + route.path.replace("{staff}", "x")
            assert admin.client.get(path).status_code in (200, 303, 403, 404, 405), route.name
    assert people(bench) == before


# Text that wants to be markup


def test_names_are_never_markup(bench: Bench, admin: Browser) -> None:
    evil = bench.person("evil", Role.ADMIN, team="t", name=EVIL)
    pages = [admin.get(f"/desk/{path}").text for path in ("people", f"people/{evil.id}", "hours")]
    pages.append(bench.entered("evil").get("/desk/account").text)
    pages.append(admin.post("/desk/people", {**NEW, "name": EVIL, "login": "  no good  "}).text)
    pages.append(admin.post("/desk/people", {**NEW, "name": EVIL}).text)
    pages.append(admin.post(f"/desk/people/{evil.id}/reset").text)
    assert sum("&lt;script&gt;" in page and "{{7*7}}" in page for page in pages) >= 5
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page


def test_fields_that_come_back_are_escaped(bench: Bench, admin: Browser) -> None:
    page = admin.post("/desk/people", {**NEW, "login": '"><b>', "name": "", "team": '"><i>'}).text
    assert "<b>" not in page and "<i>" not in page and "&#34;&gt;&lt;b&gt;" in page


@pytest.mark.parametrize("field", [{"role": "owner"}, {"role": ""}, {"name": ""}, {"name": "x" * 81}, {"team": "x" * 33}, {"login": "a b"}])
def test_what_the_form_would_not_send_is_refused(bench: Bench, admin: Browser, field: dict[str, str]) -> None:
    assert admin.post("/desk/people", {**NEW, **field}).status_code == 422
    assert len(people(bench)) == 2


# From inside


def test_a_counsellor_cannot_do_what_an_admin_may(bench: Bench) -> None:
    counsellor, root = bench.entered("rahima"), bench.accounts.named("root")
    assert root is not None
    for path in ("people", f"people/{root.staff.id}", f"people/{root.staff.id}/disable", f"people/{root.staff.id}/reset", "hours"):
        assert counsellor.post(f"/desk/{path}", NEW).status_code == 403
    assert people(bench) == {"root", "rahima"}


def test_the_last_admin_stays_and_nobody_changes_herself(bench: Bench, admin: Browser) -> None:
    root = bench.accounts.named("root")
    assert root is not None
    path = f"/desk/people/{root.staff.id}"
    assert "own role" in admin.post(path, {"name": "R", "role": "counsellor", "team": ""}).text
    assert admin.post(path + "/disable").status_code == admin.post(path + "/reset").status_code == 422
    assert admin.get("/desk/people").status_code == 200


# What answers carry and say


def test_every_answer_carries_the_headers(bench: Bench, admin: Browser) -> None:
    answers = [
        admin.get("/desk/people"), admin.get("/desk/nothing"), admin.get("/desk/broken"), admin.get("/desk/"), admin.post("/desk/people"),
        bench.browser().get("/desk/sign-in"), bench.browser().get("/desk/people"), bench.browser().post("/desk/sign-in", csrf="x"),
        admin.client.head("/desk/events"), admin.get("/desk/static/desk.js"), bench.entered("rahima").get("/desk/people"),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 204, 303, 403, 404, 422, 500}
    for answer in answers:
        csp = answer.headers["content-security-policy"]
        assert "default-src 'none'" in csp and "frame-ancestors 'none'" in csp and "unsafe" not in csp and "http" not in csp
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "camera=()" in answer.headers["permissions-policy"]


def test_only_a_file_asked_for_by_its_content_may_be_kept(bench: Bench) -> None:
    page = bench.browser().get("/desk/sign-in").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in bench.browser().get(address).headers["cache-control"]
    assert bench.browser().get(address + "0").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["../templates/base.html", "..%2f..%2fsettings.py", "%2e%2e/guard.py", "desk.css%00", "nothing.js", ""])
def test_no_other_file_can_be_had(bench: Bench, name: str) -> None:
    assert bench.browser().get(f"/desk/static/{name}").status_code == 404


def test_an_error_says_nothing_to_anybody(bench: Bench, admin: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = admin.get("/desk/broken")
    assert answer.status_code == 500 and SECRET not in answer.text and "Runtime" not in answer.text
    assert "RuntimeError" in caplog.text and SECRET not in caplog.text


@pytest.mark.parametrize(("body", "status"), [(b"a=" + b"x" * 300_000, 413), (b"&".join([b"a=1"] * 600), 400), (b"a=\xff\xfe", 400)])
def test_what_is_too_much_or_no_text_is_refused(bench: Bench, body: bytes, status: int) -> None:
    headers = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    assert bench.browser().client.post("/desk/sign-in", content=body, headers=headers).status_code == status


def test_htmx_is_led_to_the_sign_in_and_not_into_the_page(bench: Bench) -> None:
    answer = bench.browser().get("/desk/account", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["hx-redirect"].startswith("/desk/sign-in")
    refused = bench.entered("rahima").get("/desk/people", headers={"HX-Request": "true"})
    assert refused.status_code == 403 and refused.text == ""


@pytest.mark.parametrize("cookie", ["", "x", "é", "a" * 9000, "' OR 1=1 --"])
def test_a_made_up_token_is_nobody(bench: Bench, cookie: str) -> None:
    answer = bench.browser().client.get("/desk/account", headers={"cookie": f"desk={cookie}".encode()})
    assert answer.status_code == 303


def test_nothing_personal_stands_in_addresses_or_logs(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        browser = bench.browser()
        browser.sign_in("rahima")
        browser.sign_in("rahima", "a wrong password of hers")
    said = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert "rahima" not in said.lower() and PASSWORD not in said and "wrong password" not in said
