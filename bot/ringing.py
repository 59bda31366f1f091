"""Alerts as people of ours are told them outside the desk, in the words of knowledge/alerts.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, read_yaml, take
from bot.model import Level

LANGUAGES = ("bn", "en")
_LINES = ("one", "waits", "program", "subject", "more")
_OTHER = "other"
_MOST = 10  # in one message
_DIGITS = str.maketrans("0123456789", "".join(map(chr, range(0x09E6, 0x09F0))))


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One alert that waits for one door."""

    id: int  # of the alert
    case: str | None  # None: of the program itself
    kind: str
    level: Level
    waits_since: datetime | None = None  # None: nobody waits for a human
    attempts: int = 0  # before this one
    to: tuple[str, ...] = ()  # addresses, where the door needs them


@dataclass(frozen=True, kw_only=True)
class Wording:
    """knowledge/alerts.yml in one language. `desk`: where the desk is."""

    language: str
    levels: Mapping[str, tuple[str, str]]  # level → mark, name
    kinds: Mapping[str, str]
    lines: Mapping[str, str]
    desk: str

    def text(self, rings: Sequence[Ring], now: datetime) -> str:
        """One message for all of them, the most dangerous first."""
        ranked = sorted(rings, key=lambda ring: (-ring.level.rank, ring.id))
        told = [self._line(ring, now) for ring in ranked[:_MOST]]
        if len(ranked) > _MOST:
            told.append(self.lines["more"].format(count=self._number(len(ranked) - _MOST), link=f"{self.desk}/desk/"))
        return "\n\n".join(told)

    def subject(self, rings: Sequence[Ring]) -> str:
        worst = max((ring.level for ring in rings), key=lambda level: level.rank)
        return self.lines["subject"].format(count=self._number(len(rings)), level=self.levels[worst.value][1])

    def title(self, level: Level, number: int) -> str:
        """Of a case's topic in the staff group: says nothing but how dangerous and which."""
        mark, name = self.levels[level.value]
        return f"{mark} {name} {number}"

    def link(self, case: str) -> str:
        return f"{self.desk}/desk/cases/{case}"

    def _line(self, ring: Ring, now: datetime) -> str:
        mark, level = self.levels[ring.level.value]
        what = self.kinds.get(ring.kind, self.kinds[_OTHER])
        if ring.case is None:
            return self.lines["program"].format(mark=mark, what=what)
        line = self.lines["one"].format(mark=mark, level=level, what=what)
        if ring.waits_since is not None:
            minutes = max(0, int((now - ring.waits_since).total_seconds() // 60))
            line = self.lines["waits"].format(line=line, minutes=self._number(minutes))
        return f"{line}\n{self.link(ring.case)}"

    def _number(self, number: int) -> str:
        return str(number).translate(_DIGITS) if self.language == "bn" else str(number)


def load_wording(language: str, desk: str, directory: Path = DIRECTORY) -> Wording:
    """Raises ContentError naming field and cure."""
    path = directory / "alerts.yml"
    content = read_yaml(path)
    levels, kinds, lines = (take(path, content, name, dict) for name in ("levels", "kinds", "lines"))
    wanted = {"levels": [level.value for level in Level], "kinds": [_OTHER], "lines": _LINES}
    for where, names in wanted.items():
        for name in names:
            if name not in content[where]:
                raise ContentError(f"{path}: {where}: {name} is missing.")

    def told(where: str, entry: Any, key: str = language) -> str:
        return _text(path, where, entry, key)

    made = Wording(
        language=language,
        levels={str(name): (told(f"levels.{name}", entry, "mark"), told(f"levels.{name}", entry)) for name, entry in levels.items()},
        kinds={str(name): told(f"kinds.{name}", entry) for name, entry in kinds.items()},
        lines={str(name): told(f"lines.{name}", entry) for name, entry in lines.items()},
        desk=desk,
    )
    _tried(path, made)
    return made


def _text(path: Path, where: str, entry: Any, key: str) -> str:
    if not isinstance(entry, Mapping) or not isinstance(entry.get(key), str) or not entry[key].strip():
        raise ContentError(f"{path}: {where}: the text under {key}: is missing.")
    return str(entry[key]).strip()


def _tried(path: Path, made: Wording) -> None:
    """A brace that nobody fills is found now, and not while somebody waits."""
    filled = {"mark": "", "level": "", "what": "", "line": "", "minutes": "", "count": "", "link": ""}
    for name, line in made.lines.items():
        try:
            line.format(**filled)
        except (KeyError, IndexError, ValueError) as error:
            raise ContentError(f"{path}: lines.{name}: {error} is not filled; write only {', '.join(filled)}.") from None
