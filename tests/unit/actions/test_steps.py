import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.speaking import digits
from actions.steps import GUIDED, WALK, ActionStepQuestion, question
from bot.knowledge import PARTS, SECTIONS, knowledge
from bot.model import Place
from bot.understanding.commands import STEPS, parse

CONTENT = knowledge()
LAST = len(PARTS) - 1
ALL = frozenset(range(1, STEPS + 1))
LANGUAGES = ["bn", "en"]
PLACES = [
    Place(), Place(done=frozenset({2})), Place(step=1), Place(step=1, part=LAST), Place(step=7, part=2, done=frozenset({1, 7})),
    Place(step=7, part=LAST), Place(step=STEPS),
    Place(step=STEPS, part=LAST, done=ALL - {STEPS}), Place(step=STEPS, part=LAST, done=ALL), Place(step=3, done=ALL),
]  # fmt: skip
COMMANDS = [
    "begin",
    "restart",
    "next",
    "next_step",
    "back",
    "repeat",
    "resume",
    "step.1",
    "step.7",
    "step.13",
    "where",
    "steps",
    "more_steps",
    "done",
    "done.7",
    "not_done",
    "not_done.7",
    "ask.3.cost",
    "ask.3",
    "ask.3.nothing",
]


def walk(payload, place=None, language="bn"):
    command = parse(payload)
    return WALK[command.name](CONTENT, language, place or Place(), command)


def only(answer):
    assert len(answer.replies) == 1
    return answer.replies[0]


def payloads(answer):
    return [button.payload for button in answer.replies[-1].buttons]


def section(step, name, language="bn"):
    return CONTENT.step(step).sections[name].text[language]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("payload", COMMANDS)
def test_every_command_works_from_every_place(payload, place, language):
    answer = walk(payload, place, language)
    reply = only(answer)
    assert 0 < len(reply.text) <= 2000
    assert payloads(answer)[-2:] == ["person", "menu"]
    assert len(payloads(answer)) >= 3
    assert not answer.person
    assert not answer.ask
    if answer.place is not None:
        assert 0 <= answer.place.step <= STEPS
        assert 0 <= answer.place.part <= LAST
        assert answer.place.done <= ALL


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("payload", [c for c in COMMANDS if not c.startswith(("done", "not_done"))])
def test_only_done_and_not_done_change_what_is_done(payload, place):
    answer = walk(payload, place)
    assert answer.place is None or answer.place.done == place.done


def test_the_whole_walk_tells_each_section_of_each_step_once_and_in_order():
    place, heard = Place(), []
    for _ in range(STEPS * len(PARTS)):
        answer = walk("next", place, "en")
        place = answer.place
        heard.append(only(answer).text)
    assert (place.step, place.part) == (STEPS, LAST)
    told = iter("\n".join(heard).split("\n"))
    for number in range(1, STEPS + 1):
        for name in (name for part in PARTS for name in part):
            for line in section(number, name, "en").split("\n"):
                assert line in told, (number, name)
    assert walk("next", place, "en").place is None


def test_back_is_the_way_one_came():
    place = Place(step=1)
    there = [place]
    for _ in range(STEPS * len(PARTS) - 1):
        place = walk("next", place).place
        there.append(place)
    while there:
        assert place == there.pop()
        place = walk("back", place).place or place
    assert place == Place(step=1)


# --- begin, resume, restart


@pytest.mark.parametrize("payload", ["begin", "next", "next_step", "restart"])
def test_one_who_is_new_begins_at_step_one(payload):
    answer = walk(payload)
    assert answer.place == Place(step=1)
    assert section(1, "brief") in only(answer).text


def test_one_who_was_elsewhere_is_asked_first():
    answer = walk("begin", Place(step=7, part=2))
    assert answer.place is None
    assert "৭" in only(answer).text
    assert payloads(answer)[:3] == ["resume", "steps", "restart"]


def test_restart_goes_to_step_one_and_keeps_what_is_done():
    assert walk("restart", Place(step=7, part=2, done=frozenset({1, 2}))).place == Place(step=1, done=frozenset({1, 2}))


@pytest.mark.parametrize("payload", ["resume", "repeat"])
def test_coming_back_she_reads_the_same_message_again(payload):
    place = Place(step=7, part=2, done=frozenset({3}))
    answer = walk(payload, place)
    assert answer.place == place
    for name in PARTS[2]:
        assert section(7, name) in only(answer).text


