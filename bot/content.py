"""The content check: what knowledge/, data/ and domain.yml must hold to. `python -m bot content check` prints what it finds."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError
from bot.examples import Example, examples
from bot.knowledge import DIRECTORY, LANGUAGES, Knowledge, Passage, Text, load, read_yaml
from bot.near import near_copies
from bot.settings import ROOT
from bot.triage import load_lexicon, load_replies

MAX_WORDS = {"brief": 45, "section": 55, "topic": 60, "sentence": 60}
MAX_BUTTON = 20  # characters: Messenger's quick replies
SPEAKS_FOR_ITSELF = frozenset({"human", "privacy", "chitchat", "out_of_scope", "unknown"})  # topics about the program need no fact
_SHORT = 10  # characters
NEAR = 0.7  # share of common character 4-grams from which two examples are one
_SEND_ON = re.compile(r"16135|DEMO|TTC|BMET")  # a fact of low confidence may only send her to somebody who knows
_NUMBER = re.compile(r"(?<![0-9.,/])\+?[0-9][0-9 -]*[0-9](?![0-9.,]*[0-9])")
_BANGLA, _LATIN_WORD = re.compile("[\u0980-\u09ff]"), re.compile("[a-z]{3,}")


@dataclass(frozen=True)
class Piece:
    """One text with where it stands and how long it may be."""

    where: str
    text: Text
    limit: int
    sources: tuple[str, ...] | None = None  # None: a text of the program itself


def problems(directory: Path = DIRECTORY, root: Path = ROOT) -> list[str]:
    """Everything that is wrong, each as one line with file, field and cure. Empty when all is well."""
    try:
        content = load(directory)
        load_lexicon(directory)
        load_replies(directory)
        lines = examples(root / "data" / "nlu")
    except ContentError as error:
        return [str(error)]
    found = [problem for piece in pieces(content) for problem in _piece(piece, content)]
    found.extend(f"words.yml: buttons.{name}: {text[language]!r} is longer than {MAX_BUTTON} characters" for name, text in content.buttons.items() for language in LANGUAGES if len(text[language]) > MAX_BUTTON)
    found.extend(_ways(content))
    found.extend(_domain(read_yaml(root / "domain.yml"), root, lines))
    found.extend(_examples(lines))
    return found


def pieces(content: Knowledge) -> Iterator[Piece]:
    """Every text she may be shown."""
    for step in content.steps:
        for name, passage in step.sections.items():
            yield _of(f"steps/{step.number:02d}: sections.{name}", passage, MAX_WORDS["brief" if name == "brief" else "section"])
    for topic in content.topics.values():
        for index, passage in enumerate(topic.messages):
            piece = _of(f"topics/{topic.id}.yml: messages[{index}]", passage, MAX_WORDS["topic"])
            yield Piece(piece.where, piece.text, piece.limit, piece.sources or (None if topic.id in SPEAKS_FOR_ITSELF else ()))
    for block in ("buttons", "headings", "sentences", "telegram_commands"):
        for name, text in getattr(content, block).items():
            yield Piece(f"words.yml: {block}.{name}", text, MAX_WORDS["sentence"])
    for hotline in content.hotlines:
        yield Piece(f"hotlines.yml: {hotline.id}.use", hotline.use, 14, hotline.sources)


def numbers(text: str) -> set[str]:
    """What could be dialled: runs of three or more ASCII digits (money in Bangla texts is written in Bangla digits)."""
    return {re.sub(r"[ -]", "", found) for found in _NUMBER.findall(text) if sum(c.isdigit() for c in found) >= 3}


def _of(where: str, passage: Passage, limit: int) -> Piece:
    return Piece(where, passage.text, limit, passage.sources)


def _piece(piece: Piece, content: Knowledge) -> Iterator[str]:
    known = {re.sub(r"[ -]", "", hotline.number) for hotline in content.hotlines}
    for language in LANGUAGES:
        text = piece.text[language]
        if len(text.split()) > piece.limit:
            yield f"{piece.where}.{language}: {len(text.split())} words; at most {piece.limit}"
        if (language == "bn") != bool(_BANGLA.search(text)) and (language == "en" or _LATIN_WORD.search(text.lower())) and not piece.where.endswith("buttons.language"):
            yield f"{piece.where}.{language}: is not in that language"
    strange = numbers(piece.text.bn) - known
    if strange:
        yield f"{piece.where}.bn: the numbers {sorted(strange)} are not in hotlines.yml; add them there with a source, or write amounts in Bangla digits"
    if numbers(piece.text.bn) & known != numbers(piece.text.en) & known:
        yield f"{piece.where}: Bangla and English do not give the same phone numbers"
    if _fields(piece.text.bn) != _fields(piece.text.en):
        yield f"{piece.where}: the {{fields}} differ between Bangla and English"
    yield from _sources(piece, content)


def _sources(piece: Piece, content: Knowledge) -> Iterator[str]:
    if piece.sources is None:
        return
    if not piece.sources:
        yield f"{piece.where}: has no sources; name the facts of facts.yml it rests on"
    for source in piece.sources:
        fact = content.facts.get(source)
        if fact is None:
            yield f"{piece.where}: source {source!r} is not in facts.yml"
        elif fact.confidence == "low" and not all(_SEND_ON.search(piece.text[language]) for language in LANGUAGES):
            yield f"{piece.where}: rests on {source}, of low confidence, and does not send her to DEMO or 16135"


def _ways(content: Knowledge) -> Iterator[str]:
    known = {step.id for step in content.steps} | set(content.topics) | set(content.buttons)
    for topic in content.topics.values():
        for way in topic.next:
            if way not in known:
                yield f"topics/{topic.id}.yml: next: {way!r} is neither a step, a topic nor a button"


def _domain(domain: Mapping[str, list[str]], root: Path, lines: list[Example]) -> Iterator[str]:
    intents, written = set(domain.get("intents", ())) - {"nlu_fallback"}, {line.intent for line in lines}
    yield from (f"data/nlu: intent {name!r} is not in domain.yml" for name in sorted(written - intents))
    yield from (f"domain.yml: intent {name!r} has no examples in data/nlu" for name in sorted(intents - written))
    steps = [step for path in sorted((root / "data" / "stories").glob("*.yml")) for rule in read_yaml(path)["rules"] for step in rule["steps"]]
    answered, used = {step["intent"] for step in steps if "intent" in step}, {step["action"] for step in steps if "action" in step}
    yield from (f"data/stories: no rule answers intent {name!r}" for name in sorted(set(domain.get("intents", ())) - answered))
    yield from (f"domain.yml: action {name!r} is used by no rule" for name in sorted(set(domain.get("actions", ())) - used))


def _examples(lines: list[Example]) -> Iterator[str]:
    for one, other, share in near_copies([line.text for line in lines], NEAR):
        first, second = lines[one], lines[other]
        if first.intent == second.intent and (first.register != second.register or min(len(first.text), len(second.text)) < _SHORT):
            continue  # one thought in two scripts, or one word in two spellings: both are wanted
        yield f"data/nlu: nearly the same ({share:.2f}): {first.file} {first.text!r} and {second.file} {second.text!r}; keep one"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
