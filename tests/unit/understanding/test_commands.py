import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.commands import STEPS, Command, aspect, key, parse, read, vocabulary

GRAMMAR = re.compile(r"[a-z_]+(\.[a-z0-9_]+){0,2}")
WORDS = vocabulary(
    commands={
        "next": ["পরে", "next"],
        "next_step": ["পরের ধাপ", "porer dhap", "next step"],
        "steps": ["১৩ ধাপ", "13 steps", "talika"],
        "done": ["শেষ", "shesh"],
        "no": ["না", "no"],
        "hotlines": ["নম্বর", "number"],
        "language_en": ["ইংরেজি", "english"],
        "language": ["ভাষা", "language"],
        "carry": ["কোড", "code"],
    },
    names={
        3: ["পাসপোর্ট", "passport"],
        5: ["রসিদ", "receipt"],
        7: ["স্মার্ট কার্ড", "smart card"],
        11: ["মেডিকেল", "medical"],
        4: ["rl number", "যাব কি যাব না"],
    },
    jump={"step": ["ধাপ", "step", "নম্বর ধাপ", "no", "number", "নম্বর"], "filler": ["দেখান", "show me", "please", "go to", "টা", "e"]},
    aspects={
        "cost": ["কত টাকা", "koto taka", "taka", "fee"],
        "where": ["কই", "koi", "where"],
        "ask": ["কাকে", "kake"],
        "papers": ["ki lage", "কি লাগে"],
    },
)
digits = "".join(
    chr(c) for c in (*range(0x0660, 0x066A), *range(0x09E6, 0x09F0), *range(0x1369, 0x1372), *range(0x2460, 0x2469), 0xB2, 0x2167, 0xBD)
)
messages = st.one_of(st.text(max_size=40), st.text(alphabet=digits + "0123456789 -step", max_size=20))


# --- payloads


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[a-z_]{1,12}(\.[a-z0-9_]{1,12}){0,3}", fullmatch=True)))
def test_a_payload_is_a_command_of_ours_or_nothing(payload):
    command = parse(payload)
    if command is not None:
        assert str(command) == payload
        assert GRAMMAR.fullmatch(payload)
        assert len(payload.encode()) <= 64


@given(st.sampled_from(["step", "done", "not_done", "ask"]), st.integers(-20, 200))
def test_only_thirteen_steps_can_be_named(name, number):
    command = parse(f"{name}.{number}")
    assert (command is not None) == (1 <= number <= STEPS)
    assert command is None or command.number == number


@pytest.mark.parametrize(
    "payload",
    [
        "next", "back", "begin", "menu", "delete_yes", "language", "language.bn", "language.en", "step.1", "step.13", "done", "done.4",
        "not_done.4",
        "topic.cost_loan", "ask.3.cost", "ask.3", "code.12345678", "hide", "can_write", "cannot_write", "here.bd", "here.abroad", "here.sa",
    ],
)  # fmt: skip
def test_knows_its_buttons(payload):
    assert str(parse(payload)) == payload


@pytest.mark.parametrize(
    "payload",
    [
        "", " ", "/control", "/control{\"command\":\"menu\"}", "Menu", "menu ", " menu", "menu\n", "menu.", ".menu", "menu.1", "step",
        "step.", "step.0", "step.14",
        "step.-1", "step.x", "step.\u0663", "step.\u00b2", "step.5.6", "done.4.5", "language.fr", "language.bn.en", "topic", "topic.a.b",
        "topic.a.b.c", "ask.0.cost",
        "ask.3.cost.x", "part.2", "code", "code.1234567", "code.123456789", "code.1234567a", "code.12345678.9", "restart;drop",
        "step.5\u200b", "a" * 65, "topic." + "a" * 60, "here", "here.", "here.saudi", "here.bd.sa", "here.BD", "hide.web", "can_write.1",
    ],
)  # fmt: skip
def test_refuses_what_no_button_carries(payload):
    assert parse(payload) is None


def test_speaks_of_a_step_only_by_a_number_of_one():
    assert Command("step", ("7",)).number == 7
    assert Command("topic", ("hotlines",)).number is None
    assert Command("code", ("12345678",)).number is None
    assert Command("next").number is None


# --- typed


@pytest.mark.parametrize("text", ["፩", "፩፪", "½", "Ⅷ", "step ፩", "五", "²³"])
def test_signs_that_count_but_are_no_digits_are_read_without_failing(text):
    command = read(text, WORDS)
    assert command is None or 1 <= command.number <= STEPS


@given(messages)
def test_reads_any_text_without_failing(text):
    command = read(text, WORDS)
    assert command is None or parse(str(command)) == command


