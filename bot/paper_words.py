"""What stands on the papers made for her, from knowledge/papers/. Apart from `bot.papers`, which loads a PDF library for a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge import DIRECTORY, read_yaml, take
from bot.source import Content, Passage, passage


@dataclass(frozen=True)
class Wording:
    words: Mapping[str, Passage]
    attach: tuple[Passage, ...]
    where: tuple[Passage, ...]

    def say(self, name: str, language: str, **fill: object) -> str:
        return self.words[name].text.fill(language, **fill)


def load_wording(directory: Path) -> Wording:
    """Raises ContentError naming file, field and cure."""
    path = directory / "papers" / "complaint.yml"
    entry = read_yaml(path)
    words = {name: passage(path, f"words.{name}", value) for name, value in take(path, entry, "words", dict).items()}
    lists = {
        block: tuple(passage(path, f"{block}[{index}]", value) for index, value in enumerate(take(path, entry, block, list)))
        for block in ("attach", "where")
    }
    return Wording(words, lists["attach"], lists["where"])


wording = Content(load_wording, DIRECTORY)
