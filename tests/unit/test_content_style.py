import pytest

from bot.content_style import load_style, unlike_her
from bot.errors import ContentError
from bot.knowledge import DIRECTORY, Text
from bot.reading_level import complaints, level

STYLE = load_style(DIRECTORY / "style.yml")
OFFICE = "অভিবাসনপ্রত্যাশী ব্যক্তিবর্গকে সংশ্লিষ্ট কর্তৃপক্ষের নিকট প্রয়োজনীয় কাগজপত্রাদিসহ আবেদনপত্র দাখিল করার জন্য নির্দেশ প্রদান করা যাচ্ছে।"
HER = "কাগজ নিয়ে অফিসে যান। টাকা লাগে না। কেউ চাইলে দেবেন না।"


def told(bn=HER, en="Go to the office."):
    return list(unlike_her([("x", Text(bn, en))], STYLE))


def test_plain_words_are_left_alone():
    assert told() == []
    assert told("ট্রেনিং সেন্টারে যান। আপনার দোষ না।", "Ask your child kindly. It is not your fault.") == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("টাকা প্রদান করুন", "প্রদান"), ("প্রদানের পর", "প্রদান"), ("উক্ত অফিসে", "উক্ত"), ("প্রশিক্ষণ নিন", "প্রশিক্ষণ"), ("তুমি যাও", "তুমি"),
        ("তোমার কাগজ", "তোমার"), ("ধর্ষিতা নারী", "ধর্ষিতা"), ("অভিবাসী কর্মী", "অভিবাস"), ("বিনামূল্যে পাবেন", "বিনামূল্যে"),
    ],
)  # fmt: skip
def test_words_of_offices_and_of_disrespect_are_found(text, word):
    assert any(line.startswith(f"x.bn: says '{word}'; say: ") for line in told(text)), told(text)


@pytest.mark.parametrize("text", ["The beneficiary", "Utilise it", "a runaway", "Prostitution", "do not be foolish"])
def test_english_words_too(text):
    assert any("x.en: says" in line for line in told(en=text))


@pytest.mark.parametrize("text", ["‘তোমার মা পাঠিয়েছে’ বলে কেউ এলে", "বলে, “তুমি কাউকে বলবে না”", "তুমিরা", "উক্তি"])
def test_what_a_dalal_says_and_what_only_begins_alike_is_no_fault(text):
    assert told(text) == []


def test_a_list_that_is_none_says_how_to_write_it(tmp_path):
    (tmp_path / "style.yml").write_text("bn: {প্রদান: [x]}\nen: {}\n", encoding="utf-8")
    with pytest.raises(ContentError, match="write the word, a colon"):
        load_style(tmp_path / "style.yml")


# --- reading level


def test_her_text_reads_easily_and_an_office_s_does_not():
    assert complaints(HER, "bn") == ()
    assert level(OFFICE).hard > 5 * max(level(HER).hard, 0.05)
    assert any("long words" in line for line in complaints(f"{OFFICE} {OFFICE} {OFFICE}", "bn"))


def test_a_sentence_too_long_is_told_with_its_length():
    assert complaints(" ".join(["শব্দ"] * 17) + "।", "bn") == ("a sentence of 17 words; at most 16: make two of it",)
    assert complaints(" ".join(["শব্দ"] * 16) + "।", "bn") == ()
    assert complaints(" ".join(["word"] * 23), "en") == ("a sentence of 23 words; at most 22: make two of it",)


def test_sentences_long_on_average_are_told():
    assert any("on average" in line for line in complaints((" ".join(["শব্দ"] * 12) + "। ") * 3, "bn"))
    assert complaints((" ".join(["শব্দ"] * 10) + "। ") * 3, "bn") == ()


def test_english_for_scholars_is_told():
    text = (
        "Remuneration irregularities necessitate notification. Documentation facilitates investigation. Authorities deliberate accordingly."
    )
    hard = "Remuneration irregularities necessitate immediate notification of authorities. Documentation facilitates investigation. " * 2
    assert any("reads like class" in line for line in complaints(text + " " + hard, "en"))
    assert complaints("You worked. The pay is yours. Write down the hours. Keep the papers safe. Call us when you can.", "en") == ()


@pytest.mark.parametrize("text", ["", "…", "123", "\n\n"])
def test_a_text_without_words_reads_easily(text):
    assert complaints(text, "bn") == complaints(text, "en") == ()


@pytest.mark.parametrize(("text", "sentences"), [("ক খ। গ ঘ?", 2), ("ক:\n• খ\n• গ", 3), ("a b. c d! e", 3), ("Tk 4.5 lakh here", 1)])
def test_bullets_lines_and_stops_end_a_sentence(text, sentences):
    assert level(text).sentences == sentences
