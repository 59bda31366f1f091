import pytest

from bot.dangers import CATEGORIES, dangers
from bot.errors import ContentError
from bot.examples import REGISTERS
from bot.model import Level
from bot.near import near_copies


def written(tmp_path, text, name="captivity_rina.yml"):
    folder = tmp_path / "triage" / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_an_example_has_a_level_a_category_a_register_and_an_author(tmp_path):
    text = 'category: captivity\ncritical:\n  bn:\n    - "বাইরে তালা"\nnone:\n  en: ["what is a lock"]\n'
    harmless, critical = dangers(written(tmp_path, text))
    assert (critical.text, critical.level, critical.category, critical.register, critical.author) == (
        "বাইরে তালা", Level.CRITICAL, "captivity", "bn", "rina",
    )  # fmt: skip
    assert (harmless.level, harmless.register) == (Level.NONE, "en")


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("category: captivity\n", "captivity.yml", "category_author"), ("category: child\n", "captivity_rina.yml", "category_author"),
        ("category: weather\n", "weather_rina.yml", "category_author"), ("category: captivity\nhigh: {}\n", "captivity_rina.yml", "high"),
        ("category: captivity\nnone: [a]\n", "captivity_rina.yml", "registers"),
        ("category: captivity\nnone: {hindi: [a]}\n", "captivity_rina.yml", "registers"),
        ("category: captivity\nnone: {bn: [no]}\n", "captivity_rina.yml", "quotes"),
        ("category: captivity\nnone: {bn: [' ']}\n", "captivity_rina.yml", "quotes"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_file_and_the_cure(tmp_path, text, name, told):
    with pytest.raises(ContentError, match=told) as caught:
        dangers(written(tmp_path, text, name))
    assert name in str(caught.value)


def test_the_projects_own_examples_cover_every_category_level_and_register():
    found = dangers()
    assert {(danger.category, level) for danger in found for level in (Level.CRITICAL, Level.URGENT, Level.NONE)} == {
        (danger.category, danger.level) for danger in found if danger.level is not Level.STANDARD
    }
    assert {danger.category for danger in found} == set(CATEGORIES)
    assert {danger.register for danger in found} == set(REGISTERS)
    assert len({danger.author for danger in found}) >= 3


def test_no_two_of_the_projects_own_examples_are_nearly_the_same():
    texts = [danger.text for danger in dangers() if len(danger.text) >= 10]
    assert [(texts[one], texts[other]) for one, other, _ in near_copies(texts, 0.7)] == []