@pytest.mark.parametrize("number", range(1, STEPS + 1))
def test_jumps_to_every_step_by_number(number):
    bangla = "".join(chr(0x09E6 + int(digit)) for digit in str(number))
    for text in (
        str(number),
        bangla,
        f"step {number}",
        f"ধাপ {bangla}",
        f"step{number}",
        f"ধাপ-{bangla} দেখান",
        f"{bangla} নম্বর ধাপ",
        f"no. {number}",
        f"please show me step {number}",
    ):
        assert read(text, WORDS) == Command("step", (str(number),)), text


@pytest.mark.parametrize("number", [*range(14, 130), 911, 999, 1098, 1111, 16135])
def test_a_number_that_is_no_step_jumps_nowhere(number):
    assert read(str(number), WORDS) is None
    assert read(f"step {number}", WORDS) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("next", "next"), ("  NEXT!!! ", "next"), ("/next", "next"), ("পরে", "next"), ("pore", "next"), ("নেক্সট", None),
        ("next step", "next_step"), ("পরের ধাপ।", "next_step"), ("porer dap", "next_step"),
        ("১৩ ধাপ", "steps"), ("13 steps", "steps"), ("step", "steps"), ("ধাপ", "steps"), ("talika", "steps"),
        ("পাসপোর্ট", "step.3"), ("pasport", "step.3"), ("passport dekhan", "step.3"), ("show me passport please", "step.3"),
        ("rosid", "step.5"),
        ("smart card", "step.7"), ("স্মার্ট কার্ডটা", None), ("স্মার্ট কার্ড টা দেখান", "step.7"), ("step medical", "step.11"),
        ("rl number", "step.4"), ("আরএল", None), ("যাব কি যাব না", "step.4"), ("passport na", None), ("পাসপোর্ট না", None),
        ("step no 5", "step.5"), ("না", "no"),
        ("number", "hotlines"), ("no", "no"), ("english", "language.en"), ("language", "language"), ("code", "carry"),
    ],
)  # fmt: skip
def test_reads_what_she_types_instead_of_pressing(text, command):
    assert read(text, WORDS) == (None if command is None else parse(command))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "passport korte koto taka",
        "I finished step 5 and now?",
        "step 5 and 6",
        "next week I fly",
        "5 lakh",
        "না খেয়ে আছি",
        "no 5 days without food",
        "show me",
        "৫ জন মিলে মারে",
    ],
)
def test_a_message_that_says_more_is_no_command(text):
    assert read(text, WORDS) is None


@pytest.mark.parametrize(
    "text",
    [
        "12345678",
        "1234 5678",
        "1234-5678",
        "১২৩৪ ৫৬৭৮",
        "12 34 56 78",
        "code 12345678",
        "কোড ১২৩৪৫৬৭৮",
        "10002345",
        "1111 2222",
        "00000000",
        "my code 12345678",
        "12345678.",
    ],
)
def test_reads_a_carry_code(text):
    command = read(text, WORDS)
    assert command is not None
    assert command.name == "code"
    assert len(command.arguments[0]) == 8


def test_a_carry_code_keeps_every_digit():
    assert read("1000 2233", WORDS) == Command("code", ("10002233",))


@pytest.mark.parametrize(
    "text",
    [
        "01712345678",
        "1234567",
        "123456789",
        "he took 12345678 taka from me",
        "+880 9610 102030",
        "passport no A12345678 hariye geche ki korbo",
    ],
)
def test_other_numbers_are_no_code(text):
    command = read(text, WORDS)
    assert command is None or command.name != "code"


def test_a_long_message_is_no_command():
    assert read("next " * 50, WORDS) is None


# --- which section is asked for


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("পাসপোর্ট করতে কত টাকা", "cost"), ("pasport korte koto taka", "cost"), ("smart card koi pabo", "where"),
        ("স্মার্ট কার্ড কই", "where"),
        ("kake bolbo", "ask"), ("ki lage taka", "papers"), ("passport", None), ("", None), ("feedback", None), ("takar koi", "where"),
    ],
)  # fmt: skip
def test_finds_the_section_a_question_asks_for(text, section):
    assert aspect(text, WORDS) == section


def test_where_and_who_do_not_meet():
    assert aspect("koi", WORDS) == "where"
    assert aspect("ke", WORDS) is None


@given(st.text(max_size=40))
def test_looks_for_a_section_in_any_text(text):
    assert aspect(text, WORDS) in (None, "cost", "where", "ask", "papers")


# --- the vocabulary


def test_one_phrase_cannot_mean_two_commands():
    with pytest.raises(ValueError, match="means both"):
        vocabulary({"next": ["aro"], "back": ["aaro"]}, {}, {"step": [], "filler": []}, {})


def test_one_name_cannot_be_two_steps():
    with pytest.raises(ValueError, match="names both"):
        vocabulary({}, {3: ["passport"], 4: ["pasport"]}, {"step": [], "filler": []}, {})


def test_scripts_and_habits_have_one_key():
    assert key("পরের ধাপ!") == key("porer dhap") == key("Porer  DAP")
    assert key("11") != key("1")
