import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.normalise import clean, fold, has_bangla, words

# Letters that compose, joiners, controls, look-alikes and compatibility forms: where normalising twice could differ from once.
TRICKY = (
    "abA কে\u09be\u09d7\u0985\u200b\u200c\u200d\ufe0f\n\r\t\u00ad"
    "\u2060\u202e\u0301\u0345'|\u2026\ufdfa\ufb01\u03a3\u03c2\u0130\u00a8`\u00b4\u2460\u00b2\u0663."
)
texts = st.text(alphabet=st.one_of(st.sampled_from(TRICKY), st.characters()), max_size=25)


@given(texts)
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(texts)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_folding_sees_what_cleaning_kept(text):
    assert fold(clean(text)) == fold(text)


@given(texts)
def test_a_cleaned_text_is_composed_and_can_be_stored(text):
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode("utf-8")


@given(texts)
def test_words_are_never_empty_and_hold_no_blanks(text):
    assert all(word and not any(c.isspace() for c in word) for word in words(fold(text)))


@pytest.mark.parametrize(
    "hidden",
    ["\x00", "\x08", "\x1b", "\x7f", "\x85", "\u00ad", "\u200b", "\u200e", "\u200f", "\u202e", "\u2060", "\u2066", "\ufeff", "\ufffb"],
)
def test_a_sign_that_hides_in_a_word_is_removed(hidden):
    assert clean(f"ma{hidden}re") == "mare"


def test_pieces_of_a_letter_meet_when_what_parted_them_is_removed():
    assert clean("\u0995\u09c7\u200b\u09be") == "\u0995\u09cb"
    assert clean("e\u200b\u0301") == "\u00e9"


@pytest.mark.parametrize("kept", ["\u200c", "\u200d"])
def test_joiners_that_bangla_needs_are_kept_in_what_is_stored(kept):
    assert clean(f"র{kept}্যাব") == f"র{kept}্যাব"


def test_a_lone_surrogate_is_dropped():
    assert clean("a\ud83db") == "ab"


def test_line_ends_and_blanks_are_made_one():
    assert clean("  one\t two \r\n\r\n three\rfour\u00a0five \n") == "one two\nthree\nfour five"


@pytest.mark.parametrize("empty", ["", " ", "\n\n", "\u200b", "\u202e\u202c", "\ud83d"])
def test_what_shows_nothing_is_empty(empty):
    assert clean(empty) == ""
    assert fold(empty) == ""


@pytest.mark.parametrize("digits", ["০১২৩৪৫৬৭৮৯", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９"])
def test_digits_of_every_keyboard_become_ascii(digits):
    assert fold(digits) == "0123456789"


@pytest.mark.parametrize("number", ["999", "1000 2345", "11112222", "+880 9610 102030", "01777000111"])
def test_digits_repeat_as_typed_because_a_number_with_one_less_is_another(number):
    assert fold(number) == number


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("HELLO", "hello"),
        ("helloooooo!!!!", "helloo!!"),
        ("ﬁne", "fine"),
        ("মা\u200dরে", "মারে"),
        ("don\u2019t", "don't"),
        ("\u0985\u09be\u09ae\u09bf", "আমি"),
        ("\u09f0\u09f1", "রব"),
        ("কক্ষ|", "কক্ষ।"),
        ("য়", "য\u09bc"),
    ],
)
def test_one_spelling_of_many(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Kmn a6en", "kmn achen"), ("jaite6i", "jaitechi"), ("mar6e amk", "marche amk"), ("ja66e", "jache"), ("6ele ar 6ilo", "chele ar chilo"),
        ("2mi", "tumi"), ("2make 2mr", "tumake tumr"),
        ("6am e", "6am e"), ("6 a gelam", "6 a gelam"), ("6lakh", "6lakh"), ("r6", "r6"), ("16e", "16e"), ("2mas", "2mas"), ("12mi", "12mi"),
    ],
)  # fmt: skip
def test_digits_that_stand_for_a_sound_become_it(typed, folded):
    assert fold(typed) == folded


def test_both_forms_of_a_nukta_letter_meet():
    assert fold("\u09df\u09dc\u09dd") == fold("\u09af\u09bc\u09a1\u09bc\u09a2\u09bc")


def test_words_part_at_script_and_digit():
    assert words(fold("ধাপ৫ step5, pasport-এর ফি?")) == ["ধাপ", "5", "step", "5", "pasport", "এর", "ফি"]


def test_signs_and_pictures_are_no_words():
    assert words(fold("🙂 … ?! ।")) == []


def test_tells_bangla_letters():
    assert has_bangla("call করুন")
    assert not has_bangla("call korun 999")
