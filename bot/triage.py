"""The policy's data: the lexicon of disclosures, knowledge/triage/lexicon.yml and cues.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, read_yaml, take
from bot.model import Level
from bot.understanding.cues import Cue, Cues, cue
from bot.understanding.risk import Lexicon, Rule, phrases


def load_lexicon(directory: Path = DIRECTORY) -> Lexicon:
    """Rules and cues of knowledge/triage. Raises ContentError naming the file, the rule and the cure."""
    path = directory / "triage" / "lexicon.yml"
    content = read_yaml(path)
    rules = []
    for number, entry in enumerate(take(path, content, "rules", list), 1):
        try:
            rules.append(_rule(entry))
        except (KeyError, ValueError, TypeError) as error:
            name = entry.get("id") if isinstance(entry, Mapping) else number
            raise ContentError(f"{path}: rule {name!r}: {error}.") from error
    try:
        signs = {name: _phrases(content.get(name)) for name in ("unless", "supposing")}
        return Lexicon(rules=tuple(rules), **signs, cues=_cues(directory))
    except ValueError as error:
        raise ContentError(f"{path}: unless or supposing: {error}.") from error


def _cues(directory: Path) -> Cues | None:
    """None where there is no cues.yml."""
    path = directory / "triage" / "cues.yml"
    if not path.exists():
        return None
    content, points = read_yaml(path), dict[Cue, int]()
    for worth, written in take(path, content, "points", dict).items():
        if not isinstance(worth, int) or not isinstance(written, list) or not all(isinstance(said, str) for said in written):
            raise ContentError(f"{path}: points.{worth}: must be a whole number over a list of texts.")
        for said in written:
            try:
                points[cue(said)] = worth
            except ValueError as error:
                raise ContentError(f"{path}: points.{worth}: {error}.") from error
    return Cues(ask=take(path, content, "ask", int), flag=take(path, content, "flag", int), points=points)


def _rule(entry: Any) -> Rule:
    level, spoken = Level(entry["level"]), _phrases(entry["any"])
    if not level.flagged or spoken is None:
        raise ValueError("needs level critical or urgent, and at least one phrase under any")
    if not all(isinstance(entry[name], str) for name in ("id", "category")):
        raise ValueError("needs a text under id and category")
    soft = entry.get("soft", False)
    if not isinstance(soft, bool):
        raise ValueError("soft must be true or false")
    return Rule(id=entry["id"], category=entry["category"], level=level, any=spoken, unless=_phrases(entry.get("unless")), soft=soft)


def _phrases(said: Any) -> re.Pattern[str] | None:
    if not isinstance(said or [], list) or not all(isinstance(phrase, str) for phrase in said or ()):
        raise ValueError("phrases must be a list of texts; put those that YAML reads as something else (yes, no, numbers) in quotes")
    return phrases(said or ())
