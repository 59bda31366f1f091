"""Labelled messages (JSON lines: id, text, register, topic, level, category), and what is found where training lines repeat them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SohojatriError
from bot.examples import REGISTERS, Example
from bot.model import Level
from bot.near import near_copies

NEAR = 0.6  # share of common character 4-grams from which a training line is a copy of a labelled one
_SHORT = 10  # characters: shorter lines ("ok", "next", "help me") are nobody's own
_SAFETY = "safety"  # in the name of a file whose lines are about danger and its look-alikes
_LEVELS = tuple(level.value for level in Level)


class NoLabelledLines(SohojatriError):
    """There is nothing to measure with."""


@dataclass(frozen=True, kw_only=True)
class Labelled:
    id: str
    text: str
    register: str  # bn | banglish | mixed | en
    topic: str
    level: Level
    category: str | None
    file: str

    @property
    def safety(self) -> bool:
        """Its topic was chosen to be a trap: it counts for danger, not for topics."""
        return _SAFETY in self.file


@dataclass(frozen=True)
class Set:
    """The lines of a folder, and how many lines of each file lack what is needed."""

    lines: tuple[Labelled, ...]
    left_out: dict[str, int]

    @property
    def topical(self) -> list[Labelled]:
        """What topics are measured on: all but the safety lines, unless there are no others."""
        return [line for line in self.lines if not line.safety] or list(self.lines)

    @property
    def files(self) -> dict[str, int]:
        return dict(Counter(line.file for line in self.lines))


@dataclass(frozen=True)
class Copy:
    """A training line that is nearly a labelled one. Neither text is told: reports travel."""

    example: str  # file and place in it
    line: str  # file and id
    share: float


def read(folder: Path) -> Set:
    """All labelled lines of the *.jsonl in a folder. Raises NoLabelledLines."""
    lines: list[Labelled] = []
    left_out: dict[str, int] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for raw in path.read_bytes().splitlines():
            line = _line(raw, path.name)
            if line is not None:
                lines.append(line)
            elif raw.strip():
                left_out[path.name] = left_out.get(path.name, 0) + 1
    if not lines:
        raise NoLabelledLines(f"{folder} holds no *.jsonl with lines of id, text, register ({', '.join(REGISTERS)}), topic and level.")
    return Set(tuple(lines), left_out)


def copies(lines: Sequence[Labelled], examples: Sequence[Example]) -> list[Copy]:
    """Training lines that are near copies of labelled ones, nearest first."""
    places, counts = [], Counter[str]()
    for example in examples:
        counts[example.file] += 1
        places.append(f"{example.file}, example {counts[example.file]}")
    long = [index for index, example in enumerate(examples) if len(example.text) >= _SHORT]
    labelled = [line for line in lines if len(line.text) >= _SHORT]
    found = near_copies([line.text for line in labelled], NEAR, [examples[index].text for index in long])
    pairs = [Copy(places[long[other]], f"{labelled[one].file} {labelled[one].id}", share) for one, other, share in found]
    return sorted(pairs, key=lambda pair: -pair.share)


def _line(raw: bytes, file: str) -> Labelled | None:
    try:
        fields: Any = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not all(isinstance(fields.get(name), str) and fields[name] for name in ("id", "text", "topic")):
        return None
    register, level = fields.get("register"), fields.get("level")
    if register not in REGISTERS or level not in _LEVELS:
        return None
    category = fields.get("category")
    return Labelled(
        id=fields["id"], text=fields["text"], register=register, topic=fields["topic"], level=Level(level),
        category=category if isinstance(category, str) else None, file=file,
    )  # fmt: skip
