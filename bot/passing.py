"""What she writes to get past a question that waits: that she does not know, will not say, or wants to leave; knowledge/asking.yml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge import DIRECTORY, read_yaml
from bot.source import Content, phrases
from bot.understanding.commands import Command, Vocabulary, key

_PAST = frozenset({"unknown", "skip"})
_BESIDE = 2  # words of another kind in what is still such an answer: "who took it I do not know"


@dataclass(frozen=True)
class Asking:
    leave: frozenset[str]  # keys
    filler: frozenset[str]


@dataclass(frozen=True)
class Passed:
    command: Command
    alone: bool  # nothing else is said in the message


def load_asking(directory: Path) -> Asking:
    """Raises ContentError naming file, field and cure."""
    path = directory / "asking.yml"
    entry = read_yaml(path)
    leave, filler = (phrases(path, field, entry.get(field)) for field in ("leave", "filler"))
    return Asking(frozenset(map(key, leave)), frozenset(word for said in filler for word in key(said).split()))


asking = Content(load_asking, DIRECTORY)


def passing(text: str, vocabulary: Vocabulary) -> Passed | None:
    """None where it is nothing of that kind."""
    said = key(text)
    if said in asking().leave:
        return Passed(Command("stop"), True)
    left, command = _without(said.split()), None
    for phrase, meant in _known(vocabulary):
        at = _at(left, phrase)
        if at is not None:
            left, command = [*left[:at], *left[at + len(phrase) :]], command or meant
    return None if command is None or len(left) > _BESIDE else Passed(command, not left)


def _known(vocabulary: Vocabulary) -> list[tuple[list[str], Command]]:
    """The longest first; fillers are left out of them as they are out of the message."""
    found = [(_without(phrase.split()), command) for phrase, command in vocabulary.phrases.items() if command.name in _PAST]
    return sorted(((phrase, command) for phrase, command in found if phrase), key=lambda entry: -len(entry[0]))


def _without(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in asking().filler]


def _at(words: Sequence[str], phrase: Sequence[str]) -> int | None:
    return next((at for at in range(len(words) - len(phrase) + 1) if list(words[at : at + len(phrase)]) == list(phrase)), None)
