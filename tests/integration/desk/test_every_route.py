"""Every role asks for every route of the real desk; and what has no rule is open to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.desk.pages import MOUNT
from bot.desk.permissions import PERMISSIONS, Object, Rule, allowed
from bot.staff import Role, Stage
from tests.fakes.desk import Bench, Browser, a_case

SECRET = "what only this page says"


async def bare(request: Request) -> Response:
    return PlainTextResponse(SECRET)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    for role in Role:
        made.person(role.value, role)
    made.person("somebody")
    yield made
    made.close()


def ask(bench: Bench, browser: Browser, route: Route) -> httpx.Response:
    path = path_of(bench, route)
    if "POST" in (route.methods or ()):
        return browser.post(path)
    return browser.client.head(path) if route.name == "events" else browser.client.get(path)


def path_of(bench: Bench, route: Route) -> str:
    """The route with what its path names: somebody who is there, and a case that is not."""
    staff = bench.accounts.named("somebody")
    assert staff is not None
    path = (
        route.path.replace("{staff}", staff.staff.id)
        .replace("{case}", "c" * 22)
        .replace("{name}", "desk.css")
        .replace("{message:int}", "1")
        .replace("{section}", "contact")
    )
    return MOUNT + path


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_exactly_what_the_table_says(bench: Bench, role: Role) -> None:
    # Whoever asks signs in anew each time: some routes end the session.
    for route in bench.desk.routes:
        assert isinstance(route, Route)
        response = ask(bench, bench.entered(role.value), route)
        rule = PERMISSIONS[route.name]
        if rule.stage not in (None, Stage.FULL):
            assert (response.status_code, response.headers["location"]) == (303, "/desk/"), route.name
        elif not allowed(route.name, role):
            assert response.status_code == 403, route.name
        elif rule.object is Object.CASE:
            assert response.status_code == 404, route.name
        else:
            assert response.status_code in (200, 204, 303, 422), route.name
            assert "/desk/sign-in" not in response.headers.get("location", "") or route.name == "sign_out", route.name


def test_nobody_signed_in_gets_the_public_routes_only(bench: Bench) -> None:
    for route in bench.desk.routes:
        assert isinstance(route, Route)
        response = ask(bench, bench.browser(), route)
        if PERMISSIONS[route.name].stage is None:
            assert response.status_code in (200, 303, 422), route.name
        elif route.name in ("events", "active"):
            assert response.status_code == 401
        else:
            assert response.status_code == 303 and response.headers["location"].startswith("/desk/sign-in"), route.name


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("headers", "csrf"),
    [
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, None),
        ({"sec-fetch-site": "", "origin": "https://evil.example"}, None),
        ({"sec-fetch-site": "same-site"}, None),
        ({}, ""),
        ({}, "0" * 64),
    ],
    ids=["cross-site", "old browser", "sister site", "no token", "wrong token"],
)
def test_no_route_that_changes_anything_answers_another_site(bench: Bench, role: Role, headers: dict[str, str], csrf: str | None) -> None:
    """Each of them, with her own cookie. Where nobody need be signed in, our own page may come without a token."""
    before = [(account.login, account.staff) for account in bench.accounts.all()]
    browser = bench.entered(role.value)
    for route in bench.desk.routes:
        assert isinstance(route, Route)
        if "POST" not in (route.methods or ()) or (csrf == "" and PERMISSIONS[route.name].stage is None and route.name != "sign_out"):
            continue
        response = browser.post(path_of(bench, route), csrf=csrf, headers=headers)
        elsewhere = PERMISSIONS[route.name].stage in (Stage.SECOND, Stage.SETUP)
        assert response.status_code == 403 or (elsewhere and response.headers["location"] == "/desk/"), route.name
    assert [(account.login, account.staff) for account in bench.accounts.all()] == before
    assert browser.get("/desk/account").status_code == 200, "she is still signed in"


@pytest.mark.parametrize("stage", [Stage.SECOND, Stage.SETUP])
def test_half_a_sign_in_opens_nothing_else(bench: Bench, stage: Stage) -> None:
    for route in bench.desk.routes:
        assert isinstance(route, Route)
        if PERMISSIONS[route.name].stage in (None, stage):
            continue
        response = ask(bench, bench.entered("admin", stage), route)
        assert response.status_code in (303, 401), route.name
        assert response.headers.get("location") in (None, "/desk/second" if stage is Stage.SECOND else "/desk/setup/password"), route.name


def test_every_route_has_a_rule_and_every_rule_a_route(bench: Bench) -> None:
    assert {route.name for route in bench.desk.routes if isinstance(route, Route)} == set(PERMISSIONS)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bare_route_answers_403_to_everybody(tmp_path: Path, role: Role | None, method: str) -> None:
    bench = Bench(tmp_path, extra=[Route("/bare", bare, methods=["GET", "POST"])])
    browser = bench.browser()
    if role is not None:
        bench.person(role.value, role)
        browser = bench.entered(role.value)
    response = browser.get("/desk/bare") if method == "GET" else browser.post("/desk/bare")
    assert response.status_code == 403 and SECRET not in response.text
    bench.close()


def test_with_a_rule_it_opens(tmp_path: Path) -> None:
    """So that the test above can fail."""
    rule = Rule(roles=frozenset({Role.ANALYST}))
    bench = Bench(tmp_path, extra=[Route("/bare", bare)], permissions={**PERMISSIONS, "bare": rule})
    bench.person("analyst", Role.ANALYST)
    assert bench.entered("analyst").get("/desk/bare").text == SECRET
    bench.close()


@pytest.mark.parametrize(
    ("login", "fields", "status"),
    [
        ("counsellor", {"owner": "counsellor"}, 200),
        ("counsellor", {"offered_to": "counsellor"}, 200),
        ("counsellor", {"transfer_to": "counsellor", "owner": "somebody"}, 200),
        ("counsellor", {"transfer_team": "dhaka", "owner": "somebody"}, 200),
        ("counsellor", {"owner": "somebody", "team": "dhaka"}, 404),
        ("counsellor", {}, 404),
        ("counsellor", None, 404),
        ("supervisor", {"owner": "somebody", "team": "dhaka"}, 200),
        ("supervisor", {"owner": "somebody"}, 200),
        ("supervisor", {"owner": "somebody", "team": "khulna"}, 404),
        ("supervisor", None, 404),
        ("analyst", {}, 403),
        ("admin", {"owner": "admin"}, 403),
    ],
)
def test_a_case_is_seen_by_its_counsellor_and_the_teams_supervisor(tmp_path: Path, login: str, fields: Any, status: int) -> None:
    rule = Rule(roles=frozenset({Role.COUNSELLOR, Role.SUPERVISOR}), object=Object.CASE)
    bench = Bench(tmp_path, extra=[Route("/bare/{case}", bare, name="bare")], permissions={**PERMISSIONS, "bare": rule})
    ids = {role.value: bench.person(role.value, role, team="dhaka").id for role in Role}
    ids["somebody"] = bench.person("somebody", team="dhaka").id
    if fields is not None:
        bench.cases.found["c1"] = a_case(**{name: ids.get(value, value) for name, value in fields.items()})
    response = bench.entered(login).get("/desk/bare/c1")
    assert response.status_code == status
    assert (SECRET in response.text) == (status == 200)
    bench.close()


def test_somebody_who_is_not_there_is_404(bench: Bench) -> None:
    assert bench.entered("admin").get("/desk/people/nobody").status_code == 404


def test_a_refusal_is_written_down(bench: Bench) -> None:
    bench.entered("counsellor").get("/desk/people")
    entry = bench.accounts.audit_entries(action="forbidden")[0]
    assert entry.detail == {"route": "people"}
