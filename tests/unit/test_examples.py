import pytest

from bot.errors import ContentError
from bot.examples import DIRECTORY, Example, examples

GOOD = """version: "3.1"
nlu:
- intent: step_visa
  metadata: {register: bn}
  examples: |
    - ভিসা আসল কি না
    -   ভিসা চেক

- intent: step_visa
  metadata: {register: en}
  examples: |
    - is my visa real
"""


def written(tmp_path, content, name="step_visa.yml"):
    (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_reads_files_and_lines_in_order(tmp_path):
    written(tmp_path, GOOD.replace("step_visa", "step_agency"), "step_agency.yml")
    written(tmp_path, "nlu: [", "notes.txt")
    found = examples(written(tmp_path, GOOD))
    assert found[3:] == [
        Example("ভিসা আসল কি না", "step_visa", "bn", "step_visa.yml"),
        Example("ভিসা চেক", "step_visa", "bn", "step_visa.yml"),
        Example("is my visa real", "step_visa", "en", "step_visa.yml"),
    ]
    assert {example.intent for example in found[:3]} == {"step_agency"}


def test_no_files_are_no_examples(tmp_path):
    assert examples(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (GOOD.replace("intent: step_visa", "intention: x"), "intent"),
        (GOOD.replace("register: bn", "register: bangla"), "register"),
        (GOOD.replace("metadata: {register: bn}", "metadata: bn"), "register"),
        (GOOD.replace("  metadata: {register: bn}\n", ""), "register"),
        (GOOD.replace("examples: |", "lines: |"), "examples"),
        (GOOD.replace("examples: |", "examples:"), "examples"),
        (GOOD.replace("    - is my", "    is my"), "must begin"),
        (GOOD.replace("    - is my", "    -is my"), "must begin"),
        ("nlu: [text]", "each block"),
        ("nlu: 5", "nlu"),
        ("nlu: {intent: a}", "nlu"),
        ("", "nlu"),
        ("[]", "nlu"),
        ("nlu: [", "not valid YAML"),
        ("version: '3.1'", "nlu"),
    ],
)
def test_a_block_that_is_wrong_is_named_with_its_file(tmp_path, content, named):
    with pytest.raises(ContentError, match=named) as found:
        examples(written(tmp_path, content))
    assert "step_visa.yml" in str(found.value)


def test_reads_the_projects_own_when_none_are_named():
    assert DIRECTORY.parts[-3:-1] == (DIRECTORY.parent.parent.name, "data")
