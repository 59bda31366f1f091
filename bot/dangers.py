"""The examples of danger and of its harmless look-alikes in knowledge/triage/examples: what the danger model learns from.

A file is named category_author.yml: `category:`, then under critical, urgent, standard and none a mapping of register to texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError
from bot.examples import REGISTERS
from bot.knowledge import DIRECTORY, read_yaml
from bot.model import Level

CATEGORIES = (
    "suicide", "sexual_violence", "physical_violence", "trafficking", "captivity", "child", "missing_person", "death_abroad", "blackmail",
    "distress", "wage_exploitation", "fraud", "health", "other",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Danger:
    text: str
    level: Level
    category: str  # what it discloses, or what it only looks like
    register: str  # bn | banglish | mixed | en
    author: str  # who wrote it: a model is judged on authors that it has not learned from


def dangers(directory: Path = DIRECTORY) -> list[Danger]:
    """All examples, in the order of files and lines. Raises ContentError naming the file and the cure."""
    return [danger for path in sorted((directory / "triage" / "examples").glob("*.yml")) for danger in _file(path)]


def _file(path: Path) -> Iterator[Danger]:
    content = read_yaml(path)
    category, author = content.get("category"), path.stem.rpartition("_")[2]
    if category not in CATEGORIES or path.stem != f"{category}_{author}":
        raise ContentError(f"{path}: must be named category_author.yml, with the same category: inside, one of {', '.join(CATEGORIES)}.")
    if strange := set(content) - {"category", *(level.value for level in Level)}:
        raise ContentError(f"{path}: holds {', '.join(sorted(strange))}; only category and levels are known.")
    for level in Level:
        for register, texts in _registers(path, level, content.get(level.value) or {}):
            for text in texts:
                yield Danger(text=text.strip(), level=level, category=str(category), register=register, author=author)


def _registers(path: Path, level: Level, by_register: object) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(by_register, Mapping) or set(by_register) - set(REGISTERS):
        raise ContentError(f"{path}: {level.value}: must be a mapping of registers ({', '.join(REGISTERS)}) to lists of texts.")
    for register, texts in by_register.items():
        if not isinstance(texts or [], list) or not all(isinstance(text, str) and text.strip() for text in texts or ()):
            raise ContentError(f"{path}: {level.value}.{register}: every entry must be a text; put it in quotes.")
        yield register, texts or []
