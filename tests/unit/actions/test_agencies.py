"""What she is told of an agency: name, RL, status, source, date, and what it does not mean. Never that it is safe, never that it is fake."""

from datetime import date
from types import SimpleNamespace

import pytest
from rasa_sdk.executor import CollectingDispatcher

import actions.agencies
from actions.agencies import asked_of, looked_up, outright
from actions.control import ActionControl
from actions.steps import ActionStepQuestion
from actions.topics import ActionTopic, ActionUnsure
from bot.agencies.entries import Agency, Imported
from bot.errors import DirectoryError
from bot.knowledge import knowledge
from bot.storage.directory import Listing
from bot.understanding.agency_names import Named, register
from tests.fakes.guided import TODAY, Guided

SAY = knowledge().sentences
ENTRIES = (
    Agency(rl="101", name="Rabeya Overseas", address="House 5, Banani, Dhaka-1213", status="active", valid_until=date(2027, 12, 31)),
    Agency(rl="102", name="Doel International", address="Dhaka", status="suspended", valid_until=date(2027, 12, 31)),
    Agency(rl="103", name="Meghna Trade", address="", status="active", valid_until=date(2026, 11, 26)),
    Agency(rl="104", name="Gulf Associate", address="Banani, Dhaka", status="active"),
    Agency(rl="105", name="Gulf Associate", address="Gulshan-1, Dhaka", status="active"),
    Agency(rl="106", name="Surma Star", address="Sylhet"),
)


def listing(as_of=date(2026, 11, 20)):
    about = Imported(id=1, source="www.oep.gov.bd/agencies", as_of=as_of, rows=len(ENTRIES))
    return Listing(about, ENTRIES, register([Named(entry.rl, entry.name) for entry in ENTRIES]))


class Fixed:
    def __init__(self, found):
        self.found = found

    def listing(self):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture(autouse=True)
def a_list(monkeypatch):
    monkeypatch.setattr(actions.agencies, "directory", lambda: Fixed(listing()))


def ask(query, language="bn", found=None):
    answer = looked_up(Guided(language).scene, query, found or listing())
    return answer.replies[-1].text, [button.payload for button in answer.replies[-1].buttons]


@pytest.mark.parametrize("query", ["Rabeya Overseas", "রাবেয়া ওভারসিজ", "RL 101", "আরএল ১০১"])
def test_found_with_all_that_belongs_to_it(query):
    text, buttons = ask(query)
    for piece in (
        "Rabeya Overseas",
        "RL নম্বর 101",
        "House 5, Banani",
        "চালু (Active)",
        "৩১/১২/২০২৭",
        "www.oep.gov.bd/agencies",
        "২০/১১/২০২৬",
    ):
        assert piece in text
    for name in ("agency_active", "agency_sure", "agency_traps"):
        assert SAY[name].bn in text
    assert SAY["agency_bad"].bn not in text
    assert {"flow.agency_check", "step.4", "person", "menu"} <= set(buttons)


@pytest.mark.parametrize(("query", "status"), [("Doel International", "Suspended"), ("Meghna Trade", "Expired")])
def test_a_licence_that_is_not_active_today_is_told_plainly(query, status):
    text, _ = ask(query, "en")
    assert f"Licence: {status}" in text
    assert SAY["agency_bad"].en in text
    assert SAY["agency_active"].en not in text


def test_no_status_is_no_active_licence():
    text, _ = ask("Surma Star", "en")
    assert SAY["agency_unknown"].en in text


def test_an_old_list_says_so():
    fresh, _ = ask("Rabeya Overseas", "en", listing(date(2026, 10, 28)))
    old, _ = ask("Rabeya Overseas", "en", listing(date(2026, 10, 27)))
    assert "days old" not in fresh
    assert "31 days old" in old


def test_several_are_shown_with_rl_and_area_to_choose_from():
    text, buttons = ask("gulf associate")
    assert "RL 104 · Gulf Associate · Banani, Dhaka" in text
    assert buttons[:2] == ["agency.104", "agency.105"]
    answer = looked_up(Guided().scene, "gulf associate", listing())
    assert [button.title for button in answer.replies[-1].buttons[:2]] == ["RL 104 Banani", "RL 105 Gulshan-1"]


def test_an_uncertain_name_is_asked_back_and_not_answered():
    text, buttons = ask("Rabea Oversis")
    assert SAY["agency_which"].bn in text
    assert buttons[0] == "agency.101"
    assert "চালু" not in text


