"""What a woman does with it: the walk from the first step to the last, and everything round it, over both platforms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge import PARTS
from bot.understanding.normalise import has_bangla
from tests.house import WholeHouse
from tests.talking import CONTENT, Chat, flat, on_messenger, on_telegram, rows, sentence, settle

STEPS = range(1, 14)
CODE = re.compile(r"(?<!\d)\d{4} \d{4}(?!\d)")
BANGLA_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")

# Nobody's training data: written for this test, one in each script (Bangla, Bangla in Latin letters, English).
QUESTIONS = {
    1: ("বিদেশ যাওয়া আমার জন্য ঠিক হবে কি না কীভাবে বুঝব", "bideshe jawa thik hobe kina kibhabe siddhanto nibo", "How can I decide whether going abroad is good for me?"),
    2: ("সরকারি খাতায় নাম নিবন্ধন করাতে কোন অফিসে যাব", "bmet e nam registration korte kon office e jabo", "Where do I go to register my name with BMET?"),
    3: ("নতুন পাসপোর্ট বানাতে কত খরচ পড়ে", "notun passport banate koto khoroch pore", "What papers do I need for a new passport?"),
    4: ("এই এজেন্সির লাইসেন্স আসল কি না কোথায় দেখব", "agency ta asol naki nokol kothay check korbo", "How do I check if the recruiting agency has a licence?"),
    5: ("টাকা দিলে কি রসিদ চেয়ে নিতে হবে", "taka dewar por rosid na dile ki korbo", "Should I ask for a receipt when I pay the agent?"),
    6: ("টিটিসিতে ট্রেনিং কতদিন চলে", "ttc te training koto din hoy", "How many days is the housekeeping training at the TTC?"),
    7: ("স্মার্ট কার্ড তুলতে কী কী কাগজ লাগে", "smart card tulte ki ki kagoj lage", "Where do I get the BMET smart card?"),
    8: ("আমার ভিসাটা আসল কি না কে দেখে দেবে", "visa asol kina kothay jachai korbo", "How can I have my visa checked?"),
    9: ("চুক্তিপত্রে সই করার আগে কী কী দেখব", "chukti potre soi korar age ki ki dekhbo", "What should I look for in the contract before I sign?"),
    10: ("ব্যাংকে দুইটা অ্যাকাউন্ট কেন খুলব", "bank e duita account keno khulte hobe", "Why should I open two bank accounts?"),
    11: ("মেডিকেল টেস্ট কোন সেন্টারে করাব", "medical test kon center e korabo", "Where is the medical test done?"),
    12: ("যাওয়ার আগে তিন দিনের ব্রিফিং কোথায় হয়", "jawar age tin diner briefing kothay hoy", "Where is the three day briefing before departure held?"),
    13: ("বিমানবন্দরে গিয়ে কোন কোন কাগজ হাতে রাখব", "airport e ki ki kagoj sathe rakhbo", "Which papers should I keep in my hand at the airport?"),
}  # fmt: skip
SECTION = {3: ("cost", "cost", "papers"), 7: ("papers", "papers", "where"), 6: ("time", "time", "time")}  # where the question names one


def title(step: int, language: str) -> str:
    number = str(step) if language == "en" else str(step).translate(BANGLA_DIGITS)
    return sentence("step_title", language, step=number, name=CONTENT.step(step).name[language])


def told(answer: str, step: int, part: int, language: str) -> None:
    """Every section of that part of the step is in the answer, whole."""
    for section in PARTS[part]:
        assert flat(CONTENT.step(step).sections[section].text[language]) in answer, (step, part, section)


@pytest.fixture
def bangla(house: WholeHouse) -> Chat:
    return on_telegram(house)


@pytest.fixture
def english(house: WholeHouse) -> Chat:
    """Somebody on Messenger who chose English."""
    chat = on_messenger(house)
    chat.say("english")
    return chat


def test_the_whole_walk_in_bangla_on_telegram_by_buttons_alone(bangla: Chat) -> None:
    (greeting,) = bangla.do(lambda: bangla.user.starts())  # type: ignore[union-attr]
    assert has_bangla(greeting) and len(bangla.buttons) <= 5
    answer = bangla.press("begin")
    for step in STEPS:
        assert answer.startswith(title(step, "bn"))
        for part in range(5):
            told(answer, step, part, "bn")
            assert bangla.place()[:2] == (step, part)
            if part < 4:
                answer = bangla.press("next")
        assert ("next_step" in bangla.buttons) == (step < 13)
        answer = bangla.press(f"done.{step}")
        assert bangla.place()[2] == set(range(1, step + 1))
        if step < 13:  # on from what the answer offers, or from the button further up
            answer = bangla.press(f"step.{step + 1}" if step % 2 else "next_step")
    assert answer == sentence("all_done", "bn")
    assert all(has_bangla(text) for text in bangla.texts)
    assert not [text for text in bangla.texts if re.search(r"\{\w+\}", text)]
    assert len(bangla.house.telegram.answered) >= 13 * 6, "the clock on each pressed button is put out"


def test_the_whole_walk_in_english_on_messenger_by_typing(english: Chat) -> None:
    assert not has_bangla(english.texts[-1])
    answer = english.say("begin")
    for step in STEPS:
        assert answer.startswith(title(step, "en"))
        for part in range(5):
            told(answer, step, part, "en")
            if part < 4:
                answer = english.say(("next", "more", "continue", "tell me more")[part])
        if step in (2, 5):
            assert english.say("done").startswith(sentence("done", "en", step=step, name=CONTENT.step(step).name["en"]))
        answer = english.say("next" if step % 2 else "next step")
    assert answer == sentence("last", "en")
    assert english.place() == (13, 4, {2, 5})
    assert not [text for text in english.texts if has_bangla(text)]
    where = english.say("where am i")
    assert sentence("progress", "en", count=2, left=11) in where
    assert "Passport" in where and "Registration" not in where


@pytest.mark.parametrize(
    ("typed", "step"),
    [
        ("ধাপ ৫", 5),
        ("step 5", 5),
        ("pasport", 3),
        ("৭", 7),
        ("smart card", 7),
        ("dhap 9 dekhan", 9),
        ("পাসপোর্ট", 3),
        ("go to step 12", 12),
        ("STEP13", 13),
    ],
)
def test_a_jump_by_number_or_name(bangla: Chat, typed: str, step: int) -> None:
    answer = bangla.say(typed)
    assert bangla.place()[:2] == (step, 0)
    assert title(step, "bn") in answer or title(step, "en") in answer


def test_the_list_shows_all_13_and_every_button_of_it_leads_to_its_step(bangla: Chat) -> None:
    bangla.say("ধাপ ৫")
    bangla.say("শেষ")
    listed = bangla.say("সব ধাপ")
    for step in STEPS:
        assert f"{str(step).translate(BANGLA_DIGITS)}. {CONTENT.step(step).name['bn']}" in listed
    assert listed.count("✅") == 1 and f"✅ ৫. {CONTENT.step(5).name['bn']}" in listed
    first = [payload for payload in bangla.buttons if payload.startswith("step.")]
    bangla.press("more_steps")
    both = {*first, *(payload for payload in bangla.buttons if payload.startswith("step."))}
    assert both == {f"step.{step}" for step in STEPS}
    for payload in sorted(both):
        bangla.press(payload)
        assert bangla.place()[0] == int(payload.partition(".")[2])


def test_back_repeat_and_where(bangla: Chat) -> None:
    bangla.say("ধাপ ৪")
    second = bangla.say("next")
    assert bangla.say("আবার বলেন") == second
    assert bangla.say("আগেরটা").startswith(title(4, "bn"))
    told(bangla.say("back"), 3, 4, "bn")
    assert bangla.place()[:2] == (3, 4)
    assert title(3, "bn").partition("·")[2].strip() in bangla.say("আমি কোথায় আছি")
    assert bangla.place()[:2] == (3, 4)
    bangla.say("ধাপ ১")
    assert bangla.say("back") == sentence("first", "bn")


def test_a_question_in_the_middle_is_answered_and_the_walk_goes_on(bangla: Chat) -> None:
    bangla.say("ধাপ ৬")
    bangla.say("next")
    assert bangla.say("পাসপোর্ট করতে কত টাকা লাগবে জানতে চাই").startswith(title(3, "bn"))
    assert bangla.place()[:2] == (6, 1) and "resume" in bangla.buttons
    told(bangla.press("resume"), 6, 1, "bn")
    told(bangla.say("next"), 6, 2, "bn")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("script", [0, 1, 2], ids=["bn", "bn-latn", "en"])
def test_a_question_about_one_step_is_answered_from_that_step(house: WholeHouse, step: int, script: int) -> None:
    chat = (on_messenger if (step + script) % 2 else on_telegram)(house)
    language = "en" if script == 2 else "bn"
    answer = chat.say(QUESTIONS[step][script])
    if (step, script) == (4, 2):  # asks about an agency without its name: from the register, which is empty here
        assert "RL" in answer and "16135" in answer
        return
    assert answer.startswith(title(step, language))
    if step in SECTION:
        assert flat(CONTENT.step(step).sections[SECTION[step][script]].text[language]) in answer
    assert chat.place()[0] == 0, "a question does not move her"
    assert chat.press(f"step.{step}").startswith(title(step, language))


def test_her_place_goes_with_her_to_another_channel(bangla: Chat) -> None:
    house = bangla.house
    bangla.say("ধাপ ৮")
    bangla.say("শেষ", "next")
    answer = bangla.say("অন্য ফোনে নিন")
    (code,) = CODE.findall(answer)
    other = on_messenger(house)
    other.user.opens()  # type: ignore[union-attr]
    settle(house)
    assert other.say(code) == sentence("carried", "bn")
    assert other.place() == bangla.place() == (8, 1, {8})
    told(other.press("resume"), 8, 1, "bn")
    told(other.say("next"), 8, 2, "bn")
    assert bangla.place() == (8, 2, {8}), "one person, one place"
    third = on_messenger(house)
    assert third.say(code) == sentence("code_wrong", "bn"), "a code works once"


def test_she_comes_back_where_she_was(bangla: Chat) -> None:
    bangla.say("ধাপ ১১", "next", "থামুন")
    assert bangla.texts[-1] == sentence("stopped", "bn")
    (back,) = bangla.do(lambda: bangla.user.starts())  # type: ignore[union-attr]
    assert back == sentence("welcome_back", "bn", step="১১", name=CONTENT.step(11).name["bn"])
    told(bangla.press("resume"), 11, 1, "bn")


def test_deep_links_lead_to_their_step(house: WholeHouse) -> None:
    chat = on_telegram(house)
    (answer,) = chat.do(lambda: chat.user.starts("step-5"))  # type: ignore[union-attr]
    assert answer.startswith(title(5, "bn"))
    chat = on_messenger(house)
    (answer,) = chat.do(lambda: chat.user.opens("step-9"))  # type: ignore[union-attr]
    assert answer.startswith(title(9, "bn"))


def test_the_language_she_chooses_stays(bangla: Chat) -> None:
    bangla.say("ধাপ ২")
    assert bangla.say("/language") == sentence("language", "en")
    told(bangla.say("আরও বলুন"), 2, 1, "en")
    told(bangla.press("next"), 2, 2, "en")
    assert bangla.say("বাংলা") == sentence("language", "bn")
    told(bangla.say("next"), 2, 3, "bn")


def test_a_person_is_called_and_numbers_come_from_everywhere(bangla: Chat, english: Chat) -> None:
    house = bangla.house
    before = rows(house, "SELECT count(*) FROM cases WHERE reason = 'asked_for_person'")[0][0]
    assert "999" in bangla.say("মানুষের সাথে কথা বলতে চাই")
    assert "999" in english.say("talk to a person")
    assert rows(house, "SELECT count(*) FROM cases WHERE reason = 'asked_for_person'")[0][0] == before + 2
    lists = [(bangla.press("hotlines"), "bn"), (bangla.say("নম্বর"), "bn"), (bangla.say("/help"), "bn"), (english.say("helpline"), "en")]
    for answer, language in lists:
        for hotline in CONTENT.hotlines:
            told = f"{hotline.number} · {flat(hotline.name[language])}" in answer
            assert told == (hotline.place in ("bd", "abroad")), hotline.id


@pytest.mark.parametrize(
    "said",
    ["amake mere felbe bolse", "মালিক আমাকে ঘরে তালা দিয়ে রাখছে", "i want to die", "my madam took my passport"],
    ids=["bn-latn", "bn", "en", "urgent"],
)
def test_danger_gets_numbers_and_a_case_wherever_she_is_in_the_walk(bangla: Chat, said: str) -> None:
    before = rows(bangla.house, "SELECT count(*) FROM cases WHERE reason = 'flagged'")[0][0]
    bangla.say("ধাপ ৪", "next")
    answer = bangla.say(said)
    assert "+880 9610 102030" in answer and re.search(r"\b(999|109|16135)\b", answer)
    assert "safe" in bangla.buttons
    assert rows(bangla.house, "SELECT count(*) FROM cases WHERE reason = 'flagged'")[0][0] == before + 1
    assert bangla.place()[:2] == (4, 1)
    english = said.startswith(("i ", "my "))
    waits = bangla.say("next")
    assert waits == "" or "999" in waits, "while her case waits: a fixed text at most"
    assert bangla.say("you misunderstood" if english else "আপনি ভুল বুঝেছেন") == sentence("menu", "en" if english else "bn")
    told(bangla.say("next"), 4, 2, "en" if english else "bn")


def test_what_she_deletes_is_gone(bangla: Chat) -> None:
    bangla.say("ধাপ ১০", "শেষ")
    assert bangla.say("আমার তথ্য মুছে দিন") == sentence("delete_sure", "bn")
    assert bangla.place()[0] == 10, "not before she is sure"
    assert bangla.press("delete_yes") == sentence("deleted", "bn")
    assert bangla.place() == (0, 0, set())
    assert bangla.say("আমি কোথায়").startswith(sentence("not_started", "bn"))


def test_every_menu_button_leads_on(bangla: Chat) -> None:
    """From the menu, every button; then every button of each answer: none is refused as old, and none gets the safe reply for failures."""
    refused = {sentence(name, language) for name in ("old_button", "rasa_down", "nothing") for language in ("bn", "en")}
    bangla.say("menu")
    for payload in list(bangla.buttons):
        bangla.say("বাংলা", "menu")
        assert bangla.press(payload) not in refused, payload
        for further in [further for further in bangla.buttons if not further.startswith(("step.", "delete"))]:
            assert bangla.press(further) not in refused, (payload, further)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="Linux shows there what a process has loaded")
def test_rasa_is_served_without_tensorflow(house: WholeHouse) -> None:
    maps = Path(f"/proc/{house.pid('rasa')}/maps").read_text()
    assert "numpy" in maps and "tensorflow" not in maps
