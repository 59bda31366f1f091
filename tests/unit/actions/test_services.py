import pytest

from actions.control import obey
from actions.services import division, services, services_for
from actions.topics import asked, topic
from bot.knowledge import knowledge
from bot.model import Place
from bot.understanding.commands import parse
from bot.understanding.entities import find

CONTENT = knowledge()
LANGUAGES = ["bn", "en"]


def payloads(answer):
    return [button.payload for button in answer.replies[-1].buttons]


def press(payload, language="en"):
    return obey(CONTENT, language, Place(), parse(payload))


def near(text, name=None, language="en"):
    return services_for(CONTENT, language, name, text, find(text, CONTENT.places))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("district", CONTENT.services.districts)
def test_every_district_has_an_answer_that_ends_with_danger_and_ways_on(district, language):
    answer = press(f"district.{district}", language)
    assert answer.replies[0].text.startswith(CONTENT.services.districts[district][language])
    assert len(answer.replies[0].text.split()) <= 125
    kinds = [service.kind for service in CONTENT.services.of(district)]
    assert len(set(kinds)) == len(kinds)
    assert {"demo", "ttc", "welfare", "occ", "legal_aid"} <= set(kinds)
    assert "999" in answer.replies[-1].text
    assert payloads(answer) == ["hotlines", "near", "person", "menu"]


def test_what_is_not_verified_is_asked_at_a_number_and_never_an_address():
    for service in CONTENT.services.services:
        if not service.districts:
            assert any(number in service.line.text.bn for number in ("16135", "109", "16699")), service.id
    verified = {"dhaka", "rajshahi", "chattogram", "sylhet", "barishal", "khulna", "rangpur", "faridpur"}
    for district in CONTENT.services.districts:
        told = [service.id for service in CONTENT.services.of(district)]
        assert ("occ_medical_college" in told) == (district in verified)
        assert ("occ" in told) != ("occ_medical_college" in told)


@pytest.mark.parametrize("text", ["আমি সাতক্ষীরায়, কোথায় যাব", "ami satkhiray achi, kothay jabo", "I am in Satkhira, where do I go", "সাতক্ষীরা"])
@pytest.mark.parametrize("name", [None, "hotlines", "complaint", "steps_start", "out_of_scope", "legal_aid"])
def test_who_says_where_she_is_gets_where_to_go(text, name):
    assert near(text, name).replies == services(CONTENT, "en", "satkhira").replies
    if name is not None:
        assert asked(CONTENT, "en", Place(), name, text, find(text, CONTENT.places)).replies == services(CONTENT, "en", "satkhira").replies


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("আপা সাতক্ষীরার দালাল আমার এক লাখ টাকা নিয়েছে এখন কার কাছে যাব কী করব বলেন", "complaint"),
        ("my sister lives in Satkhira and wants to know which office gives the smart card and how", "cost_loan"),
        ("কোথায় যাব", "complaint"),
        ("টাঙ্গাইলের শাড়ি সস্তায় কোথায় পাব বলেন তো আমার বোনের বিয়ে সামনের মাসে", "out_of_scope"),
    ],
)
def test_a_place_beside_another_question_leaves_that_question(text, name):
    assert near(text, name) is None
    assert asked(CONTENT, "en", Place(), name, text, find(text, CONTENT.places)).replies == topic(CONTENT, "en", Place(), name).replies


def test_an_upazila_of_several_districts_asks_which():
    answer = near("কালীগঞ্জে আছি, কোথায় যাব")
    assert set(payloads(answer)) == {
        "district.gazipur",
        "district.jhenaidah",
        "district.lalmonirhat",
        "district.satkhira",
        "person",
        "menu",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_she_can_pick_her_district_by_buttons(language):
    first = press("near", language)
    assert payloads(first) == [*(f"near.{id}" for id in CONTENT.services.divisions), "person", "menu"]
    seen = set()
    for id in CONTENT.services.divisions:
        page = 1
        while True:
            answer = division(CONTENT, language, id, page)
            assert len(payloads(answer)) <= 10
            seen |= {payload for payload in payloads(answer) if payload.startswith("district.")}
            if f"near.{id}.{page + 1}" not in payloads(answer):
                break
            page += 1
    assert seen == {f"district.{id}" for id in CONTENT.services.districts}
