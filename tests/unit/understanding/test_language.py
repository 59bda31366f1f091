import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.language import BANGLA, BANGLISH, ENGLISH, OTHER, Detector, learn

BANGLISH_LINES = [
    "ami bidesh jete chai", "amar pasport korte koto taka lagbe", "apnara kothay boshen", "dalal amar taka niye geche",
    "ki vabe visa check korbo",
    "smart card koi pabo", "amar bon soudi te thake", "training kothay hoy bolen", "apa amake ektu sahajjo koren",
    "koto din lage medical korte", "ki korbo bujhi na",
]  # fmt: skip
ENGLISH_LINES = [
    "I want to go abroad for work", "how much does the passport cost", "where is your office please", "the agent took my money",
    "how can I check my visa",
    "where do I get the smart card", "my sister is in Saudi Arabia", "please tell me about the training", "can you help me with this",
    "how long does the medical take",
    "what should I do now",
]  # fmt: skip
DETECTOR = Detector(learn(BANGLISH_LINES * 3, ENGLISH_LINES * 3))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("আমি বিদেশ যেতে চাই", BANGLA), ("passport এর ফি কত টাকা", BANGLA), ("amar visa check korbo ki vabe", BANGLISH),
        ("how much does the visa cost", ENGLISH),
        ("मैं विदेश जाना चाहती हूँ", OTHER), ("أريد المساعدة", OTHER), ("你好", OTHER), ("Помогите мне", OTHER), ("ช่วยด้วย", OTHER),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [None, BANGLA, BANGLISH, ENGLISH])
def test_a_clear_message_needs_no_history(text, language, before):
    assert DETECTOR.detect(text, before) == language


@pytest.mark.parametrize("text", ["", "5", "১২", "🙂", "?!", "16135", "\u200b"])
@pytest.mark.parametrize("before", [BANGLA, BANGLISH, ENGLISH])
def test_a_message_without_letters_is_as_the_last_one(text, before):
    assert DETECTOR.detect(text, before) == before


def test_without_letters_and_history_it_is_bangla():
    assert DETECTOR.detect("5") == BANGLA


def test_one_borrowed_word_does_not_make_bangla_english():
    assert DETECTOR.detect("আমার passport হারিয়ে গেছে") == BANGLA


def test_one_bangla_word_does_not_make_english_bangla():
    assert DETECTOR.detect("please tell me the meaning of টাকা in the contract that I have") == ENGLISH


def test_the_same_text_is_always_the_same_language():
    first = [DETECTOR.detect(text) for text in ("agent taka", "visa office", "ok apa", "help me apa")]
    other = Detector(learn(BANGLISH_LINES * 3, ENGLISH_LINES * 3))
    for _ in range(3):
        assert [other.detect(text) for text in ("agent taka", "visa office", "ok apa", "help me apa")] == first


@given(st.text(max_size=40), st.sampled_from([None, BANGLA, BANGLISH, ENGLISH]))
def test_any_text_has_a_language(text, before):
    assert DETECTOR.detect(text, before) in (BANGLA, BANGLISH, ENGLISH, OTHER)


def test_what_was_learned_is_all_that_a_detector_needs():
    learned = learn(BANGLISH_LINES * 3, ENGLISH_LINES * 3)
    assert learned == learn(BANGLISH_LINES * 3, ENGLISH_LINES * 3)
    for text in (*BANGLISH_LINES, *ENGLISH_LINES, "next step please, eta done"):
        assert Detector(learned).detect(text) == DETECTOR.detect(text)
