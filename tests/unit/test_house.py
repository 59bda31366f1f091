import re

import pytest

from bot.house import HOUSE, House, raised
from bot.knowledge import knowledge
from bot.model import CaseRequest, Level, Place, Risk, State
from bot.understanding.commands import parse
from tests.fakes.turns import REPLIES, pressed

CONTENT = knowledge()
BANGLA = re.compile("[\u0980-\u09ff]")
RISK = Risk(ask=True, reasons=("hits",))
STARTED = Place(step=4, part=1, done=frozenset({1, 2}))


async def nobody(conversation, code):
    raise AssertionError("nobody asked for a code")


async def obey(command, state=None, redeem=nobody, **changes):
    state = state or State()
    return await House(CONTENT, REPLIES, redeem).obey(pressed(command, state=state, **changes), state, RISK, parse(command))


def payloads(outcome):
    return [button.payload for button in outcome.replies[-1].buttons]


def sentence(name, language="bn"):
    return CONTENT.sentences[name][language]


COMMANDS = ["person", "hotlines", "help", "language", "language.bn", "language.en", "carry", "delete", "delete_yes", "safe"]
FIXED = [
    "here.bd",
    "here.abroad",
    "here.sa",
    "can_write",
    "cannot_write",
    "hide",
    "hide_now",
    "hide_word",
    "hours",
    "hours.morning",
    "hours.never",
]  # answered from knowledge/triage/


@pytest.mark.parametrize("place", [Place(), STARTED], ids=["new", "started"])
@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("command", COMMANDS)
async def test_every_answer_of_the_house_can_be_sent_and_leads_on(command, language, place):
    outcome = await obey(command, State(language=language, place=place))
    assert len(outcome.replies) == 1
    reply = outcome.replies[0]
    assert 0 < len(reply.text) <= 2000
    assert bool(BANGLA.search(reply.text)) == (outcome.state.language == "bn")
    assert "menu" in payloads(outcome)
    assert command in ("person", "delete") or "person" in payloads(outcome)
    assert len(set(payloads(outcome))) == len(payloads(outcome)) <= 13
    for button in reply.buttons:
        assert parse(button.payload)
        assert 0 < len(button.title) <= 20


@pytest.mark.parametrize("command", COMMANDS + FIXED)
async def test_what_the_message_sounded_like_is_kept(command):
    assert (await obey(command)).risk == RISK


def test_the_house_obeys_just_its_commands():
    assert {parse(command).name for command in COMMANDS + FIXED} | {"code"} == HOUSE


async def test_a_person_is_called():
    outcome = await obey("person")
    assert outcome.case == CaseRequest(level=Level.STANDARD, category=None, reason="asked_for_person")
    assert "999" in outcome.replies[0].text


@pytest.mark.parametrize("command", ["hotlines", "help"])
@pytest.mark.parametrize("language", ["bn", "en"])
async def test_numbers_are_told_by_where_they_work(command, language):
    text = (await obey(command, State(language=language))).replies[0].text
    here, _, abroad = text.rpartition(sentence("hotlines_abroad", language) + ":")
    for hotline in CONTENT.hotlines:
        if hotline.place == "bd":
            assert f"{hotline.number} · {hotline.name[language]}" in here
            assert f"{hotline.number} · " not in abroad
        elif hotline.place == "abroad":
            assert f"{hotline.number} · {hotline.name[language]}" in abroad
        else:
            assert f"{hotline.number} · {hotline.name[language]}" not in text
    assert "here.abroad" in payloads(await obey(command, State(language=language)))


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("place", ["abroad", "sa", "ae", "hk", "sg"])
async def test_who_is_abroad_is_told_no_number_that_works_only_in_bangladesh(place, language):
    outcome = await obey("hotlines", State(language=language, whereabouts=place))
    lines = outcome.replies[0].text.splitlines()
    for hotline in CONTENT.hotlines:
        assert (f"{hotline.number} · {hotline.name[language]}" in lines) == (hotline.place in ("abroad", place)), hotline.id
    assert sentence("hotlines_bd", language) + ":" not in lines


async def test_who_is_in_bangladesh_is_told_what_works_here_first():
    lines = (await obey("hotlines", State(whereabouts="bd"))).replies[0].text.splitlines()
    assert lines[0] == sentence("hotlines_bd") + ":"
    assert lines[1].startswith("999 · ")


# --- where she is, whether she can write, hiding


