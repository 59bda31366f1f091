"""The whole table: what each role may ask for. Whoever adds a route writes here who may have it."""

from __future__ import annotations

import pytest

from bot.desk.permissions import PERMISSIONS, Object, allowed
from bot.staff import Role, Stage

PUBLIC = {"static", "sign_in", "sign_in.send", "setup", "setup.send", "language", "sign_out"}
STAGES = {
    Stage.SECOND: {"second", "second.send"},
    Stage.SETUP: {"setup_password", "setup_password.send", "setup_second", "setup_second.send"},
}
EVERYBODY = {
    "home", "active", "events", "account", "account.password", "account.second", "account.second.confirm", "account.sessions.end",
}  # fmt: skip
OF_A_CASE = {
    "case", "case.thread", "case.facts", "case.acts", "case.shelf", "case.say", "case.accept", "case.reject", "case.note", "case.level",
    "case.transfer", "case.recall", "case.callback", "case.missed", "case.hide", "case.close", "case.reveal", "case.file", "form", "form.save",
    "form.export",
}  # fmt: skip
CASEWORK = {"duty", "account.telegram", "account.telegram.end", "queue", "queue.list", "queue.own", "queue.badge", "queue.take"} | OF_A_CASE
FIGURES = {"figures", "figures.csv"}
SECOND_PERSON = {"case.confirm", "case.erase"}
ONLY = {
    Role.COUNSELLOR: CASEWORK,
    Role.SUPERVISOR: CASEWORK | SECOND_PERSON | FIGURES | {"hours", "oversight", "oversight.list", "sample", "sample.judge", "audit"},
    Role.ANALYST: FIGURES,
    Role.ADMIN: {
        "audit", "people", "people.add", "person", "person.change", "person.disable", "person.enable", "person.reset", "person.sessions.end",
        "hours", "hours.save", "hours.holiday", "hours.holiday.remove",
    },
}  # fmt: skip
OBJECTS = {
    Object.STAFF: {"person", "person.change", "person.disable", "person.enable", "person.reset", "person.sessions.end"},
    Object.CASE: OF_A_CASE | SECOND_PERSON,
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_exactly_this(role: Role) -> None:
    assert {route for route in PERMISSIONS if allowed(route, role)} == PUBLIC | EVERYBODY | ONLY[role]


def test_every_stage_opens_exactly_its_own_pages() -> None:
    assert {route for route, rule in PERMISSIONS.items() if rule.stage is None} == PUBLIC
    for stage, routes in STAGES.items():
        assert {route for route, rule in PERMISSIONS.items() if rule.stage is stage} == routes


def test_every_path_that_names_something_is_asked_about() -> None:
    for object, routes in OBJECTS.items():
        assert {route for route, rule in PERMISSIONS.items() if rule.object is object} == routes


def test_only_what_the_page_asks_by_itself_does_not_keep_a_session_alive() -> None:
    assert {route for route, rule in PERMISSIONS.items() if rule.passive} == {
        "events", "queue.list", "queue.own", "queue.badge", "oversight.list",
    }  # fmt: skip


def test_an_unknown_route_is_denied_to_all() -> None:
    assert not any(allowed("bare", role) for role in Role)
