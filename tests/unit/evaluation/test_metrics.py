import pytest

from bot.evaluation.metrics import Answered, Bin, Share, bins, by_register, calibration_error, confusions, danger, figures, macro_f1
from bot.model import Level, Risk
from tests.fakes.reading import labelled


def answered(
    topic="step_visa", said=None, *, register="bn", level="none", confidence=0.9, language=None, risk=None, millis=1.0, category=None
):
    line = labelled(topic=topic, register=register, level=level, category=category)
    return Answered(line=line, topic=said or topic, confidence=confidence, millis=millis, language=language, risk=risk)


# --- shares


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (90, 100, 0.8256, 0.9448), (1, 1, 0.2065, 1.0)],
)
def test_wilsons_interval(hits, of, low, high):
    assert Share(hits, of).interval == pytest.approx((low, high), abs=5e-5)
    assert Share(hits, of).value == hits / of


def test_none_of_none_is_no_share():
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


# --- macro-F1


def test_macro_f1_by_hand():
    # a: 2 right of 3, said 3 times: F1 = 4/6. b: 1 right of 1, said twice: 2/3. c: never right: 0.
    assert macro_f1([("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("c", "a")]) == pytest.approx((4 / 6 + 2 / 3 + 0) / 3)


def test_macro_f1_counts_topics_of_the_labels_only():
    assert macro_f1([("a", "a"), ("a", "z")]) == pytest.approx(2 * 1 / (2 + 1))  # z is no topic of its own
    assert macro_f1([]) == 0


# --- calibration


def test_calibration_error_by_hand():
    found = bins(
        [
            answered(confidence=0.95), answered("a", "b", confidence=0.97), answered(confidence=0.25), answered("a", "b", confidence=0.5),
        ]
    )  # fmt: skip
    assert [(index, group.count) for index, group in enumerate(found) if group.count] == [(2, 1), (5, 1), (9, 2)]
    assert found[9] == Bin(2, pytest.approx(0.96), 0.5)
    assert calibration_error(found) == pytest.approx((2 * 0.46 + 0.75 + 0.5) / 4)


@pytest.mark.parametrize(("confidence", "place"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.3, 3), (0.9, 9), (1.0, 9)])
def test_each_bin_begins_at_a_tenth(confidence, place):
    assert [index for index, group in enumerate(bins([answered(confidence=confidence)])) if group.count] == [place]


def test_nothing_is_calibrated():
    assert calibration_error(bins([])) == 0


# --- figures


def test_figures_by_hand():
    found = figures(
        [
            answered("step_visa", language="bn", millis=1),
            answered("step_visa", "out_of_scope", language="bn", millis=2),
            answered("step_visa", "step_agency", language="en", level="standard", millis=3),
            answered("out_of_scope", language="bn", millis=4),
            answered("out_of_scope", "chitchat", language="bn", millis=5),
            answered("crisis", "step_visa", language="bn", level="urgent", millis=6),
            answered("crisis", language="bn", level="critical", millis=70),
        ]
    )
    assert found.accuracy == Share(3, 7)
    assert found.calm == Share(2, 5)
    assert found.out_precision == Share(1, 2)
    assert found.out_recall == Share(1, 2)
    assert found.refused == Share(1, 5)
    assert found.language == Share(6, 7)
    assert (found.median_ms, found.p95_ms) == (4, 70)
    assert found.macro_f1 == pytest.approx((2 * 1 / 5 + 2 * 1 / 4 + 2 * 1 / 3) / 3)


@pytest.mark.parametrize(
    ("register", "language", "right"),
    [
        ("bn", "bn", True), ("bn", "bn-latn", False), ("banglish", "bn-latn", True), ("banglish", "bn", False), ("banglish", "en", False),
        ("mixed", "bn", True), ("mixed", "bn-latn", True), ("mixed", "en", False), ("en", "en", True), ("en", "bn-latn", False),
        ("en", "other", False),
    ],
)  # fmt: skip
def test_which_languages_are_right_for_a_register(register, language, right):
    assert figures([answered(register=register, language=language)]).language == Share(int(right), 1)


def test_who_tells_no_language_has_no_accuracy_of_it():
    assert figures([answered()]).language is None


# --- danger


def test_danger_by_hand():
    violence = {"category": "physical_violence"}
    flag = Risk(flag=Level.URGENT, category="physical_violence")
    found = danger(
        [
            answered(level="critical", **violence, risk=flag),  # flagged, in its category
            answered(level="critical", **violence, risk=Risk()),  # missed
            answered(level="urgent", category="other", risk=Risk(flag=Level.URGENT)),  # flagged without a category: other
            answered(level="urgent", category="captivity", risk=flag),  # flagged, in another category
            answered(level="urgent", risk=Risk(ask=True)),  # asked
            answered(level="standard", risk=Risk(flag=Level.CRITICAL)),  # false flag
            answered(level="none", risk=Risk(ask=True)),  # asked for nothing
            answered(level="none", risk=Risk()),
            answered(level="none"),  # not told: not counted
        ]
    )
    assert found.flagged == Share(3, 5)
    assert found.critical == Share(1, 2)
    assert found.reached == Share(4, 5)
    assert found.category == Share(2, 3)
    assert found.false_flags == Share(1, 3)
    assert found.asks == Share(1, 3)


# --- groups and confusions


def test_registers_in_their_order_then_all_and_only_those_there_are():
    answers = [answered(register="en"), answered(register="bn"), answered(register="en")]
    assert {name: len(some) for name, some in by_register(answers).items()} == {"bn": 1, "en": 2, "all": 3}
    assert list(by_register(answers)) == ["bn", "en", "all"]


def test_confusions_most_frequent_first_with_their_registers():
    answers = [
        answered("a", "b"), answered("a", "b", register="en"), answered("a", "b", register="en"), answered("b", "a"), answered("a", "c"),
        answered("a"), answered("b", "b"),
    ]  # fmt: skip
    assert confusions(answers, 20) == [("a", "b", {"bn": 1, "en": 2}), ("a", "c", {"bn": 1}), ("b", "a", {"bn": 1})]
    assert confusions(answers, 1) == [("a", "b", {"bn": 1, "en": 2})]
