import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text import clip, in_parts, scrub, split, units
from bot.model import Button, Reply

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"  # one grapheme of 8 units
DANDA = "\u0964"
KSSA = "\u0995\u09cd\u09b7"  # two letters that hasanta joins
PIECES = ["a", "b", " ", "\n", ". ", "? ", DANDA, DANDA + " ", KSSA, "\u0986\u09ae\u09bf", FAMILY, "e\u0301"]
texts = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)


def test_counts_utf16_code_units():
    assert units("abc") == 3
    assert units("\u0986\u09ae\u09bf") == 3
    assert units("\U0001f600") == 2


def test_text_within_the_limit_is_left_alone():
    assert split("  a. b \n", 10) == ["  a. b \n"]


@pytest.mark.parametrize("end", [DANDA, "?", "!", ".", '."', "?)", ".\u201d"])
def test_splits_after_the_last_sentence_that_fits(end):
    text = f"One two{end} Three four{end} Five six seven"
    assert split(text, 26) == [f"One two{end} Three four{end}", "Five six seven"]


def test_splits_at_a_line_break():
    assert split("first line\nsecond line is longer", 22) == ["first line", "second line is longer"]


def test_a_sentence_that_ends_exactly_at_the_limit_stays_whole():
    assert split("Abcd. Efgh. Ijkl", 11) == ["Abcd. Efgh.", "Ijkl"]


def test_a_point_in_a_number_or_an_address_ends_no_sentence():
    assert split("costs 4.025 taka at epassport.gov.bd today", 30) == ["costs 4.025 taka at", "epassport.gov.bd today"]


def test_splits_at_a_blank_when_no_sentence_ends():
    assert split("one two three four", 11) == ["one two", "three four"]


def test_a_word_that_ends_exactly_at_the_limit_stays_whole():
    assert split("one two three", 7) == ["one two", "three"]


def test_a_word_longer_than_a_message_is_cut():
    assert split("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_never_cuts_a_grapheme():
    assert split(FAMILY * 3, 20) == [FAMILY * 2, FAMILY]
    assert split("a" + "\U0001f600" * 3, 4) == ["a\U0001f600", "\U0001f600" * 2]


def test_never_cuts_a_joined_letter():
    assert split(KSSA * 3, 5) == [KSSA] * 3


def test_a_single_grapheme_longer_than_a_message_is_cut_between_code_points():
    marks = "a" + "\u0301" * 30
    parts = split(marks, 10)
    assert "".join(parts) == marks
    assert all(units(part) <= 10 for part in parts)


@given(texts, st.integers(2, 40))
def test_parts_fit_and_lose_nothing_but_blanks(text, limit):
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)


@given(texts, st.integers(8, 40))
def test_cuts_lie_between_graphemes(text, limit):
    whole = [cluster for cluster in regex.findall(r"\X", text) if not cluster.isspace()]
    assert [cluster for part in split(text, limit) for cluster in regex.findall(r"\X", part) if not cluster.isspace()] == whole


@given(st.text(st.characters(), max_size=50))
def test_scrubbed_text_can_be_encoded(text):
    scrub(text).encode()


def test_scrub_keeps_what_is_whole():
    assert scrub("\ufeff\U0001f600 \u0986\u09ae\u09bf") == "\ufeff\U0001f600 \u0986\u09ae\u09bf"
    assert scrub("\ud83d\ude00") == "\U0001f600"
    assert scrub("a\ud83db") == "a\ufffdb"


def test_clip_shows_the_cut():
    assert clip("talk to a counsellor", 20) == "talk to a counsellor"
    assert clip("talk to a counsellor now", 20) == "talk to a counsello\u2026"
    assert clip("\U0001f600" * 11, 20) == "\U0001f600" * 9 + "\u2026"
    assert clip("a long title " + FAMILY, 20) == "a long title\u2026"


def test_buttons_stay_on_the_last_part():
    reply = Reply(text="One. Two. Three.", buttons=(Button(title="Next", payload="next"),))
    parts = in_parts(reply, 6)
    assert [part.text for part in parts] == ["One.", "Two.", "Three."]
    assert [bool(part.buttons) for part in parts] == [False, False, True]
