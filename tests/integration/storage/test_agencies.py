"""The register on the command line and in the database: shown first, written whole or not at all, earlier lists kept, new ones noticed."""

import json

import pytest

from bot.__main__ import main
from bot.storage import directory as directories
from bot.storage.directory import Directory
from bot.storage.engine import Database

LIST = "RL No,Name,Status\n101,Rabeya Overseas,Active\n102,Doel International,Suspended\n"


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def run(capsys, *arguments):
    try:
        code = main(["agencies", *arguments])
    except SystemExit as ended:
        code = ended.code
    out = capsys.readouterr()
    return code, out.out, out.err


def bring(house, capsys, text, *options):
    path = house / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run(capsys, "import", str(path), "--source", "test", "--as-of", "2026-11-01", *options)


def rls(house):
    database = Database(f"sqlite:///{house / 'var' / 'sohojatri.db'}")
    try:
        listing = Directory(database).listing()
        return None if listing is None else [agency.rl for agency in listing.agencies]
    finally:
        database.close()


def test_nothing_is_written_before_it_was_shown_and_agreed(house, capsys):
    code, out, _ = bring(house, capsys, LIST)
    assert code == 2
    assert "Agencies: 2. Rows refused: 0." in out
    assert "rl = “RL No”" in out
    assert rls(house) is None
    code, out, _ = bring(house, capsys, LIST, "--yes")
    assert code == 0
    assert rls(house) == ["101", "102"]


def test_one_refused_row_stops_all_unless_it_is_left_out(house, capsys):
    bad = LIST + "abc,Nobody,Active\n"
    code, out, err = bring(house, capsys, bad, "--yes")
    assert code == 1
    assert "row 4: 'abc' is no RL number" in out
    assert "Nothing was written" in err
    assert rls(house) is None
    assert bring(house, capsys, bad, "--yes", "--skip-bad")[0] == 0
    assert rls(house) == ["101", "102"]


def test_the_newest_list_is_used_and_the_earlier_one_kept(house, capsys):
    bring(house, capsys, LIST, "--yes")
    _, out, _ = bring(house, capsys, "RL,Name,Status\n101,Rabeya Overseas,Expired\n103,Meghna,Active\n", "--yes")
    assert "1 new, 1 gone, 1 of another status" in out
    assert rls(house) == ["101", "103"]
    database = Database(f"sqlite:///{house / 'var' / 'sohojatri.db'}")
    with database.read() as connection:
        assert directories.agencies.imported(connection, 1).rows == 2
        assert [agency.rl for agency in directories.agencies.listed(connection, 1)] == ["101", "102"]
    database.close()


def test_a_running_process_notices_a_new_list(house, capsys, monkeypatch):
    bring(house, capsys, LIST, "--yes")
    database = Database(f"sqlite:///{house / 'var' / 'sohojatri.db'}")
    running = Directory(database)
    assert len(running.listing().agencies) == 2
    bring(house, capsys, "RL,Name\n101,Rabeya Overseas\n", "--yes")
    assert len(running.listing().agencies) == 2  # not yet looked again
    monkeypatch.setattr(directories, "_LOOK", 0.0)
    assert len(running.listing().agencies) == 1
    database.close()


def test_find_prints_candidates_best_first(house, capsys):
    bring(house, capsys, LIST, "--yes")
    code, out, _ = run(capsys, "find", "রাবেয়া ওভারসিজ")
    found = json.loads(out)
    assert code == 0
    assert {name: found[0][name] for name in ("rl", "name", "match")} == {"rl": "101", "name": "Rabeya Overseas", "match": "exact"}
    assert found[0]["score"] >= found[-1]["score"]
    strangers = json.loads(run(capsys, "find", "Kopotakkho Bridge")[1])
    assert {one["match"] for one in strangers} <= {"none"}


@pytest.mark.parametrize("day", ["tomorrow", "2999-01-01", "01/11/2026"])
def test_a_wrong_day_is_refused(house, capsys, day):
    code, _, err = run(capsys, "import", "x.csv", "--source", "test", "--as-of", day)
    assert code == 2
    assert "as-of" in err


def test_without_a_list_find_says_how_to_get_one(house, capsys):
    code, _, err = run(capsys, "find", "Rabeya")
    assert code == 1
    assert "agencies import" in err