def test_resuming_without_a_place_shows_the_list():
    assert "step.1" in payloads(walk("resume"))


# --- one message of a step


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", [1, 6, STEPS])
@pytest.mark.parametrize("part", range(LAST + 1))
def test_a_message_says_where_she_is_and_where_to_go(step, part, language):
    place = Place(step=step, part=part)
    answer = walk("repeat", place, language)
    title = only(answer).text.split("\n")[0]
    assert digits(language, step) in title
    assert CONTENT.step(step).name[language] in title
    expected = (["next"] if part < LAST else [f"done.{step}"]) + (["back"] if part else []) + (["next_step"] if step < STEPS else [])
    assert payloads(answer) == [*expected, "person", "menu"]


def test_the_first_message_is_only_the_brief():
    text = only(walk("step.5", language="en")).text
    assert text.split("\n", 1)[1] == section(5, "brief", "en")


def test_sections_have_their_headings():
    text = only(walk("repeat", Place(step=5, part=1), "en")).text
    assert CONTENT.headings["why"].en + ":\n" + section(5, "why", "en") in text


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_jump_goes_to_the_beginning_of_the_step(step):
    place = Place(step=9, part=3, done=frozenset({9}))
    assert walk(f"step.{step}", place).place == Place(step=step, done=frozenset({9}))


# --- the ends


def test_there_is_nothing_before_the_first():
    answer = walk("back", Place(step=1))
    assert answer.place is None
    assert only(answer).text == CONTENT.sentences["first"].bn


def test_back_from_a_step_goes_to_the_end_of_the_one_before():
    assert walk("back", Place(step=8)).place == Place(step=7, part=LAST)


@pytest.mark.parametrize("payload", ["next", "next_step"])
def test_there_is_nothing_after_the_last(payload):
    answer = walk(payload, Place(step=STEPS, part=LAST, done=frozenset({1})))
    assert answer.place is None
    assert only(answer).text == CONTENT.sentences["last"].bn
    assert payloads(answer)[0] == "step.2"


def test_the_next_step_may_be_taken_from_any_message():
    assert walk("next_step", Place(step=4, part=1)).place == Place(step=5)


# --- done and what is left


def test_done_marks_the_step_she_is_at():
    answer = walk("done", Place(step=4, part=LAST, done=frozenset({1})), "en")
    assert answer.place == Place(step=4, part=LAST, done=frozenset({1, 4}))
    assert "2 steps finished, 11 left" in only(answer).text
    assert payloads(answer)[0] == "step.5"


def test_done_by_button_marks_its_own_step():
    assert walk("done.4", Place(step=9)).place == Place(step=9, done=frozenset({4}))


def test_done_twice_is_done_once():
    assert walk("done", Place(step=4, done=frozenset({4}))).place.done == {4}


def test_done_says_what_is_left_by_name():
    text = only(walk("done.4", Place(step=4, done=ALL - {4, 9, 11}), "en")).text
    assert f"9. {CONTENT.step(9).name.en}" in text
    assert f"11. {CONTENT.step(11).name.en}" in text
    assert f"8. {CONTENT.step(8).name.en}" not in text


def test_the_way_on_is_the_next_open_step_then_the_first():
    assert payloads(walk("done.4", Place(step=4, done=frozenset({5, 6}))))[0] == "step.7"
    assert payloads(walk("done.13", Place(step=13, done=frozenset({1}))))[0] == "step.2"


def test_when_all_are_done_she_is_told():
    answer = walk("done", Place(step=4, done=ALL - {4}))
    assert answer.place.done == ALL
    assert only(answer).text == CONTENT.sentences["all_done"].bn


def test_not_done_takes_it_back():
    answer = walk("not_done", Place(step=4, done=frozenset({3, 4})))
    assert answer.place.done == {3}
    assert "৪" in only(answer).text
    assert walk("not_done.3", Place(step=4, done=frozenset({3, 4}))).place.done == {4}


@pytest.mark.parametrize("payload", ["done", "not_done"])
def test_done_without_a_place_asks_where_she_is(payload):
    answer = walk(payload)
    assert answer.place is None
    assert only(answer).text == CONTENT.sentences["not_started"].bn


# --- where, and the list


def test_where_tells_place_and_progress():
    text = only(walk("where", Place(step=6, done=frozenset({1, 2})), "en")).text
    assert text.startswith(CONTENT.sentences["here"].fill("en", step="6", name=CONTENT.step(6).name.en))
    assert "2 steps finished, 11 left" in text
    assert payloads(walk("where", Place(step=6, done=frozenset({1, 2}))))[:2] == ["step.6", "steps"]


