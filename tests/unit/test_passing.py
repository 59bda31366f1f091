"""What gets past a question that waits, and what does not: an answer, a story, a word of danger."""

import pytest

from bot.knowledge import knowledge
from bot.passing import passing

WORDS = knowledge().vocabulary


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("আমি জানিনা ভাই", "unknown"), ("I really do not know", "unknown"), ("জানি না মনে নাই", "unknown"), ("jani na to apa", "unknown"), ("Sorry, not sure", "unknown"),
        ("বাদ দেন এটা", "skip"), ("cancel", "stop"), ("Cancel!", "stop"), ("বাতিল", "stop"), ("batil koren", "stop"), ("বাতিল করুন।", "stop"), ("never mind", "stop"),
    ],
)  # fmt: skip
def test_nothing_else_is_said(text, name):
    passed = passing(text, WORDS)
    assert passed is not None
    assert (passed.command.name, passed.alone) == (name, True)


@pytest.mark.parametrize("text", ["কত দিছি মনে নাই", "সে কই জানি না"])
def test_something_else_is_said_too(text):
    passed = passing(text, WORDS)
    assert passed is not None
    assert not passed.alone


@pytest.mark.parametrize(
    "text", ["আমার মেয়ে কই আছে জানি না", "আমি জানি", "na", "না", "not now", "আমি", "ভাই", "", "😀", "আমি বাঁচতে চাই না", "বাতিল করে দিছে আমার ভিসা", "cancel my visa", "৫০০০"]
)  # fmt: skip
def test_what_is_none_of_it(text):
    assert passing(text, WORDS) is None
