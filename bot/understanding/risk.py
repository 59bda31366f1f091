"""The risk in a message, read by rules and by the danger model. Pure, in process, for every message whoever holds the conversation.

A rule is a list of phrases. A phrase is a few words in order: "*" stands for up to two words between, "~" at the end of a word for any
ending. Words are compared in one Latin spelling with their vowels (`romanise.plain`), so one phrase serves both scripts.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.model import Level, Risk
from bot.understanding.cues import CUES, Cues
from bot.understanding.danger import OTHER, DangerModel, Heard, Marks
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import plain

CRISIS = "crisis"  # the topic of messages that disclose danger
CRISIS_CERTAIN = 0.8  # from here on the classifier's word is acted on as a disclosure; below it only the soft line is said
MODEL = "model"  # the reason where the danger model spoke
CONTEXT = "context"  # the reason where only several messages together say it
_FEW, _NEVER = 3, 2.0  # on fewer words only a rule acts: "madam" alone is a greeting, and what comes after it is read with it
_FAR = 0.5  # share of the mark for asking below which no rule of urgent danger acts
_NEAR = 0.7  # share of the mark for acting from which another's word, the topic that is guessed, is acted on
_GAP = r"(?: \S+){0,2}"
_HEARD = 4000  # characters that the model hears; rules see all
_BEFORE = 200  # characters of each earlier message that are read again


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    category: str
    level: Level
    any: re.Pattern[str]  # one of its phrases
    unless: re.Pattern[str] | None  # signs that this is film, news or a question: then the rule only asks softly
    soft: bool = False  # it never acts, only asks softly, and "unless" silences it wholly


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    rules: tuple[Rule, ...]
    unless: re.Pattern[str] | None  # for every rule
    supposing: re.Pattern[str] | None = None  # signs that she asks what would be if: then the model decides, where there is one
    cues: Cues | None = None  # heard where there is no model


def phrases(said: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern of several phrases over a text as `spelled` gives it; None for none. Raises ValueError for an empty phrase."""
    return _pattern(tuple(said))


@functools.lru_cache(maxsize=4096)  # of content: where that is read again, most of it is as it was
def _pattern(said: tuple[str, ...]) -> re.Pattern[str] | None:
    patterns = [_phrase(phrase) for phrase in said]
    # All begin with a blank. Told once, it leaves each way a first letter, which `re` looks at before it tries the way.
    return re.compile(f" (?:{'|'.join(f'(?:{pattern[1:]})' for pattern in patterns)})") if patterns else None


def spelled(text: str) -> str:
    """The text as rules see it: words in plain Latin spelling, a blank before and after each."""
    return f" {' '.join(plain(word) for word in words(fold(text)))} "


def assess(text: str, lexicon: Lexicon, model: DangerModel | None = None) -> Risk:
    """What rules and model find together; without a model rules and cues stand alone."""
    found = by_rules(text, lexicon)
    if model is not None:
        heard = model.hear(text[:_HEARD])
        supposed = found.flag.flagged and lexicon.supposing is not None and lexicon.supposing.search(spelled(text)) is not None
        return _together(found, heard, model.marks if heard.words >= _FEW else replace(model.marks, flag=_NEVER), supposed)
    if found.flag.flagged or lexicon.cues is None:
        return found
    guessed = lexicon.cues.read(text)
    return replace(guessed, ask=guessed.ask or found.ask, category=found.category, reasons=(*found.reasons, *guessed.reasons))


def assess_in_context(before: Sequence[str], text: str, lexicon: Lexicon, model: DangerModel | None = None) -> Risk:
    """The risk of a message after those that she sent shortly before, oldest first: some say in three what others say in one.

    Earlier messages count only where the new one makes the difference, so that what was judged before is not judged again.
    """
    alone = assess(text, lexicon, model)
    if alone.flag.flagged or not before:
        return alone
    earlier = "\n".join(said[:_BEFORE] for said in before)
    joined = assess(f"{earlier}\n{text}", lexicon, model)
    if joined.flag.rank <= alone.flag.rank or joined.flag.rank <= assess(earlier, lexicon, model).flag.rank:
        return alone
    return replace(joined, ask=alone.ask or (joined.ask and joined.flag.flagged), reasons=(*joined.reasons, CONTEXT))


def by_rules(text: str, lexicon: Lexicon) -> Risk:
    """The highest level any rule gives; a rule that is soft, or silenced by an "unless", asks softly instead."""
    message = spelled(text)
    spoke = [rule for rule in lexicon.rules if rule.any.search(message)]
    if not spoke:
        return Risk()
    harmless = bool(lexicon.unless and lexicon.unless.search(message))
    acting = [rule for rule in spoke if not rule.soft and not harmless and not (rule.unless and rule.unless.search(message))]
    if not acting:
        asking = [rule for rule in spoke if not (rule.soft and (harmless or (rule.unless and rule.unless.search(message))))]
        return Risk(ask=True, category=asking[0].category, reasons=_ids(asking)) if asking else Risk()
    worst = max(acting, key=lambda rule: rule.level.rank)
    return Risk(flag=worst.level, category=worst.category, reasons=_ids(acting))


def _together(found: Risk, heard: Heard, marks: Marks, supposed: bool) -> Risk:
    """A rule acts unless the model is far from asking, one of critical danger unless the model is all but sure that it is harmless; then,
    and below its own mark for acting, one soft line is said. Where she only supposes, a rule acts as far as the model does: one of critical
    danger from its mark for asking, any other from that for acting."""
    level = Level.NONE
    if heard.danger >= marks.flag:
        level = Level.CRITICAL if heard.critical >= marks.critical else Level.URGENT
    if found.flag is Level.CRITICAL:
        least = marks.ask if supposed else marks.doubt
    else:
        least = marks.flag if supposed else max(marks.doubt, _FAR * marks.ask)
    if found.flag.flagged and heard.danger < least:
        found = replace(found, flag=Level.NONE, ask=True)
    # Measured on authors it had not learned from: where both speak, the model names the right category three times as often as the rule.
    speaks = heard.danger >= marks.ask and heard.category != OTHER
    category = heard.category if speaks else found.category or heard.category
    if found.flag.flagged:
        return replace(found, flag=max(found.flag, level, key=lambda one: one.rank), category=category)
    if level.flagged:
        return Risk(flag=level, category=category, reasons=(*found.reasons, MODEL))
    sure = heard.danger < _NEAR * marks.flag
    ask = found.ask or heard.danger >= marks.ask
    if heard.person >= marks.person:
        return Risk(flag=Level.STANDARD, ask=ask, category=category, reasons=(*found.reasons, MODEL), sure=sure)
    return Risk(ask=ask, category=category if ask else None, reasons=found.reasons if found.ask else (MODEL,) if ask else (), sure=sure)


def guessed(risk: Risk) -> bool:
    """Whether no rule spoke: what was found is the model's or the cues' guess."""
    return bool(risk.reasons) and set(risk.reasons) <= {MODEL, CUES, CONTEXT}


def by_topic(topic: str, confidence: float) -> Risk:
    """What the classifier's likeliest topic says of danger, where the rules found none. Its flag is a guess: see Risk.sure."""
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
        pattern += (gap if pattern else "") + "".join(f" {re.escape(key)}" for key in keys) + ending  # before the first any word may stand
        gap = ""
    if not pattern:
        raise ValueError("an empty phrase")
    return pattern + "(?= )"
