import pytest

from bot.evaluation.labelled import NoLabelledLines, copies, read
from bot.examples import Example
from bot.model import Level
from tests.fakes.reading import labelled, write

GOOD = {"id": "m-1", "text": "visa asol?", "register": "banglish", "topic": "step_visa", "level": "none", "category": None}


def test_reads_all_lines_of_all_files(tmp_path):
    write(tmp_path / "b.jsonl", GOOD, {**GOOD, "id": "m-2", "level": "urgent", "category": "fraud", "note": "x"})
    write(tmp_path / "a.jsonl", {**GOOD, "id": "m-0"}, "")
    write(tmp_path / "notes.json", GOOD)
    found = read(tmp_path)
    assert [(line.file, line.id) for line in found.lines] == [("a.jsonl", "m-0"), ("b.jsonl", "m-1"), ("b.jsonl", "m-2")]
    assert found.lines[2] == labelled("visa asol?", "banglish", "step_visa", "urgent", id="m-2", category="fraud", file="b.jsonl")
    assert found.lines[2].level is Level.URGENT
    assert found.files == {"a.jsonl": 1, "b.jsonl": 2}
    assert found.left_out == {}


@pytest.mark.parametrize(
    "bad",
    [
        "{", "5", "[]", '{"text": "only"}', {**GOOD, "id": ""}, {**GOOD, "id": 5}, {**GOOD, "text": ""}, {**GOOD, "topic": None},
        {**GOOD, "register": "hindi"}, {**GOOD, "register": None}, {**GOOD, "register": []}, {**GOOD, "level": "dire"},
        {**GOOD, "level": {}},
        {name: value for name, value in GOOD.items() if name != "level"},
    ],
)  # fmt: skip
def test_lines_that_lack_a_field_are_left_out_and_counted(tmp_path, bad):
    write(tmp_path / "a.jsonl", bad, GOOD, bad)
    found = read(tmp_path)
    assert len(found.lines) == 1
    assert found.left_out == {"a.jsonl": 2}


def test_a_folder_without_lines_is_named(tmp_path):
    write(tmp_path / "a.jsonl", '{"text": "only"}')
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NoLabelledLines, match=str(folder)):
            read(folder)


def test_safety_lines_are_kept_from_the_topics_unless_alone(tmp_path):
    write(tmp_path / "dev_safety.jsonl", GOOD)
    assert [line.safety for line in read(tmp_path).topical] == [True]
    write(tmp_path / "dev_bn.jsonl", {**GOOD, "id": "m-2"})
    assert [line.id for line in read(tmp_path).topical] == ["m-2"]
    assert len(read(tmp_path).lines) == 2


# --- near copies


def example(text, file="step_visa.yml"):
    return Example(text, "step_visa", "en", file)


def test_a_near_copy_is_found_whatever_its_script_and_named_without_its_words():
    lessons = [
        example("something else entirely"),
        example("notun pasport korbo koi", "b.yml"),
        example("অন্য কিছু"),
        example("নতুন পাসপোর্ট করব কই", "b.yml"),
    ]
    found = copies([labelled("notun pasport korbo koi ekhon"), labelled("how do I get a smart card", id="2")], lessons)
    assert [(copy.example, copy.line) for copy in found] == [
        ("b.yml, example 1", "made_up.jsonl 1"), ("b.yml, example 2", "made_up.jsonl 1"),
    ]  # fmt: skip
    assert found[0].share >= found[1].share >= 0.6
    assert "pasport" not in repr(found)


def test_what_is_merely_alike_is_no_copy():
    assert copies([labelled("where do I renew my passport")], [example("where is the visa office in Dhaka, sir")]) == []


@pytest.mark.parametrize(("text", "found"), [("next step", 0), ("next steps", 1)])
def test_short_lines_are_nobodys_own(text, found):
    assert len(copies([labelled(text)], [example(text)])) == found