def test_where_leads_on_to_the_next_open_step_when_hers_is_done():
    assert payloads(walk("where", Place(step=6, done=frozenset({6, 7}))))[0] == "step.8"


def test_where_for_one_who_is_new():
    answer = walk("where")
    assert only(answer).text == CONTENT.sentences["not_started"].bn
    assert payloads(answer)[0] == "begin"


def test_where_when_all_are_done():
    answer = walk("where", Place(step=13, done=ALL), "en")
    assert "13 steps finished, 0 left" in only(answer).text
    assert "Left:" not in only(answer).text
    assert payloads(answer) == ["steps", "person", "menu"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_names_all_and_its_two_pages_reach_all(language):
    done = frozenset({2, 13})
    first, second = (walk(name, Place(step=3, done=done), language) for name in ("steps", "more_steps"))
    assert only(first).text == only(second).text
    lines = only(first).text.split("\n")[1:]
    assert len(lines) == STEPS
    for number, line in enumerate(lines, 1):
        assert line.startswith("✅" if number in done else "▫️")
        assert f"{digits(language, number)}. {CONTENT.step(number).name[language]}" in line
    assert [p for p in payloads(first) + payloads(second) if p.startswith("step.")] == [f"step.{n}" for n in range(1, STEPS + 1)]
    assert "more_steps" in payloads(first)
    assert "steps" in payloads(second)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_on_the_list_are_whole(language):
    for name in ("steps", "more_steps"):
        for button in only(walk(name, language=language)).buttons:
            command = parse(button.payload)
            if command.name == "step":
                assert button.title == f"{digits(language, command.number)}. {CONTENT.step(command.number).name[language]}"


# --- questions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(1, STEPS + 1))
@pytest.mark.parametrize("name", [*SECTIONS, None])
def test_a_question_is_answered_from_its_section(number, name, language):
    answer = question(CONTENT, language, Place(), number, name)
    assert section(number, name or "brief", language) in only(answer).text
    assert CONTENT.step(number).name[language] in only(answer).text
    assert answer.place is None
    guided = [f"flow.{name}" for name in GUIDED.get(CONTENT.step(number).id, ())]
    assert payloads(answer) == [f"step.{number}", *guided, "person", "menu"]


def test_a_question_in_the_middle_leads_back_to_her_own_place():
    assert payloads(question(CONTENT, "bn", Place(step=9, part=2), 3, "cost")) == ["step.3", "resume", "person", "menu"]


def test_a_question_on_the_step_she_is_at_needs_no_way_back():
    assert payloads(question(CONTENT, "bn", Place(step=3, part=2), 3, "cost")) == ["step.3", "person", "menu"]


@pytest.mark.parametrize(
    ("payload", "name"), [("ask.3.cost", "cost"), ("ask.3", "brief"), ("ask.3.nothing", "brief"), ("ask.13.danger", "danger")]
)
def test_a_button_may_ask_a_question(payload, name):
    assert section(parse(payload).number, name) in only(walk(payload)).text


def asked(intent, *, text="", metadata=None):
    message = {"text": text, "intent": {"name": intent}, "entities": [], "metadata": metadata or {"language": "en"}}
    dispatcher = CollectingDispatcher()
    events = ActionStepQuestion().run(dispatcher, Tracker("c1", {}, message, [], False, None, {}, "action_listen"), {})
    assert events == []
    return dispatcher.messages


@pytest.mark.parametrize("number", range(1, 14))
def test_a_place_and_where_to_go_is_asked_whatever_step_it_is_taken_for(number):
    said = asked(CONTENT.step(number).id, text="I live in Shyamnagar, where do I go")
    assert said[0]["text"].startswith(CONTENT.sentences["near_here"].fill("en", district=CONTENT.services.districts["satkhira"]["en"]))


@pytest.mark.parametrize("number", range(1, STEPS + 1))
def test_the_action_answers_from_the_step_that_is_the_intent(number):
    said = asked(CONTENT.step(number).id, text="what papers do i need?")
    assert section(number, "papers", "en") in said[0]["text"]
    assert said[-1]["custom"] == {"effects": {}}


def test_the_action_speaks_her_language():
    assert section(3, "brief", "bn") in asked("step_passport", metadata={"language": "bn", "step": 2})[0]["text"]


def test_the_action_has_its_name():
    assert ActionStepQuestion().name() == "action_step_question"
