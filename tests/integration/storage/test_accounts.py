"""People of the desk on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot.errors import LastAdmin, LoginTaken, UnknownStaff
from bot.staff import Role, Stage
from bot.storage import Accounts, Database, Sealer
from tests.integration.storage.conftest import Clock

NAME, LOGIN = "রহিমা বেগম", "rahima@cwcs"


@pytest.fixture
def accounts(url: str, sealer: Sealer, clock: Clock) -> Iterator[Accounts]:
    database = Database(url)
    yield Accounts(database, sealer, clock=clock)
    database.close()


def add(accounts: Accounts, login: str = LOGIN, role: Role = Role.COUNSELLOR) -> str:
    return accounts.add(None, login=login, name=NAME, role=role, team="dhaka", language="bn")[0].id


def test_she_is_read_as_she_was_written(accounts: Accounts) -> None:
    staff, code = accounts.add(None, login=LOGIN, name=NAME, role=Role.SUPERVISOR, team="dhaka", language="en")
    assert (staff.name, staff.role, staff.team, staff.language, staff.active, staff.on_duty) == (
        NAME,
        Role.SUPERVISOR,
        "dhaka",
        "en",
        True,
        False,
    )
    account = accounts.account(staff.id)
    assert account is not None and (account.login, account.ready, account.seen_at) == (LOGIN, False, None)
    assert accounts.named("  RAHIMA@cwcs ") == account
    assert accounts.setup(LOGIN, code) == staff.id


def test_what_says_who_she_is_is_sealed_and_secrets_are_hashed(accounts: Accounts, desk: Any) -> None:
    staff, code = accounts.add(None, login=LOGIN, name=NAME, role=Role.ADMIN, team="", language="bn")
    accounts.propose_totp(staff.id, "SECRETSECRET")
    accounts.set_password(staff.id, "$argon2id$", first=True)
    accounts.confirm_totp(staff.id, 1, ["AAAA-BBBB-CCCC"], first=True)
    token = accounts.open_session(staff.id, Stage.FULL)
    raw = b"".join(
        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
        for table in ("staff", "staff_credentials", "staff_sessions", "audit", "sign_in_failures")
        for row in desk.rows(table)
        for value in row
    )
    for secret in (NAME, LOGIN, code, code.replace("-", ""), "SECRETSECRET", "AAAA-BBBB-CCCC", "AAAABBBBCCCC", token):
        assert secret.encode() not in raw


def test_a_sign_in_name_is_taken_once_however_it_is_written(accounts: Accounts) -> None:
    add(accounts)
    for login in (LOGIN, "Rahima@CWCS", " rahima@cwcs "):
        with pytest.raises(LoginTaken):
            add(accounts, login)
    assert len(accounts.all()) == 1


def test_two_who_add_the_same_name_at_once_make_one_person(accounts: Accounts, url: str, sealer: Sealer) -> None:
    taken, gate = list[int](), threading.Barrier(4)

    def one(number: int) -> None:
        database = Database(url)
        gate.wait()
        try:
            add(Accounts(database, sealer))
        except LoginTaken:
            taken.append(number)
        finally:
            database.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 3 and len(accounts.all()) == 1


def test_the_last_admin_cannot_go(accounts: Accounts) -> None:
    first = add(accounts, "one", Role.ADMIN)
    with pytest.raises(LastAdmin):
        accounts.set_active(None, first, False)
    with pytest.raises(LastAdmin):
        accounts.change(None, first, name=NAME, role=Role.ANALYST, team="")
    second = add(accounts, "two", Role.ADMIN)
    accounts.set_active(None, second, False)
    with pytest.raises(LastAdmin):
        accounts.set_active(None, first, False)
    accounts.set_active(None, second, True)
    accounts.set_active(None, first, False)


def test_two_admins_who_disable_one_another_at_once_leave_one(accounts: Accounts, url: str, sealer: Sealer) -> None:
    ids = [add(accounts, login, Role.ADMIN) for login in ("one", "two")]
    refused: list[str] = []
    gate = threading.Barrier(2)

    def disable(id: str) -> None:
        database = Database(url)
        gate.wait()
        try:
            Accounts(database, sealer).set_active(None, id, False)
        except LastAdmin:
            refused.append(id)
        finally:
            database.close()

    threads = [threading.Thread(target=disable, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1 and sum(account.staff.active for account in accounts.all()) == 1


def test_nobody_is_changed_who_is_not_there(accounts: Accounts) -> None:
    for call in (
        lambda: accounts.set_active(None, "nobody", False), lambda: accounts.reset(None, "nobody"),
        lambda: accounts.change(None, "nobody", name="x", role=Role.ADMIN, team=""),
    ):  # fmt: skip
        with pytest.raises(UnknownStaff):
            call()
    assert accounts.account("nobody") is None and accounts.credentials("nobody") is None


def test_a_code_of_the_app_is_used_by_one_of_two_at_once(accounts: Accounts, url: str, sealer: Sealer) -> None:
    id, used = add(accounts), []
    gate = threading.Barrier(4)

    def use() -> None:
        database = Database(url)
        gate.wait()
        used.append(Accounts(database, sealer).use_totp(id, 100))
        database.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used) == [False, False, False, True]
    assert not accounts.use_totp(id, 99) and accounts.use_totp(id, 101)


def test_failures_are_forgotten_after_a_day(accounts: Accounts, clock: Clock) -> None:
    for _ in range(5):
        assert accounts.attempt("x", None) == 0
    assert accounts.attempt("x", None) == 15
    clock.advance(24 * 3600 + 16)
    assert [accounts.attempt("x", None) for _ in range(5)] == [0] * 5
    assert accounts.attempt("x", None) == 15


def test_an_attempt_that_began_a_moment_before_the_last_is_not_sent_away(accounts: Accounts, clock: Clock) -> None:
    """It waited for the other's row, and its time is the earlier one."""
    assert accounts.attempt("x", None) == 0
    clock.advance(-0.01)
    assert accounts.attempt("x", None) == 0


