"""The risk in one message, read by rules. Pure, in process, for every message whoever holds the conversation.

A rule is a list of phrases. A phrase is a few words in order: "*" stands for up to two words between, "~" at the end of a word for any
ending. Words are compared in one Latin spelling with their vowels (`romanise.plain`), so one phrase serves both scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.model import Level, Risk
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import plain

CRISIS = "crisis"  # the topic of messages that disclose danger
CRISIS_CERTAIN = 0.6  # from here on the classifier's word is acted on as a disclosure; below it only the soft line is said
_GAP = r"(?: \S+){0,2}"


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    category: str
    level: Level
    any: re.Pattern[str]  # one of its phrases
    unless: re.Pattern[str] | None  # signs that this is film, news or a question: then the rule only asks softly


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    rules: tuple[Rule, ...]
    unless: re.Pattern[str] | None  # for every rule


def phrases(said: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern of several phrases over a text as `spelled` gives it; None for none. Raises ValueError for an empty phrase."""
    patterns = [_phrase(phrase) for phrase in said]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


def spelled(text: str) -> str:
    """The text as rules see it: words in plain Latin spelling, a blank before and after each."""
    return f" {' '.join(plain(word) for word in words(fold(text)))} "


def assess(text: str, lexicon: Lexicon) -> Risk:
    """The highest level any rule gives; a rule silenced by an "unless" asks softly instead."""
    message = spelled(text)
    spoke = [rule for rule in lexicon.rules if rule.any.search(message)]
    if not spoke:
        return Risk()
    harmless = bool(lexicon.unless and lexicon.unless.search(message))
    acting = [rule for rule in spoke if not harmless and not (rule.unless and rule.unless.search(message))]
    if not acting:
        return Risk(ask=True, category=spoke[0].category, reasons=_ids(spoke))
    worst = max(acting, key=lambda rule: rule.level.rank)
    return Risk(flag=worst.level, category=worst.category, reasons=_ids(acting))


def by_topic(topic: str, confidence: float) -> Risk:
    """What the classifier's likeliest topic says of danger, where the rules found none."""
    if topic != CRISIS:
        return Risk()
    return Risk(flag=Level.URGENT) if confidence >= CRISIS_CERTAIN else Risk(ask=True)


def _ids(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)


def _phrase(phrase: str) -> str:
    pattern, gap = "", ""
    for piece in phrase.split():
        if piece == "*":
            gap = _GAP
            continue
        keys = [plain(word) for word in words(fold(piece))]
        if not keys:
            raise ValueError(f"the phrase {phrase!r} holds no words")
        ending = r"\S*" if piece.endswith("~") else ""
        pattern += gap + "".join(f" {re.escape(key)}" for key in keys) + ending
        gap = ""
    if not pattern:
        raise ValueError("an empty phrase")
    return pattern + "(?= )"
