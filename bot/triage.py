"""The policy's data: the lexicon of disclosures and the fixed first replies of knowledge/triage/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, Knowledge, Text, read_yaml, take
from bot.model import Button, Level, Reply, Risk, State
from bot.understanding.risk import Lexicon, Rule, phrases

OTHER = "other"
_LANGUAGES = ("bn", "bn-latn", "en")


@dataclass(frozen=True)
class Replies:
    """The first reply by level, category and how she writes."""

    texts: Mapping[tuple[Level, str], Mapping[str, str]]

    def text(self, level: Level, category: str | None, script: str) -> str:
        by_script = self.texts.get((level, category or OTHER)) or self.texts[level, OTHER]
        return by_script[script]


def load_lexicon(directory: Path = DIRECTORY) -> Lexicon:
    """knowledge/triage/lexicon.yml. Raises ContentError naming the rule and the cure."""
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
        return Lexicon(rules=tuple(rules), unless=_phrases(content.get("unless")))
    except ValueError as error:
        raise ContentError(f"{path}: unless: {error}.") from error


def load_replies(directory: Path = DIRECTORY) -> Replies:
    """knowledge/triage/replies.yml: for critical and urgent a text per category, "other" for the rest. Raises ContentError."""
    path = directory / "triage" / "replies.yml"
    texts: dict[tuple[Level, str], Mapping[str, str]] = {}
    for level in (Level.CRITICAL, Level.URGENT):
        for category, by_script in take(path, read_yaml(path), level.value, dict).items():
            for script in _LANGUAGES:
                if not isinstance(by_script, Mapping) or not isinstance(by_script.get(script), str) or not by_script[script].strip():
                    raise ContentError(f"{path}: {level.value}.{category}: the text under {script}: is missing.")
            texts[level, str(category)] = {script: by_script[script].strip() for script in _LANGUAGES}
        if (level, OTHER) not in texts:
            raise ContentError(f"{path}: {level.value}: a text for {OTHER!r} is missing.")
    return Replies(texts)


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


def first_reply(content: Knowledge, replies: Replies, state: State, risk: Risk) -> Reply:
    """The fixed reply: at most 60 words and three buttons, in the way she writes."""
    script = state.language if state.language_chosen and state.language == "en" else state.script
    language = "en" if script == "en" else "bn"
    names: tuple[Text, ...] = tuple(content.buttons[name] for name in ("person", "hotlines", "safe"))
    buttons = tuple(
        Button(title=name[language], payload=payload) for name, payload in zip(names, ("person", "hotlines", "safe"), strict=True)
    )
    return Reply(text=replies.text(risk.flag, risk.category, script if script in _LANGUAGES else "bn"), buttons=buttons)
