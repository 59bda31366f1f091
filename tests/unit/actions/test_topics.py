import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.control import ActionControl
from actions.topics import ActionCrisis, ActionTopic, ActionUnsure, again, topic, topic_list, unsure
from bot.knowledge import knowledge, read_yaml
from bot.model import Place
from bot.settings import ROOT
from bot.understanding.risk import CRISIS_CERTAIN

CONTENT = knowledge()
LANGUAGES = ["bn", "en"]
INTENTS = [name for name in read_yaml(ROOT / "domain.yml")["intents"] if not name.startswith("step_")]


def payloads(answer):
    return [button.payload for button in answer.replies[-1].buttons]


def run(action, intent="", *, confidence=1.0, ranking=(), metadata=None, entities=()):
    message = {
        "intent": {"name": intent, "confidence": confidence}, "intent_ranking": [{"name": name} for name in ranking],
        "metadata": metadata or {"language": "en"}, "entities": list(entities),
    }  # fmt: skip
    dispatcher = CollectingDispatcher()
    assert action.run(dispatcher, Tracker("c1", {}, message, [], False, None, {}, "action_listen"), {}) == []
    return [m["text"] for m in dispatcher.messages if m["text"]], dispatcher.messages[-1]["custom"]["effects"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [Place(), Place(step=4)], ids=["new", "started"])
@pytest.mark.parametrize("name", CONTENT.topics)
def test_a_topic_is_told_in_its_messages_with_ways_on_last(name, place, language):
    answer = topic(CONTENT, language, place, name)
    told = [message.text[language] for message in CONTENT.topics[name].messages]
    assert [reply.text for reply in answer.replies[:-1]] == told[:-1]
    assert answer.replies[-1].text.startswith(told[-1])
    assert (answer.replies[-1].text != told[-1]) == bool(CONTENT.topics[name].as_of)
    assert all(reply.buttons == () for reply in answer.replies[:-1])
    assert payloads(answer)[-2:] == ["person", "menu"]
    assert 3 <= len(payloads(answer)) <= 10
    assert len(set(payloads(answer))) == len(payloads(answer))
    assert ("resume" in payloads(answer)) == bool(place.step)
    assert answer.place is None
    assert answer.person == (name == "human")


@pytest.mark.parametrize("intent", [name for name in INTENTS if name not in ("control", "crisis", "nlu_fallback", "answer")])
def test_every_intent_that_is_a_topic_has_one(intent):
    said, effects = run(ActionTopic(), intent)
    assert said[:-1] == [message.text.en for message in CONTENT.topics[intent].messages[:-1]]
    assert said[-1].startswith(CONTENT.topics[intent].messages[-1].text.en)
    assert effects == ({"person": True} if intent == "human" else {})


@pytest.mark.parametrize(("intent", "confidence", "gives_way"), [("privacy", 0.4, True), ("privacy", 0.8, False), ("human", 0.4, False)])
def test_a_doubtful_topic_gives_way_to_words_that_mean_one_thing(intent, confidence, gives_way):
    """ "ওসিসি তে কী কী সেবা দেয়" was answered with who reads her messages."""
    message = {
        "intent": {"name": intent, "confidence": confidence},
        "metadata": {"language": "en"},
        "entities": [],
        "text": "what does the OCC do",
    }
    dispatcher = CollectingDispatcher()
    ActionTopic().run(dispatcher, Tracker("c1", {}, message, [], False, None, {}, "action_listen"), {})
    assert dispatcher.messages[0]["text"].startswith(CONTENT.items["occ"].messages[0].text.en) == gives_way


