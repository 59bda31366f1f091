"""Trains the Rasa model, and the model of danger beside it, unless nothing they are made of has changed."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bot import danger_training, language_training
from bot.errors import SohojatriError
from bot.settings import ROOT

if TYPE_CHECKING:
    from bot.understanding.topics import TopicModel

MODEL = ROOT / "models" / "sohojatri.tar.gz"
_STAMP = MODEL.with_suffix(".inputs")
_INPUTS = (
    "config.yml",
    "domain.yml",
    "data/**/*.yml",
    "knowledge/words.yml",
    "knowledge/steps/*.yml",
    "bot/understanding/*.py",
    "bot/nlu/*.py",
    "bot/examples.py",
    "bot/knowledge.py",
)

_CLASSIFIER = "SohojatriTopicClassifier"  # in the name of its folder inside a model
_SIGN_OF_LIFE = 15.0  # seconds between lines while it trains

log = logging.getLogger(__name__)


class TrainingError(SohojatriError):
    """`rasa train` failed."""


class NoModel(SohojatriError):
    """There is no model that can be read. Run `make train`."""


def inputs(root: Path = ROOT) -> str:
    """A hash of all that the model is made of."""
    digest = hashlib.sha256(version("rasa").encode())
    for pattern in _INPUTS:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def fresh() -> bool:
    """Whether the model there is was made of just this."""
    return MODEL.exists() and _STAMP.exists() and _STAMP.read_text().strip() == inputs()


def train(*, force: bool = False) -> bool:
    """Trains what is needed, the model of danger too; True when Rasa's was. Raises TrainingError."""
    with ThreadPoolExecutor(1) as other:  # Rasa trains in a process of its own: each has a core
        begun = other.submit(_train_rasa, force)
        language_training.train(force=force)
        danger_training.train(force=force)
        return begun.result()


def _train_rasa(force: bool) -> bool:
    if fresh() and not force:
        log.info("The model is up to date.")
        return False
    begun, made_of = time.monotonic(), inputs()
    log.info("Training the model (about two minutes) …")
    MODEL.parent.mkdir(exist_ok=True)
    # Rasa would look for what has changed, as we did, and check its files, as `content check` and the conversation tests do: a minute.
    options = ["--fixed-model-name", "sohojatri", "--out", str(MODEL.parent), "--force", "--skip-validation"]
    said = rasa_train(options, ROOT)
    if said is not None or not MODEL.exists():
        raise TrainingError(f"`rasa train` failed. The last it said:\n{said}")
    _STAMP.write_text(made_of)
    log.info("Trained in %.0f s.", time.monotonic() - begun)
    return True


def topic_model(path: Path | None = None) -> TopicModel:
    """The classifier inside the trained model: the very one that Rasa serves, without Rasa. Raises NoModel."""
    from bot.understanding.topics import TopicModel  # here, so that what only trains or serves does not pay for numpy

    path = path or MODEL
    if not path.exists():
        raise NoModel(f"There is no model {path}. Run `make train`.")
    try:
        with tarfile.open(path) as archive, tempfile.TemporaryDirectory() as folder:
            for entry in archive:
                place = Path(entry.name)
                if entry.isfile() and _CLASSIFIER in place.parent.name and (content := archive.extractfile(entry)):
                    (Path(folder) / place.name).write_bytes(content.read())
            return TopicModel.load(Path(folder))
    except (OSError, EOFError, tarfile.TarError, zlib.error, zipfile.BadZipFile, ValueError, KeyError) as error:
        kind = type(error).__name__
        raise NoModel(f"{path} holds no classifier that can be read ({kind}). Run `python -m bot train --force`.") from error


def rasa_train(options: Sequence[str], folder: Path) -> str | None:
    """`rasa train` in a folder, showing that it goes on; what it said last if it failed, else None."""
    command, begun = [sys.executable, "-m", "rasa", "train", *options, "--quiet"], time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **QUIET, **ONE_CORE}, stdout=said, stderr=said)
        while True:
            try:
                if not process.wait(_SIGN_OF_LIFE):
                    return None
                said.seek(0)
                return said.read()[-2000:]
            except subprocess.TimeoutExpired:
                log.info("… still training (%.0f s)", time.monotonic() - begun)


# The other core is at the model of danger: threads that wait for one another would only burn it.
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Rasa without telemetry, TensorFlow without chatter.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "PYTHONWARNINGS": "ignore",
}
