"""Loads knowledge/ into frozen objects. Content that is wrong stops the load with file, field and cure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.errors import ContentError
from bot.understanding.commands import Vocabulary, vocabulary
from bot.understanding.entities import Gazetteer, gazetteer

DIRECTORY = Path(__file__).resolve().parent.parent / "knowledge"
LANGUAGES = ("bn", "en")
SECTIONS = ("brief", "why", "do", "where", "papers", "cost", "time", "danger", "ask", "done")
PARTS = (("brief",), ("why", "do"), ("where", "papers"), ("cost", "time", "ask"), ("danger", "done"))  # what is read together in the walk
T = TypeVar("T")


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    bn: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.bn

    def fill(self, language: str, **values: object) -> str:
        """The text with its {names} filled."""
        return self[language].format(**values)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text and the facts (ids of knowledge/facts.yml) it rests on."""

    text: Text
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Life:
    """Who answers for an item, and until when it may be trusted."""

    owner: str
    verified_on: date
    review_by: date


@dataclass(frozen=True, kw_only=True)
class Step:
    id: str
    number: int
    name: Text
    aliases: tuple[str, ...]
    sections: Mapping[str, Passage]
    life: Life


@dataclass(frozen=True, kw_only=True)
class Topic:
    id: str
    name: Text
    messages: tuple[Passage, ...]
    next: tuple[str, ...]  # ids of topics or steps, or names of commands
    life: Life


@dataclass(frozen=True, kw_only=True)
class Hotline:
    id: str
    number: str  # as dialled
    name: Text
    use: Text
    hours: Text | None
    place: str  # bd | abroad | a country's code
    confidence: str
    sources: tuple[str, ...]
    life: Life


@dataclass(frozen=True)
class Fact:
    id: str
    statement: str
    confidence: str  # high | medium | low


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    steps: tuple[Step, ...]  # 13, in order
    topics: Mapping[str, Topic]
    hotlines: tuple[Hotline, ...]
    facts: Mapping[str, Fact]
    buttons: Mapping[str, Text]
    headings: Mapping[str, Text]
    sentences: Mapping[str, Text]
    telegram_commands: Mapping[str, Text]  # what Telegram's menu says of each
    messenger_greeting: Text
    vocabulary: Vocabulary
    places: Gazetteer

    def step(self, number: int) -> Step:
        return self.steps[number - 1]

    def step_number(self, id: str) -> int | None:
        return next((step.number for step in self.steps if step.id == id), None)


@functools.cache
def knowledge() -> Knowledge:
    """The project's content, loaded once a process."""
    return load(DIRECTORY)


def load(directory: Path) -> Knowledge:
    """Raises ContentError naming file, field and cure."""
    words = read_yaml(directory / "words.yml")
    steps = tuple(sorted((_step(path) for path in sorted((directory / "steps").glob("*.yml"))), key=lambda step: step.number))
    if [step.number for step in steps] != list(range(1, 14)):
        raise ContentError(
            f"{directory / 'steps'}: there must be one file for each number from 1 to 13; found {[s.number for s in steps]}."
        )
    topics = [_topic(path) for path in sorted((directory / "topics").glob("*.yml"))]
    _once(directory, [*(step.id for step in steps), *(topic.id for topic in topics)])
    source = directory / "words.yml"
    hotlines = directory / "hotlines.yml"
    commands, jump, aspects = (_said(source, words, block) for block in ("commands", "jump", "aspects"))
    try:
        spoken = vocabulary(commands, {s.number: (*s.aliases, s.name.bn, s.name.en) for s in steps}, jump, aspects)
    except (KeyError, ValueError) as error:
        raise ContentError(f"{source} or {directory / 'steps'}: {error}. Give each phrase to one command or step only.") from error
    return Knowledge(
        steps=steps,
        topics={topic.id: topic for topic in topics},
        hotlines=tuple(_hotline(hotlines, entry) for entry in take(hotlines, read_yaml(hotlines), "hotlines", list)),
        facts={fact.id: fact for fact in _facts(directory / "facts.yml")},
        buttons=_texts(source, words, "buttons"),
        headings=_texts(source, words, "headings"),
        sentences=_texts(source, words, "sentences"),
        telegram_commands=_texts(source, words, "telegram"),
        messenger_greeting=text(source, "messenger_greeting", words.get("messenger_greeting")),
        vocabulary=spoken,
        places=_places(directory / "places.yml"),
    )


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises ContentError with the line of a slip."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise ContentError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise ContentError(f"{path}: is not valid YAML: {error}. Check colons, quotes and indents there.") from error


