import shutil
from argparse import Namespace
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import content_commands
from bot.content_commands import LATE, WRONG, run
from bot.content_files import twice
from bot.errors import ContentError
from bot.knowledge import DIRECTORY, knowledge, load
from bot.lines import located
from bot.review import due, entries, overdue
from bot.switched import FILE, switched_off

CONTENT = knowledge()
LAST = max(entry.life.review_by for entry in entries(CONTENT))
FIRST = min(entry.life.review_by for entry in entries(CONTENT))


def command(what, id=None, days=14, no_dates=False):
    return Namespace(what=what, id=id, days=days, no_dates=no_dates)


def test_everything_that_is_told_has_somebody_who_answers_for_it():
    kinds = {entry.where.partition("/")[0].partition(":")[0] for entry in entries(CONTENT)}
    assert kinds == {"hotlines.yml", "steps", "topics", "items", "destinations", "services.yml"}
    assert len({entry.id for entry in entries(CONTENT)}) == len(list(entries(CONTENT)))
    for entry in entries(CONTENT):
        assert entry.life.owner
        assert entry.facts or entry.id in ("human", "privacy", "chitchat"), entry.id


def test_nothing_is_overdue_before_its_day_and_all_after_the_last():
    assert overdue(CONTENT, FIRST) == []
    assert len(overdue(CONTENT, LAST + timedelta(days=1))) == len(list(entries(CONTENT)))
    assert "hotlines.yml: emergency: review_by: was" in overdue(CONTENT, LAST + timedelta(days=1))[0]


def test_the_list_begins_with_the_numbers_to_ring_and_the_latest_first():
    lines = due(CONTENT, LAST + timedelta(days=1), 0)
    heads = [line for line in lines if line.startswith("[ ]")]
    assert len(heads) == len(list(entries(CONTENT)))
    assert "16135  Probash Bondhu" in "".join(heads[: len(CONTENT.hotlines)])
    late = [int(line.rpartition(" days late")[0].rpartition(" ")[2]) for line in heads[: len(CONTENT.hotlines)]]
    assert late == sorted(late, reverse=True)


def test_a_number_comes_with_what_to_ask_and_a_text_with_its_facts():
    lines = "\n".join(due(CONTENT, LAST, 0))
    assert "(hotline.migrants, " in lines
    assert "Is it answered today, and at which hours?" in lines
    assert (
        "Is it still so? Salish (village arbitration) is not the answer for rape, violence or trafficking. [c-06, high, 2023-12-26]"
        in lines
    )


def test_nobody_is_told_to_ring_the_police_to_try():
    lines = due(CONTENT, LAST, 0)
    at = next(index for index, line in enumerate(lines) if "(hotline.emergency," in line)
    assert "Do not ring it" in lines[at + 1]
    assert lines[at + 2].startswith("[ ]")


def test_what_is_due_later_is_not_listed():
    assert due(CONTENT, FIRST - timedelta(days=15), 14) == []
    assert due(CONTENT, FIRST - timedelta(days=14), 14) != []


# --- the command


def said(arguments, tmp_path, today=FIRST):
    told = []
    return run(arguments, tmp_path, told.append, today), "".join(told)


def test_check_says_by_its_exit_code_what_is_wrong_and_what_is_only_late(tmp_path, monkeypatch):
    monkeypatch.setattr(content_commands, "problems", list)
    assert said(command("check"), tmp_path) == (0, "0 problems, 0 overdue\n")
    code, text = said(command("check"), tmp_path, LAST + timedelta(days=1))
    assert code == LATE
    assert "knowledge/hotlines.yml:" in text
    assert said(command("check", no_dates=True), tmp_path, LAST + timedelta(days=1)) == (0, "0 problems\n")
    monkeypatch.setattr(content_commands, "problems", lambda: ["items/salish.yml: messages[0].bn: 61 words; at most 60"])
    code, text = said(command("check"), tmp_path)
    assert code == WRONG
    assert text.startswith("knowledge/items/salish.yml:")


def test_due_says_so_when_nothing_is(tmp_path):
    assert said(command("due"), tmp_path, FIRST - timedelta(days=30)) == (0, "Nothing is due in the next 14 days.\n")
    assert said(command("due"), tmp_path)[1].startswith("[ ]")


def test_off_and_on_are_kept_in_the_file_that_the_house_watches(tmp_path):
    code, text = said(command("off", "salish"), tmp_path)
    assert code == 0
    assert "within a minute" in text
    assert set(switched_off(tmp_path / FILE)) == {"salish"}
    assert "already" in said(command("off", "salish"), tmp_path)[1]
    assert "Off now: nothing" in said(command("on", "salish"), tmp_path)[1]
    assert switched_off(tmp_path / FILE) == {}


def test_switching_a_number_off_names_the_texts_that_hold_it(tmp_path):
    assert "These texts still name 19911: " in said(command("off", "hotline.sa_labour"), tmp_path)[1]
    assert "overwork" in said(command("off", "hotline.qa_labour"), tmp_path)[1]


def test_without_an_id_it_says_what_is_off(tmp_path):
    said(command("off", "salish"), tmp_path)
    with pytest.raises(ContentError, match=r"say which.*salish"):
        said(command("on"), tmp_path)


# --- lines


