"""Trains the danger model from the project's examples and keeps it in models/, unless nothing it is made of has changed."""

from __future__ import annotations

import hashlib
import logging
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.dangers import Danger
from bot.examples import Example
from bot.model import Level
from bot.settings import ROOT

if TYPE_CHECKING:
    from bot.understanding.danger import DangerModel
    from bot.understanding.fitting import Lesson

MODEL = ROOT / "models" / "danger.npz"
_STAMP = MODEL.with_suffix(".inputs")
_INPUTS = (
    "data/nlu/*.yml", "knowledge/triage/examples/*.yml", "bot/danger_training.py", "bot/dangers.py", "bot/examples.py",
    *(f"bot/understanding/{name}.py" for name in ("counting", "danger", "fitting", "gluing", "network", "normalise", "romanise", "topics")),
)  # fmt: skip
_CRISIS = "crisis"  # the topic of disclosures
_HUMAN = "human"
_LONG = 9  # words
_DOUBTFUL = frozenset(
    {"complaint", "wages_abroad", "returnee_counselling", "returnee_health", "legal_aid", "job_offer"}
)  # some need a person

log = logging.getLogger(__name__)


def fresh() -> bool:
    """Whether the model there is was made of just this."""
    return MODEL.exists() and _STAMP.exists() and _STAMP.read_text().strip() == _inputs()


def train(*, force: bool = False) -> bool:
    """Trains if needed; True when it did. Raises ContentError."""
    if fresh() and not force:
        return False
    from bot.dangers import dangers
    from bot.examples import examples
    from bot.understanding.fitting import fit

    begun, made_of = time.monotonic(), _inputs()
    log.info("Training the model of danger …")
    MODEL.parent.mkdir(exist_ok=True)
    fit(lessons(dangers(), examples())).save(MODEL)
    _STAMP.write_text(made_of)
    log.info("Trained in %.0f s.", time.monotonic() - begun)
    return True


def load(path: Path | None = None) -> DangerModel | None:
    """The trained model; None, with a warning, where there is none that can be read: then the rules stand alone."""
    from bot.understanding.danger import DangerModel

    path = path or MODEL
    try:
        return DangerModel.load(path)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        log.warning(
            "%s cannot be read (%s): danger is found by rules alone. Run `python -m bot train --force`.", path, type(error).__name__
        )
        return None


def lessons(authored: Sequence[Danger], ordinary: Sequence[Example]) -> list[Lesson]:
    """What the model learns from: the examples of danger and their twins, and those of all topics."""
    from bot.understanding.fitting import Lesson

    found = [
        Lesson(
            text=example.text, danger=example.intent == _CRISIS, level=None, category=None, register=example.register, author=None,
            person=_person(example.intent),
        )
        for example in ordinary
    ]  # fmt: skip
    found += [
        Lesson(
            text=danger.text, danger=danger.level.flagged, level=danger.level, category=danger.category, register=danger.register,
            author=danger.author, person=danger.level is not Level.NONE,
        )
        for danger in authored
    ]  # fmt: skip
    return [*found, *_pieces(found)]


def _pieces(lessons: Sequence[Lesson]) -> Iterator[Lesson]:
    """A third of each long harmless text, and of every second ordinary one: much is written in pieces, and few words are no danger yet."""
    for index, lesson in enumerate(lessons):
        said = lesson.text.split()
        if lesson.danger or lesson.person is not False or len(said) < _LONG or (lesson.author is None and index % 2):
            continue
        begin, end = (round(part * len(said) / 3) for part in (index // 2 % 3, index // 2 % 3 + 1))
        yield replace(lesson, text=" ".join(said[begin:end]), piece=True)


def _person(topic: str) -> bool | None:
    return None if topic in _DOUBTFUL else topic in (_CRISIS, _HUMAN)


def _inputs(root: Path = ROOT) -> str:
    digest = hashlib.sha256()
    for pattern in _INPUTS:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
