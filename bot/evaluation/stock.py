"""Stock Rasa: the project that `rasa init` makes, with our examples and one plain response for each intent."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from bot.errors import SohojatriError
from bot.examples import Example, examples
from bot.knowledge import read_yaml
from bot.settings import ROOT
from bot.training import QUIET

EPOCHS = 1  # of all trained components: it changes what they learn, not how long they take to answer
EVERY = 5  # one of so many examples is learned from: with all it takes most of an hour, and to answer it takes as long either way
BUTTON = "control"  # the intent that a button sends
_MODELS = ROOT / "models"
_STORIES = (("chitchat", "steps_start"), ("steps_start", "step_decision"), ("chitchat", "hotlines"))  # as many as `rasa init` gives

log = logging.getLogger(__name__)


class StockTrainingError(SohojatriError):
    """`rasa train` failed for the stock project."""


def model() -> Path:
    """The trained model, kept from an earlier run if nothing it is made of has changed. Raises StockTrainingError."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_project(folder)
        kept = _MODELS / f"stock-{_fingerprint(folder)}.tar.gz"
        if not kept.exists():
            _train(folder, kept)
        return kept


def write_project(folder: Path) -> None:
    """The files of the project."""
    (folder / "data").mkdir(parents=True)
    lessons = examples()[::EVERY]
    intents = sorted({example.intent for example in lessons})
    _write(folder / "config.yml", config(EPOCHS))
    _write(folder / "domain.yml", _domain(intents))
    _write(folder / "data" / "nlu.yml", {"version": "3.1", "nlu": nlu(lessons)})
    _write(folder / "data" / "rules.yml", {"version": "3.1", "rules": [_steps("rule", (intent,)) for intent in (*intents, "nlu_fallback")]})
    _write(folder / "data" / "stories.yml", {"version": "3.1", "stories": [_steps("story", story) for story in _STORIES]})
    _write(folder / "credentials.yml", {"rest": None})
    _write(folder / "endpoints.yml", {})


def config(epochs: int) -> dict[str, Any]:
    """Rasa's own defaults, which it takes where pipeline and policies are left empty, written out to set the epochs."""
    found = find_spec("rasa")
    assert found is not None and found.origin is not None
    default: dict[str, Any] = read_yaml(Path(found.origin).parent / "engine" / "recipes" / "config_files" / "default_config.yml")
    for component in (*default["pipeline"], *default["policies"]):
        if "epochs" in component:
            component["epochs"] = epochs
    return {**default, "assistant_id": "stock"}


def _domain(intents: list[str]) -> dict[str, Any]:
    responses = {f"utter_{intent}": [{"text": f"This is about {intent}."}] for intent in (*intents, "nlu_fallback")}
    session = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    return {"version": "3.1", "intents": intents, "responses": responses, "session_config": session}


def nlu(lessons: Sequence[Example]) -> list[dict[str, str]]:
    """The examples as Rasa reads them."""
    by_intent = groupby(sorted(lessons, key=lambda example: example.intent), key=lambda example: example.intent)
    return [{"intent": intent, "examples": "".join(f"- {example.text}\n" for example in some)} for intent, some in by_intent]


def _steps(kind: str, intents: tuple[str, ...]) -> dict[str, Any]:
    return {
        kind: f"{kind} {' '.join(intents)}",
        "steps": [step for intent in intents for step in ({"intent": intent}, {"action": f"utter_{intent}"})],
    }


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256(version("rasa").encode())
    for path in sorted(folder.rglob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _train(folder: Path, kept: Path) -> None:
    log.info("Training stock Rasa, once (some minutes) …")
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "stock", "--out", "models", "--quiet"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **QUIET}, capture_output=True, check=False, text=True)
    made = folder / "models" / "stock.tar.gz"
    if done.returncode or not made.exists():
        raise StockTrainingError(f"`rasa train` failed for stock Rasa. The last it said:\n{(done.stdout + done.stderr)[-2000:]}")
    for old in _MODELS.glob("stock-*.tar.gz"):
        old.unlink()
    kept.parent.mkdir(exist_ok=True)
    shutil.move(made, kept)
