from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge import knowledge
from bot.model import Level, Risk
from bot.understanding.danger import DangerModel, Heard, Marks
from bot.understanding.network import Network
from bot.understanding.risk import CRISIS_CERTAIN, by_topic
from tests.fakes.reading import Fixed, tiny_reader

READER = tiny_reader()
BELOW = CRISIS_CERTAIN - 0.01


def reader(topic, confidence):
    return tiny_reader(Fixed(((topic, confidence), ("complaint", 0.1))))


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("পাসপোর্ট করতে টাকা লাগে", "bn", "step_passport"), ("amar visa asol naki", "bn-latn", "step_visa"),
        ("what is the visa fee, is my visa real", "en", "step_visa"), ("gan sonao", "bn-latn", "out_of_scope"),
    ],
)  # fmt: skip
def test_language_and_likeliest_topic(text, language, topic):
    reading = READER.read(text)
    assert (reading.language, reading.topic) == (language, topic)
    assert 0 < reading.confidence < 1


@pytest.mark.parametrize("text", ["next", "ধাপ ৫", "step 5", "মেনু"])
def test_a_typed_command_is_control_without_doubt(text):
    reading = READER.read(text)
    assert (reading.topic, reading.confidence, reading.risk) == ("control", 1.0, Risk())


@pytest.mark.parametrize(
    ("text", "topic"),
    [("আসসালামু আলাইকুম", "chitchat"), ("মানুষের সাথে কথা বলতে চাই", "human"), ("helpline", "hotlines"), ("delete my data", "privacy")],
)
def test_the_topic_of_a_command_is_what_it_is_about(text, topic):
    assert (READER.read(text).topic, READER.read(text).confidence) == (topic, 1.0)


def test_of_a_command_a_guess_of_danger_says_nothing():
    """ "step 13" was heard as a child's age."""

    class Hears(DangerModel):
        def hear(self, text):
            return Heard(danger=0.9, critical=0.9, person=0.9, category="child", words=len(text.split()))

    marks = Marks(flag=0.5, ask=0.1, doubt=0.01, critical=0.5, person=0.5)
    none = np.zeros(0)
    network = Network(hidden=none, scale=none, hidden_bias=none, outputs=none, bias=none)
    hears = Hears(vocabulary={}, idf=none, network=network, categories=("child",), marks=marks)
    assert replace(READER, danger=hears).read("step 13").risk == Risk()
    assert replace(READER, danger=hears).read("amar boyos 13 bosor apa").risk.flag is Level.CRITICAL


def test_her_last_language_settles_what_has_no_letters():
    assert READER.read("5", "en").language == "en"
    assert READER.read("5").language == "bn"


def test_the_places_of_entities_are_those_in_the_text_as_given():
    text = "  \u200b dalal  2 lakh taka chay"
    (money,) = READER.read(text).entities
    assert (money.name, money.value, text[money.start : money.end]) == ("money", "200000 BDT", "2 lakh taka")


# --- danger


@pytest.mark.parametrize(
    ("topic", "confidence", "risk"),
    [
        ("crisis", 1.0, Risk(flag=Level.URGENT)), ("crisis", CRISIS_CERTAIN, Risk(flag=Level.URGENT)),
        ("crisis", BELOW, Risk(ask=True)), ("crisis", 0.05, Risk(ask=True)), ("complaint", 1.0, Risk()),
    ],
)  # fmt: skip
def test_what_the_classifiers_word_says_of_danger(topic, confidence, risk):
    assert by_topic(topic, confidence) == risk


def test_a_certain_classifier_flags_what_the_rules_did_not_find():
    assert reader("crisis", 0.9).read("passport korte chai").risk == Risk(flag=Level.URGENT, reasons=("dialogue",))


@pytest.mark.parametrize(
    ("topic", "confidence", "told"),
    [("step_visa", BELOW, "crisis"), ("step_visa", CRISIS_CERTAIN, "step_visa"), ("crisis", 0.3, "crisis")],
)
def test_what_danger_is_acted_on_is_a_crisis_unless_it_is_certainly_something_else(topic, confidence, told):
    reading = reader(topic, confidence).read("bole mere felbe")
    assert reading.topic == told and reading.confidence >= confidence
    assert reader("step_visa", BELOW).read("visa asol naki").topic == "step_visa"


def test_a_doubtful_classifier_asks_softly():
    assert reader("crisis", BELOW).read("passport korte chai").risk == Risk(ask=True)


def test_the_rules_come_first():
    risk = reader("crisis", 0.9).read("bole mere felbe").risk
    assert risk == Risk(flag=Level.CRITICAL, category="physical_violence", reasons=("kill",))
    assert reader("step_visa", 0.9).read("bole mere felbe").risk == risk


def test_what_the_rules_only_asked_about_a_certain_classifier_flags_in_their_category():
    text = "golpo: amake khub mare"
    asked = Risk(ask=True, category="physical_violence", reasons=("hits",))
    assert reader("step_visa", 0.9).read(text).risk == asked
    assert reader("crisis", BELOW).read(text).risk == asked
    assert reader("crisis", 0.9).read(text).risk == Risk(flag=Level.URGENT, category="physical_violence", reasons=("hits", "dialogue"))


@pytest.mark.parametrize("text", ["next", "मुझे मदद चाहिए", "🙂", "?!"])
def test_what_the_classifier_is_never_asked_it_does_not_flag(text):
    assert reader("crisis", 0.9).read(text).risk == Risk()


def test_rules_read_all_of_a_long_text_the_classifier_its_beginning():
    asked = []

    class Noting(Fixed):
        def ranking(self, text):
            asked.append(text)
            return super().ranking(text)

    long = "visa " * 2000 + "mere felbe"
    assert tiny_reader(Noting((("step_visa", 0.9),))).read(long).risk.flag is Level.CRITICAL
    assert asked == [long[:4000]]


@given(st.text(max_size=60), st.sampled_from([None, "bn", "bn-latn", "en"]))
def test_any_text_is_read(text, before):
    reading = READER.read(text, before)
    assert reading.language in ("bn", "bn-latn", "en", "other")
    assert 0 < reading.confidence <= 1
    assert not (reading.risk.ask and reading.risk.flag.flagged)
    assert all(0 <= entity.start < entity.end <= len(text) for entity in reading.entities)


def test_the_projects_own_words_are_commands_to_it():
    assert READER.vocabulary is knowledge().vocabulary
