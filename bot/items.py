"""The finer content: items within a topic, countries, the menu's groups, and services by district. Loaded by bot.knowledge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.source import Life, Passage, Text, life, only, passage, phrases, read_yaml, take, text
from bot.understanding.choosing import Choice, choice
from bot.understanding.nearby import Nearby, nearby
from bot.understanding.risk import phrases as phrase_pattern

ASPECTS = ("rules", "complain", "help", "risk")  # what is told of a country, in this order
CONFIDENCE = ("low", "medium", "high")
_LIFE = frozenset({"owner", "verified_on", "review_by"})
_COUNTRY = _LIFE | {"id", "name", "confidence", "as_of", "aspects"}
_ITEM = _LIFE | {"id", "topic", "name", "confidence", "as_of", "said", "anywhere", "also", "countries", "messages", "next"}
_SERVICE = frozenset({"id", "kind", "districts", "line"})
_AS_OF = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One answer within a topic."""

    id: str
    topic: str
    name: Text
    choice: Choice  # the words that choose it
    countries: frozenset[str]  # … or the country she names, within its topic
    messages: tuple[Passage, ...]
    next: tuple[str, ...]  # ids of items, topics, steps or countries, or names of commands
    as_of: str | None  # year or year-month of what it rests on, told where it can go stale
    confidence: str  # that of its weakest fact
    life: Life


@dataclass(frozen=True, kw_only=True)
class Country:
    """What is told of one destination."""

    id: str  # as in places.yml
    name: Text
    aspects: Mapping[str, Passage]
    as_of: str | None
    confidence: str
    life: Life


