"""Trains the danger model: its network, the calibration, and the marks from which something is done. Never at run time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.model import Level
from bot.understanding.counting import Space, count
from bot.understanding.danger import HEADS, DangerModel, Held, Marks, of_words
from bot.understanding.network import Network, Way, chances, learn
from bot.understanding.normalise import fold, words

FOLDS = 5
_WAY = Way(units=40, passes=5, rate=0.12, dropped=0.3)
_HEADS = {"danger": 1.0, "critical": 1.0, "person": 0.5}  # what an error of each head weighs
_CATEGORY = np.float32(1.0)  # and one of the category
_SMOOTHED = 0.1  # how far an answer stays away from yes and no, since labels are not always right
_AUTHORED = 2.0  # what an example written for danger weighs against one written for a topic
_PIECE = 0.5  # what a piece of it weighs against the whole
_MIN_DOCUMENTS = 2
_WRITTEN, _LETTER = 3, 100  # times a word, and one of a single letter, must be written to be known
# What the marks allow, of harmless texts: ordinary ones, and twins that were written to look like danger. Both are harder than what comes
# to a helpline: on labelled messages of others about half as many are flagged or asked.
_FLAGGED = {False: 0.012, True: 0.06}
_ASKED = {False: 0.09, True: 0.20}
_DOUBTED = 0.02  # of dangers: share that falls below the mark for doubt
_PERSON = {False: 0.03, True: 0.08}


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One text to learn from. A level of None with danger: critical or urgent, it is not known which."""

    text: str
    danger: bool
    level: Level | None
    category: str | None
    register: str
    author: str | None  # None: an ordinary example of a topic
    person: bool | None = None  # whether a person is needed; None: not known
    piece: bool = False  # a part of a harmless text: learned from, so that few words alone are no danger, but never judged by


def fit(lessons: Sequence[Lesson]) -> DangerModel:
    """The model: a network for each share of the authors, which has learned from the others, all asked together (Breiman, 1996). Its marks
    are chosen by what each network makes of the authors that it does not know. Deterministic."""
    counted = count((lesson.text for lesson in lessons), of_words)
    space = Space.of(counted, _MIN_DOCUMENTS, np.array([not lesson.piece for lesson in lessons]))
    matrix = space.matrix(counted).astype(np.float32)
    networks, held = held_out(lessons, matrix)
    calibrated = {name: _calibration(held[name], *_truth(lessons, name, pieces=False)) for name in HEADS}
    probabilities = {name: _probability(held[name], *calibrated[name]) for name in HEADS}
    marks = _marks(lessons, probabilities)
    return DangerModel(
        vocabulary=space.vocabulary,
        idf=space.idf,
        network=_calibrated(Network.together(networks), [calibrated[name] for name in HEADS]),
        categories=_named(lessons),
        marks=marks,
        held=tuple(_judged(lessons, probabilities["danger"], marks)),
        words=_words(lessons),
    )


def held_out(lessons: Sequence[Lesson], matrix: csr_matrix) -> tuple[list[Network], dict[str, np.ndarray]]:
    """Networks that each learned from other authors, and the scores of each head for each lesson by the one that did not learn from it.
    Ordinary examples are dealt out by turns."""
    folds, categories = _folds(lessons), _named(lessons)
    networks, held = [], {name: np.zeros(len(lessons)) for name in HEADS}
    for part in sorted(set(folds)):
        inside, outside = np.flatnonzero(folds != part), np.flatnonzero(folds == part)
        networks.append(_network([lessons[index] for index in inside], matrix[inside], categories, seed=part))
        scores = networks[-1].table(matrix[outside])
        for column, name in enumerate(HEADS):
            held[name][outside] = scores[:, column]
    return networks, held


def _folds(lessons: Sequence[Lesson]) -> np.ndarray:
    authors = sorted({lesson.author for lesson in lessons if lesson.author is not None})
    place = {author: index % FOLDS for index, author in enumerate(authors)}
    return np.array([index % FOLDS if lesson.author is None else place[lesson.author] for index, lesson in enumerate(lessons)])