@pytest.fixture
def here(tmp_path):
    shutil.copytree(DIRECTORY, tmp_path / "knowledge")
    return tmp_path / "knowledge"


@pytest.mark.parametrize(
    ("problem", "file", "line"),
    [
        ("items/salish.yml: messages[0].bn: 61 words; at most 60", "items/salish.yml", "- bn: |"),
        ("items/salish.yml: messages[1]: has no sources", "items/salish.yml", "- bn: |"),
        ("items/salish.yml: next: 'nowhere' is no item", "items/salish.yml", "next: ["),
        ("items/salish.yml: name.en: 'x' is longer", "items/salish.yml", "name: {"),
        ("steps/03: sections.cost.en: 60 words", "steps/03-passport.yml", "    en: |"),
        ("destinations/sa: aspects.help.bn: says 'x'", "destinations/01-sa.yml", "    bn: |"),
        ("hotlines.yml: emergency.use.bn: 20 words", "hotlines.yml", "      bn: "),
        ("services.yml: services.ttc.line: rests on", "services.yml", "      bn: "),
        ("menu.yml: groups.law.members: 9; at most 8", "menu.yml", "    members: ["),
        ("words.yml: sentences.yes.bn: 61 words", "words.yml", "    bn: "),
    ],
)
def test_a_problem_is_told_with_its_line(here, problem, file, line):
    told = located(problem, here)
    path, number, rest = told.split(":", 2)
    assert path == f"knowledge/{file}"
    lines = (here / file).read_text(encoding="utf-8").splitlines()
    assert line in lines[int(number) - 1] or line in lines[int(number) - 2], lines[int(number) - 1]
    assert problem.endswith(rest.lstrip())


@pytest.mark.parametrize(
    "problem",
    [
        "data/nlu: nearly the same (0.80)",
        "items/gone.yml: name: x",
        "something else",
        "",
        "items/salish.yml: nothing_like_it: x",
        "domain.yml: actions: x",
    ],
)
def test_a_problem_without_a_line_is_told_as_it_is(here, problem):
    assert located(problem, here) == problem


def test_an_error_of_loading_has_its_line_too(here):
    problem = f"{here / 'items/salish.yml'}: confidence: must be one of low, medium, high."
    assert located(problem, here).startswith("knowledge/items/salish.yml:")


def test_a_file_that_is_no_yaml_is_told_as_it_is(here):
    (here / "items/salish.yml").write_text("a: [", encoding="utf-8")
    assert located("items/salish.yml: next: x", here) == "items/salish.yml: next: x"


def test_an_entry_can_be_made_late(here):
    late = replace(CONTENT.services.life, review_by=date(2020, 1, 1), verified_on=date(2019, 1, 1))
    content = replace(CONTENT, services=replace(CONTENT.services, life=late))
    assert [line.split(": ")[0] for line in overdue(content, date(2020, 1, 2))] == ["services.yml"]


@pytest.mark.parametrize(
    ("before", "after", "line", "cure"),
    [
        ("owner: CWCS", 'owner: "CWCS', 4, 'a quotation mark " has no partner in this line'),
        ("topic: complaint", "topic complaint", 2, "a colon is missing after 'topic'"),
        ("\n- bn: |", "\n - bn: |", 11, "begins with 1 spaces"),
        ("next: [", "\tnext: [", 33, "begins with a tab"),
        ('"salish~"]', '"salish~"', 9, "the brackets [ and ] do not match in this line"),
        ('name: {bn: "সালিশ"', 'name: bn: "সালিশ"', 3, "the brackets { and } do not match"),
        ("owner: CWCS programme", "owner: CWCS: programme", 4, "the text holds a colon"),
    ],
)
def test_a_slip_is_told_where_it_is_and_not_where_a_parser_noticed_it(here, before, after, line, cure):
    path = here / "items/salish.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load(here)
    told = located(str(raised.value), here)
    assert told.startswith(f"knowledge/items/salish.yml:{line}: "), told
    assert cure in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("field", "written", "told"),
    [
        ("review_by", "27-02-2027", "items/salish.yml:6: review_by: '27-02-2027' will not do; write a day as 2026-11-27"),
        ("name", None, "items/salish.yml:1: name: is missing; write a text under bn: and one under en:"),
        ("next", None, "items/salish.yml:1: next: is missing; write a list"),
        ("owner", "12", "items/salish.yml:4: owner: '12' will not do; write a text"),
        ("titel", "x", "titel: is no field here; the fields are also, anywhere, as_of"),
        ("review_by", "2027-02-30", "items/salish.yml: holds a day that does not exist"),
    ],
)
def test_a_field_that_is_wrong_is_told_with_the_cure(here, field, written, told):
    path = here / "items/salish.yml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(f"{field}:")]
    at = {"review_by": 5, "owner": 3}.get(field, len(lines))
    path.write_text("\n".join([*lines[:at], *([f"{field}: {written}"] if written else []), *lines[at:]]), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load(here)
    assert told in located(str(raised.value), here)


def test_a_field_that_stands_twice_is_told(here):
    path = here / "items/salish.yml"
    path.write_text(path.read_text(encoding="utf-8") + "confidence: high\n", encoding="utf-8")
    last = len(path.read_text(encoding="utf-8").splitlines())
    assert list(twice(here)) == [f"knowledge/items/salish.yml:{last}: confidence: stands here again (first in line 7); keep one of the two"]
