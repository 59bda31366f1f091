"""What makes a job offer dangerous, from knowledge/red_flags.yml. Judged by data; nothing here says that an offer is safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, Text, read_yaml, take, text
from bot.model import Level
from bot.source import Content, Passage

_AGE = "age"
OF = "offer_check"  # the questions whose answers are judged
_SERIOUS = (None, "ask", "urgent")


@dataclass(frozen=True)
class Line:
    """Answers that must all be so."""

    answers: Mapping[str, frozenset[str]]
    age: tuple[int, int] | None

    def holds(self, told: Mapping[str, str]) -> bool:
        age = told.get(_AGE, "")
        if self.age is not None and not (age.isdecimal() and self.age[0] <= int(age) <= self.age[1]):
            return False
        return all(told.get(question) in wanted for question, wanted in self.answers.items())


@dataclass(frozen=True, kw_only=True)
class RedFlag:
    id: str
    name: Text
    why: Passage
    do: Passage
    when: tuple[Line, ...]  # one is enough
    flag: Level  # urgent: a counsellor must look
    ask: bool  # the soft line goes with it
    category: str | None  # of the case


def found(flags: tuple[RedFlag, ...], told: Mapping[str, str]) -> tuple[RedFlag, ...]:
    """The flags that stand up, the gravest first."""
    up = [flag for flag in flags if any(line.holds(told) for line in flag.when)]
    return tuple(sorted(up, key=lambda flag: (-flag.flag.rank, not flag.ask)))


def load_red_flags(directory: Path) -> tuple[RedFlag, ...]:
    """Raises ContentError naming file, field and cure."""
    path = directory / "red_flags.yml"
    return tuple(_flag(path, entry) for entry in take(path, read_yaml(path), "flags", list))


def _flag(path: Path, entry: Mapping[str, Any]) -> RedFlag:
    id = take(path, entry, "id", str)
    serious, sources = entry.get("serious"), tuple(take(path, entry, "sources", list))
    if serious not in _SERIOUS:
        raise ContentError(f"{path}: flags.{id}.serious: must be ask or urgent, or left out.")
    return RedFlag(
        id=id,
        name=text(path, f"flags.{id}.name", entry.get("name")),
        why=Passage(text=text(path, f"flags.{id}.why", entry.get("why")), sources=sources),
        do=Passage(text=text(path, f"flags.{id}.do", entry.get("do")), sources=sources),
        when=tuple(_line(path, f"flags.{id}.when", line) for line in take(path, entry, "when", list)),
        flag=Level.URGENT if serious == "urgent" else Level.NONE,
        ask=serious == "ask",
        category=entry.get("category"),
    )


def _line(path: Path, field: str, line: Any) -> Line:
    if not isinstance(line, Mapping) or not line or not all(isinstance(wanted, list) for wanted in line.values()):
        raise ContentError(f"{path}: {field}: each line names questions with lists of answers.")
    age = line.get(_AGE)
    if age is not None and len(age) != 2:
        raise ContentError(f"{path}: {field}.age: give the least and the most.")
    answers = {question: frozenset(str(one) for one in wanted) for question, wanted in line.items() if question != _AGE}
    return Line(answers, (int(age[0]), int(age[1])) if age else None)


red_flags = Content(load_red_flags, DIRECTORY)
