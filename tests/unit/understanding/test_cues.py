import pytest

from bot.model import Level, Risk
from bot.understanding.cues import CUES, Cues, cue, found

CARD = Cues(ask=3, flag=6, points={cue("মারে"): 3, cue("ghore * atke"): 3, cue("passport"): -2})


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("", Risk()), ("passport koto", Risk()), ("amake mare", Risk(ask=True, reasons=(CUES,))), ("passport er jonno mare", Risk()),
        ("mare mare mare", Risk(ask=True, reasons=(CUES,))), ("আমাকে মারে, ঘরে আটকে রাখে", Risk(flag=Level.URGENT, reasons=(CUES,))),
        ("atke ghore", Risk()), ("ghore niye amake atke", Risk(ask=True, reasons=(CUES,))), ("ghore a b c atke", Risk()),
    ],
)  # fmt: skip
def test_points_add_up_each_cue_once(text, risk):
    assert CARD.read(text) == risk


def test_a_pair_is_two_words_in_order_with_at_most_two_between():
    pairs = {one for one in found("a b c d e".split()) if len(one) == 2}
    assert ("a", "d") in pairs
    assert ("a", "e") not in pairs
    assert ("b", "a") not in pairs


@pytest.mark.parametrize("written", ["", "*", "a * b * c", "a b", "!"])
def test_what_is_no_cue_is_refused(written):
    with pytest.raises(ValueError, match="cue"):
        cue(written)
