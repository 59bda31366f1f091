"""What the items, countries, groups and services must hold to, beside what every text must (bot.content)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.flows import Plan
from bot.items import CONFIDENCE
from bot.knowledge import LANGUAGES, Knowledge, Text
from bot.understanding.commands import parse

MOST_WAYS = 8  # buttons of its own under a reply: with a person and the menu they are ten
MOST_IN_GROUP = 8
MAX_NAME = 20  # characters: Messenger's quick replies
WORDS, LINE_WORDS = 60, 25  # in a message; in one line of the services

Told = tuple[str, Text, int, tuple[str, ...]]  # where, text, words at most, sources


def item_texts(content: Knowledge) -> Iterator[Told]:
    """Every text of items, countries and services."""
    for item in content.items.values():
        for index, passage in enumerate(item.messages):
            yield f"items/{item.id}.yml: messages[{index}]", passage.text, WORDS, passage.sources
    for country in content.countries.values():
        for name, passage in country.aspects.items():
            yield f"destinations/{country.id}: aspects.{name}", passage.text, WORDS, passage.sources
    for service in content.services.services:
        yield f"services.yml: services.{service.id}.line", service.line.text, LINE_WORDS, service.line.sources


def item_problems(content: Knowledge, plans: Mapping[str, Plan]) -> Iterator[str]:
    """Names too long for a button, ways that lead nowhere, a confidence better than the facts, and what no button reaches."""
    ways = ways_known(content, plans)
    for item in content.items.values():
        where = f"items/{item.id}.yml"
        yield from _name(where, item.name)
        yield from _confidence(where, item.confidence, [source for one in item.messages for source in one.sources], content)
        yield from _ways(where, "next", item.next, ways)
        if item.topic not in content.topics:
            yield f"{where}: topic: {item.topic!r} is no topic; name one of topics/"
        if not item.next:
            yield f"{where}: next: is empty; say what comes next (a step, a topic, near, person)"
    for topic in content.topics.values():
        yield from _ways(f"topics/{topic.id}.yml", "next", topic.next, ways)
    for country in content.countries.values():
        where = f"destinations/{country.id}"
        yield from _name(where, country.name)
        yield from _confidence(where, country.confidence, [source for one in country.aspects.values() for source in one.sources], content)
    for group in content.groups:
        where = f"menu.yml: groups.{group.id}"
        yield from _name(where, group.name)
        yield from _ways(where, "members", group.members, ways)
        if len(group.members) > MOST_IN_GROUP:
            yield f"{where}.members: {len(group.members)}; at most {MOST_IN_GROUP}: put some into another group"
    if len(content.groups) > MOST_WAYS:
        yield f"menu.yml: groups: {len(content.groups)}; at most {MOST_WAYS}"
    yield from _reach(content)


def ways_known(content: Knowledge, plans: Mapping[str, Plan]) -> set[str]:
    """What may stand under next and members."""
    places = {*(f"country.{id}" for id in content.countries), *(f"district.{id}" for id in content.services.districts)}
    questions = {f"flow.{id}" for id in plans}
    buttons = {name for name, title in content.buttons.items() if parse(name) and "{" not in title.bn}
    return {*content.items, *content.topics, *(step.id for step in content.steps), *places, *buttons, *questions}


def _name(where: str, name: Text) -> Iterator[str]:
    for language in LANGUAGES:
        if len(name[language]) > MAX_NAME:
            yield f"{where}: name.{language}: {name[language]!r} is longer than {MAX_NAME} characters; shorten it"


def _ways(where: str, field: str, named: Sequence[str], known: set[str]) -> Iterator[str]:
    for way in named:
        if way not in known:
            yield f"{where}: {field}: {way!r} is no item, topic, step, country, district or button; mend or remove it"


def _confidence(where: str, told: str, sources: Sequence[str], content: Knowledge) -> Iterator[str]:
    """An item is as sure as its weakest fact: a fact that loses its confidence makes every item known that rests on it."""
    found = [content.facts[source].confidence for source in sources if source in content.facts]
    if not found:
        return
    weakest = min(found, key=CONFIDENCE.index)
    if told != weakest:
        named = ", ".join(sorted({source for source in sources if source in content.facts and content.facts[source].confidence == weakest}))
        yield f"{where}: confidence: {told!r}, but its weakest facts ({named}) are {weakest!r}; write that, and say so in the text"


def _reach(content: Knowledge) -> Iterator[str]:
    """What the menu does not lead to, directly or by an item."""
    reached = {member for group in content.groups for member in group.members} | {
        way for topic in content.topics.values() for way in topic.next
    }
    reached |= {way for item in content.items.values() for way in item.next} | {"dest_other"}  # the last in the list of countries
    for id in sorted(set(content.items) - reached):
        yield f"items/{id}.yml: no button leads to it; name it in menu.yml or in a topic's next"
