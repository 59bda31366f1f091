import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.near import grams, near_copies

words = st.text(alphabet="abckm অকখ", max_size=20)


def share(one, other):
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


def test_finds_pairs_within_one_list_once():
    texts = ["passport korte koto taka", "something else entirely", "passport korte koto taka lage"]
    found = list(near_copies(texts, 0.5))
    assert [(one, other) for one, other, _ in found] == [(0, 2)]
    assert found[0][2] == pytest.approx(share(texts[0], texts[2]))


def test_finds_pairs_between_two_lists():
    found = list(near_copies(["visa check", "smart card"], 0.9, ["where is my smart card", "visa check"]))
    assert [(one, other) for one, other, _ in found] == [(0, 1)]
    assert found[0][2] == pytest.approx(1)


def test_script_and_spelling_make_no_difference():
    assert [(one, other) for one, other, _ in near_copies(["পাসপোর্ট করছি", "pasport korsi"], 0.99)] == [(0, 1)]


def test_other_numbers_make_another_text():
    assert not list(near_copies(["call 111", "call 222"], 0.99))


@pytest.mark.parametrize(("texts", "against"), [([], None), ([], ["a"]), (["a"], []), (["only one text"], None)])
def test_nothing_to_compare_finds_nothing(texts, against):
    assert list(near_copies(texts, 0.1, against)) == []


def test_more_texts_than_a_block_are_all_compared():
    texts = [f"{chr(97 + i % 26)}{i:05d} {i * 7919:08d}" for i in range(1001)] + ["the very same text", "the very same text"]
    assert (1001, 1002) in {(one, other) for one, other, _ in near_copies(texts, 0.95)}


@given(st.lists(words, max_size=6), st.floats(0.05, 1))
def test_finds_what_comparing_each_pair_finds(texts, least):
    found = {(one, other): s for one, other, s in near_copies(texts, least)}
    for one in range(len(texts)):
        for other in range(one + 1, len(texts)):
            exact = share(texts[one], texts[other])
            if abs(exact - least) > 1e-6:
                assert ((one, other) in found) == (exact > least)
            if (one, other) in found:
                assert found[one, other] == pytest.approx(exact)


@given(words)
def test_a_text_has_grams_and_is_its_own_copy(text):
    assert grams(text)
    assert share(text, text) == 1
