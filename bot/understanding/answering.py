"""What she writes as the answer to an open question, and what a told story already answers. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.understanding.amounts import amount, day
from bot.understanding.commands import Command
from bot.understanding.entities import Entity, Gazetteer, find
from bot.understanding.normalise import clean, digits, fold, words
from bot.understanding.romanise import latin, plain

KINDS = ("choice", "country", "money", "number", "date", "name", "text", "photo")
FREE = frozenset({"name", "text"})  # any words may answer these
YIELD = frozenset({"step", "steps", "more_steps", "done", "not_done", "topics"})  # typed, these may mean an answer: "3", "training"
MOST_CHARACTERS = {"name": 80, "text": 600}
_LONGEST_QUESTION = 14  # words; a longer text with a question mark tells something
_FEW = 3  # words
_ENDING = 4  # characters that may follow a word of a choice: visa, visay, visate
_ASKS = frozenset(
    latin(fold(word))
    for word in (
        "কি কী কত কোথায় কেন কিভাবে কীভাবে কেমনে কে কখন কোন ki koto kothay keno kivabe kibhabe kemne kokhon kon "
        "what how where why who when which"
    ).split()
)
_AGE = re.compile(r"(?<!\d)(\d{2})\s*(?:বছর|বৎসর|bochor|bosor|bochhor|years?\b|yrs?\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from. Build it with `choice`."""

    id: str
    phrases: tuple[re.Pattern[str], ...]
    short: tuple[re.Pattern[str], ...] = ()  # say it only where it was asked: "na lage", "me"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, as far as reading its answer needs it."""

    id: str
    kind: str  # one of KINDS
    choices: tuple[Choice, ...] = ()
    least: int = 0
    most: int = 10**7
    listens: bool = False  # a story told before may answer it


def choice(id: str, said: Sequence[str], short: Sequence[str] = ()) -> Choice:
    """Raises ValueError for a phrase without words."""
    return Choice(id, tuple(_phrase(phrase) for phrase in said), tuple(_phrase(phrase) for phrase in short))


def answer(asked: Asked, text: str, places: Gazetteer, today: date) -> str | None:
    """The answer in what she wrote to this question; None where it is none, such as a question of hers."""
    cleaned = clean(text)
    if asked.kind == "photo":
        return None
    if asked.kind in FREE:
        free = cleaned[: MOST_CHARACTERS[asked.kind]].strip()
        return None if not free or is_question(cleaned, careful=asked.kind == "text") else free
    if is_question(cleaned, careful=True):
        return None
    if asked.kind == "choice":
        return _chosen(asked, cleaned, short=True)
    if asked.kind == "country":
        return next((entity.value for entity in find(cleaned, places) if entity.name == "country"), None)
    if asked.kind == "money":
        found = amount(cleaned)
        return f"{found[0]} {found[1] or 'BDT'}" if found and asked.least <= found[0] <= asked.most else None
    if asked.kind == "number":
        return _number(asked, cleaned)
    named = day(cleaned, today)
    return named.isoformat() if named else None


def bare(asked: Asked, text: str, places: Gazetteer) -> bool:
    """Whether the text is an answer and not one word more: then nothing else is guessed out of it."""
    spelled = spell(text)
    few = len(spelled.split()) <= _FEW
    if asked.kind == "choice":
        phrases = (phrase for one in asked.choices for phrase in (*one.phrases, *one.short))
        return any((match := phrase.match(spelled)) is not None and match.end() == len(spelled) - 1 for phrase in phrases)
    if asked.kind == "country":
        return few and any(entity.name == "country" for entity in find(text, places))
    return few and asked.kind in ("money", "number", "date") and any(letter.isdecimal() for letter in text)


def told(questions: Sequence[Asked], text: str, places: Gazetteer) -> dict[str, str]:
    """What a story answers of the questions that listen."""
    cleaned = clean(text)
    entities = find(cleaned, places)
    found = {asked.id: _heard(asked, cleaned, entities) for asked in questions if asked.listens}
    return {question: value for question, value in found.items() if value is not None}


def is_question(text: str, *, careful: bool = False) -> bool:
    """Whether she asks something. `careful`: only where nothing else can be meant, for what may be long or hold "কি"."""
    tokens = [latin(word) for word in words(fold(text))]
    if text.rstrip().endswith("?") and not text.strip("? ").replace(",", "").isdecimal():
        return len(tokens) <= _LONGEST_QUESTION
    return not careful and len(tokens) > 2 and bool(_ASKS & set(tokens))


def yields(command: Command | None) -> bool:
    """Whether an answer goes before this typed command."""
    return command is None or command.name in YIELD


def matches(phrases: Sequence[re.Pattern[str]], text: str) -> bool:
    spelled = spell(text)
    return any(phrase.search(spelled) for phrase in phrases)


def spell(text: str) -> str:
    """A text in the space in which phrases are looked for."""
    return f" {' '.join(plain(word) for word in words(fold(text)))} "


def _heard(asked: Asked, text: str, entities: Sequence[Entity]) -> str | None:
    if asked.kind == "choice":
        return _chosen(asked, text)
    if asked.kind == "country":
        return next((entity.value for entity in entities if entity.name == "country"), None)
    if asked.kind == "money":
        # What she is to pay is said in taka; in the other currencies she is told a wage.
        values = (entity.value for entity in entities if entity.name == "money" and entity.value.endswith(" BDT"))
        return next((value for value in values if asked.least <= int(value.split()[0]) <= asked.most), None)
    if asked.kind == "number":
        ages = [int(found) for found in _AGE.findall(digits(text))]
        return next((str(age) for age in ages if asked.least <= age <= asked.most), None)
    return next((entity.value for entity in entities if entity.name == "agency"), None) if asked.kind == "name" else None


def _chosen(asked: Asked, text: str, *, short: bool = False) -> str | None:
    """The choice whose phrase stands first in the text; of those that begin there, the longest: "no need" is not "need"."""
    spelled = spell(text)
    found = [
        (match.start(), -len(phrase.pattern), one.id)
        for one in asked.choices
        for phrase in (*one.phrases, *(one.short if short else ()))
        for match in [phrase.search(spelled)]
        if match
    ]
    return min(found)[2] if found else None


def _number(asked: Asked, text: str) -> str | None:
    found = [int(number) for number in re.findall(r"\d+", digits(text)) if len(number) < 8]
    return str(found[0]) if len(found) == 1 and asked.least <= found[0] <= asked.most else None


@functools.lru_cache(maxsize=4096)  # of content
def _phrase(phrase: str) -> re.Pattern[str]:
    keys = [plain(word) for word in words(fold(phrase))]
    if not keys:
        raise ValueError(f"the phrase {phrase!r} holds no words")
    return re.compile(" " + " ".join(re.escape(key) for key in [*keys[:-1], ""]) + re.escape(keys[-1]) + rf"\S{{0,{_ENDING}}}(?= )")
