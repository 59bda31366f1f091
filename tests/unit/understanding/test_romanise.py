import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.normalise import fold, has_bangla, words
from bot.understanding.romanise import latin, plain, skeleton, sound

bangla = st.text(alphabet="অআইঈউঊঋএঐওঔকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহ\u09dc\u09dd\u09dfৎংঃঁািীুূৃেৈোৌ্", min_size=1, max_size=12)
# Both scripts of words that decide something: each line meets itself under every key.
SAME = [
    ("যোগাযোগ", "jogajog", "zogazog"),
    ("করছি", "korchi", "korsi", "korchhi"),
    ("পাসপোর্ট", "pasport", "passport"),
    ("ভিসা", "visa", "bhisa", "visha"),
    ("টাকা", "taka"),
    ("ধাপ", "dhap", "dap"),
    ("রাস্তা", "rasta", "rashta"),
    ("ছেলে", "chele", "sele"),
    ("মানুষ", "manush", "manus"),
    ("ভালো", "bhalo", "valo"),
    ("মারে", "mare"),
    ("মরতে", "morte"),
    ("বাঁচান", "bachan", "basan"),
    ("আটকে", "atke"),
    ("হুমকি", "humki"),
    ("ধর্ষণ", "dhorshon", "dorshon"),
    ("স্বামী", "shami", "sami"),
    ("শ্বশুর", "shoshur", "sosur"),
    ("বাচ্চা", "baccha", "bacca", "bachcha"),
    ("বিশ্বাস", "bissas", "bishshash"),
    ("নির্যাতন", "nirjaton", "nirzaton"),
    ("স্মার্ট", "smart"),
    ("ক্ষতি", "khoti"),
    ("জ্বর", "jor"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[1])
@pytest.mark.parametrize("key", [sound, plain, skeleton])
def test_both_scripts_and_habits_of_spelling_meet(spellings, key):
    assert len({key(word) for word in words(fold(" ".join(spellings)))}) == 1


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("কার্ড", "kard"),
        ("আমি", "ami"),
        ("কোথায়", "kothay"),
        ("বাংলা", "bangla"),
        ("চাঁদ", "chad"),
        ("ফোন", "fon"),
        ("অফিস", "ofis"),
        ("যাব", "jab"),
        ("ঢাকা", "dhaka"),
    ],
)
def test_bangla_is_written_as_people_type_it(word, written):
    assert latin(fold(word)) == written


def test_latin_words_stay_as_they_are():
    assert latin("passport") == "passport"


@pytest.mark.parametrize(("beats", "dies"), [("mare", "more"), ("মারে", "মরে"), ("marbo", "morbo")])
def test_danger_is_read_with_its_vowels(beats, dies):
    assert plain(beats) != plain(dies)


@pytest.mark.parametrize("key", [latin, sound, plain, skeleton])
@pytest.mark.parametrize("number", ["11", "100", "999", "16699", "01777000111"])
def test_a_number_is_no_habit_of_spelling(key, number):
    assert key(number) == number


@given(bangla)
def test_any_run_of_bangla_signs_has_a_latin_form(text):
    for word in words(fold(text)):
        assert not has_bangla(latin(word))


@given(st.text(max_size=20))
def test_every_word_has_its_keys(text):
    for word in words(fold(text)):
        assert {type(key(word)) for key in (latin, sound, plain, skeleton)} == {str}
