"""What must be re-checked by a person: overdue content, and the list to phone through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.knowledge import DIRECTORY, Knowledge, Text, read_yaml
from bot.source import Life

_NUMBER_QUESTIONS = (
    "Is it answered today, and at which hours?",
    "Is it free, and does it work from abroad?",
    "Is there somebody who speaks Bangla, and a woman?",
)
_EMERGENCY = ("emergency", "police", "ambulance", "fire")
_NOT_TO_BE_RUNG = "Do not ring it to try: look on the country's official page, or ask the embassy."


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing somebody answers for."""

    id: str
    where: str
    name: Text
    life: Life
    facts: tuple[str, ...]
    number: str | None = None  # of a hotline


def entries(content: Knowledge) -> Iterator[Entry]:
    """All content that has a day on which it must be looked at again."""
    for hotline in content.hotlines:
        where = f"hotlines.yml: {hotline.id}"
        yield Entry(
            id=f"hotline.{hotline.id}", where=where, name=hotline.name, life=hotline.life, facts=hotline.sources, number=hotline.number
        )
    for step in content.steps:
        facts = tuple(source for section in step.sections.values() for source in section.sources)
        yield Entry(id=step.id, where=f"steps/{step.number:02d}", name=step.name, life=step.life, facts=facts)
    for topic in content.topics.values():
        facts = tuple(source for message in topic.messages for source in message.sources)
        yield Entry(id=topic.id, where=f"topics/{topic.id}.yml", name=topic.name, life=topic.life, facts=facts)
    for item in content.items.values():
        facts = tuple(source for message in item.messages for source in message.sources)
        yield Entry(id=item.id, where=f"items/{item.id}.yml", name=item.name, life=item.life, facts=facts)
    for country in content.countries.values():
        facts = tuple(source for aspect in country.aspects.values() for source in aspect.sources)
        yield Entry(id=f"country.{country.id}", where=f"destinations/{country.id}", name=country.name, life=country.life, facts=facts)
    facts = tuple(source for service in content.services.services for source in service.line.sources)
    yield Entry(id="services", where="services.yml", name=Text("", "Services by district"), life=content.services.life, facts=facts)


def overdue(content: Knowledge, today: date) -> list[str]:
    """Each piece of content whose day has passed, as one line with the cure."""
    return [
        f"{entry.where}: review_by: was {entry.life.review_by}; re-check it with {entry.life.owner}, then set verified_on and review_by"
        for entry in entries(content)
        if entry.life.review_by < today
    ]


def due(content: Knowledge, today: date, days: int, directory: Path = DIRECTORY) -> list[str]:
    """The list to work through: numbers first, to be rung, then texts with the facts to ask about; the most overdue first."""
    facts = {fact["id"]: fact for fact in read_yaml(directory / "facts.yml")}
    waiting = [entry for entry in entries(content) if entry.life.review_by <= today + timedelta(days=days)]
    waiting.sort(key=lambda entry: (entry.number is None, entry.life.review_by, entry.id))
    return [line for entry in waiting for line in _lines(entry, today, facts)]


def _lines(entry: Entry, today: date, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    late = (today - entry.life.review_by).days
    when = f"{late} days late" if late > 0 else f"by {entry.life.review_by}"
    if entry.number:
        yield f"[ ] {entry.number}  {entry.name.en}  ({entry.id}, {when}, {entry.life.owner})"
        yield from (f"      {question}" for question in ((_NOT_TO_BE_RUNG,) if entry.id.endswith(_EMERGENCY) else _NUMBER_QUESTIONS))
        return
    yield f"[ ] {entry.name.en}  ({entry.id}, {when}, {entry.life.owner})"
    for id in dict.fromkeys(entry.facts):
        fact = facts.get(id, {})
        yield f"      Is it still so? {fact.get('statement_en', id)} [{id}, {fact.get('confidence', '?')}, {fact.get('source_date', '?')}]"
