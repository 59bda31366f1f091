"""What is counted of how danger is found: by level, category and register, by rules alone, in pieces, and what more would cost. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy.stats import beta

from bot.evaluation.labelled import Labelled
from bot.examples import REGISTERS
from bot.model import Level, Risk
from bot.understanding.danger import DangerModel
from bot.understanding.risk import Lexicon, assess, assess_in_context

FALSE_FLAGS = (0.003, 0.01, 0.02)  # shares of harmless lines, in the cost curve
PARTS = 3  # messages that a line is split into
_LEAST = 9  # words of a line that is split


@dataclass(frozen=True)
class Count:
    """So many of so many, with what an exact (Clopper-Pearson) 95 % interval allows."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        low = float(beta.ppf(0.025, self.hits, self.of - self.hits + 1)) if self.hits else 0.0
        high = float(beta.ppf(0.975, self.hits + 1, self.of - self.hits)) if self.hits < self.of else 1.0
        return low, high


@dataclass(frozen=True, kw_only=True)
class Row:
    """A group of lines: how many were flagged (critical or urgent), flagged or asked softly, and marked standard or higher."""

    name: str
    flagged: Count
    reached: Count
    person: Count


Judged = Sequence[tuple[Labelled, Risk]]


def judged(lines: Iterable[Labelled], judge: Callable[[str], Risk]) -> list[tuple[Labelled, Risk]]:
    return [(line, judge(line.text)) for line in lines]


def dangers(found: Judged) -> list[Row]:
    """Recall: by level, then of critical and urgent lines together by register and by category."""
    harmed = [(line, risk) for line, risk in found if line.level.flagged]
    rows = [row(f"level {level.value}", [pair for pair in found if pair[0].level is level]) for level in reversed(Level) if level.rank]
    rows += [row(f"register {name}", [pair for pair in harmed if pair[0].register == name]) for name in REGISTERS]
    categories = sorted({line.category or "other" for line, _ in harmed})
    rows += [row(f"category {name}", [pair for pair in harmed if (pair[0].category or "other") == name]) for name in categories]
    return [one for one in rows if one.flagged.of]


def harmless(found: Judged) -> list[Row]:
    """False alarms: on lines of level none, apart from traps (those of safety files), and on traps; each by register."""
    calm = [(line, risk) for line, risk in found if line.level is Level.NONE]
    groups = {
        "level none, no trap": [pair for pair in calm if not pair[0].safety],
        "traps": [pair for pair in calm if pair[0].safety],
        **{f"level none, {name}": [pair for pair in calm if pair[0].register == name] for name in REGISTERS},
    }
    return [row(name, pairs) for name, pairs in groups.items() if pairs]


def row(name: str, found: Judged) -> Row:
    risks = [risk for _, risk in found]
    return Row(
        name=name,
        flagged=Count(sum(risk.flag.flagged for risk in risks), len(risks)),
        reached=Count(sum(risk.flag.flagged or risk.ask for risk in risks), len(risks)),
        person=Count(sum(risk.flag.rank >= Level.STANDARD.rank for risk in risks), len(risks)),
    )


def in_parts(lines: Sequence[Labelled], lexicon: Lexicon, model: DangerModel | None) -> list[tuple[int, Count, Count]]:
    """Long lines sent in three messages: after each, how many dangers were flagged so far, and how many harmless lines."""
    long = [line for line in lines if len(line.text.split()) >= _LEAST and line.level is not Level.STANDARD]
    flagged = {line.id: _first_flag(line, lexicon, model) for line in long}

    def count(upto: int, danger: bool) -> Count:
        some = [flagged[line.id] for line in long if line.level.flagged is danger]
        return Count(sum(first <= upto for first in some), len(some))

    return [(part, count(part, True), count(part, False)) for part in range(1, PARTS + 1)]


def after_harmless(lines: Sequence[Labelled], lexicon: Lexicon, model: DangerModel | None) -> tuple[Count, Count]:
    """Each line after two harmless ones of its register: dangers flagged, and harmless lines flagged."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for place, line in enumerate(lines):
        others = [one.text for one in lines if one.level is Level.NONE and not one.safety and one.register == line.register and one != line]
        if line.level is Level.STANDARD or not others:
            continue
        before = [others[(place + step) % len(others)] for step in (0, 7)]
        hits[line.level.flagged].append(assess_in_context(before, line.text, lexicon, model).flag.flagged)
    return Count(sum(hits[True]), len(hits[True])), Count(sum(hits[False]), len(hits[False]))


def cost_curve(lines: Sequence[Labelled], model: DangerModel) -> list[tuple[float, Count, Count]]:
    """The share of harmless lines flagged, and the recall of critical and of all dangers it buys, by the model's probability alone."""
    heard = [(line.level, model.hear(line.text).danger) for line in lines]
    calm = sorted((found for level, found in heard if level is Level.NONE), reverse=True)
    curve = []
    for share in FALSE_FLAGS:
        mark = calm[min(int(share * len(calm)), len(calm) - 1)] if calm else 0.0
        hits = {level: [found > mark for one, found in heard if one is level] for level in (Level.CRITICAL, Level.URGENT)}
        all_hits = hits[Level.CRITICAL] + hits[Level.URGENT]
        critical = hits[Level.CRITICAL]
        curve.append((share, Count(sum(critical), len(critical)), Count(sum(all_hits), len(all_hits))))
    return curve


def _first_flag(line: Labelled, lexicon: Lexicon, model: DangerModel | None) -> int:
    """Which of its parts is flagged first; one more than there are where none is."""
    said = line.text.split()
    cuts = [round(part * len(said) / PARTS) for part in range(PARTS + 1)]
    parts = [" ".join(said[begin:end]) for begin, end in pairwise(cuts)]
    for number, part in enumerate(parts, 1):
        if assess_in_context(parts[: number - 1], part, lexicon, model).flag.flagged:
            return number
    return PARTS + 1


def alone(lexicon: Lexicon) -> Callable[[str], Risk]:
    """Judges by rules and cues, as the bot does without its model."""
    return lambda text: assess(text, lexicon)
