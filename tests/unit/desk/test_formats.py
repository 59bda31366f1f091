from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from bot.desk.formats import Formats
from bot.desk.words import load_words
from bot.knowledge import DIRECTORY

NOW = datetime(2026, 3, 1, 19, 30, tzinfo=timezone.utc)  # 2 March, 01:30 in Dhaka


@pytest.fixture(scope="module")
def both() -> dict[str, Formats]:
    words = load_words(DIRECTORY)
    return {language: Formats(words[language].formats, lambda: NOW) for language in ("bn", "en")}


def test_times_are_those_of_dhaka_in_the_digits_of_the_language(both: dict[str, Formats]) -> None:
    assert (both["en"].time(NOW), both["bn"].time(NOW)) == ("01:30", "০১:৩০")


@pytest.mark.parametrize(
    ("at", "en", "bn"),
    [
        (NOW - timedelta(hours=1), "00:30", "০০:৩০"),
        (NOW - timedelta(hours=2), "1 March, 23:30", "১ মার্চ, ২৩:৩০"),
        (NOW - timedelta(days=365), "2 March 2025, 01:30", "২ মার্চ ২০২৫, ০১:৩০"),
    ],
)
def test_today_is_a_time_and_other_days_are_named(both: dict[str, Formats], at: datetime, en: str, bn: str) -> None:
    assert (both["en"].when(at), both["bn"].when(at)) == (en, bn)


def test_a_date_has_no_time_zone(both: dict[str, Formats]) -> None:
    assert both["en"].day(date(2026, 12, 16)) == "16 December"


@pytest.mark.parametrize(
    ("seconds", "en", "bn"),
    [(5, "just now", "এইমাত্র"), (60, "1 min", "১ মিনিট"), (3599, "59 min", "৫৯ মিনিট"), (7300, "2 h", "২ ঘণ্টা"), (260_000, "3 d", "৩ দিন")],
)
def test_lengths_of_time_are_told_in_one_unit(both: dict[str, Formats], seconds: float, en: str, bn: str) -> None:
    assert both["en"].ago(NOW - timedelta(seconds=seconds)) == en
    assert both["bn"].lasting(seconds) == bn


def test_numbers_in_a_text_are_in_its_digits(both: dict[str, Formats]) -> None:
    assert both["bn"].fill("{n} জন, {name}", n=12, name="Ann 3") == "১২ জন, Ann 3"
