import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import danger, topics
from bot.understanding.counting import Space, count
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin

TEXTS = [
    "পাসপোর্ট করতে কত টাকা", "passport korte koto taka", "passport fee", "নতুন পাসপোর্ট", "visa asol naki", "is my visa real", "visa check",
]  # fmt: skip


def counts(text, of_words=topics.of_words):
    counted = count([text], of_words)
    return dict(zip((counted.names[place] for place in counted.columns), counted.counts.tolist(), strict=True))


def test_features_of_one_word():
    found = counts("visa")
    assert found["wvisa"] == found["sbc"] == found["c vis"] == 1
    assert "svs" not in found
    assert not any(feature.startswith("b") for feature in found)


def test_what_stands_twice_counts_twice():
    assert counts("visa visa")["wvisa"] == counts("visa visa")["c vis"] == 2


def test_features_see_no_difference_of_script():
    assert counts("টাকা") == counts("taka")


@given(st.text(max_size=60))
def test_any_text_has_features(text):
    assert all(count > 0 and feature[0] in "cwdsbg" for feature, count in counts(text, danger.of_words).items())


def test_a_pair_needs_a_few_texts_more():
    counted = count(["visa check", "visa check koro", "visa check den", "visa check"], topics.of_words)
    assert "dvisa check" not in Space.of(counted, 3).vocabulary
    assert {"dvisa check", "wvisa"} <= set(Space.of(counted, 2).vocabulary)


def test_a_feature_of_too_few_texts_does_not_count():
    counted = count(TEXTS, topics.of_words)
    assert "wvisa" in Space.of(counted, 3).vocabulary
    assert "wvisa" not in Space.of(counted, 4).vocabulary
    assert "wvisa" not in Space.of(counted, 3, np.array(["check" not in text for text in TEXTS])).vocabulary


@pytest.mark.parametrize("of_words", [topics.of_words, danger.of_words])
@given(pieces=st.lists(st.lists(st.sampled_from([*TEXTS, "অচেনা কথা", "xyzzy", "visa visa", ""]), max_size=4), min_size=1, max_size=3))
def test_what_is_read_of_one_text_is_what_was_learned_of_many(of_words, pieces):
    """A model is fitted on a matrix of many texts, and asked with rows of a Reader."""
    space = Space.of(count(TEXTS, of_words), 2)
    reader = topics.Reader(space.vocabulary, space.idf)
    said = [" ".join(piece) for piece in pieces]
    learned = space.matrix(count(said, of_words))
    for index, text in enumerate(said):
        tokens = [latin(word) for word in words(fold(text))]
        columns, values = reader.row(tokens, of_words(tokens))
        row = learned[index]
        assert dict(zip(columns.tolist(), values.tolist(), strict=True)) == pytest.approx(
            dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        )
