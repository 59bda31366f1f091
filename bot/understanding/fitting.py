"""Trains the danger model: its heads, their calibration, and the marks from which something is done. scikit-learn; never at run time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.model import Level
from bot.understanding.counting import Space, count
from bot.understanding.danger import HEADS, DangerModel, Held, Marks, of_words
from bot.understanding.normalise import fold, words
from bot.understanding.solving import fitted

FOLDS = 5
_C, _C_CATEGORIES = 0.3, 3.0  # inverse regularisation
_AUTHORED = 2.0  # what an example written for danger weighs against one written for a topic
_PIECE = 0.5  # what a piece of it weighs against the whole
_MIN_DOCUMENTS = 3
_PASSES = 40  # over the examples
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


@dataclass(frozen=True)
class Head:
    """A linear classifier on one question."""

    weights: np.ndarray
    bias: float

    def scores(self, matrix: csr_matrix) -> np.ndarray:
        return np.asarray(matrix @ self.weights) + self.bias


Heads = dict[str, Head]  # by the names in HEADS


def fit(lessons: Sequence[Lesson]) -> DangerModel:
    """The model, with marks chosen on authors that it was not trained on. Deterministic."""
    counted = count((lesson.text for lesson in lessons), of_words)
    space = Space.of(counted, _MIN_DOCUMENTS, np.array([not lesson.piece for lesson in lessons]))
    matrix = space.matrix(counted)
    held = held_out(lessons, matrix)
    calibrated = {name: _calibration(held[name], *_truth(lessons, name, pieces=False)) for name in HEADS}
    heads = _heads(lessons, matrix)
    categories, weights, bias = _categories(lessons, matrix)
    probabilities = {name: _probability(held[name], *calibrated[name]) for name in HEADS}
    marks = _marks(lessons, probabilities)
    return DangerModel(
        vocabulary=space.vocabulary,
        idf=space.idf,
        weights=np.column_stack([*(calibrated[name][0] * heads[name].weights for name in HEADS), weights]),
        bias=np.array([*(calibrated[name][0] * heads[name].bias + calibrated[name][1] for name in HEADS), *bias]),
        categories=categories,
        marks=marks,
        held=tuple(_judged(lessons, probabilities["danger"], marks)),
        words=_words(lessons),
    )


def held_out(lessons: Sequence[Lesson], matrix: csr_matrix) -> dict[str, np.ndarray]:
    """Scores of each head for each lesson, by heads that learned from other authors. Ordinary examples are dealt out by turns."""
    folds = _folds(lessons)
    held = {name: np.zeros(len(lessons)) for name in HEADS}
    for part in sorted(set(folds)):
        inside, outside = np.flatnonzero(folds != part), np.flatnonzero(folds == part)
        heads = _heads([lessons[index] for index in inside], matrix[inside])
        for name in HEADS:
            held[name][outside] = heads[name].scores(matrix[outside])
    return held


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


def _heads(lessons: Sequence[Lesson], matrix: csr_matrix) -> Heads:
    return {name: _head(lessons, matrix, name) for name in HEADS}


def _head(lessons: Sequence[Lesson], matrix: csr_matrix, name: str) -> Head:
    known, truth = _truth(lessons, name)
    weights = np.array([_weight(lessons[index]) for index in known])
    weights[truth] *= weights[~truth].sum() / weights[truth].sum()
    # Measured on authors not learned from: a squared hinge finds as much danger as a logistic regression, in a third of the time; there
    # are as many heads as folds and questions. Its scores become probabilities below (_calibration). More passes change nothing.
    solver = LinearSVC(C=_C, max_iter=_PASSES, tol=1e-2, random_state=0)
    found = fitted(solver, matrix[known], truth, sample_weight=weights)
    return Head(found.coef_[0].copy(), float(found.intercept_[0]))


def _weight(lesson: Lesson) -> float:
    return (1.0 if lesson.author is None else _AUTHORED) * (_PIECE if lesson.piece else 1.0)


def _categories(lessons: Sequence[Lesson], matrix: csr_matrix) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """A head for each category, over what was written for one and is not harmless."""
    known = [index for index, lesson in enumerate(lessons) if lesson.category is not None and lesson.level is not Level.NONE]
    names = [lessons[index].category for index in known]
    solver = LogisticRegression(C=_C_CATEGORIES, class_weight="balanced", solver="saga", max_iter=_PASSES, tol=1e-4, random_state=0)
    found = fitted(solver, matrix[known].astype(np.float32), names)
    return tuple(str(name) for name in found.classes_), found.coef_.T.copy(), found.intercept_.copy()


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