def _truth(lessons: Sequence[Lesson], name: str, *, pieces: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Where the head's answer is known, and the answer."""
    said: list[bool | None]
    if name == "danger":
        said = [lesson.danger for lesson in lessons]
    elif name == "critical":
        said = [lesson.level is Level.CRITICAL if lesson.danger and lesson.level else None for lesson in lessons]
    else:
        said = [lesson.person for lesson in lessons]
    told = (index for index, answer in enumerate(said) if answer is not None and (pieces or not lessons[index].piece))
    known = np.array(list(told), dtype=np.int64)
    return known, np.array([bool(said[index]) for index in known])


def _network(lessons: Sequence[Lesson], matrix: csr_matrix, categories: Sequence[str], seed: int) -> Network:
    """Its outputs are the heads, then the categories."""
    heads = len(HEADS)
    answers, weights = _answers(lessons)
    category = np.array([categories.index(lesson.category) if _categorised(lesson) else -1 for lesson in lessons])

    def errors(rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        found = np.zeros_like(scores)
        found[:, :heads] = (1 / (1 + np.exp(-scores[:, :heads])) - answers[rows]) * weights[rows]
        known = np.flatnonzero(category[rows] >= 0)
        named = chances(scores[known, heads:])
        named[np.arange(len(known)), category[rows][known]] -= 1
        found[known, heads:] = _CATEGORY * named
        return found

    return learn(matrix, errors, heads + len(categories), _WAY, seed)


def _answers(lessons: Sequence[Lesson]) -> tuple[np.ndarray, np.ndarray]:
    """What each head should answer and how much it matters, both (lessons, heads): yes and no weigh the same, what is not known nothing."""
    answers, weights = (np.zeros((len(lessons), len(HEADS)), dtype=np.float32) for _ in range(2))
    own = np.array([_weight(lesson) for lesson in lessons])
    for column, name in enumerate(HEADS):
        known, truth = _truth(lessons, name)
        some = own[known]
        some[truth] *= some[~truth].sum() / some[truth].sum()
        answers[known, column] = _SMOOTHED / 2 + (1 - _SMOOTHED) * truth
        weights[known, column] = _HEADS[name] * some / some.mean()
    return answers, weights


def _weight(lesson: Lesson) -> float:
    return (1.0 if lesson.author is None else _AUTHORED) * (_PIECE if lesson.piece else 1.0)


def _named(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    return tuple(sorted({str(lesson.category) for lesson in lessons if _categorised(lesson)}))


def _categorised(lesson: Lesson) -> bool:
    """Whether it was written for a category and is not harmless."""
    return lesson.category is not None and lesson.level is not Level.NONE


def _calibrated(network: Network, calibrations: Sequence[tuple[float, float]]) -> Network:
    """The same, with each head's slope and offset in its weights."""
    outputs, bias = network.outputs.copy(), network.bias.copy()
    for column, (slope, offset) in enumerate(calibrations):
        outputs[:, column] *= slope
        bias[column] = slope * bias[column] + offset
    return replace(network, outputs=outputs, bias=bias)


def _calibration(scores: np.ndarray, known: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Slope and offset that make held-out scores probabilities (Platt)."""
    found = LogisticRegression(C=1e6, random_state=0).fit(scores[known].reshape(-1, 1), truth)
    return float(found.coef_[0, 0]), float(found.intercept_[0])


def _probability(scores: np.ndarray, slope: float, offset: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(slope * scores + offset))))


def _marks(lessons: Sequence[Lesson], probabilities: dict[str, np.ndarray]) -> Marks:
    danger = np.array([lesson.danger for lesson in lessons])
    twin = np.array([lesson.author is not None for lesson in lessons])
    # Topics where some need a person hold some dangers too: they say nothing of false alarms.
    harmless = np.array([_harmless(lesson) and not lesson.piece for lesson in lessons])
    known, critical = _truth(lessons, "critical")
    quiet = harmless & np.array([lesson.person is False for lesson in lessons])
    return Marks(
        flag=_mark(probabilities["danger"], harmless, twin, _FLAGGED),
        ask=_mark(probabilities["danger"], harmless, twin, _ASKED),
        doubt=float(np.quantile(probabilities["danger"][danger & twin], _DOUBTED)) if (danger & twin).any() else 0.0,
        critical=_balanced(probabilities["critical"][known], critical),
        person=_mark(probabilities["person"], quiet, twin, _PERSON),
    )


def _harmless(lesson: Lesson) -> bool:
    return not lesson.danger and lesson.level in (None, Level.NONE) and lesson.person is not None


def _mark(found: np.ndarray, harmless: np.ndarray, twin: np.ndarray, allowed: dict[bool, float]) -> float:
    """The lowest probability that no more than the allowed share of ordinary texts, nor of twins, exceeds."""
    marks = [
        np.quantile(found[harmless & (twin == kind)], 1 - share) for kind, share in allowed.items() if (harmless & (twin == kind)).any()
    ]
    return float(max(marks))


def _balanced(found: np.ndarray, critical: np.ndarray) -> float:
    """Where nine in ten of the critical are called so: when unsure between two levels, the higher."""
    return float(np.quantile(found[critical], 0.1)) if critical.any() else 0.5


def _judged(lessons: Sequence[Lesson], found: np.ndarray, marks: Marks) -> Iterator[Held]:
    """How the held-out examples came out, by level, author, register and category."""
    groups: dict[str, list[int]] = {}
    for index, lesson in enumerate(lessons):
        for name in _groups(lesson):
            groups.setdefault(name, []).append(index)
    for name, members in sorted(groups.items()):
        some = found[members]
        yield Held(group=name, count=len(members), flagged=int((some >= marks.flag).sum()), reached=int((some >= marks.ask).sum()))


def _groups(lesson: Lesson) -> Iterator[str]:
    if lesson.piece:
        return
    if lesson.author is None or lesson.level is None:
        yield "topics: crisis" if lesson.danger else "topics: all others"
        return
    yield f"level {lesson.level.value}"
    if lesson.danger:
        yield f"author {lesson.author}"
        yield f"register {lesson.register}"
        yield f"category {lesson.category}"


def _words(lessons: Sequence[Lesson]) -> dict[str, int]:
    counts = Counter(word for lesson in lessons if not lesson.piece for word in words(fold(lesson.text)))
    return {word: count for word, count in sorted(counts.items()) if count >= _WRITTEN and (len(word) > 1 or count >= _LETTER)}
