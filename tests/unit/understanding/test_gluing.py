import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.gluing import parted

KNOWN = {
    "আমাকে": 50,
    "ঘরে": 30,
    "আটকে": 20,
    "রাখছে": 20,
    "মালিক": 40,
    "malik": 40,
    "amake": 50,
    "ghore": 20,
    "atke": 10,
    "rakhse": 10,
    "ma": 5,
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("মালিকআমাকেঘরেআটকেরাখছে", "মালিক আমাকে ঘরে আটকে রাখছে"), ("malikamakeghoreatkerakhse", "malik amake ghore atke rakhse"),
        ("visa malikamakeghoreatkerakhse 5", "visa malik amake ghore atke rakhse 5"), ("amake ghore", "amake ghore"),
        ("amakeghore", "amakeghore"), ("qwertyuiopasdfghjklzxcvbnm", "qwertyuiopasdfghjklzxcvbnm"), ("", ""),
    ],
)  # fmt: skip
def test_a_run_is_read_as_the_words_it_is_made_of(text, told):
    assert parted(text, KNOWN) == told


def test_a_letter_or_two_that_are_strange_do_no_harm():
    assert parted("malikxamakeghoreatkerakhse", KNOWN) == "malik x amake ghore atke rakhse"


def test_without_known_words_nothing_changes():
    assert parted("malikamakeghoreatkerakhse", {}) == "malikamakeghoreatkerakhse"


@given(st.text(alphabet="amlikghore কখগা", max_size=80))
def test_only_blanks_are_added(text):
    assert parted(text, KNOWN).replace(" ", "") == text.replace(" ", "")
