"""The content check: what knowledge/, data/ and domain.yml must hold to. `python -m bot content check` prints what it finds."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content_files import twice
from bot.content_guided import Guided, guided_problems, guided_texts, load_guided
from bot.content_items import item_problems, item_texts
from bot.content_style import load_style, unlike_her
from bot.dangers import dangers
from bot.desk.formlists import load_lists
from bot.desk.shelf import load_groups as load_quick_replies
from bot.desk.words import load_words
from bot.errors import ContentError
from bot.examples import Example, examples
from bot.flows import Plan
from bot.holding import Holding, load_holding, load_rota
from bot.knowledge import DIRECTORY, LANGUAGES, Knowledge, Text, load, read_yaml, take
from bot.near import near_copies
from bot.passing import load_asking
from bot.relaying import load_wording as load_relaying
from bot.replies import OTHER, load_replies
from bot.reply_check import problems as reply_problems
from bot.ringing import load_wording as load_alerting
from bot.safehours import load_safe_hours
from bot.settings import ROOT
from bot.source import Passage
from bot.triage import load_lexicon
from bot.understanding.commands import parse

MAX_WORDS = {"brief": 45, "section": 55, "topic": 60, "sentence": 60, "name": 6}
MAX_BUTTON = 20  # characters: Messenger's quick replies
SPEAKS_FOR_ITSELF = frozenset({"human", "privacy", "chitchat", "out_of_scope", "unknown"})  # topics about the program need no fact
MAX_GREETING = 160  # characters: Messenger's greeting
_SHORT = 10  # characters
_LONG_NUMBER = 5  # digits: a shorter number in an English text may be an amount or a year
NEAR = 0.7  # share of common character 4-grams from which two examples are one
_SEND_ON = re.compile(r"16135|DEMO|TTC|BMET|1098|109|16699|9610 102030")  # a fact of low confidence may only send her to somebody who knows
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
        told_of = {danger.category for danger in dangers(directory)}
        categories = {rule.category for rule in load_lexicon(directory).rules} | told_of | {OTHER}
        replies = load_replies(content.hotlines, directory)
        guided = load_guided(directory)
        load_asking(directory)
        load_words(directory)
        load_lists(directory)
        load_quick_replies(directory)
        load_rota(directory)
        load_safe_hours(directory)
        for language in LANGUAGES:
            load_alerting(language, "", directory)
            load_relaying(language, directory)
        waiting = load_holding(directory)
        lines = examples(root / "data" / "nlu")
        style = load_style(directory / "style.yml")
        domain, rules = read_yaml(root / "domain.yml"), _rules(root / "data" / "stories")
    except ContentError as error:
        return [*twice(directory), str(error)]
    told = _told(content, guided)
    found = text_problems(content, guided)
    found.extend(unlike_her(((piece.where, piece.text) for piece in told), style))
    found.extend(reply_problems(replies, content.hotlines, categories, numbers))
    found.extend(_waiting(waiting, content))
    found.extend(_ways(content, guided.plans))
    found.extend(_domain(domain, rules, lines))
    found.extend(_examples(lines))
    found.extend(twice(directory))
    return found


def text_problems(content: Knowledge, guided: Guided) -> list[str]:
    """What is wrong with the texts, their numbers, sources and ways: what a change must pass before it goes live."""
    texts = (problem for piece in _told(content, guided) for problem in _piece(piece, content))
    return [*texts, *_titles(content), *item_problems(content, guided.plans), *guided_problems(guided)]


def _told(content: Knowledge, guided: Guided) -> list[Piece]:
    return [*pieces(content), *(Piece(*told) for told in guided_texts(guided))]


def pieces(content: Knowledge) -> Iterator[Piece]:
    """Every text she may be shown."""
    for step in content.steps:
        yield Piece(f"steps/{step.number:02d}: name", step.name, MAX_WORDS["name"])
        for name, passage in step.sections.items():
            yield _of(f"steps/{step.number:02d}: sections.{name}", passage, MAX_WORDS["brief" if name == "brief" else "section"])
    for topic in content.topics.values():
        yield Piece(f"topics/{topic.id}.yml: name", topic.name, MAX_WORDS["name"])
        for index, passage in enumerate(topic.messages):
            piece = _of(f"topics/{topic.id}.yml: messages[{index}]", passage, MAX_WORDS["topic"])
            yield Piece(piece.where, piece.text, piece.limit, piece.sources or (None if topic.id in SPEAKS_FOR_ITSELF else ()))
    for block in ("buttons", "headings", "sentences", "telegram_commands"):
        for name, text in getattr(content, block).items():
            yield Piece(f"words.yml: {block}.{name}", text, MAX_WORDS["sentence"])
    yield Piece("words.yml: messenger_greeting", content.messenger_greeting, MAX_WORDS["sentence"])
    for hotline in content.hotlines:
        yield Piece(f"hotlines.yml: {hotline.id}.name", hotline.name, MAX_WORDS["name"])
        yield Piece(f"hotlines.yml: {hotline.id}.use", hotline.use, 14, hotline.sources)
    yield from (Piece(*told) for told in item_texts(content))


def numbers(text: str) -> set[str]:
    """What could be dialled: runs of three or more ASCII digits (money in Bangla texts is written in Bangla digits)."""
    return {re.sub(r"[ -]", "", found) for found in _NUMBER.findall(text) if sum(c.isdigit() for c in found) >= 3}


def _of(where: str, passage: Passage, limit: int) -> Piece:
    return Piece(where, passage.text, limit, passage.sources)


def _piece(piece: Piece, content: Knowledge) -> Iterator[str]:
    known = _known(content)
    for language in LANGUAGES:
        text = piece.text[language]
        if len(text.split()) > piece.limit:
            yield f"{piece.where}.{language}: {len(text.split())} words; at most {piece.limit}"
        foreign = (language == "bn") != bool(_BANGLA.search(text)) and (language == "en" or _LATIN_WORD.search(text.lower()))
        if foreign and not piece.where.endswith("buttons.language"):
            yield f"{piece.where}.{language}: is not in that language"
    for language, least in (("bn", 0), ("en", _LONG_NUMBER)):
        strange = sorted(number for number in numbers(piece.text[language]) - known if len(number) >= least)
        if strange:
            yield f"{piece.where}.{language}: the numbers {strange} are not in hotlines.yml; add them, or write amounts in Bangla digits"
    if numbers(piece.text.bn) & known != numbers(piece.text.en) & known:
        yield f"{piece.where}: Bangla and English do not give the same phone numbers"
    try:
        if _fields(piece.text.bn) != _fields(piece.text.en):
            yield f"{piece.where}: the {{fields}} differ between Bangla and English"
    except ValueError as error:
        yield f"{piece.where}: a brace has no partner ({error})"
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


def _known(content: Knowledge) -> set[str]:
    return {re.sub(r"[ -]", "", hotline.number) for hotline in content.hotlines}


def _titles(content: Knowledge) -> Iterator[str]:
    """What stands on a button must not be cut."""
    titles = {f"words.yml: buttons.{name}": text for name, text in content.buttons.items()}
    titles.update({f"topics/{topic.id}.yml: name": topic.name for topic in content.topics.values()})
    for step in content.steps:
        titles[f"steps/{step.number:02d}: name, with its number"] = Text(f"{step.number}. {step.name.bn}", f"{step.number}. {step.name.en}")
    for language in LANGUAGES:
        for where, title in titles.items():
            if len(title[language]) > MAX_BUTTON:
                yield f"{where}: {title[language]!r} is longer than {MAX_BUTTON} characters"
        if len(content.messenger_greeting[language]) > MAX_GREETING:
            yield f"words.yml: messenger_greeting.{language}: is longer than {MAX_GREETING} characters"


def _waiting(waiting: Holding, content: Knowledge) -> Iterator[str]:
    """What she is told while she waits: one screen, nothing that the program cannot fill, and only numbers that we know."""
    for block, name, said in ((kind, *both) for kind in ("texts", "numbers") for both in getattr(waiting, kind).items()):
        for script, text in said.items():
            where = f"triage/holding.yml: {block}.{name}.{script}"
            if len(text.split()) > MAX_WORDS["sentence"]:
                yield f"{where}: {len(text.split())} words; at most {MAX_WORDS['sentence']}"
            if _fields(text) - {"numbers", "when"}:
                yield f"{where}: only {{numbers}} and {{when}} are filled"
            if numbers(text) - _known(content):
                yield f"{where}: the numbers {sorted(numbers(text) - _known(content))} are not in hotlines.yml"
            if script != "bn" and _BANGLA.search(text):
                yield f"{where}: is not in that script"


def _ways(content: Knowledge, plans: Mapping[str, Plan]) -> Iterator[str]:
    commands = {name for name, title in content.buttons.items() if parse(name) and not _fields(title.bn)}
    known = {step.id for step in content.steps} | set(content.topics) | commands | {f"flow.{plan}" for plan in plans} | set(content.items)
    for topic in content.topics.values():
        for way in topic.next:
            if way not in known:
                yield f"topics/{topic.id}.yml: next: {way!r} is neither a step, a topic nor a button"


def _rules(directory: Path) -> list[Mapping[str, Any]]:
    """The steps of all rules and stories."""
    steps: list[Mapping[str, Any]] = []
    for path in sorted(directory.glob("*.yml")):
        file = read_yaml(path)
        for block in ("rules", "stories"):
            if isinstance(file, Mapping) and block not in file:
                continue
            steps.extend(step for rule in take(path, file, block, list) for step in take(path, rule, "steps", list))
    return steps


def _domain(domain: Mapping[str, list[str]], steps: list[Mapping[str, Any]], lines: list[Example]) -> Iterator[str]:
    intents, written = set(domain.get("intents", ())) - {"nlu_fallback", "answer"}, {line.intent for line in lines}
    yield from (f"data/nlu: intent {name!r} is not in domain.yml" for name in sorted(written - intents))
    yield from (f"domain.yml: intent {name!r} has no examples in data/nlu" for name in sorted(intents - written))
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
