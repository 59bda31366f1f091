"""Stock Rasa's understanding: the default pipeline of `rasa init`, trained on our examples."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import yaml

from bot.evaluation import stock
from bot.evaluation.labelled import Labelled
from bot.evaluation.metrics import Answered
from bot.evaluation.stock import StockTrainingError
from bot.examples import Example
from bot.settings import ROOT
from bot.training import rasa_train

EPOCHS = 100  # as `rasa init` sets them
_MODELS = ROOT / "models"
_FALLBACK = "nlu_fallback"
_WARM_UP = 5  # lines

log = logging.getLogger(__name__)


def model(lessons: Sequence[Example], epochs: int, models: Path = _MODELS) -> Path:
    """The trained model, kept from an earlier run if nothing it is made of has changed. Raises StockTrainingError."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_project(folder, lessons, epochs)
        kept = models / f"stock-nlu-{_fingerprint(folder)}" / "stock.tar.gz"
        if not kept.exists():
            log.info("Training stock Rasa for %s epochs, once (with 100 it takes long) …", epochs)
            said = rasa_train(["nlu", "--fixed-model-name", "stock", "--out", "models", "--nlu", "nlu.yml"], folder)
            made = folder / "models" / "stock.tar.gz"
            if said is not None or not made.exists():
                raise StockTrainingError(f"`rasa train nlu` failed for stock Rasa. The last it said:\n{said}")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made, kept)
        return kept


def write_project(folder: Path, lessons: Sequence[Example], epochs: int) -> None:
    """What `rasa train nlu` needs."""
    config = stock.config(epochs)
    _write(folder / "config.yml", {name: config[name] for name in ("recipe", "assistant_id", "language", "pipeline")})
    _write(folder / "nlu.yml", {"version": "3.1", "nlu": stock.nlu(lessons)})


def answers(lines: Sequence[Labelled], model: Path) -> list[Answered]:
    """Each line as a first message, in this process. Rasa and TensorFlow are loaded only here."""
    from bot.nlu.parsing import Parser

    parser = Parser(model)
    for line in lines[:_WARM_UP]:
        parser.parse(line.text)
    found = []
    for line in lines:
        begun = time.perf_counter()
        ranking = parser.parse(line.text)["intent_ranking"]
        millis = 1000 * (time.perf_counter() - begun)
        # Its fallback puts itself first where it doubts; the likeliest topic is asked for, as of ours.
        topic, confidence = next(((str(e["name"]), float(e["confidence"])) for e in ranking if e["name"] != _FALLBACK), ("", 0.0))
        found.append(Answered(line=line, topic=topic, confidence=confidence, millis=millis))
    return found


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256(version("rasa").encode())
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
