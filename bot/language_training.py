"""Keeps in models/ what the detector of languages learned from the examples: reading them all takes a second of each start."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from bot.settings import ROOT
from bot.understanding.language import Detector

MODEL = ROOT / "models" / "language.json"
_STAMP = MODEL.with_suffix(".inputs")
_INPUTS = ("data/nlu/*.yml", *(f"bot/{name}.py" for name in ("examples", "understanding/language", "understanding/normalise")))

log = logging.getLogger(__name__)


def fresh() -> bool:
    """Whether what is kept was learned from just these examples."""
    return MODEL.exists() and _STAMP.exists() and _STAMP.read_text().strip() == _inputs()


def train(*, force: bool = False) -> bool:
    """Learns if needed; True when it did. Raises ContentError."""
    if fresh() and not force:
        return False
    from bot.examples import examples, learned

    made_of = _inputs()
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_text(learned(examples()), encoding="utf-8")
    _STAMP.write_text(made_of)
    return True


def load(path: Path | None = None) -> Detector:
    """The detector; learned anew where nothing is kept that can be read, for without it nobody would be answered."""
    path = path or MODEL
    try:
        return Detector(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read (%s): learning from the examples. `python -m bot train` spares that.", path, type(error).__name__)
    from bot.examples import detector, examples

    return detector(examples())


def _inputs(root: Path = ROOT) -> str:
    digest = hashlib.sha256()
    for pattern in _INPUTS:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
