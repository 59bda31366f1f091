import re

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.control import ActionControl, obey
from actions.flows import begun_by
from actions.items import MOST, OTHER_COUNTRY, countries, country, finer, tell, told
from actions.scenes import Scene
from actions.steps import ActionStepQuestion
from actions.topics import asked, finest, topic, warned
from bot.flows import flow_plans
from bot.knowledge import knowledge
from bot.model import Place, Reply
from bot.understanding.choosing import choose
from bot.understanding.commands import parse
from bot.understanding.entities import find

CONTENT = knowledge()
LANGUAGES = ["bn", "en"]
PLACES = [Place(), Place(step=4)]


def payloads(answer):
    return [button.payload for button in answer.replies[-1].buttons]


def press(payload, language="en", place=PLACES[0]):
    command = parse(payload)
    assert command is not None, payload
    return obey(CONTENT, language, place, command)


def ask(text, name, language="en"):
    return asked(CONTENT, language, Place(), name, text, find(text, CONTENT.places))


def chosen(text, name):
    """The id of the item that a message gets, or None."""
    answer = ask(text, name)
    return next((id for id, item in CONTENT.items.items() if answer.replies[0].text.startswith(item.messages[0].text.en)), None)


# --- every item, country and group can be shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES, ids=["new", "started"])
@pytest.mark.parametrize("id", CONTENT.items)
def test_an_item_is_told_in_its_messages_and_ends_with_what_comes_next(id, place, language):
    item = CONTENT.items[id]
    answer = press(f"item.{id}", language, place)
    assert [reply.text for reply in answer.replies[:-1]] == [message.text[language] for message in item.messages[:-1]]
    assert answer.replies[-1].text.startswith(item.messages[-1].text[language])
    assert all(not reply.buttons for reply in answer.replies[:-1])
    assert payloads(answer)[-2:] == ["person", "menu"] or "person" in payloads(answer)
    assert 3 <= len(payloads(answer)) <= 10
    assert len(set(payloads(answer))) == len(payloads(answer))
    assert ("resume" in payloads(answer)) == bool(place.step)
    for payload in payloads(answer):
        assert parse(payload) is not None, payload


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("aspect", ["", ".rules", ".complain", ".help", ".risk"])
@pytest.mark.parametrize("id", CONTENT.countries)
def test_a_country_is_told_by_what_is_asked_of_it(id, aspect, language):
    answer = press(f"country.{id}{aspect}", language)
    assert answer.replies[0].text.startswith(
        CONTENT.countries[id].aspects[{"": "rules", ".complain": "complain"}.get(aspect, aspect[1:])].text[language]
    )
    assert len(answer.replies) == (2 if aspect in ("", ".complain") else 1)
    assert {"countries", "person", "menu"} <= set(payloads(answer))
    assert f"country.{id}{aspect}" not in payloads(answer) or not aspect


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_in_the_list_a_page_at_a_time_and_the_last_page_has_the_others(language):
    seen, page = [], 1
    while True:
        answer = countries(CONTENT, language, page)
        seen.extend(payload for payload in payloads(answer) if payload.startswith("country."))
        assert len(payloads(answer)) <= 10
        if f"countries.{page + 1}" not in payloads(answer):
            break
        page += 1
    assert seen == [f"country.{id}" for id in CONTENT.countries]
    assert f"item.{OTHER_COUNTRY}" in payloads(answer)
    assert (
        payloads(countries(CONTENT, language, 99))
        == payloads(countries(CONTENT, language, 1))[:MOST] + payloads(countries(CONTENT, language, 99))[MOST:]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_leads_to_groups_and_groups_to_all_their_members(language):
    menu = press("topics", language)
    for group in CONTENT.groups:
        assert f"group.{group.id}" in payloads(menu)
        answer = press(f"group.{group.id}", language)
        assert len(payloads(answer)) == len(group.members) + 2 <= 10
        for payload in payloads(answer):
            assert parse(payload) is not None


def test_every_item_can_be_reached_by_buttons_from_the_menu():
    waiting, seen = ["topics"], set()
    while waiting:
        payload = waiting.pop()
        if payload in seen or parse(payload).name in ("person", "hotlines", "step", "begin", "steps", "menu", "resume", "privacy", "carry"):
            continue
        seen.add(payload)
        waiting.extend(payloads(press(payload)))
    missing = {f"item.{id}" for id in CONTENT.items} | {f"country.{id}" for id in CONTENT.countries}
    missing |= {f"district.{id}" for id in CONTENT.services.districts}
    assert missing - seen == set()


@pytest.mark.parametrize(
    ("payload", "instead"),
    [
        ("item.nothing", "topics"),
        ("country.zz", "countries"),
        ("group.nothing", "topics"),
        ("district.atlantis", "near"),
        ("near.atlantis", "near"),
    ],
)
def test_an_old_button_shows_the_nearest_list(payload, instead):
    assert press(payload).replies == press(instead).replies


@pytest.mark.parametrize("payload", ["country.sa.nonsense", "countries.x", "near.khulna.x"])
def test_a_nonsensical_argument_is_passed_over(payload):
    assert press(payload).replies == press(payload.rpartition(".")[0]).replies


# --- as of


def test_news_that_can_go_stale_says_of_when_it_is():
    assert press("country.sa").replies[-1].text.endswith("(As of October 2025. It may have changed.)")
    assert press("country.sa", "bn").replies[-1].text.endswith("(তথ্য: অক্টোবর ২০২৫। এখন বদলে থাকতে পারে।)")
    assert "(As of 2021." in press("country.qa").replies[-1].text
    assert "As of" not in press("item.grooming").replies[-1].text
    assert "As of September 2026" in topic(CONTENT, "en", Place(), "cost_loan").replies[-1].text


def test_one_message_keeps_its_text_and_as_of_together():
    assert told(CONTENT, "en", Place(), ["a", "b"], [], "2020-01").replies[0] == Reply(text="a")
    assert told(CONTENT, "en", Place(), ["a"], [], "2020-01").replies[0].text == "a\n(As of January 2020. It may have changed.)"


# --- chosen by what she wrote

ASKED = [
    ("কাতারে মালিক ছুটি দেয় না", "wages_abroad", "overwork"),
    ("amar passport malik niye rekheche", "wages_abroad", "passport_held"),
    ("they took my passport", "wages_abroad", "passport_held"),
    ("আমি দেশে ফিরতে চাই", "wages_abroad", "come_home"),
    ("এক কাজ বলে অন্য কাজ করায়", "wages_abroad", "job_changed"),
    ("জর্ডান গার্মেন্টসে যেতে বোয়েসেলে কত লাগে", "cost_loan", "jordan_garments"),
    ("ব্যাংক থেকে ঋণ নিলে সুদ কত", "cost_loan", "loan_before"),
    ("বিমার টাকা কে দেয়", "cost_loan", "insurance"),
    ("ট্যুরিস্ট ভিসায় কাজ দিবে", "job_offer", "visit_visa"),
    ("ফেসবুকে চাকরির পোস্ট দেখলাম", "job_offer", "online_job"),
    ("বর্ডার দিয়ে ভারতে পার্লারের কাজ", "job_offer", "work_india"),
    ("lebanon hoye libya, then italy by boat", "job_offer", "work_europe"),
    ("ইরাকে হাসপাতালে কাজ", "job_offer", "work_iraq"),
    ("চীনা লোকের সাথে বিয়ে দিতে চায়", "job_offer", "marriage_abroad"),
    ("ক্ষতিপূরণ কত পাব", "complaint", "compensation"),
    ("সালিশে বসতে বলে", "complaint", "salish"),
    ("ইউনিয়ন পরিষদে কী সাহায্য পাই", "complaint", "union_help"),
    ("লাশ দেশে আনতে কী করব", "complaint", "death_abroad"),
    ("how do we bring the dead body home", "crisis", "death_abroad"),
    ("বোনের কোনো খোঁজ পাই না", "crisis", "missing_relative"),
    ("স্বামী আমাকে মারে, আইন কী", "legal_aid", "family_violence"),
    ("পাচারের মামলায় সাক্ষী লাগে", "legal_aid", "trafficking_case"),
    ("দালালের কী শাস্তি হয়", "legal_aid", "dalal_law"),
    ("ঘুম হয় না, মন খারাপ", "returnee_counselling", "talk_alone"),
    ("আমার স্বামী আর পরিবার আমাকে মানে না", "returnee_counselling", "talk_family"),
    ("is there a group of other women like me", "returnee_counselling", "talk_group"),
    ("গ্রামের লোকে খারাপ মেয়ে বলে", "returnee_counselling", "stigma"),
    ("এয়ারপোর্টের কাছে থাকার জায়গা", "returnee_counselling", "shelter_airport"),
    ("ভিকটিম সাপোর্ট সেন্টার কী", "returnee_counselling", "safe_shelter"),
    ("ব্র্যাক কি সাহায্য করে", "returnee_counselling", "ngos"),
    ("ওয়ান স্টপ ক্রাইসিস সেন্টারে কী হয়", "returnee_health", "occ"),
    ("রেইজ প্রকল্পে নাম দিব", "returnee_livelihood", "raise_project"),
    ("আরপিএল সার্টিফিকেট", "returnee_livelihood", "rpl"),
    ("সেলাই শিখতে চাই", "returnee_livelihood", "skill_training"),
    ("মুরগির খামার দিব", "returnee_livelihood", "business"),
    ("সন্তানের বৃত্তি আছে?", "returnee_livelihood", "wewb_grants"),
    ("ঋণ শোধ করতে পারি না", "returnee_loan", "loan_trouble"),
    ("করোনার ঋণ কি এখনো আছে", "returnee_loan", "other_loans"),
    ("মেয়ের মোবাইলে পাসওয়ার্ড দিব?", "child_online", "safe_phone"),
    ("অচেনা লোক মেয়ের সাথে বন্ধু হতে চায়", "child_online", "grooming"),
    ("বাচ্চার ছবি দেওয়া কি ঠিক", "child_online", "photos"),
    ("পরিবারের গোপন শব্দ কী", "child_online", "passphrase"),
    ("বাল্যবিয়ে ঠেকাব কীভাবে", "child_online", "child_marriage"),
    ("১৬ বছরের মেয়েকে বিদেশ পাঠাতে চায়", "child_online", "girl_sent"),
    ("1098 কখন করব", "child_online", "child_helpline"),
    ("বাচ্চাদের রেখে বিদেশ আসছি", "child_online", "left_behind"),
    ("মেয়েদের বিদেশ যাওয়ার নিয়ম কানুন", "destination", "women_rules"),
]
ANYWHERE = [
    ("joy app ki", "joy_app"),
    ("জয় অ্যাপ কীভাবে চালায়", "joy_app"),
    ("রেড হার্ট ক্যাম্পেইন কী", "red_heart"),
    ("what is the red heart campaign", "red_heart"),
    ("referral system in Satkhira", "satkhira"),
    ("ইউনিয়ন ডিজিটাল সেন্টারে কী হয়", "union_help"),
    ("what can a salish do", "salish"),
]


@pytest.mark.parametrize(("text", "name", "item"), ASKED, ids=[case[2] for case in ASKED])
def test_her_words_choose_the_item_of_the_topic(text, name, item):
    assert chosen(text, name) == item


@pytest.mark.parametrize(("text", "item"), ANYWHERE)
@pytest.mark.parametrize("name", ["out_of_scope", "chitchat", "unknown"])
def test_words_that_mean_one_thing_only_choose_their_item_whatever_the_topic(text, item, name):
    assert chosen(text, name) == item
    assert finest(CONTENT, "en", Place(), None, text, []).replies == tell(CONTENT, "en", Place(), CONTENT.items[item]).replies


HARMLESS = [
    ("natok er last episode kobe", "out_of_scope"),
    ("last month I came home", "returnee_health"),
    ("biman bhara ke dey", "cost_loan"),
    ("ওরা টাকা নিয়ে আর ফোন ধরে না", "complaint"),
    ("singapore e kaj ase", "job_offer"),
    ("তিন মাস হইল আইছি", "returnee_livelihood"),
    ("no appetite, no wish to work", "returnee_counselling"),
    ("কথা দেয় কিন্তু রাখে না", "returnee_counselling"),
]


@pytest.mark.parametrize(("text", "name"), HARMLESS, ids=[case[0] for case in HARMLESS])
def test_words_that_only_sound_alike_choose_nothing(text, name):
    answer = ask(text, name)
    assert chosen(text, name) is None
    assert answer.replies == topic(CONTENT, "en", Place(), name).replies


@pytest.mark.parametrize("name", ["human", "privacy"])
def test_who_asks_for_a_person_gets_nothing_finer(name):
    assert ask("লাশ দেশে আনব", name).replies == topic(CONTENT, "en", Place(), name).replies


# --- countries


def test_a_country_is_told_to_who_asks_about_it_and_its_complaint_path_to_who_is_there():
    assert ask("জর্ডানের নিয়ম কী", "destination").replies == country(CONTENT, "en", Place(), "jo").replies
    assert ask("সৌদিতে তিন মাস বেতন দেয় না", "wages_abroad").replies == country(CONTENT, "en", Place(), "sa", "complain").replies
    assert ask("দুবাই কেমন দেশ", "destination").replies == country(CONTENT, "en", Place(), "ae").replies


def test_an_item_of_her_trouble_goes_before_the_country_and_leads_to_it():
    answer = ask("সৌদির মালিক পাসপোর্ট আটকে রেখেছে", "wages_abroad")
    assert answer.replies[0].text == CONTENT.items["passport_held"].messages[0].text.en
    assert payloads(answer)[0] == "country.sa"


@pytest.mark.parametrize("text", ["জাপান কেমন দেশ", "is Cyprus good for women"])
def test_of_a_country_that_is_not_verified_nothing_is_made_up(text):
    assert ask(text, "destination").replies == tell(CONTENT, "en", Place(), CONTENT.items[OTHER_COUNTRY]).replies


def test_a_country_named_beside_another_topic_changes_nothing():
    assert finer(CONTENT, "en", Place(), "complaint", "সৌদি পাঠাবে বলে ঠকিয়েছে", ["sa"]) is None


@pytest.mark.parametrize("text", ["লিবিয়া হয়ে যাব", "libya"])
def test_a_country_can_choose_an_item(text):
    assert chosen(text, "job_offer") == "work_europe"


def test_texts_in_english_have_no_bangla_and_the_other_way_round():
    bangla = re.compile("[\u0980-\u09ff]")
    for item in CONTENT.items.values():
        for message in item.messages:
            assert not bangla.search(message.text.en), item.id
            assert len(bangla.findall(message.text.bn)) > 2 * len(re.findall("[A-Za-z]", message.text.bn)), item.id


# --- what the classifier took for something else


def run(action, intent, text):
    entities = [{"entity": e.name, "value": e.value, "start": e.start, "end": e.end} for e in find(text, CONTENT.places)]
    message = {"intent": {"name": intent, "confidence": 0.9}, "text": text, "entities": entities, "metadata": {"language": "en"}}
    dispatcher = CollectingDispatcher()
    action.run(dispatcher, Tracker("c1", {}, message, [], False, None, {}, "action_listen"), {})
    return [message["text"] for message in dispatcher.messages if message["text"]]


@pytest.mark.parametrize(("text", "item"), [("joy app", "joy_app"), ("1098 ki", "child_helpline"), ("rpl", "rpl")])
def test_a_message_taken_for_a_command_that_is_none_gets_its_item(text, item):
    assert run(ActionControl(), "control", text)[0].startswith(CONTENT.items[item].messages[0].text.en)


def test_a_message_taken_for_a_command_that_says_nothing_gets_the_menu():
    assert run(ActionControl(), "control", "please go there") == [CONTENT.sentences["menu"].en]


@pytest.mark.parametrize(("text", "item"), [("union digital center e ki hoy", "union_help"), ("সাতক্ষীরায় রেফারেল কীভাবে হয়", "satkhira")])
def test_a_message_that_is_mostly_an_item_goes_before_the_step_it_was_taken_for(text, item):
    assert run(ActionStepQuestion(), "step_medical", text)[0].startswith(CONTENT.items[item].messages[0].text.en)


@pytest.mark.parametrize(
    "text",
    ["কার্ড না থাকলে বিদেশে মারা গেলে নাকি লাশ আনার টাকাও পায় না পরিবার, সত্যি নাকি এইটা", "the same welfare board fee is cut when they make the card"],
)
def test_a_question_about_a_step_stays_one_though_it_names_more(text):
    assert run(ActionStepQuestion(), "step_smart_card", text)[0].startswith("Step 7 of 13")


@pytest.mark.parametrize(
    ("text", "told"), [("বরিশালে ডেমো অফিস কোথায়", "Barishal: where to go"), ("TTC near Barguna", "Barguna: where to go")]
)
def test_who_asks_for_an_office_of_her_district_in_a_step_gets_where_to_go(text, told):
    assert run(ActionStepQuestion(), "step_training", text)[0].startswith(told)


def test_other_steps_and_other_sections_are_answered_from_the_step():
    assert run(ActionStepQuestion(), "step_visa", "বরিশালে ডেমো অফিস কোথায়")[0].startswith("Step 8 of 13")
    assert run(ActionStepQuestion(), "step_training", "বরিশালে টিটিসিতে কয়দিন লাগে")[0].startswith("Step 6 of 13")


@pytest.mark.parametrize("name", ["destination", "hotlines", "wages_abroad"])
@pytest.mark.parametrize("text", ["কাতারে আমাদের দূতাবাসের নম্বর", "Bangladesh embassy in Qatar phone", "katar e dutabash kothay"])
def test_who_asks_for_the_embassy_of_a_country_gets_who_helps_there(text, name):
    assert ask(text, name).replies == country(CONTENT, "en", Place(), "qa", "help").replies
    assert "+880 9610 102030" in ask(text, name).replies[0].text


def test_a_country_that_is_warned_of_is_told_before_the_questions_that_a_story_begins():
    story, here = "libya hoye italy jaoa ki thik", Scene(content=CONTENT, language="en", plans=flow_plans())
    begun = begun_by(here, "job_offer", story)
    assert begun is not None
    found = warned(CONTENT, "en", "job_offer", find(story, CONTENT.places), begun)
    assert found.replies[0].text == CONTENT.items["work_europe"].messages[0].text.en
    assert found.replies[1].text.endswith("(As of August 2025. It may have changed.)")
    assert found.replies[2:] == begun.replies
    assert found.flows == begun.flows
    assert warned(CONTENT, "en", "job_offer", [], begun) == begun


def test_a_short_phrase_does_not_hide_the_long_one_that_it_is_in():
    text = "can a girl under 18 go abroad for work"  # of a step, where an item's words must be most of what she wrote
    assert choose(text, None, [CONTENT.items["girl_sent"].choice], least=0.4) == "girl_sent"


def test_no_button_stands_there_twice():
    told = tell(CONTENT, "bn", Place(), CONTENT.items["jordan_garments"], ["jo"])
    payloads = [button.payload for button in told.replies[-1].buttons]
    assert payloads.count("country.jo") == 1