@pytest.mark.parametrize("level", [Level.NONE, Level.CRITICAL])
@pytest.mark.parametrize(("place", "told"), [("bd", "bd"), ("abroad", "abroad"), ("sa", "sa"), ("sg", "no_local")])
@pytest.mark.parametrize("script", ["bn", "bn-latn", "en"])
async def test_where_she_is_is_remembered_and_answered_with_its_numbers(script, place, told, level):
    outcome = await obey(f"here.{place}", State(script=script, place=STARTED, level=level))
    assert outcome.replies[0].text == f"answer {told} {script}"
    assert (outcome.state.whereabouts, outcome.state.level, outcome.state.place) == (place, level, STARTED)
    assert outcome.case is None
    assert payloads(outcome) == (["here.sa", "person", "hide", "menu"] if place == "abroad" else ["person", "hide", "safe", "menu"])


async def test_a_country_that_is_none_is_an_old_button():
    outcome = await obey("here.zz", State(whereabouts="sa"))
    assert outcome.replies[0].text == sentence("old_button")
    assert outcome.state.whereabouts == "sa"


async def test_she_may_correct_where_she_is():
    assert (await obey("here.bd", State(whereabouts="sa"))).state.whereabouts == "bd"


@pytest.mark.parametrize("command", ["can_write", "cannot_write"])
async def test_whether_she_can_write_is_taken_note_of(command):
    outcome = await obey(command, State(level=Level.CRITICAL, offered=("can_write", "cannot_write", "here.bd", "here.abroad")))
    assert outcome.replies[0].text == f"answer {command} bn"
    assert outcome.state.offered == ("here.bd", "here.abroad")
    assert payloads(outcome)[-1] == ("hide" if command == "can_write" else "hours")


@pytest.mark.parametrize(
    ("before", "command", "after"),
    [
        ("bn", "language", "en"),
        ("en", "language", "bn"),
        ("bn", "language.bn", "bn"),
        ("en", "language.bn", "bn"),
        ("bn", "language.en", "en"),
    ],
)
async def test_the_language_changes_and_stays_chosen(before, command, after):
    outcome = await obey(command, State(language=before, place=STARTED))
    assert (outcome.state.language, outcome.state.language_chosen, outcome.state.place) == (after, True, STARTED)
    assert outcome.replies[0].text == sentence("language", after)
    assert outcome.replies[0].buttons[0].payload == "resume"


async def test_a_carry_code_is_told_in_two_groups_and_is_new_each_time():
    codes = set()
    for _ in range(20):
        outcome = await obey("carry")
        assert re.fullmatch(r"\d{8}", outcome.code)
        assert f"{outcome.code[:4]} {outcome.code[4:]}" in outcome.replies[0].text
        codes.add(outcome.code)
    assert len(codes) > 15


async def test_only_the_carry_command_makes_a_code():
    for command in set(COMMANDS) - {"carry"}:
        assert (await obey(command)).code is None


async def test_a_right_code_brings_her_state():
    carried = State(language="en", language_chosen=True, place=Place(step=9), level=Level.URGENT)

    async def redeem(conversation, code):
        assert (conversation, code) == ("c1", "12345678")
        return "ok", carried

    outcome = await obey("code.12345678", State(), redeem)
    assert outcome.state == carried
    assert outcome.replies[0].text == sentence("carried", "en")
    assert payloads(outcome)[0] == "resume"


@pytest.mark.parametrize(("result", "text"), [("wrong", "code_wrong"), ("too_many", "code_too_many")])
async def test_a_wrong_code_changes_nothing(result, text):
    async def redeem(conversation, code):
        return result, State(place=Place(step=9))

    outcome = await obey("code.12345678", State(place=STARTED), redeem)
    assert outcome.state == State(place=STARTED)
    assert outcome.replies[0].text == sentence(text)


async def test_deleting_is_asked_first():
    outcome = await obey("delete", State(place=STARTED))
    assert not outcome.forget
    assert outcome.state.place == STARTED
    assert payloads(outcome) == ["delete_yes", "menu"]


async def test_deleting_forgets_all_but_how_she_is_spoken_to():
    state = State(language="en", language_chosen=True, script="en", place=STARTED, level=Level.URGENT, offered=("next",))
    outcome = await obey("delete_yes", state)
    assert outcome.forget
    assert outcome.state == State(language="en", language_chosen=True, script="en")
    assert outcome.replies[0].text == sentence("deleted", "en")


