import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.speaking import button, digits, entity, sentence, speak, state, ways
from bot.dialogue import _answer
from bot.knowledge import knowledge
from bot.model import Answer, Button, Level, Place, Reply


def tracker(**message):
    return Tracker("c1", {}, message, [], False, None, {}, "action_listen")


ANSWERS = [
    Answer(replies=(Reply(text="one"),)),
    Answer(replies=(Reply(text="one"), Reply(text="two", buttons=(Button(title="t", payload="menu"),)))),
    Answer(replies=(Reply(text="one"),), place=Place(step=3, part=2, done=frozenset({1, 12}))),
    Answer(replies=(Reply(text="one"),), place=Place()),
    Answer(replies=(Reply(text="one"),), flag=Level.URGENT),
    Answer(replies=(Reply(text="one"),), ask=True, person=True),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_an_action_says_arrives_at_the_gateway_as_it_was(answer):
    dispatcher = CollectingDispatcher()
    speak(dispatcher, answer)
    # Rasa's REST channel turns each response into one or two messages with the keys text, buttons and custom.
    messages = [{key: m[key] for key in ("text", "buttons", "custom") if m[key]} for m in dispatcher.messages]
    assert _answer(messages) == answer


def test_the_state_is_what_the_gateway_sent():
    sent = {"language": "en", "step": 4, "part": 2, "done": [1, 2]}
    assert state(tracker(metadata=sent)) == ("en", Place(step=4, part=2, done=frozenset({1, 2})))


@pytest.mark.parametrize("message", [{}, {"metadata": None}, {"metadata": {}}, {"metadata": {"language": "fr"}}])
def test_without_state_she_is_new_and_bangla(message):
    assert state(tracker(**message)) == ("bn", Place())


def test_the_first_entity_of_a_name_is_read():
    found = [{"entity": "aspect", "value": "cost"}, {"entity": "command", "value": "step.5"}, {"entity": "command", "value": "menu"}]
    assert entity(tracker(entities=found), "command") == "step.5"
    assert entity(tracker(entities=found), "other") is None
    assert entity(tracker(entities=None), "command") is None
    assert entity(tracker(), "command") is None


@pytest.mark.parametrize(("language", "written"), [("bn", "১৩"), ("en", "13")])
def test_numbers_are_written_in_the_digits_of_the_language(language, written):
    assert digits(language, 13) == written
    assert len({digits("bn", number) for number in range(14)}) == 14


def test_a_button_carries_its_name_unless_told_otherwise():
    assert button(knowledge(), "en", "menu") == Button(title="Menu", payload="menu")
    assert button(knowledge(), "en", "resume", "step.4", step="4") == Button(title="Go on: step 4", payload="step.4")


def test_every_reply_offers_a_person_and_the_menu_last():
    first = Button(title="x", payload="next")
    assert [b.payload for b in ways(knowledge(), "bn", first)] == ["next", "person", "menu"]
    assert [b.payload for b in sentence(knowledge(), "bn", "yes", first).buttons] == ["next", "person", "menu"]