def test_an_unknown_intent_gets_the_helpful_unknown():
    said, _ = run(ActionTopic(), "astrology")
    assert said == [message.text.en for message in CONTENT.topics["unknown"].messages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_offers_what_a_reply_can_hold_by_name(language):
    answer = topic_list(CONTENT, language)
    assert payloads(answer) == [*(f"group.{group.id}" for group in CONTENT.groups), "person", "menu"]
    assert len(payloads(answer)) <= 10
    assert answer.replies[0].buttons[0].title == CONTENT.groups[0].name[language]


# --- crisis


@pytest.mark.parametrize(
    ("confidence", "effects"),
    [
        (1.0, {"flag": "urgent", "guessed": True}),
        (CRISIS_CERTAIN, {"flag": "urgent", "guessed": True}),
        (CRISIS_CERTAIN - 0.01, {"ask": True, "person": True}),
        (0, {"ask": True, "person": True}),
    ],
)
def test_what_sounds_like_danger_is_acted_on_or_asked_about(confidence, effects):
    said, found = run(ActionCrisis(), "crisis", confidence=confidence)
    assert found == effects
    assert "999" in said[-1]


# --- unsure


def test_the_two_likeliest_are_offered_and_numbers_with_them():
    said, effects = run(ActionUnsure(), "nlu_fallback", ranking=["step_visa", "cost_loan", "complaint"])
    assert "999" in said[0]
    assert effects == {}
    answer = unsure(CONTENT, "en", ["step_visa", "cost_loan", "complaint"])
    assert payloads(answer) == ["step.8", "topic.cost_loan", "other", "person", "menu"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_doubted_twice_she_is_led_to_a_person_and_not_guessed_at_again(language):
    answer = again(CONTENT, language, ["step_visa", "cost_loan"])
    assert payloads(answer) == ["person", "hotlines", "topics", "menu"]
    assert "16135" in answer.replies[0].text and "999" in answer.replies[0].text
    for metadata, expected in (({}, unsure), ({"unsure": True}, again)):
        said, _ = run(ActionUnsure(), "nlu_fallback", ranking=["step_visa", "cost_loan"], metadata={"language": language, **metadata})
        assert said == [reply.text for reply in expected(CONTENT, language, ["step_visa", "cost_loan"]).replies]


@pytest.mark.parametrize(("metadata", "command", "led"), [({}, "other", True), ({"unsure": True}, "no", True), ({}, "no", False)])
def test_neither_of_these_leads_to_a_person_too(metadata, command, led):
    said, _ = run(ActionControl(), "control", entities=[{"entity": "command", "value": command}], metadata={"language": "en", **metadata})
    assert (said == [CONTENT.sentences["unsure_again"]["en"]]) == led


@pytest.mark.parametrize(("ranking", "effects"), [(["crisis", "complaint"], {"ask": True}), (["complaint", "crisis"], {}), ([], {})])
def test_where_danger_is_likeliest_the_doubt_is_asked_about_softly(ranking, effects):
    assert run(ActionUnsure(), "nlu_fallback", ranking=ranking)[1] == effects


@pytest.mark.parametrize(
    "ranking", [[], ["crisis"], ["control", "chitchat", "out_of_scope", "crisis", "human", "nlu_fallback", "astrology"]]
)
def test_what_has_no_way_is_not_offered(ranking):
    assert payloads(unsure(CONTENT, "bn", ranking)) == ["person", "menu"]


@pytest.mark.parametrize(
    ("name", "payload"), [("steps_start", "begin"), ("hotlines", "hotlines"), ("privacy", "privacy"), ("step_departure", "step.13")]
)
def test_each_kind_of_way_has_its_payload(name, payload):
    assert payloads(unsure(CONTENT, "en", [name]))[0] == payload


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_two_likeliest_can_be_offered(language):
    for name in read_yaml(ROOT / "domain.yml")["intents"]:
        for button in unsure(CONTENT, language, [name]).replies[0].buttons:
            assert "{" not in button.title
            assert 0 < len(button.title) <= 20


def test_the_actions_have_their_names():
    assert [action().name() for action in (ActionTopic, ActionCrisis, ActionUnsure)] == ["action_topic", "action_crisis", "action_unsure"]
