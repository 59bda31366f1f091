"""Alerts wait in the database: each door gets each once, whichever gateway asks; again after a failure or a crash; none that helps nobody."""

from __future__ import annotations

import pytest
import sqlalchemy

from bot.model import CaseRequest, Level, Outcome
from bot.storage import Accounts, Repository, Sealer
from bot.storage.tables import cases
from tests.integration.storage.conftest import Desk


def flagged(desk: Desk, sender: str = "ann", level: Level = Level.CRITICAL) -> str:
    conversation = desk.say("help", sender=sender)
    request = CaseRequest(level=level, category="suicide", reason="flagged")
    desk.answer(conversation, outcome=Outcome(replies=(), state=desk.repository.state(conversation), case=request))
    return conversation


@pytest.fixture
def accounts(desk: Desk, sealer: Sealer) -> Accounts:
    return Accounts(desk.database, sealer, clock=desk.clock)


def kinds(repository: Repository, door: str = "telegram") -> list[str]:
    return [ring.kind for ring in repository.take_rings(door, 60, 40)]


def test_each_door_gets_each_alert_once(desk: Desk, sealer: Sealer) -> None:
    flagged(desk)
    other = Repository(desk.database, sealer, clock=desk.clock)
    first = desk.repository.take_rings("telegram", 60, 40)
    assert [ring.kind for ring in first] == ["new", "duty_phone"], "nobody is on duty"
    assert first[0].level is Level.CRITICAL and first[0].waits_since == desk.clock.now
    assert kinds(other) == [] and kinds(other, "email") == ["new", "duty_phone"]
    desk.repository.rung("telegram", [ring.id for ring in first])
    desk.clock.advance(3600)
    assert kinds(other) == []


def test_who_died_while_ringing_is_followed_by_another(desk: Desk) -> None:
    flagged(desk)
    assert kinds(desk.repository)
    desk.clock.advance(61)
    (ring, *_) = desk.repository.take_rings("telegram", 60, 40)
    assert ring.kind == "new" and ring.attempts == 1


def test_a_failed_one_comes_again_when_it_is_due(desk: Desk) -> None:
    flagged(desk)
    ids = [ring.id for ring in desk.repository.take_rings("telegram", 60, 40)]
    desk.repository.ring_later("telegram", ids, desk.clock.now.replace(second=5))
    desk.clock.advance(4)
    assert kinds(desk.repository) == []
    desk.clock.advance(1)
    assert kinds(desk.repository) == ["new", "duty_phone"]


def test_the_group_is_not_told_what_one_counsellor_is_to_know(desk: Desk) -> None:
    desk.staff("c1")
    flagged(desk)
    desk.repository.sweep()
    assert {"new", "offered"} == {row.kind for row in desk.rows("alerts")}
    assert kinds(desk.repository) == ["new"]


def test_a_closed_case_calls_nobody(desk: Desk) -> None:
    flagged(desk)
    with desk.database.write() as connection:
        connection.execute(sqlalchemy.update(cases).values(state="closed"))
    assert kinds(desk.repository) == []
    assert {row.state for row in desk.rows("alert_deliveries")} == {"given_up"}


def test_nobody_is_called_about_yesterday(desk: Desk) -> None:
    flagged(desk)
    desk.clock.advance(25 * 3600)
    assert "new" not in kinds(desk.repository)


def test_letters_go_to_who_is_meant(desk: Desk, accounts: Accounts) -> None:
    desk.staff("c1")
    desk.staff("s1", role="supervisor", on=False)
    accounts.set_contact("c1", "email", "c1@example.org")
    accounts.set_contact("s1", "email", "s1@example.org")
    flagged(desk)
    desk.repository.sweep()
    desk.clock.advance(301)
    desk.repository.sweep()
    found = [(ring.kind, ring.to) for ring in desk.repository.take_rings("email", 60, 40)]
    assert ("new", ("c1@example.org",)) in found and ("offered", ("c1@example.org",)) in found
    assert ("late", ("s1@example.org",)) in found, "a supervisor at five minutes"
    assert b"example" not in b"".join(bytes(row.address) for row in desk.rows("staff_contacts"))


def test_an_alert_for_one_without_an_address_goes_by_no_letter(desk: Desk) -> None:
    desk.staff("c1")
    flagged(desk)
    desk.repository.sweep()
    assert [(ring.kind, ring.to) for ring in desk.repository.take_rings("email", 60, 40)] == [("new", ())], "() is the duty manager"


def test_a_code_links_one_telegram_account_once(desk: Desk, accounts: Accounts) -> None:
    desk.staff("c1", "c2")
    code = accounts.new_link("c1")
    assert accounts.link("NOT-A-CODE", "501") is None
    assert accounts.link(f" {code.lower()} ", "501") == "c1"
    assert accounts.link(code, "502") is None and accounts.linked("501") == "c1" and accounts.linked("502") is None
    assert accounts.link(accounts.new_link("c2"), "501") == "c2" and accounts.linked("501") == "c2"
    desk.clock.advance(1)
    late = accounts.new_link("c1")
    desk.clock.advance(24 * 3600 + 1)
    assert accounts.link(late, "503") is None


def test_two_gateways_at_once_ring_once(desk: Desk, sealer: Sealer) -> None:
    import threading

    for sender in ("ann", "bea", "cat"):
        flagged(desk, sender)
    taken: list[int] = []

    def take() -> None:
        taken.extend(ring.id for ring in Repository(desk.database, sealer, clock=desk.clock).take_rings("telegram", 60, 40))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 6
