"""What says who she is is found however it is written; money, dates and our own numbers are left to be read."""

from __future__ import annotations

import random
import time

import pytest

from bot.knowledge import knowledge
from bot.masking import Masks
from bot.understanding.entities import find, gazetteer

MASKS = Masks(line.number for line in knowledge().hotlines)


def values(text: str) -> list[str]:
    return [found.value for found in MASKS.find(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("amar number 01712345678", "01712345678"),
        ("আমার নম্বর ০১৭১২-৩৪৫৬৭৮, ফোন দিয়েন", "০১৭১২-৩৪৫৬৭৮"),
        ("call +880 1712 345 678 please", "+880 1712 345 678"),
        ("00966 50 123 4567", "00966 50 123 4567"),
        ("(017) 12.34.56.78", "(017) 12.34.56.78"),
        ("imo:+971501234567", "+971501234567"),
        ("NID1234567890", "1234567890"),
        ("nid 19912692506000123", "19912692506000123"),
        ("আইডি ১৯৯১ ২৬৯২ ৫০৬০ ০০১২৩", "১৯৯১ ২৬৯২ ৫০৬০ ০০১২৩"),
        ("passport BX0123456 ache", "BX0123456"),
        ("passport A01234567", "A01234567"),
        ("amar passport ab 1234567", "ab 1234567"),
        ("lebanon 71234567", "71234567"),
        ("hongkong 9123 4567", "9123 4567"),
        ("mail rahima.k@example.com e", "rahima.k@example.com"),
        ("fb https://www.facebook.com/rahima.khatun.5 dekhen", "https://www.facebook.com/rahima.khatun.5"),
        ("telegram e @rahima_22", "@rahima_22"),
        ("015 0000 0000", "015 0000 0000"),
        ("٠١٧١٢٣٤٥٦٧٨", "٠١٧١٢٣٤٥٦٧٨"),
    ],
)
def test_what_says_who_she_is_is_found(text: str, value: str) -> None:
    assert values(text) == [value]
    assert value not in MASKS.hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "999, 109, 1098, 16135", "999 / 109 / 1098 / 16135", "999\n109\n1098", "৯৯৯ ১০৯ ১০৯৮", "+880 9610 102030", "+৮৮০ ৯৬১০ ১০২০৩০",
        "09610102030", "00880 9610-102030", "2157 9537", "70635278", "call 999. +880 9610 102030",
    ],
)  # fmt: skip
def test_our_own_numbers_are_never_hidden(text: str) -> None:
    assert values(text) == []
    assert MASKS.hidden(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "3,50,000 taka diyechi", "beton 20000-25000", "beton 150000 200000 taka", "tk 5000000", "27-11-2026 10:30", "2026-11-27", "15/06/2026 20:30",
        "১৫/০৬/২০২৬ ২০:৩০", "RL 1234", "10.30 12.30", "2024 e 2 bochor 3 mash", "100%", "ami @ home", "১২০০ টাকা ৫০০ রিয়াল", "",
        "khoroch 50000 100000 25000",
    ],
)  # fmt: skip
def test_money_dates_and_times_are_left(text: str) -> None:
    assert values(text) == []


def test_hers_is_hidden_beside_one_of_ours() -> None:
    assert values("16135 01712345678") == ["01712345678"]
    assert values("01712345678 999") == ["01712345678"]
    assert MASKS.hidden("amar 01712345678, mail a@b.com") == "amar •••78, mail •••"


def test_nothing_that_the_recogniser_calls_a_phone_number_is_missed() -> None:
    """Whatever is written round and within it; but for one of ours at its end, amounts and dates."""
    dice, places = random.Random(3), gazetteer({})
    for _ in range(3000):
        inner = "".join(dice.choice("123456789") + dice.choice(("", "", " ", "-", "\n")) for _ in range(dice.randint(0, 5)))
        number = "".join(dice.choice("0123456789") for _ in range(6)) + inner + "".join(dice.choice("123456789") for _ in range(6))
        text = dice.choice(("", "tel ", "amar:")) + dice.choice(("", "+", "00")) + number + dice.choice(("", " taka", "."))
        for entity in find(text, places):
            if entity.name == "phone":
                assert [found for found in MASKS.find(text) if found.start <= entity.start and entity.end <= found.end], text


def test_what_the_program_itself_says_is_left_whole() -> None:
    """Every text for her: all numbers in them are ours."""
    content = knowledge()
    texts = [line.number for line in content.hotlines]
    texts += [passage.text[language] for topic in content.topics.values() for passage in topic.messages for language in ("bn", "en")]
    texts += [passage.text[language] for step in content.steps for passage in step.sections.values() for language in ("bn", "en")]
    assert len(texts) > 100
    assert {text: values(text) for text in texts if values(text)} == {}


def test_it_is_quick_on_long_and_hostile_text() -> None:
    begin = time.perf_counter()
    for text in (
        "1 " * 4000,
        "1" * 8000,
        "a@" * 4000,
        "@" * 8000,
        "(" * 4000 + "1",
        "w." * 4000 + "@",
        "1-" * 20 + "x" * 4000,
        "+(" * 4000,
    ):
        MASKS.find(text)
    assert time.perf_counter() - begin < 2.0