@pytest.mark.parametrize("case", [Level.URGENT, Level.CRITICAL])
async def test_while_a_flagged_case_is_open_the_level_stays_and_she_is_told(case):
    outcome = await obey("delete_yes", State(place=STARTED, level=Level.CRITICAL), case=case)
    assert outcome.forget
    assert outcome.state == State(level=Level.CRITICAL)
    assert outcome.replies[0].text == sentence("delete_kept")


@pytest.mark.parametrize("case", [Level.NONE, Level.STANDARD])
async def test_any_other_case_does_not_keep_anything(case):
    assert (await obey("delete_yes", case=case)).replies[0].text == sentence("deleted")


async def test_i_am_safe_brings_the_menu_back_and_keeps_the_level():
    outcome = await obey("safe", State(level=Level.CRITICAL, place=STARTED))
    assert outcome.state == State(level=Level.CRITICAL, place=STARTED)
    assert outcome.case is None


# --- danger


@pytest.mark.parametrize("level", [Level.URGENT, Level.CRITICAL])
@pytest.mark.parametrize(("category", "told"), [("captivity", "captivity"), ("suicide", "other"), (None, "other")])
@pytest.mark.parametrize("script", ["bn", "bn-latn", "en"])
def test_danger_gets_the_text_of_level_category_and_script(level, category, told, script):
    state = State(script=script, place=STARTED)
    outcome = House(CONTENT, REPLIES, nobody).danger(state, Risk(flag=level, category=category))
    reply, where = outcome.replies
    assert reply.text == f"{level.value} {told} {script} 999"
    assert [button.payload for button in reply.buttons] == ["person", "hotlines", "hide"]
    assert where.text == f"where unknown {script}"
    assert [button.payload for button in where.buttons] == ["here.bd", "here.abroad", "safe"]
    assert all((script == "bn") == bool(BANGLA.search(button.title)) for button in (*reply.buttons, *where.buttons))
    writing = ("can_write", "cannot_write") if told == "captivity" else ()
    assert outcome.state.offered == (*writing, "here.bd", "here.abroad")
    assert outcome.case == CaseRequest(level=level, category=category, reason="flagged")
    assert outcome.state.place == STARTED


def test_danger_is_answered_in_english_when_she_chose_it():
    state = State(language="en", language_chosen=True, script="bn-latn")
    assert House(CONTENT, REPLIES, nobody).danger(state, Risk(flag=Level.URGENT)).replies[0].text == "urgent other en 999"


@pytest.mark.parametrize(("place", "told"), [("bd", "bd"), ("abroad", "abroad"), ("sa", "sa"), ("sg", "abroad"), (None, "unknown")])
def test_danger_is_answered_for_where_she_is(place, told):
    outcome = House(CONTENT, REPLIES, nobody).danger(State(whereabouts=place), Risk(flag=Level.URGENT))
    assert outcome.replies[1].text == f"where {told} bn"
    here = [] if place == "bd" else ["here.bd"]  # she need not say what is known
    assert payloads(outcome) == [*here, "here.abroad", "safe"]


def test_while_her_case_is_open_the_place_is_not_asked_again():
    outcome = House(CONTENT, REPLIES, nobody).danger(State(), Risk(flag=Level.URGENT), begun=True)
    assert len(outcome.replies) == 1
    assert outcome.state.offered == ()


@pytest.mark.parametrize("before", Level)
@pytest.mark.parametrize("flag", Level)
def test_a_level_only_rises(before, flag):
    assert raised(State(level=before), flag).level.rank == max(before.rank, flag.rank)


@pytest.mark.parametrize("language", ["bn", "en"])
def test_when_the_dialogue_is_down_she_gets_numbers_for_here_and_abroad(language):
    outcome = House(CONTENT, REPLIES, nobody).dialogue_failed(State(language=language), Risk())
    assert all(number in outcome.replies[0].text for number in ("999", "109", "+880 9610 102030"))
    assert payloads(outcome)[:2] == ["hotlines", "person"]


@pytest.mark.parametrize(
    "name",
    [
        "rasa_down",
        "media",
        "too_long",
        "nothing",
        "too_fast",
        "old_button",
        "soft_ask",
        "offer_person",
        "speaks",
        "language",
        "menu",
        "carried",
        "code_wrong",
        "code_too_many",
        "deleted",
        "delete_kept",
    ],
)
@pytest.mark.parametrize("language", ["bn", "en"])
def test_each_sentence_of_the_house_needs_nothing_filled_in(name, language):
    reply = House(CONTENT, REPLIES, nobody).say(State(language=language), name)
    assert reply.text == sentence(name, language)
    assert "{" not in reply.text
