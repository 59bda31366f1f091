"""What a counsellor can put into her answer with one press: reviewed texts, hotlines and services. All from knowledge/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import Hotline, Knowledge, Text, read_yaml, take, text
from bot.source import life

SCRIPTS = ("bn", "bn-latn", "en")
_NUMBER = re.compile("[0-9\u09e6-\u09ef]{3,}")


@dataclass(frozen=True, kw_only=True)
class QuickReply:
    id: str
    text: Mapping[str, str]  # by script


@dataclass(frozen=True, kw_only=True)
class Group:
    id: str
    name: Text
    categories: tuple[str, ...]  # empty: for every case
    replies: tuple[QuickReply, ...]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A number or a place; `text` is what goes into the answer."""

    id: str
    name: str
    text: str


def load_groups(directory: Path) -> tuple[Group, ...]:
    """Raises ContentError naming file, field and cure."""
    path = directory / "desk" / "quick_replies.yml"
    content = read_yaml(path)
    life(path, content)
    return tuple(_group(path, entry) for entry in take(path, content, "groups", list))


def fitting(groups: tuple[Group, ...], category: str | None) -> tuple[Group, ...]:
    """Those made for the category first; then those for every case; then the rest."""
    return tuple(sorted(groups, key=lambda group: 0 if category in group.categories else 1 if not group.categories else 2))


def hotline_cards(content: Knowledge, whereabouts: str | None, language: str) -> tuple[Card, ...]:
    """Numbers that work where she is; all of ours where that is not known. Never a number of another country."""
    return tuple(_hotline(line, language) for line in content.hotlines if _reaches(line, whereabouts))


def service_cards(content: Knowledge, district: str, language: str) -> tuple[Card, ...]:
    return tuple(
        Card(id=service.id, name=service.kind, text=service.line.text[language].strip().removeprefix("• "))
        for service in content.services.of(district)
    )


def _reaches(line: Hotline, whereabouts: str | None) -> bool:
    if whereabouts is None:
        return line.place in ("bd", "abroad")
    return line.place == whereabouts or (whereabouts != "bd" and line.place == "abroad")


def _hotline(line: Hotline, language: str) -> Card:
    return Card(id=line.id, name=line.name[language], text=f"{line.name[language]}: {line.number}\n{line.use[language]}")


def _group(path: Path, entry: Any) -> Group:
    id = take(path, entry, "id", str)
    field = f"groups.{id}"
    replies = tuple(_reply(path, field, one) for one in take(path, entry, "replies", list))
    name, categories = text(path, f"{field}.name", entry.get("name")), tuple(entry.get("categories") or ())
    return Group(id=id, name=name, categories=categories, replies=replies)


def _reply(path: Path, field: str, entry: Any) -> QuickReply:
    id = take(path, entry, "id", str)
    said = {script: take(path, entry, script, str).strip() for script in SCRIPTS}
    for script, words in said.items():
        if not words or _NUMBER.search(words):
            raise ContentError(f"{path}: {field}.{id}.{script}: write a text without a number; numbers are inserted from hotlines.yml.")
    return QuickReply(id=id, text=said)
