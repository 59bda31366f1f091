"""How hard a text is to read. English: the Flesch-Kincaid grade. Bangla has no such formula that is settled; what is counted is what a
class-five reader stumbles over: words in a sentence, long words, and letters joined in threes. Pure."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from bot.understanding.normalise import has_bangla

_STOPS = re.compile(r"[\u0964?!:;\n\u2022]|\.(?=\s|$)")
_WORD = re.compile(r"[\u0980-\u09ff]+|[A-Za-z][A-Za-z'\u2019-]*")
_LETTERS = re.compile("[\u0985-\u0994\u0995-\u09b9\u09ce\u09dc-\u09df](?:\u09bc)?")  # vowels and consonants, without their signs
_JOINED = re.compile("(?:[\u0995-\u09b9]\u09cd)")
_VOWELS = re.compile(r"[aeiouy]+")

LONG = 5  # letters that make a Bangla word long (joined ones count one)
MAX_SENTENCE = {"bn": 16, "en": 22}  # words up to a full stop
MAX_MEAN = {"bn": 10.5, "en": 14.5}
MAX_LONG = 0.19  # share of long words in a Bangla text
MAX_GRADE = 8.0  # school years, English
_ENOUGH, _WORDS_ENOUGH = 3, 15  # sentences and words from which a share or a mean says anything


@dataclass(frozen=True, kw_only=True)
class Level:
    words: int
    sentences: int
    longest: int  # words in the longest sentence
    mean: float  # words in a sentence
    hard: float  # Bangla: share of long words; English: the grade


def level(text: str) -> Level:
    """The reading level of a text in one language."""
    counts = [len(_WORD.findall(sentence)) for sentence in _STOPS.split(text)]
    counts = [count for count in counts if count]
    words = _WORD.findall(text)
    if not words or not counts:
        return Level(words=0, sentences=0, longest=0, mean=0.0, hard=0.0)
    mean = len(words) / len(counts)
    return Level(
        words=len(words),
        sentences=len(counts),
        longest=max(counts),
        mean=mean,
        hard=_share_of_long(words) if has_bangla(text) else _grade(words, mean),
    )


@functools.lru_cache(maxsize=8192)  # where content is checked again, most of it is as it was
def complaints(text: str, language: str) -> tuple[str, ...]:
    """What makes the text too hard, each with its cure. Empty when it reads easily."""
    found = level(text)
    told = []
    if found.longest > MAX_SENTENCE[language]:
        told.append(f"a sentence of {found.longest} words; at most {MAX_SENTENCE[language]}: make two of it")
    if found.sentences < _ENOUGH or found.words < _WORDS_ENOUGH:  # the longest sentence says it all
        return tuple(told)
    if found.mean > MAX_MEAN[language]:
        told.append(f"{found.mean:.0f} words in a sentence on average; at most {MAX_MEAN[language]:.0f}: make the sentences shorter")
    if language == "bn" and found.hard > MAX_LONG:
        told.append(f"{found.hard:.0%} long words; at most {MAX_LONG:.0%}: say it in shorter, everyday words")
    if language == "en" and found.hard > MAX_GRADE:
        told.append(f"reads like class {found.hard:.0f}; at most {MAX_GRADE:.0f}: shorter sentences, simpler words")
    return tuple(told)


def _share_of_long(words: list[str]) -> float:
    return sum(_letters(word) >= LONG for word in words) / len(words)


def _letters(word: str) -> int:
    """Letters as the eye takes them: a joined pair counts one."""
    return len(_LETTERS.findall(word)) - len(_JOINED.findall(word)) if has_bangla(word) else 0


def _grade(words: list[str], mean: float) -> float:
    syllables = sum(_syllables(word) for word in words) / len(words)
    return max(0.39 * mean + 11.8 * syllables - 15.59, 0.0)


def _syllables(word: str) -> int:
    spoken = word.lower().rstrip("'\u2019-")
    count = len(_VOWELS.findall(spoken))
    return max(count - (spoken.endswith("e") and not spoken.endswith(("le", "ee")) and count > 1), 1)
