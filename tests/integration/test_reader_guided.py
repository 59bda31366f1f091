"""Rasa's reader beside guided questions: what answers the open one is an answer, what does not is what it is."""

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.components import SohojatriReader


def flow(asked, *, open=True, since="2026-11-27", name="offer_check", answers=()):
    return {"name": name, "answers": [list(answer) for answer in answers], "asked": asked, "open": open, "since": since}


def read(text, *flows, intent="nlu_fallback", confidence=0.4, today="2026-11-27"):
    metadata = {"language": "bn", "today": today, **({"flows": list(flows)} if flows else {})}
    message = Message(data={TEXT: text, INTENT: {"name": intent, "confidence": confidence}, "metadata": metadata})
    (found,) = SohojatriReader().process([message])
    entities = {entity["entity"]: entity["value"] for entity in found.get(ENTITIES)}
    return found.get(INTENT)["name"], entities.get("answer"), entities.get("command")


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("সৌদি", "country", "sa"),
        ("jordan e", "country", "jo"),
        ("বাসার কাজ", "job", "house"),
        ("5000", "amount", "5000 BDT"),
        ("12", "age", "12"),
        ("২৬", "age", "26"),
        ("ভিজিট ভিসা", "visa", "visit"),
    ],
)
def test_answers(text, asked, value):
    assert read(text, flow(asked)) == ("answer", value, None)


def test_without_an_open_question_a_number_is_a_step():
    assert read("12") == ("control", None, "step.12")
    assert read("12", flow("age", open=False)) == ("control", None, "step.12")


def test_a_command_stays_one():
    assert read("থামুন", flow("country")) == ("control", None, "stop")
    assert read("menu", flow("country")) == ("control", None, "menu")
    assert read("step 5", flow("country")) == ("control", None, "step.5")


def test_a_question_in_the_middle_keeps_its_topic():
    assert read("পাসপোর্ট করতে কত টাকা লাগে?", flow("country"), intent="step_passport", confidence=0.9) == ("step_passport", None, None)


def test_what_is_not_understood_is_asked_again():
    assert read("asdf qwer", flow("country")) == ("answer", None, None)
    assert read("asdf qwer") == ("nlu_fallback", None, None)


def test_danger_goes_before_any_answer():
    assert read("ওরা সৌদিতে আমাকে আটকে রেখেছে", flow("country"), intent="crisis", confidence=0.99)[0] == "crisis"


def test_free_words_answer_on_the_day_they_were_asked_for_only():
    asked = flow("agency", name="agency_check")
    assert read("রাবেয়া ওভারসিজ", asked) == ("answer", "রাবেয়া ওভারসিজ", None)
    assert read("রাবেয়া ওভারসিজ", asked, today="2026-11-29", intent="step_agency", confidence=0.9)[0] == "step_agency"


def test_flows_that_are_gone_from_the_content_do_no_harm():
    assert read("12", flow("age", name="no_such_flow"))[0] == "control"
    assert read("12", flow("no_such_question"))[0] == "control"


def test_a_plain_answer_is_one_whatever_the_classifier_makes_of_it():
    assert read("ওদের কাছে", flow("passport"), intent="crisis", confidence=0.99) == ("answer", "theirs", None)
    assert read("আমি", flow("payer"), intent="crisis", confidence=0.99) == ("answer", "me", None)
