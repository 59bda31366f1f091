"""A woman who came back is asked what she needs, over Telegram, in both languages: she skips, refuses, leaves and comes back, is in danger;
and what she wrote is read at the desk by a counsellor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.flows import flow_plans
from bot.model import Level
from bot.replies import HERSELF, UNKNOWN, Situation, load_replies
from tests.counselling import Counsellor
from tests.house import WholeHouse
from tests.talking import CONTENT, Chat, flat, on_telegram, rows, sentence

PLAN = flow_plans()["intake"]
LANGUAGES = ["bn", "en"]
NEED = {"bn": "কাজ দরকার, বাচ্চার স্কুলের বেতন {mark} বাকি", "en": "I need work, school fees {mark} are due"}


@pytest.fixture
def counsellor(house: WholeHouse) -> Iterator[Counsellor]:
    found = Counsellor(house)
    yield found
    found.leave()


def asked(question: str, language: str) -> str:
    found = PLAN.question(question)
    assert found is not None
    return flat(found.ask[language])


def title(question: str, option: str, language: str) -> str:
    found = PLAN.question(question)
    assert found is not None
    text = found.title(option)
    assert text is not None
    return text[language]


def begun(house: WholeHouse, language: str, *, agrees: bool = True) -> Chat:
    """By the menu alone: questions, after coming back, ask for our help."""
    her = on_telegram(house)
    her.say("english" if language == "en" else "বাংলা")
    her.say("menu" if language == "en" else "মেনু")
    her.press("topics")
    her.press("group.after")
    first = her.press("flow.intake")
    assert flat(PLAN.intro[language]) in first
    assert asked("consent", language) in first
    assert her.buttons[:2] == ["say.intake.consent.yes", "say.intake.consent.no"]
    if agrees:
        assert asked("need", language) in her.press("say.intake.consent.yes")
    return her


def cases(house: WholeHouse) -> int:
    ((number,),) = rows(house, "SELECT count(*) FROM cases")
    return int(number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_some_answered_and_some_skipped_the_case_is_at_the_desk_with_her_words(
    house: WholeHouse, counsellor: Counsellor, language: str
) -> None:
    before, need = cases(house), NEED[language].format(mark=f"mark-{language}")
    her = begun(house, language)
    assert asked("health", language) in her.say(need)
    assert asked("skills", language) in her.press("say.intake.health.ill")
    assert asked("debt", language) in her.press("say.intake.skills.skip")
    assert asked("district", language) in her.say({"bn": "অনেক ধার, দিতে পারি না", "en": "too much, I cannot pay"}[language])
    assert asked("safe", language) in her.say({"bn": "সাতক্ষীরা, শ্যামনগর", "en": "Satkhira, Shyamnagar"}[language])
    end = her.say({"bn": "বাদ", "en": "skip"}[language])
    for piece in (need, title("health", "ill", language), title("debt", "heavy", language)):
        assert piece in end
    assert flat(CONTENT.sentences["intake_done"][language].splitlines()[-1]) in end
    assert her.buttons[:2] == ["near", "topics"]
    assert "menu" in her.buttons
    assert cases(house) == before + 1
    ((level, reason),) = rows(house, "SELECT level, reason FROM cases ORDER BY opened_at DESC LIMIT 1")
    assert (level, reason) == (Level.STANDARD.rank, "asked_for_person")
    said = counsellor.find(need)
    assert title("health", "ill", language) in said
    assert {"bn": "সাতক্ষীরা, শ্যামনগর", "en": "Satkhira, Shyamnagar"}[language] in said
    assert "standard" in said.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_refuses_is_asked_nothing_more_and_no_case_is_opened(house: WholeHouse, language: str) -> None:
    before = cases(house)
    her = begun(house, language, agrees=False)
    assert her.press("say.intake.consent.no") == sentence("flow_not_kept", language)
    assert "menu" in her.buttons
    assert asked("need", language) not in her.say({"bn": "দোকান দিতে কী লাগে", "en": "what do I need for a shop"}[language])
    assert cases(house) == before
    # She may change her mind.
    her.say("menu" if language == "en" else "মেনু")
    her.press("topics")
    her.press("group.after")
    assert asked("consent", language) in her.press("flow.intake")


@pytest.mark.parametrize("language", LANGUAGES)
def test_left_in_the_middle_and_come_back_to_over_a_restart(house: WholeHouse, language: str) -> None:
    her = begun(house, language)
    her.say({"bn": "ঋণ শোধ করতে চাই", "en": "I want to pay back my loan"}[language])
    middle = her.say({"bn": "সালিশে কী হয়", "en": "what can a village salish do"}[language])
    assert flat(CONTENT.items["salish"].messages[0].text[language]) in middle
    assert asked("health", language) not in middle
    assert her.buttons[0] == "flow.intake"
    if language == "bn":
        house.kill("gateway")
        house.start("gateway")
    assert asked("health", language) in her.press("flow.intake")
    assert sentence("flow_aside", language) in her.say({"bn": "থামুন", "en": "stop"}[language])
    her.say({"bn": "ধাপ ৩", "en": "step 3"}[language])
    assert asked("health", language) in her.press("flow.intake")
    assert asked("skills", language) in her.say({"bn": "ভালো আছি", "en": "I am well"}[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_in_the_middle_goes_first_and_the_questions_are_silent(house: WholeHouse, counsellor: Counsellor, language: str) -> None:
    her = begun(house, language)
    text = her.say({"bn": "স্বামী আমাকে মেরে ফেলতে চায়, দা নিয়ে আসছে", "en": "my husband wants to kill me, he has a knife"}[language])
    assert "999" in text
    assert asked("need", language) not in text
    assert asked("health", language) not in text
    after = her.say({"bn": "রান্না জানি", "en": "I can cook"}[language])
    assert not any(flat(question.ask[language]) in after for question in PLAN.questions)
    said = counsellor.find({"bn": "মেরে ফেলতে চায়", "en": "wants to kill me"}[language])
    assert "critical" in said.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_afraid_where_she_lives_gets_numbers_and_an_urgent_case(house: WholeHouse, counsellor: Counsellor, language: str) -> None:
    need = NEED[language].format(mark=f"afraid-{language}")
    her = begun(house, language)
    her.say(need)
    for question in ("health", "skills", "debt", "district"):
        her.press(f"say.intake.{question}.skip")
    end = her.press("say.intake.safe.no")
    assert need in end
    first = load_replies(CONTENT.hotlines).find(Situation(Level.URGENT, "other", HERSELF, UNKNOWN)).first[language]
    assert flat(first) in end
    assert "urgent" in counsellor.find(need).lower()
