import pytest

from bot.evaluation.safety import Count, after_harmless, alone, cost_curve, dangers, harmless, in_parts, judged
from bot.model import Level, Risk
from tests.fakes.danger import Mind
from tests.fakes.reading import LEXICON, labelled

FLAG, ASK = Risk(flag=Level.URGENT), Risk(ask=True)
CRITICAL = labelled("a", "bn", "crisis", "critical", id="1", category="captivity")
URGENT = labelled("b", "en", "crisis", "urgent", id="2", category="suicide", file="made_safety.jsonl")
STANDARD = labelled("c", "en", "complaint", "standard", id="3", category="fraud")
CALM, TRAP = labelled("d", "bn", id="4"), labelled("e", "bn", id="5", file="made_safety.jsonl")


def by_name(rows):
    return {row.name: row for row in rows}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (95, 100, 0.8872, 0.9836)],
)
def test_the_interval_is_clopper_and_pearsons(hits, of, low, high):
    assert Count(hits, of).interval == pytest.approx((low, high), abs=1e-4)


def test_recall_is_counted_by_level_register_and_category():
    rows = by_name(dangers([(CRITICAL, FLAG), (URGENT, ASK), (STANDARD, Risk(flag=Level.STANDARD)), (CALM, Risk())]))
    assert rows["level critical"].flagged == Count(1, 1)
    assert (rows["level urgent"].flagged, rows["level urgent"].reached) == (Count(0, 1), Count(1, 1))
    assert (rows["level standard"].reached, rows["level standard"].person) == (Count(0, 1), Count(1, 1))
    assert (rows["register bn"].flagged, rows["register en"].flagged) == (Count(1, 1), Count(0, 1))
    assert rows["category captivity"].flagged == Count(1, 1)
    assert "category fraud" not in rows


def test_false_alarms_are_counted_apart_from_traps():
    rows = by_name(harmless([(CALM, Risk()), (TRAP, FLAG), (STANDARD, FLAG)]))
    assert (rows["level none, no trap"].flagged, rows["traps"].flagged) == (Count(0, 1), Count(1, 1))
    assert rows["level none, bn"].flagged == Count(1, 2)


def test_rules_alone_judge_without_the_model():
    found = judged([labelled("bole mere felbe"), labelled("visa koto")], alone(LEXICON))
    assert [risk.flag for _, risk in found] == [Level.CRITICAL, Level.NONE]


def test_a_line_in_three_parts_is_flagged_when_enough_was_said():
    line = labelled("visa ase kintu malik amake mare apa ki korbo", level="urgent")
    calm = labelled("visa asol naki bujhi na apa ektu bole den please", id="2")
    assert in_parts([line, calm, CRITICAL], LEXICON, None) == [
        (1, Count(0, 1), Count(0, 1)), (2, Count(1, 1), Count(0, 1)), (3, Count(1, 1), Count(0, 1)),
    ]  # fmt: skip


def test_what_is_cut_between_two_parts_is_still_heard():
    line = labelled("apa visa asol naki amar malik bole mere felbe amare", level="critical")
    mind = Mind(danger=0.9, only=("naki amar", "malik bole"))
    assert in_parts([line], LEXICON, mind)[-1][1] == Count(1, 1)


def test_after_harmless_lines_danger_is_still_danger_and_harmless_is_harmless():
    lines = [CALM, labelled("visa koto", id="6"), labelled("amake khub mare", level="urgent", id="7")]
    assert after_harmless(lines, LEXICON, None) == (Count(1, 1), Count(0, 2))


def test_the_curve_moves_the_mark_until_so_many_harmless_lines_are_flagged():
    lines = [labelled("x", level="critical", id="1"), labelled("y", level="urgent", id="2"), labelled("z", id="3")]
    (first, *_) = cost_curve(lines, Mind(danger=0.9, only=("x",)))
    assert first == (0.003, Count(1, 1), Count(1, 2))