def text(path: Path, field: str, value: Any) -> Text:
    """A text in both languages. Raises ContentError when one is missing or empty."""
    if not isinstance(value, Mapping) or set(value) - {"bn", "en", "sources"}:
        raise ContentError(f"{path}: {field}: write a text under bn: and one under en:, nothing else.")
    for language in LANGUAGES:
        if not isinstance(value.get(language), str) or not value[language].strip():
            raise ContentError(f"{path}: {field}: the text under {language}: is missing.")
    return Text(value["bn"].strip(), value["en"].strip())


def take(path: Path, entry: Mapping[str, Any], field: str, kind: type[T]) -> T:
    """A field of the given type. Raises ContentError when it is missing or of another type."""
    value = entry.get(field) if isinstance(entry, Mapping) else None
    if not isinstance(value, kind):
        raise ContentError(f"{path}: {field}: is missing or not a {kind.__name__}.")
    return value


def life(path: Path, entry: Mapping[str, Any]) -> Life:
    verified_on, review_by = take(path, entry, "verified_on", date), take(path, entry, "review_by", date)
    found = Life(owner=take(path, entry, "owner", str), verified_on=verified_on, review_by=review_by)
    if found.review_by <= found.verified_on:
        raise ContentError(f"{path}: review_by: must be later than verified_on.")
    return found


def _texts(path: Path, words: Mapping[str, Any], block: str) -> dict[str, Text]:
    return {_name(path, block, name): text(path, f"{block}.{name}", value) for name, value in take(path, words, block, dict).items()}


def _said(path: Path, words: Mapping[str, Any], block: str) -> dict[str, list[str]]:
    return {_name(path, block, name): _phrases(path, f"{block}.{name}", said) for name, said in take(path, words, block, dict).items()}


def _phrases(path: Path, field: str, said: Any) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(phrase, str) for phrase in said):
        raise ContentError(f"{path}: {field}: must be a list of texts; put yes, no and numbers in quotes.")
    return said


def _name(path: Path, block: str, name: Any) -> str:
    if not isinstance(name, str):  # YAML reads a bare yes or no as true or false
        raise ContentError(f"{path}: {block}: the name {name!r} is no text; put yes, no and numbers in quotes.")
    return name


def _once(directory: Path, ids: list[str]) -> None:
    for id in ids:
        if ids.count(id) > 1:
            raise ContentError(f"{directory}: id: {id!r} is given to two files of steps/ and topics/; rename one.")


def _facts(path: Path) -> list[Fact]:
    entries = read_yaml(path)
    if not isinstance(entries, list):
        raise ContentError(f"{path}: must be a list of facts.")
    fields = ("id", "statement_en", "confidence")
    return [Fact(*(take(path, entry, field, str) for field in fields)) for entry in entries]


def _passage(path: Path, field: str, value: Any) -> Passage:
    found = text(path, field, value)
    return Passage(text=found, sources=tuple(value.get("sources") or ()))


def _places(path: Path) -> Gazetteer:
    content = read_yaml(path)
    blocks = {"country": "countries", "district": "districts"}
    try:
        return gazetteer({name: [(e["id"], [e["en"], e["bn"], *e["also"]]) for e in content[block]] for name, block in blocks.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"{path}: {error}. Each place needs id, en, bn and also, and a spelling names one place only.") from error


def _step(path: Path) -> Step:
    entry = read_yaml(path)
    sections = take(path, entry, "sections", dict)
    if tuple(sections) != SECTIONS:
        raise ContentError(f"{path}: sections: must be exactly {', '.join(SECTIONS)}, in this order.")
    return Step(
        id=take(path, entry, "id", str),
        number=take(path, entry, "number", int),
        name=text(path, "name", entry.get("name")),
        aliases=tuple(_phrases(path, "aliases", entry.get("aliases"))),
        sections={name: _passage(path, f"sections.{name}", value) for name, value in sections.items()},
        life=life(path, entry),
    )


def _topic(path: Path) -> Topic:
    entry = read_yaml(path)
    if not take(path, entry, "messages", list):
        raise ContentError(f"{path}: messages: there must be at least one.")
    return Topic(
        id=take(path, entry, "id", str),
        name=text(path, "name", entry.get("name")),
        messages=tuple(_passage(path, f"messages[{index}]", value) for index, value in enumerate(take(path, entry, "messages", list))),
        next=tuple(entry.get("next") or ()),
        life=life(path, entry),
    )


def _hotline(path: Path, entry: Mapping[str, Any]) -> Hotline:
    field = f"hotlines.{take(path, entry, 'id', str)}"
    hours = entry.get("hours")
    return Hotline(
        id=take(path, entry, "id", str),
        number=take(path, entry, "number", str),
        name=text(path, f"{field}.name", entry.get("name")),
        use=text(path, f"{field}.use", entry.get("use")),
        hours=text(path, f"{field}.hours", hours) if hours else None,
        place=take(path, entry, "place", str),
        confidence=take(path, entry, "confidence", str),
        sources=tuple(entry.get("sources") or ()),
        life=life(path, entry),
    )
