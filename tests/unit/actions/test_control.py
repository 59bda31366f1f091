import inspect

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions.control
import actions.flows
import actions.steps
import actions.topics
from actions.control import ActionControl, greeting, menu, obey
from bot.knowledge import knowledge, read_yaml
from bot.model import Place
from bot.settings import ROOT
from bot.understanding.commands import Command, parse

CONTENT = knowledge()
HERE = Place(step=4, part=2, done=frozenset({1}))


def payloads(answer):
    return [button.payload for button in answer.replies[-1].buttons]


def said(payload, place=None, language="bn"):
    return obey(CONTENT, language, place or Place(), parse(payload))


def test_the_greeting_is_one_screen_with_five_buttons():
    for language in ("bn", "en"):
        answer = greeting(CONTENT, language)
        assert len(answer.replies) == 1
        assert len(answer.replies[0].text) <= 400
        assert answer.replies[0].text.count("\n") <= 6
        assert "999" in answer.replies[0].text
        assert payloads(answer) == ["begin", "steps", "hotlines", "person", "language.en" if language == "bn" else "language.bn"]


def test_the_greeting_offers_the_other_language_by_its_own_name():
    assert greeting(CONTENT, "bn").replies[0].buttons[-1].title == "English"
    assert greeting(CONTENT, "en").replies[0].buttons[-1].title == "বাংলা"


@pytest.mark.parametrize("place", [Place(), HERE])
def test_the_menu_reaches_everything(place):
    answer = menu(CONTENT, "bn", place)
    assert payloads(answer) == [
        "resume" if place.step else "begin",
        "steps",
        "topics",
        "person",
        "hotlines",
        "carry",
        "privacy",
        "language.en",
    ]
    assert len(payloads(answer)) <= 13


def test_start_greets_the_new_and_welcomes_back_the_others():
    assert said("start").replies == greeting(CONTENT, "bn").replies
    assert payloads(said("start", HERE))[0] == "resume"
    assert "৪" in said("start", HERE).replies[0].text


@pytest.mark.parametrize("place", [Place(), HERE])
@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize(("payload", "name"), [("stop", "stopped"), ("no", "no")])
def test_small_words_are_answered(payload, name, place, language):
    answer = said(payload, place, language)
    assert answer.replies[0].text == CONTENT.sentences[name][language]
    assert payloads(answer) == ["resume" if place.step else "begin", "person", "menu"]
    assert answer.place is None


def test_yes_goes_on_where_she_is():
    assert said("yes", HERE).place == HERE


def test_yes_without_a_place_asks_which():
    answer = said("yes")
    assert answer.replies[0].text == CONTENT.sentences["yes"].bn
    assert payloads(answer)[0] == "begin"


def test_a_topic_is_told_and_an_unknown_one_is_the_menu():
    assert said("topic.cost_loan").replies[0].text == CONTENT.topics["cost_loan"].messages[0].text.bn
    assert said("topic.astrology").replies == menu(CONTENT, "bn", Place()).replies


def test_who_reads_this():
    assert said("privacy").replies[0].text == CONTENT.topics["privacy"].messages[0].text.bn


def test_topics_are_listed():
    assert payloads(said("topics"))[:-2] == [f"group.{group.id}" for group in CONTENT.groups]


@pytest.mark.parametrize("name", ["menu", "help", "hotlines", "carry", "nothing"])
def test_everything_else_is_the_menu(name):
    assert obey(CONTENT, "bn", HERE, Command(name)).replies == menu(CONTENT, "bn", HERE).replies


@pytest.mark.parametrize(
    ("entities", "first"),
    [
        ([{"entity": "command", "value": "step.5"}], 5), ([{"entity": "command", "value": "step.99"}], None),
        ([{"entity": "command", "value": "/crisis"}], None),
        ([{"entity": "command", "value": 7}], None), ([{"entity": "aspect", "value": "step.5"}], None), ([], None),
    ],
)  # fmt: skip
def test_the_action_obeys_a_command_and_shows_the_menu_for_anything_else(entities, first):
    dispatcher = CollectingDispatcher()
    message = {"intent": {"name": "control"}, "entities": entities, "metadata": {"language": "en", "step": 4, "part": 2, "done": [1]}}
    assert ActionControl().run(dispatcher, Tracker("c1", {}, message, [], False, None, {}, "action_listen"), {}) == []
    text, effects = dispatcher.messages[0]["text"], dispatcher.messages[-1]["custom"]["effects"]
    if first:
        assert CONTENT.step(first).sections["brief"].text.en in text
        assert effects == {"place": {"step": first, "part": 0, "done": [1]}}
    else:
        assert text == CONTENT.sentences["menu"].en
        assert effects == {}


def test_the_domain_names_just_the_actions_there_are():
    modules = (actions.control, actions.flows, actions.steps, actions.topics)
    classes = {c for module in modules for _, c in inspect.getmembers(module, inspect.isclass) if issubclass(c, Action) and c is not Action}
    assert sorted(c().name() for c in classes) == sorted(read_yaml(ROOT / "domain.yml")["actions"])
