import pytest

from bot.knowledge import knowledge
from bot.understanding.whereabouts import bare, whereabouts

PLACES = knowledge().places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ami saudi te achi", "sa"), ("আমি সৌদিতে আছি", "sa"), ("আমি সৌদি আরবে আছি ২ বছর", "sa"), ("ami dubai te kaj kori", "ae"),
        ("আমি এখন জর্ডানে কাজ করতেছি", "jo"), ("ami katar thaki", "qa"), ("dubai achi ami", "ae"), ("ami oman e asi 6 mas", "om"),
        ("ami riyad e thaki madam beton dey na", "sa"), ("saudi theke bolchi", "sa"), ("সৌদি থেকে লিখতেছি", "sa"),
        ("amake saudi te atke rakhse", "sa"), ("আমারে কুয়েতে আটকাইয়া রাখছে", "kw"), ("i am in saudi arabia", "sa"),
        ("i work in dubai as a maid", "ae"), ("i am working as a maid in kuwait", "kw"), ("i m in jeddah since 2 years", "sa"),
        ("stuck in beirut please help", "lb"), ("amar bari satkhira, ami ekhon saudi te achi", "sa"), ("ami singapur achi", "sg"),
        ("ami satkhira te thaki", "bd"), ("আমি সাতক্ষীরায় থাকি", "bd"), ("ami satkhira thaki, saudi jabo", "bd"),
        ("সৌদি যাওয়ার জন্য ঢাকায় আছি", "bd"), ("ami deshe achi", "bd"), ("আমি বাংলাদেশে আছি", "bd"), ("i am in bangladesh", "bd"),
        ("ami saudi theke deshe fire esechi", "bd"), ("ami bideshe achi", "abroad"), ("আমি বিদেশে থাকি", "abroad"), ("i am abroad", "abroad"),
        ("ami bideshe achi, oman e thaki", "om"),
    ],
)  # fmt: skip
def test_where_she_says_that_she_is(text, place):
    assert whereabouts(text, PLACES) == place


@pytest.mark.parametrize(
    "text",
    [
        "", "ami saudi jete chai", "আমি সৌদি যেতে চাই", "saudi jabo ready achi", "ami saudi te chilam", "আমি সৌদিতে ছিলাম ৩ বছর",
        "amar bon saudi te ache", "আমার বোন সৌদিতে থাকে", "amar bon ke saudi te atke rakhse", "আমার মেয়েরে দুবাইতে আটকাইয়া রাখছে",
        "jodi ami saudi te thaki tahole ki hobe", "saudi te achi na", "ami deshe thaki na", "ami ki saudi te kaj korte parbo",
        "saudi te kaj korte chai", "ami deshe ferot jete chai", "ami deshe jabo", "দেশে ফিরতে চাই", "ei deshe achi 3 bochor",
        "ওই দেশে থাকি",
        # "thaki" is "from" in many districts: she came from there
        "মুই সৌদি থাকি আইছি", "ami dubai thaki firi aisi", "আমি বিদেশ থাকি আইয়া দোকান দিমু", "bidesh thaki ferot aisi", "জামাই কাতার থাকি টাকা পাঠাইছে",
        # formerly, hearsay, eighty, somebody else
        "saudi te 2 mas bondi silam", "ami saudi te 5 bochor kaj korsi", "bole je saudi te achi", "সৌদিতে বেতন আশি হাজার নাকি", "bideshe gele naki kosto",
        "lebanon e chilam, ferot aschi", "i worked in oman", "worked five years in oman house before", "my husband is ill and living alone in muscat",
        "i am bidesh ferot", "i want to go to saudi", "i am going to work in oman", "my sister is in lebanon", "i was in jordan last year",
        "i am looking for a job in qatar", "i got a visa for dubai", "is it good in saudi", "she is working in kuwait",
        "satkhira te demo office kothay", "dhaka", "ami saudi te achi, ami dubai te achi", "saudi te beton koto", "saudi te ki ache",
    ],
)  # fmt: skip
def test_what_does_not_say_where_she_is(text):
    assert whereabouts(text, PLACES) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("saudi", "sa"), ("সৌদি আরব", "sa"), ("সৌদি আরবে", "sa"), ("ami dubai te", "ae"), ("ওমান", "om"), ("jordan e achi", "jo"),
        ("in saudi arabia", "sa"), ("বিদেশে", "abroad"), ("bideshe achi", "abroad"), ("bangladesh", "bd"), ("ami deshe", "bd"), ("satkhira", "bd"),
        ("i am in dhaka", "bd"), ("Qatar.", "qa"),
    ],
)  # fmt: skip
def test_a_short_answer_names_a_place(text, place):
    assert bare(text, PLACES) == place


@pytest.mark.parametrize(
    "text", ["", "1", "ha", "saudi jabo", "saudi te madam mare", "saudi na dubai", "ami", "amar bon saudi te", "visa saudi"]
)
def test_what_is_no_short_answer(text):
    assert bare(text, PLACES) is None


@pytest.mark.parametrize(
    "text", ["ami saudi te achi " * 200, "saudi " * 1000, "ক" * 5000, "zplace ami zplace te achi", "\x00", "ami \ud800 te achi"]
)
def test_anything_can_be_read(text):
    assert whereabouts(text, PLACES) in (None, "sa", "bd")
    assert bare(text, PLACES) in (None, "sa", "bd")
