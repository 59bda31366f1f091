import pytest

from bot.knowledge import knowledge
from bot.understanding.entities import find
from bot.understanding.nearby import asks_where, districts, nearby, only_a_place

CONTENT = knowledge()
NEAR = CONTENT.services.nearby


def found(text):
    return districts(text, find(text, CONTENT.places), NEAR)


@pytest.mark.parametrize(
    "text",
    [
        "আমি সাতক্ষীরায়, কোথায় যাব", "ami satkhiray, kothay jabo", "satkhira te kar kache jamu", "I am in Satkhira, where do I go",
        "সাতক্ষীরা জেলা জনশক্তি অফিস কোথায়", "satkhira demo office", "legal aid office Satkhira", "TTC near Satkhira", "সাতক্ষীরায় কোন অফিসে যাব",
    ],
)  # fmt: skip
def test_she_asks_where_to_go_in_her_district(text):
    assert asks_where(text, NEAR)
    assert found(text) == ("satkhira",)


@pytest.mark.parametrize(
    "text", ["আমি সাতক্ষীরা থেকে বিদেশ যেতে চাই", "amar bari satkhira", "I come from Satkhira and want to learn sewing", ""]
)
def test_naming_a_district_is_not_asking_for_its_offices(text):
    assert not asks_where(text, NEAR)


@pytest.mark.parametrize(
    "text", ["সাতক্ষীরা", "Satkhira", "আমি সাতক্ষীরায়", "ami satkhira thaki", "I am from Satkhira", "সাতক্ষীরা জেলায় আছি", "amar bari satkhiray",
             "আমি সাতক্ষীরায় থাকি, কোথায় যাব", "I live in Satkhira, where do I go"],
)  # fmt: skip
def test_a_place_alone_is_an_answer(text):
    assert only_a_place(text, find(text, CONTENT.places), NEAR)
    assert found(text) == ("satkhira",)


@pytest.mark.parametrize(
    "text",
    ["", "কোথায় যাব", "আমি থাকি", "সাতক্ষীরা থেকে পাসপোর্ট করতে চাই", "দরজায় তালা", "hello", "ami", "I fly from Satkhira, where do I go with the bags"],
)
def test_what_is_no_place_or_more_than_a_place_is_none(text):
    assert not only_a_place(text, find(text, CONTENT.places), NEAR)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("শ্যামনগরে থাকি কোথায় যাব", ("satkhira",)), ("ami shyamnagar e achi", ("satkhira",)), ("Keraniganj", ("dhaka",)),
        ("ami tala upojelay thaki", ("satkhira",)), ("তালা থানায় বাড়ি", ("satkhira",)), ("savar e kothay jabo", ("dhaka",)),
        ("দোহার উপজেলা", ("dhaka",)), ("kaliganj theke, kothay jabo", ("gazipur", "jhenaidah", "lalmonirhat", "satkhira")),
    ],
)  # fmt: skip
def test_an_upazila_tells_the_district_or_the_districts_that_may_be_meant(text, where):
    assert set(found(text)) == set(where)


@pytest.mark.parametrize("text", ["দরজায় তালা দিয়ে রাখে, কোথায় যাব", "বেড়া ভেঙে কোথায় যাব", "kagojta nokla, kothay jabo", "মিরপুরে থাকি"])
def test_names_that_are_everyday_words_count_only_as_places(text):
    assert found(text) == ()


@pytest.mark.parametrize("text", ["kotha bola jabe kothay gele", "সব কথা বলা যায় না, কোথায় যাব"])
def test_to_say_is_not_bhola(text):
    assert found(text) == ()
    assert found("ভোলা থেকে কোথায় যাব") == found("vola te achi kothay jabo") == found("Bhola") == ("bhola",)


def test_upazilas_are_found_in_both_scripts():
    for name, where in (("কলারোয়া", "satkhira"), ("Debhata", "satkhira"), ("টেকনাফ", "coxs_bazar"), ("Sonargaon", "narayanganj")):
        assert where in found(name)


def test_phrases_without_words_are_refused():
    with pytest.raises(ValueError, match="need phrases"):
        nearby({}, [], asking=[], offices=["x"], around=[], marks=[])
