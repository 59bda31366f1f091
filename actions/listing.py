"""What the buttons of groups, items, countries and districts show. A button may be older than the content: then the nearest list comes."""

from __future__ import annotations

from collections.abc import Callable

from actions.items import countries, country, tell
from actions.services import division, divisions, services
from actions.topics import group, topic_list
from bot.items import ASPECTS
from bot.knowledge import Knowledge
from bot.model import Answer, Place
from bot.understanding.commands import Command


def _group(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    return group(content, language, command.arguments[0])


def _item(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    id = command.arguments[0]
    return tell(content, language, place, content.items[id]) if id in content.items else topic_list(content, language)


def _country(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    id, aspect = (*command.arguments, None)[:2]
    if id not in content.countries:
        return countries(content, language)
    return country(content, language, place, str(id), aspect if aspect in ASPECTS else None)


def _countries(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    return countries(content, language, _number(command, 0))


def _near(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    return division(content, language, command.arguments[0], _number(command, 1)) if command.arguments else divisions(content, language)


def _district(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    id = command.arguments[0]
    return services(content, language, id) if id in content.services.districts else divisions(content, language)


def _number(command: Command, index: int) -> int:
    given = command.arguments[index] if len(command.arguments) > index else ""
    return max(int(given), 1) if given.isdecimal() else 1


FINER: dict[str, Callable[[Knowledge, str, Place, Command], Answer]] = {
    "group": _group, "item": _item, "country": _country, "countries": _countries, "near": _near, "district": _district,
}  # fmt: skip