def test_attempts_at_the_same_moment_are_all_counted(accounts: Accounts, url: str, sealer: Sealer) -> None:
    accounts.attempt("x", None)
    allowed: list[float] = []

    def attempt() -> None:
        database = Database(url)
        allowed.append(Accounts(database, sealer).attempt("y", None))
        database.close()

    attempts = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in attempts:
        thread.start()
    for thread in attempts:
        thread.join()
    assert sum(wait == 0 for wait in allowed) == 5


def test_a_session_of_a_disabled_person_is_gone_even_if_it_was_kept(accounts: Accounts, desk: Any) -> None:
    import sqlalchemy

    id = add(accounts)
    token = accounts.open_session(id, Stage.FULL)
    assert accounts.session(token, active=True) is not None
    with desk.database.write() as connection:  # as if another way of disabling had left it
        connection.execute(sqlalchemy.text("UPDATE staff SET active = :no"), {"no": False})
    assert accounts.session(token, active=True) is None


def test_old_sessions_are_swept_away(accounts: Accounts, clock: Clock, desk: Any) -> None:
    id = add(accounts)
    accounts.open_session(id, Stage.FULL)
    clock.advance(3600)
    accounts.open_session(id, Stage.FULL)
    assert len(desk.rows("staff_sessions")) == 1 == len(accounts.sessions(id))


def test_a_setting_is_what_was_put_last(accounts: Accounts) -> None:
    from bot.staff import Action

    assert accounts.setting("rota") is None
    for value in ({"hours": {}}, {"hours": {"friday": ["09:00-17:00"]}}):
        accounts.set_setting(None, "rota", value, Action.HOURS_CHANGED)
        assert accounts.setting("rota") == value


def test_changing_somebody_keeps_what_was_not_changed(accounts: Accounts) -> None:
    id = add(accounts)
    accounts.set_password(id, "$argon2id$x", first=True)
    accounts.change(None, id, name="New", role=Role.SUPERVISOR, team="khulna")
    found, credentials = accounts.account(id), accounts.credentials(LOGIN)
    assert found is not None and (found.staff.name, found.staff.team, found.login) == ("New", "khulna", LOGIN)
    assert credentials is not None and credentials.password == "$argon2id$x"
