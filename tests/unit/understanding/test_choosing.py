import pytest

from bot.understanding.choosing import choice, choose

SALISH = choice("salish", ["complaint"], ["মিটমাট~"], ["সালিশ~", "salish"])
MONEY = choice("money", ["complaint"], ["টাকা ফেরত", "টাকা * পাব", "taka ferot"], [])
BODY = choice("body", ["complaint", "crisis"], ["লাশ"], ["লাশ দেশে"])
ALL = [SALISH, MONEY, BODY]


@pytest.mark.parametrize(
    ("text", "topic", "chosen"),
    [
        ("সালিশে কী হয়", "complaint", "salish"),
        ("salish e ki hoy", "complaint", "salish"),
        ("মিটমাট করতে চায়", "complaint", "salish"),
        ("মিটমাট করতে চায়", "visa", None),
        ("সালিশে কী হয়", "visa", "salish"),
        ("সালিশে কী হয়", None, "salish"),
        ("টাকা ফেরত চাই", "complaint", "money"),
        ("আমার টাকা কবে পাব", "complaint", "money"),
        ("taka ferot chai", "complaint", "money"),
        ("টাকা ফেরত চাই", None, None),
        ("লাশ আনব", "crisis", "body"),
        ("লাশ আনব", "visa", None),
        ("লাশ দেশে আনব", "visa", "body"),
        ("", "complaint", None),
        ("হ্যালো", "complaint", None),
    ],
)
def test_words_choose_within_the_topic_and_some_anywhere(text, topic, chosen):
    assert choose(text, topic, ALL) == chosen


def test_the_one_that_says_most_wins_and_her_own_topic_counts_a_little_more():
    assert choose("সালিশে বসে টাকা ফেরত পাব", "complaint", ALL) == "money"
    assert choose("লাশ সালিশ", "crisis", ALL) == "salish", "a word that means one thing says more than a short one of the topic"
    assert choose("মিটমাট সালিশে", "complaint", ALL) == "salish"
    assert choose("সালিশ সালিশ টাকা ফেরত", None, ALL) == "salish"


def test_where_another_answer_is_likely_only_a_message_that_says_little_else_counts():
    assert choose("সালিশ কী", "visa", ALL, least=0.5) == "salish"
    assert choose("সালিশে বসার আগে ভিসার কাগজ কোথায় যাচাই করব", "visa", ALL, least=0.5) is None


def test_of_two_that_say_the_same_the_first_stays():
    again = choice("again", ["complaint"], [], ["সালিশ~"])
    assert choose("সালিশ", "complaint", [SALISH, again]) == "salish"


def test_a_phrase_without_words_is_refused():
    with pytest.raises(ValueError):
        choice("x", ["complaint"], ["…"], [])