@pytest.mark.parametrize("language", ["bn", "en"])
def test_not_found_is_not_fake(language):
    text, _ = ask("Padma Bridge Travels", language)
    assert "Padma Bridge Travels" in text
    assert {"bn": "তার মানে এই না যে এটা ভুয়া", "en": "does not mean it is fake"}[language] in text


def test_a_candidate_is_chosen():
    her = Guided("en")
    answer = actions.agencies.obey(her.scene, actions.agencies.Command("agency", ("105",)))
    assert "Gulshan-1" in answer.replies[-1].text
    gone = actions.agencies.obey(her.scene, actions.agencies.Command("agency", ("999",)))
    assert "does not mean it is fake" in gone.replies[-1].text


def test_the_name_is_asked_for_when_it_is_missing():
    her = Guided()
    text = her.begin("agency_check")
    assert "RL নম্বর" in text
    assert SAY["flow_must"].bn in her.say("জানি না")
    assert "Rabeya Overseas" in her.say("রাবেয়া ওভারসিজ")
    assert her.flows == ()


@pytest.mark.parametrize("found", [None, DirectoryError()])
def test_without_a_list_she_is_sent_to_who_knows(monkeypatch, found):
    monkeypatch.setattr(actions.agencies, "directory", lambda: Fixed(found))
    her = Guided()
    her.begin("agency_check")
    text = her.say("রাবেয়া ওভারসিজ")
    assert SAY["agency_no_list"].bn in text
    assert "16135" in text


class Heard:
    """A tracker with one message."""

    def __init__(self, text, **entities):
        found = [{"entity": name, "value": value} for name, value in entities.items()]
        self.latest_message = {"text": text, "entities": found, "metadata": {"language": "bn", "today": TODAY}}


@pytest.mark.parametrize(
    ("text", "entities", "told"),
    [
        ("রাবেয়া ওভারসিজ কি বৈধ", {"agency": "রাবেয়া ওভারসিজ"}, "Rabeya Overseas"),
        ("RL 102 thik ase?", {"rl": "102"}, "Doel International"),
        ("surma star ki boidho", {}, "Surma Star"),
        ("এজেন্সি আসল না নকল বুঝমু কেমনে", {}, None),
        ("RL 999 ঠিক আছে?", {"rl": "999"}, "rl 999"),
    ],
)
def test_a_question_that_names_one_is_answered_and_one_about_agencies_is_not(text, entities, told):
    answer = asked_of(Heard(text, **entities))
    assert (answer is None) == (told is None)
    if told:
        assert told in answer.replies[-1].text


AMONG = (
    *ENTRIES,
    Agency(rl="107", name="Visa International"),
    Agency(rl="108", name="Makka Tours & Travels"),
    Agency(rl="109", name="H.A. International"),
)


@pytest.fixture
def words(monkeypatch):
    """Agencies whose names are words."""
    about = Imported(id=1, source="www.oep.gov.bd/agencies", as_of=date(2026, 11, 20), rows=len(AMONG))
    found = Listing(about, AMONG, register([Named(entry.rl, entry.name) for entry in AMONG]))
    monkeypatch.setattr(actions.agencies, "directory", lambda: Fixed(found))


def said(text, action=None, intent="step_visa"):
    latest = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": [], "metadata": {"today": TODAY}}
    tracker, told = SimpleNamespace(latest_message=latest), CollectingDispatcher()
    if action is None:
        return outright(tracker)
    action().run(told, tracker, {})
    return told.messages[0]["text"]


@pytest.mark.parametrize(
    "text", ["Visa International ki valo", "ভিসা ইন্টারন্যাশনাল কি বৈধ", "Makka Tours & Travels legal?", "is Gulf Associate legal"]
)
def test_a_name_that_is_a_word_is_looked_up_whatever_topic_it_sounds_like(words, text):
    assert said(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "ভিসা আসল?",
        "ভিসা যাচাই",
        "group visa ki",
        "haa",
        "visa",
        "Visa International e taka disi kintu amake ekhono pathay nai bhai",
        "makka",
        "",
        "কেমন আছেন",
    ],
)
def test_a_question_that_is_no_name_is_not(words, text):
    assert said(text) is None


@pytest.mark.parametrize(
    ("action", "intent"),
    [(ActionStepQuestion, "step_visa"), (ActionTopic, "legal_aid"), (ActionUnsure, "nlu_fallback"), (ActionControl, "control")],
)
def test_every_way_leads_to_it(words, action, intent):
    assert "RL নম্বর 107" in said("Visa International ki valo", action, intent)