@dataclass(frozen=True, kw_only=True)
class Group:
    """One entry of the first menu of questions."""

    id: str
    name: Text
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Service:
    """One line of the answer to "where do I go": in all districts, or in those named."""

    id: str
    districts: frozenset[str]  # empty: all that no other service of its `kind` names
    kind: str
    line: Passage


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where to go in a district."""

    services: tuple[Service, ...]
    districts: Mapping[str, Text]  # all 64, by id
    divisions: Mapping[str, Text]
    division_of: Mapping[str, str]  # district → division
    nearby: Nearby
    life: Life

    def of(self, district: str) -> list[Service]:
        """The lines for one district: of each kind the one verified for it, else the one that says whom to ask."""
        named = {service.kind for service in self.services if district in service.districts}
        return [s for s in self.services if district in s.districts or (not s.districts and s.kind not in named)]


def load_items(directory: Path) -> dict[str, Item]:
    items = [_item(path) for path in sorted((directory / "items").glob("*.yml"))]
    _unique(directory / "items", [item.id for item in items])
    return {item.id: item for item in items}


def load_countries(directory: Path) -> dict[str, Country]:
    countries = [_country(path) for path in sorted((directory / "destinations").glob("*.yml"))]
    _unique(directory / "destinations", [country.id for country in countries])
    return {country.id: country for country in countries}


def load_groups(path: Path) -> tuple[Group, ...]:
    return tuple(_group(path, entry) for entry in take(path, read_yaml(path), "groups", list))


def load_embassy(path: Path) -> re.Pattern[str]:
    """Words that ask for who helps in a country: embassy, police."""
    try:
        found = phrase_pattern(phrases(path, "embassy", read_yaml(path).get("embassy")))
    except ValueError as error:
        raise ContentError(f"{path}: embassy: {error}. Write words, * for a gap, ~ for any ending.") from error
    if found is None:
        raise ContentError(f"{path}: embassy: name at least one word.")
    return found


def load_services(directory: Path) -> Services:
    path, places, upazilas = directory / "services.yml", read_yaml(directory / "places.yml"), read_yaml(directory / "upazilas.yml")
    entry = read_yaml(path)
    try:
        found = Services(
            services=tuple(_service(path, one) for one in take(path, entry, "services", list)),
            districts={one["id"]: Text(one["bn"], one["en"]) for one in places["districts"]},
            divisions={one["id"]: Text(one["bn"], one["en"]) for one in places["divisions"]},
            division_of={one["id"]: one["division"] for one in places["districts"]},
            nearby=nearby(
                {id: [name for one in names for name in (one["bn"], one["en"])] for id, names in upazilas["upazilas"].items()},
                upazilas["words"], **{name: phrases(path, name, entry.get(name)) for name in ("asking", "offices", "around", "marks")},
            ),
            life=life(path, entry),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"{directory}: places.yml or upazilas.yml: {error}. Each place needs id, en, bn and its division.") from error
    for service in found.services:
        for unknown in sorted(service.districts - set(found.districts)):
            raise ContentError(f"{path}: services.{service.id}.districts: {unknown!r} is no district of places.yml.")
    return found


def _group(path: Path, entry: Mapping[str, Any]) -> Group:
    id = take(path, entry, "id", str)
    return Group(id=id, name=text(path, f"groups.{id}.name", entry.get("name")), members=tuple(take(path, entry, "members", list)))


def _item(path: Path) -> Item:
    entry = read_yaml(path)
    only(path, entry, _ITEM)
    if take(path, entry, "id", str) != path.stem:
        raise ContentError(f"{path}: id: must be the name of the file, {path.stem!r}.")
    if not take(path, entry, "messages", list):
        raise ContentError(f"{path}: messages: there must be at least one.")
    said, anywhere, also = (phrases(path, field, entry.get(field) or []) for field in ("said", "anywhere", "also"))
    try:
        # The longest first: the short phrase in it would hide it, and the share of the message that is covered is what counts.
        whole, certain = (sorted(some, key=len, reverse=True) for some in ([*said, *anywhere], anywhere))
        words = choice(entry["id"], [take(path, entry, "topic", str), *also], whole, certain)
    except ValueError as error:
        raise ContentError(f"{path}: said: {error}. Write words, * for a gap, ~ for any ending.") from error
    return Item(
        id=entry["id"],
        topic=entry["topic"],
        name=text(path, "name", entry.get("name")),
        choice=words,
        countries=frozenset(entry.get("countries") or ()),
        messages=tuple(passage(path, f"messages[{index}]", value) for index, value in enumerate(entry["messages"])),
        next=tuple(take(path, entry, "next", list)),
        as_of=as_of(path, entry),
        confidence=_confidence(path, entry),
        life=life(path, entry),
    )


def _country(path: Path) -> Country:
    entry = read_yaml(path)
    only(path, entry, _COUNTRY)
    aspects = take(path, entry, "aspects", dict)
    if tuple(aspects) != ASPECTS:
        raise ContentError(f"{path}: aspects: must be exactly {', '.join(ASPECTS)}, in this order.")
    return Country(
        id=take(path, entry, "id", str),
        name=text(path, "name", entry.get("name")),
        aspects={name: passage(path, f"aspects.{name}", value) for name, value in aspects.items()},
        as_of=as_of(path, entry),
        confidence=_confidence(path, entry),
        life=life(path, entry),
    )


def _service(path: Path, entry: Mapping[str, Any]) -> Service:
    id = take(path, entry, "id", str)
    only(path, entry, _SERVICE)
    return Service(
        id=id,
        kind=take(path, entry, "kind", str),
        districts=frozenset(entry.get("districts") or ()),
        line=passage(path, f"services.{id}.line", entry.get("line")),
    )


def as_of(path: Path, entry: Mapping[str, Any]) -> str | None:
    value = entry.get("as_of")
    if value is not None and not _AS_OF.fullmatch(str(value)):
        raise ContentError(f'{path}: as_of: write a year, or year and month in quotes, as "2025-10".')
    return None if value is None else str(value)


def _confidence(path: Path, entry: Mapping[str, Any]) -> str:
    value = take(path, entry, "confidence", str)
    if value not in CONFIDENCE:
        raise ContentError(f"{path}: confidence: must be one of {', '.join(CONFIDENCE)}.")
    return value


def _unique(directory: Path, ids: list[str]) -> None:
    for id in ids:
        if ids.count(id) > 1:
            raise ContentError(f"{directory}: id: {id!r} is given to two files; rename one.")
