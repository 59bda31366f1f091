"""`python -m bot staff` and `audit verify`, with a database of their own."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import load
from bot.staff_commands import opened

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("VAR", str(tmp_path))
    for name in ("DATABASE_URL", "PUBLIC_URL", "SEAL_KEYS", "LOOKUP_KEY"):
        monkeypatch.setenv(name, "")
    here = os.getcwd()

    def command(*words: str) -> tuple[int, str, str]:
        try:
            code = main(list(words))
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os.chdir(here)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_a_person_is_added_and_her_code_goes_to_the_screen_only(run: Run, tmp_path: Path) -> None:
    code, out, err = run("staff", "add", "rahima", "--name", "রহিমা", "--role", "counsellor", "--team", "dhaka")
    found = re.search(r"rahima: ([A-Z0-9]{4}(?:-[A-Z0-9]{4}){3})", out)
    assert code == 0 and found and "/desk/setup" in out and found[1] not in err
    accounts = opened(load())
    account = accounts.named("rahima")
    assert account is not None and accounts.setup("rahima", found[1]) == account.staff.id
    assert "rahima\tরহিমা\tcounsellor\tdhaka\twaits for set-up\toff duty" in run("staff", "list")[1]


def test_what_is_changed_is_shown(run: Run) -> None:
    run("staff", "add", "rahima", "--name", "R", "--role", "counsellor", "--team", "dhaka")
    assert "\tdisabled\t" in run("staff", "disable", "rahima")[1]
    assert "\twaits for set-up\t" in run("staff", "enable", "Rahima")[1]
    assert "\tsupervisor\tdhaka\t" in run("staff", "role", "rahima", "supervisor")[1]
    assert "\tanalyst\tkhulna\t" in run("staff", "role", "rahima", "analyst", "--team", "khulna")[1]
    assert re.search(r"rahima: [A-Z0-9]{4}-", run("staff", "reset", "rahima")[1])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("staff", "reset", "nobody"), "No such person"),
        (("staff", "add", "root", "--name", "R", "--role", "admin"), "already"),
        (("staff", "disable", "root"), "last active admin"),
        (("staff", "role", "root", "analyst"), "last active admin"),
        (("staff", "add", " ", "--name", "R", "--role", "admin"), "letters or digits"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, words: tuple[str, ...], told: str) -> None:
    run("staff", "add", "root", "--name", "Root", "--role", "admin")
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (1, "", 1) and told in err


def test_the_audit_is_proven_or_not(run: Run, tmp_path: Path) -> None:
    run("staff", "add", "root", "--name", "Root", "--role", "admin")
    run("staff", "add", "rahima", "--name", "R", "--role", "counsellor")
    code, out, _ = run("audit", "verify")
    assert code == 0 and out.startswith("2 lines, all as they were written")
    with sqlite3.connect(tmp_path / "sohojatri.db") as connection:
        connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET action = 'signed_in' WHERE seq = 2")
    code, out, _ = run("audit", "verify")
    assert code == 1 and "line 2 was changed" in out
