"""What is counted of answers to labelled lines. Pure."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.evaluation.labelled import Labelled
from bot.evaluation.report import percentile
from bot.examples import REGISTERS
from bot.model import Level, Risk

ALL = "all"
BINS = 10  # of confidence, in calibration
_OUT = "out_of_scope"
_Z = 1.959964  # 95 %
# Register → languages that are right for it.
LANGUAGES = {"bn": ("bn",), "banglish": ("bn-latn",), "mixed": ("bn", "bn-latn"), "en": ("en",)}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A labelled line and what was understood of it."""

    line: Labelled
    topic: str
    confidence: float
    millis: float
    language: str | None = None  # None: not told (stock Rasa)
    risk: Risk | None = None

    @property
    def right(self) -> bool:
        return self.topic == self.line.topic


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval."""
        if not self.of:
            return None
        rate, square = self.hits / self.of, _Z * _Z / self.of
        middle = rate + square / 2
        half = _Z * math.sqrt(rate * (1 - rate) / self.of + square / (4 * self.of))
        return max((middle - half) / (1 + square), 0.0), min((middle + half) / (1 + square), 1.0)


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence. Both means are 0 where there are none."""

    count: int
    confidence: float  # mean
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a table shows of one register."""

    accuracy: Share
    calm: Share  # accuracy over levels none and standard
    macro_f1: float
    out_precision: Share
    out_recall: Share
    refused: Share  # of what is in scope: answered out_of_scope
    language: Share | None
    calibration_error: float
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, kw_only=True)
class Danger:
    """What a table shows of how danger was read. "Danger" is level critical or urgent."""

    flagged: Share  # of danger
    critical: Share  # of level critical: flagged at all
    reached: Share  # of danger: flagged, or asked softly
    category: Share  # of danger that was flagged: in the right category
    false_flags: Share  # of the rest
    asks: Share  # of the rest: not flagged, asked softly


def share(answers: Sequence[Answered], among: Callable[[Answered], bool], hit: Callable[[Answered], bool]) -> Share:
    chosen = [answer for answer in answers if among(answer)]
    return Share(sum(map(hit, chosen)), len(chosen))


def figures(answers: Sequence[Answered]) -> Figures:
    """Of at least one answer."""
    told = [answer for answer in answers if answer.language is not None]
    times = [answer.millis for answer in answers]
    return Figures(
        accuracy=share(answers, _any, _right),
        calm=share(answers, lambda a: not a.line.level.flagged, _right),
        macro_f1=macro_f1([(a.line.topic, a.topic) for a in answers]),
        out_precision=share(answers, lambda a: a.topic == _OUT, _right),
        out_recall=share(answers, lambda a: a.line.topic == _OUT, _right),
        refused=share(answers, lambda a: a.line.topic != _OUT, lambda a: a.topic == _OUT),
        language=share(told, _any, lambda a: a.language in LANGUAGES[a.line.register]) if told else None,
        calibration_error=calibration_error(bins(answers)),
        median_ms=statistics.median(times),
        p95_ms=percentile(times, 0.95),
    )


def danger(answers: Sequence[Answered]) -> Danger:
    """Of answers whose risk is known; the others are left out."""
    read = [(answer.line, answer.risk) for answer in answers if answer.risk is not None]
    harmed = [(line, risk) for line, risk in read if line.level.flagged]
    rest = [risk for line, risk in read if not line.level.flagged]
    critical = [risk for line, risk in harmed if line.level is Level.CRITICAL]
    flagged = [(line, risk) for line, risk in harmed if risk.flag.flagged]
    return Danger(
        flagged=Share(len(flagged), len(harmed)),
        critical=Share(sum(risk.flag.flagged for risk in critical), len(critical)),
        reached=Share(sum(risk.flag.flagged or risk.ask for _, risk in harmed), len(harmed)),
        category=Share(sum((risk.category or "other") == line.category for line, risk in flagged), len(flagged)),
        false_flags=Share(sum(risk.flag.flagged for risk in rest), len(rest)),
        asks=Share(sum(risk.ask and not risk.flag.flagged for risk in rest), len(rest)),
    )


def by_register(answers: Sequence[Answered]) -> dict[str, list[Answered]]:
    """Register → its answers, where it has any; then all."""
    groups = {name: [answer for answer in answers if answer.line.register == name] for name in REGISTERS}
    return {**{name: some for name, some in groups.items() if some}, ALL: list(answers)}


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 of the topics that occur among the labels, of pairs (label, answer)."""
    labelled, answered = Counter(label for label, _ in pairs), Counter(answer for _, answer in pairs)
    right = Counter(label for label, answer in pairs if label == answer)
    scores = [2 * right[topic] / (labelled[topic] + answered[topic]) for topic in labelled]
    return sum(scores) / len(scores) if scores else 0.0


def bins(answers: Sequence[Answered]) -> list[Bin]:
    """Answers by confidence: [0, 0.1), [0.1, 0.2) … [0.9, 1]."""
    groups: list[list[Answered]] = [[] for _ in range(BINS)]
    for answer in answers:
        groups[min(int(answer.confidence * BINS), BINS - 1)].append(answer)
    return [
        Bin(len(some), sum(a.confidence for a in some) / len(some), sum(a.right for a in some) / len(some)) if some else Bin(0, 0.0, 0.0)
        for some in groups
    ]


def calibration_error(found: Sequence[Bin]) -> float:
    """The mean distance between confidence and accuracy, each bin weighing as much as it holds."""
    total = sum(group.count for group in found)
    return sum(group.count * abs(group.confidence - group.accuracy) for group in found) / total if total else 0.0


def confusions(answers: Sequence[Answered], most: int) -> list[tuple[str, str, dict[str, int]]]:
    """The most frequent wrong pairs (label, answer) with how often in each register, most frequent first."""
    counts = Counter((answer.line.topic, answer.topic) for answer in answers if not answer.right)
    pairs = sorted(counts, key=lambda pair: (-counts[pair], pair))[:most]
    registers = Counter((answer.line.topic, answer.topic, answer.line.register) for answer in answers)
    found = []
    for label, answer in pairs:
        where = {name: registers[label, answer, name] for name in REGISTERS}
        found.append((label, answer, {name: count for name, count in where.items() if count}))
    return found


def _any(answer: Answered) -> bool:
    return True


def _right(answer: Answered) -> bool:
    return answer.right
