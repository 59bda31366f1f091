"""A returnee's intake: consent first, every question to be skipped, a counsellor at the end, numbers first for who is afraid."""

import pytest

from bot.flows import flow_plans
from bot.knowledge import knowledge
from bot.model import Level
from tests.fakes.guided import Guided

PLAN, CONTENT = flow_plans()["intake"], knowledge()
ASKED = ["need", "health", "skills", "debt", "district", "safe"]


def begun(language="bn"):
    her = Guided(language)
    her.begin("intake")
    her.press("say.intake.consent.yes")
    return her


def test_nothing_is_asked_before_she_agreed():
    her = Guided()
    text = her.begin("intake")
    assert PLAN.intro.bn in text
    assert her.asked == "consent"
    assert [payload for payload in her.buttons if payload.startswith("say.")] == ["say.intake.consent.yes", "say.intake.consent.no"]


def test_who_does_not_agree_is_asked_nothing_more_and_nothing_is_kept():
    her = Guided()
    her.begin("intake")
    assert her.press("say.intake.consent.no") == CONTENT.sentences["flow_not_kept"].bn
    assert her.asked is None
    assert not her.last.person


def test_the_questions_in_their_order_and_each_can_be_skipped():
    her = begun()
    for id in ASKED:
        assert her.asked == id
        assert f"say.intake.{id}.skip" in her.buttons
        her.press(f"say.intake.{id}.skip")
    assert her.asked is None
    assert her.last.person, "a human is asked for all the same"
    assert her.last.replies[-1].text == CONTENT.sentences["intake_empty"].bn


@pytest.mark.parametrize("language", ["bn", "en"])
def test_she_sees_what_is_passed_on_in_her_own_words_and_a_human_is_asked_for(language):
    her = begun(language)
    said = {"need": "একটা কাজ আর মেয়ের স্কুলের খরচ", "skills": "রান্না, সেলাই", "district": "সাতক্ষীরা, তালা"}
    for id in ASKED:
        if id in said:
            her.say(said[id])
        else:
            her.press(f"say.intake.{id}.{PLAN.question(id).options[0].id}")
    text = her.last.replies[-1].text
    for words in said.values():
        assert words in text
    for id in ASKED:
        assert PLAN.question(id).label[language] in text
    assert her.last.person
    assert her.last.flag is Level.NONE
    assert her.last.flows == ()


@pytest.mark.parametrize("word", ["say.intake.safe.no", "না", "ভয় লাগে", "নিরাপদ না"])
def test_who_does_not_feel_safe_gets_the_numbers_and_an_urgent_case(word):
    her = begun()
    for id in ASKED[:-1]:
        her.press(f"say.intake.{id}.skip")
    (her.press if word.startswith("say.") else her.say)(word)
    assert her.last.flag is Level.URGENT
    assert her.last.flows == ()


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("health", "ভালো আছি", "well"), ("health", "জ্বর আর ব্যথা", "ill"), ("health", "mon valo na, ghum hoy na", "low"),
        ("debt", "না", "none"), ("debt", "শোধ দিতে পারি না", "heavy"), ("debt", "হ্যাঁ", "some"), ("debt", "dhar nai", "none"),
        ("safe", "হ্যাঁ", "yes"), ("safe", "majhe majhe", "unsure"), ("safe", "nirapod na", "no"), ("safe", "নিরাপদ লাগে", "yes"),
    ],
)  # fmt: skip
def test_typed_answers_are_understood(question, text, answer):
    her = begun()
    for id in ASKED[: ASKED.index(question)]:
        her.press(f"say.intake.{id}.skip")
    her.say(text)
    given = dict(her.answers) if her.answers else {}
    if question == "safe":
        assert (her.last.flag is Level.URGENT) == (answer == "no")
        assert her.asked is None
    else:
        assert given[question] == answer


def test_a_returnee_finds_it_in_the_menu_and_in_her_topics():
    assert "flow.intake" in next(group for group in CONTENT.groups if group.id == "after").members
    for topic in ("returnee_livelihood", "returnee_health", "returnee_counselling", "returnee_loan"):
        assert "flow.intake" in CONTENT.topics[topic].next
