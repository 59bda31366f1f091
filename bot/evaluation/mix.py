"""What the measured people say: the sentences of speed.yml, drawn in its shares, the same at every run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.knowledge import read_yaml, take

SOURCE = Path(__file__).with_name("speed.yml")
_DANGER = "danger"


@dataclass(frozen=True)
class Said:
    """One message: typed, or a button pressed (`payload`), with the words for those who have no buttons."""

    text: str
    payload: str | None = None
    discloses: bool = False  # danger: after it a human is waited for, and what she writes next has no answer of its own


class Mix:
    """An endless talk. Raises ContentError where the file is not as it should be."""

    def __init__(self, seed: str, source: Path = SOURCE) -> None:
        content = read_yaml(source)
        shares = take(source, content, "shares", dict)
        self._kinds = {kind: [_said(entry, kind) for entry in take(source, content, kind, list)] for kind in shares}
        self._weights = list(shares.values())
        self._random = random.Random(seed)

    def draw(self) -> Said:
        (kind,) = self._random.choices(list(self._kinds), self._weights)
        return self._random.choice(self._kinds[kind])

    def talk(self, turns: int) -> list[Said]:
        return [self.draw() for _ in range(turns)]


def _said(entry: Mapping[str, Any], kind: str) -> Said:
    return Said(text=str(entry["text"]), payload=str(entry["press"]) if "press" in entry else None, discloses=kind == _DANGER)
