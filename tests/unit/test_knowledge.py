import shutil
from datetime import date

import pytest
import yaml

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, LANGUAGES, PARTS, SECTIONS, Text, knowledge, load, read_yaml
from bot.understanding.commands import Command, read


@pytest.fixture
def copy(tmp_path):
    """A copy of knowledge/ to break."""
    shutil.copytree(DIRECTORY, tmp_path / "knowledge", ignore=shutil.ignore_patterns("triage", "words_web.yml", "words_desk*.yml"))
    return tmp_path / "knowledge"


def change(path, edit):
    """Edits the parsed content of a YAML file in place."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    replaced = edit(content)
    path.write_text(
        yaml.dump(content if replaced is None else replaced, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


def put(*keys, value):
    def edit(content):
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return edit


def drop(*keys):
    def edit(content):
        for key in keys[:-1]:
            content = content[key]
        del content[keys[-1]]

    return edit


# --- what is there


def test_thirteen_steps_in_order():
    assert [step.id for step in knowledge().steps] == [
        "step_decision", "step_registration", "step_passport", "step_agency", "step_receipts", "step_training", "step_smart_card",
        "step_visa", "step_contract",
        "step_accounts", "step_medical", "step_briefing", "step_departure",
    ]  # fmt: skip
    assert [knowledge().step(number).number for number in range(1, 14)] == list(range(1, 14))
    assert [knowledge().step_number(step.id) for step in knowledge().steps] == list(range(1, 14))
    assert knowledge().step_number("cost_loan") is None


def test_the_parts_of_a_step_hold_each_section_once_and_are_three_to_five():
    assert sorted(name for part in PARTS for name in part) == sorted(SECTIONS)
    assert PARTS[0] == ("brief",)
    assert 3 <= len(PARTS) <= 5


def test_content_is_loaded_once():
    assert knowledge() is knowledge()


def test_a_copy_loads_the_same(copy):
    assert load(copy) == knowledge()


@pytest.mark.parametrize("number", range(1, 14))
def test_a_step_is_found_by_each_of_its_names(number):
    step = knowledge().step(number)
    for name in (*step.aliases, step.name.bn, step.name.en):
        command = read(name, knowledge().vocabulary)
        assert command == Command("step", (str(number),)), name


def test_each_phrase_of_a_command_is_read_as_that_command():
    for name, said in read_yaml(DIRECTORY / "words.yml")["commands"].items():
        command = Command("language", (name[-2:],)) if name in ("language_bn", "language_en") else Command(name)
        for phrase in said:
            assert read(phrase, knowledge().vocabulary) == command, phrase


def test_a_text_is_read_by_language_and_filled():
    text = Text("ধাপ {step}", "Step {step}")
    assert (text["bn"], text["en"]) == ("ধাপ {step}", "Step {step}")
    assert text.fill("en", step=4) == "Step 4"
    assert text["bn-latn"] == text.bn


def test_all_content_may_still_be_trusted_for_a_while_after_it_was_verified():
    content = knowledge()
    for item in (*content.steps, *content.topics.values(), *content.hotlines):
        assert item.life.owner
        assert date(2026, 1, 1) <= item.life.verified_on < item.life.review_by


# --- what is wrong is named with its file


STEP, TOPIC, WORDS, HOTLINES, FACTS = "steps/03-passport.yml", "topics/complaint.yml", "words.yml", "hotlines.yml", "facts.yml"
BROKEN = [
    (STEP, drop("id"), "id"),
    (STEP, put("id", value=5), "id"),
    (STEP, drop("number"), "number"),
    (STEP, put("number", value="three"), "number"),
    (STEP, put("number", value=4), "1 to 13"),
    (STEP, put("number", value=14), "1 to 13"),
    (STEP, put("id", value="step_visa"), "step_visa"),
    (STEP, put("id", value="complaint"), "complaint"),
    (STEP, drop("name"), "name"),
    (STEP, drop("name", "en"), "en:"),
    (STEP, put("name", "bn", value="  "), "bn:"),
    (STEP, put("name", "hi", value="x"), "nothing else"),
    (STEP, drop("aliases"), "aliases"),
    (STEP, put("aliases", value="passport"), "aliases"),
    (STEP, put("aliases", value=["passport", False]), "aliases"),
    (STEP, put("aliases", value=["visa"]), "names both"),
    (STEP, drop("sections"), "sections"),
    (STEP, drop("sections", "cost"), "exactly"),
    (STEP, put("sections", "fees", value={"bn": "ক", "en": "a"}), "exactly"),
    (STEP, put("sections", value={name: {"bn": "ক", "en": "a"} for name in reversed(SECTIONS)}), "exactly"),
    (STEP, put("sections", value=[]), "sections"),
    (STEP, drop("sections", "cost", "bn"), "sections.cost"),
    (STEP, put("sections", "cost", "en", value=5), "sections.cost"),
    (STEP, put("sections", "cost", value="text"), "sections.cost"),
    (STEP, drop("owner"), "owner"),
    (STEP, put("verified_on", value="last week"), "verified_on"),
    (STEP, put("review_by", value=date(2020, 1, 1)), "review_by"),
    (STEP, lambda content: content.update(review_by=content["verified_on"]), "review_by"),
    (STEP, lambda content: [content], "sections"),
    (TOPIC, drop("id"), "id"),
    (TOPIC, put("id", value="legal_aid"), "legal_aid"),
    (TOPIC, drop("messages"), "messages"),
    (TOPIC, put("messages", value=[]), "messages"),
    (TOPIC, put("messages", value={"bn": "ক", "en": "a"}), "messages"),
    (TOPIC, put("messages", value=["text"]), r"messages\[0\]"),
    (TOPIC, drop("messages", 0, "en"), r"messages\[0\]"),
    (TOPIC, drop("review_by"), "review_by"),
    (TOPIC, lambda content: [content], "messages"),
    (WORDS, lambda content: [], "words.yml"),
    (WORDS, drop("commands"), "commands"),
    (WORDS, drop("jump"), "jump"),
    (WORDS, drop("jump", "filler"), "filler"),
    (WORDS, drop("aspects"), "aspects"),
    (WORDS, drop("buttons"), "buttons"),
    (WORDS, drop("sentences"), "sentences"),
    (WORDS, drop("headings"), "headings"),
    (WORDS, drop("telegram"), "telegram"),
    (WORDS, drop("messenger_greeting"), "messenger_greeting"),
    (WORDS, drop("buttons", "menu", "bn"), "buttons.menu"),
    (WORDS, put("sentences", "menu", "en", value=""), "sentences.menu"),
    (WORDS, put("sentences", True, value={"bn": "ক", "en": "a"}), "quotes"),
    (WORDS, put("commands", False, value=["naa"]), "quotes"),
    (WORDS, put("commands", "menu", value=[True]), "quotes"),
    (WORDS, put("commands", "menu", value="menu"), "list"),
    (WORDS, put("aspects", "cost", value=None), "list"),
    (WORDS, put("commands", "menu", value=["next"]), "means both"),
    (HOTLINES, lambda content: [], "hotlines"),
    (HOTLINES, put("hotlines", value={}), "hotlines"),
    (HOTLINES, put("hotlines", 0, value="999"), "id"),
    (HOTLINES, put("hotlines", 0, "number", value=999), "number"),
    (HOTLINES, drop("hotlines", 0, "use", "en"), "use"),
    (HOTLINES, drop("hotlines", 1, "place"), "place"),
    (HOTLINES, drop("hotlines", 1, "confidence"), "confidence"),
    (HOTLINES, drop("hotlines", 1, "verified_on"), "verified_on"),
    (FACTS, lambda content: {}, "facts"),
    (FACTS, drop(0, "id"), "id"),
    (FACTS, drop(0, "statement_en"), "statement_en"),
    (FACTS, drop(0, "confidence"), "confidence"),
]


@pytest.mark.parametrize(
    ("file", "edit", "named"), BROKEN, ids=[f"{file}-{named}-{index}" for index, (file, _, named) in enumerate(BROKEN)]
)
def test_content_that_is_wrong_is_named(copy, file, edit, named):
    change(copy / file, edit)
    with pytest.raises(ContentError, match=named) as found:
        load(copy)
    assert file.split("/")[0] in str(found.value)


@pytest.mark.parametrize("file", [STEP, WORDS, HOTLINES, FACTS])
def test_a_missing_file_is_named(copy, file):
    (copy / file).unlink()
    with pytest.raises(ContentError, match=r"steps|words|hotlines|facts"):
        load(copy)


def test_a_slip_in_yaml_is_named_with_its_line(copy):
    (copy / WORDS).write_text("buttons:\n  next:\n   bn: 'x\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"words\.yml: is not valid YAML(.|\n)*line"):
        load(copy)


def test_a_file_in_another_encoding_is_named(copy):
    (copy / TOPIC).write_bytes(b"id: caf\xe9")
    with pytest.raises(ContentError, match=r"complaint\.yml: is not UTF-8"):
        load(copy)


def test_yaml_can_run_nothing(tmp_path):
    (tmp_path / "x.yml").write_text("!!python/object/apply:os.system ['true']", encoding="utf-8")
    with pytest.raises(ContentError, match="not valid YAML"):
        read_yaml(tmp_path / "x.yml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_and_sentence_has_a_text(language):
    content = knowledge()
    for block in (content.buttons, content.headings, content.sentences, content.telegram_commands):
        assert all(text[language].strip() for text in block.values())
