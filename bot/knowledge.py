"""Loads knowledge/ into frozen objects. Content that is wrong stops the load with file, field and cure."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.items import Country, Group, Item, Services, as_of, load_countries, load_embassy, load_groups, load_items, load_services
from bot.source import LANGUAGES as LANGUAGES
from bot.source import Life, Passage, field_name, passage, phrases
from bot.source import Text as Text
from bot.source import life as life
from bot.source import read_yaml as read_yaml
from bot.source import take as take
from bot.source import text as text
from bot.understanding.commands import Vocabulary, vocabulary
from bot.understanding.entities import Gazetteer, gazetteer

DIRECTORY = Path(__file__).resolve().parent.parent / "knowledge"
SECTIONS = ("brief", "why", "do", "where", "papers", "cost", "time", "danger", "ask", "done")
PARTS = (("brief",), ("why", "do"), ("where", "papers"), ("cost", "time", "ask"), ("danger", "done"))  # what is read together in the walk


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
    next: tuple[str, ...]  # ids of topics, items, countries or steps, or names of commands
    as_of: str | None  # year or year-month of what it rests on, told where it can go stale
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
    items: Mapping[str, Item]  # answers within a topic
    countries: Mapping[str, Country]
    groups: tuple[Group, ...]  # the menu of questions
    embassy: re.Pattern[str]  # words that ask who helps in a country
    services: Services
    months: tuple[Text, ...]

    def step(self, number: int) -> Step:
        return self.steps[number - 1]

    def step_number(self, id: str) -> int | None:
        return next((step.number for step in self.steps if step.id == id), None)


@functools.cache
def _loaded() -> Knowledge:
    return load(DIRECTORY)


_source: Callable[[], Knowledge] = _loaded


def knowledge() -> Knowledge:
    """The project's content: loaded once a process, or as it is now where the process watches it (bot.live)."""
    return _source()


def use(source: Callable[[], Knowledge] | None) -> None:
    """From here on this process takes its content from there; from None, as loaded once."""
    global _source
    _source = source or _loaded


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
        items=load_items(directory),
        countries=load_countries(directory),
        groups=load_groups(directory / "menu.yml"),
        embassy=load_embassy(directory / "menu.yml"),
        services=load_services(directory),
        months=tuple(_texts(source, words, "months").values()),
    )


def _texts(path: Path, words: Mapping[str, Any], block: str) -> dict[str, Text]:
    return {field_name(path, block, name): text(path, f"{block}.{name}", value) for name, value in take(path, words, block, dict).items()}


def _said(path: Path, words: Mapping[str, Any], block: str) -> dict[str, list[str]]:
    return {field_name(path, block, name): phrases(path, f"{block}.{name}", said) for name, said in take(path, words, block, dict).items()}


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
        aliases=tuple(phrases(path, "aliases", entry.get("aliases"))),
        sections={name: passage(path, f"sections.{name}", value) for name, value in sections.items()},
        life=life(path, entry),
    )


def _topic(path: Path) -> Topic:
    entry = read_yaml(path)
    if not take(path, entry, "messages", list):
        raise ContentError(f"{path}: messages: there must be at least one.")
    return Topic(
        id=take(path, entry, "id", str),
        name=text(path, "name", entry.get("name")),
        messages=tuple(passage(path, f"messages[{index}]", value) for index, value in enumerate(take(path, entry, "messages", list))),
        next=tuple(entry.get("next") or ()),
        as_of=as_of(path, entry),
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
