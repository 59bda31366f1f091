"""Commands: what a button carries, and what she may type instead of pressing it.

A command is written `name` or `name.argument[.argument]` ("next", "step.5", "language.en"), at most 64 bytes: the payload of a button on
every channel, and the value of the entity `command` in Rasa. Typed "/intent{...}" never becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin, sound

STEPS = 13
NEITHER = "other"  # none of the topics that were offered where the message was not understood
CODE_DIGITS = 8
_GRAMMAR = re.compile(r"[a-z][a-z_]{0,30}(\.[a-z0-9_]{1,30}){0,3}")
_NO = sound("no")
_CODE = re.compile(r"(?<![\d-])(\d{4}[ -]?\d{4}|(?:\d\d ){3}\d\d)(?![\d-])")  # in fours, as it is told, or in pairs; not a date
_NAMES_WITHOUT_ARGUMENT = frozenset(
    """start begin restart next next_step back repeat resume where steps more_steps menu topics done not_done yes no person hotlines
    language stop carry delete delete_yes privacy help safe hide hide_now hide_word hours
    can_write cannot_write near countries skip unknown receipts other""".split()
)
_ARGUMENTS = {
    "step": 1,
    "done": 1,
    "not_done": 1,
    "topic": 1,
    "ask": 2,
    "language": 1,
    "code": 1,
    "here": 1,
    "hours": 1,
    "flow": 2,
    "drop": 1,
    "say": 3,
    "agency": 1,
    "receipt": 2,
    "group": 1,
    "item": 1,
    "country": 2,
    "countries": 1,
    "near": 2,
    "district": 1,
}  # name → how many at most


@dataclass(frozen=True)
class Command:
    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.name, *self.arguments))

    @property
    def number(self) -> int | None:
        """The step a command speaks of, if it does."""
        first = self.arguments[0] if self.arguments else ""
        return int(first) if first.isdigit() and 1 <= int(first) <= STEPS else None


def parse(payload: str) -> Command | None:
    """The command in a button's payload, or None when no button of ours carries such a thing."""
    if len(payload) > 64 or not _GRAMMAR.fullmatch(payload):
        return None
    name, *arguments = payload.split(".")
    if not arguments:
        return Command(name) if name in _NAMES_WITHOUT_ARGUMENT else None
    command = Command(name, tuple(arguments))
    if len(arguments) > _ARGUMENTS.get(name, 0) or (name == "say" and len(arguments) != 3):
        return None
    if name in ("step", "done", "not_done", "ask") and command.number is None:
        return None
    if name == "here" and not (arguments[0] == "abroad" or len(arguments[0]) == 2):  # bd, or a country's code
        return None
    if name == "hours" and arguments[0] not in ("any", "morning", "afternoon", "evening", "never"):
        return None
    if name == "language" and arguments[0] not in ("bn", "en"):
        return None
    if name == "code" and not (len(arguments[0]) == CODE_DIGITS and arguments[0].isdigit()):
        return None
    return command


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of commands, from knowledge/words.yml and the steps' names. Build it with `vocabulary`."""

    phrases: Mapping[str, Command]  # key of the whole message → command
    names: Mapping[str, int]  # key of a step's name → its number
    step_words: frozenset[str]  # keys of "step", "dhap" …
    fillers: tuple[str, ...]  # keys of words round a name, longest first
    aspects: Sequence[tuple[str, tuple[str, ...]]] = field(default=())  # section → keys of phrases that ask for it


def key(text: str) -> str:
    """Words of a text in one spelling: scripts, digits and habits meet."""
    return " ".join(sound(word) for word in words(fold(text)))


def vocabulary(
    commands: Mapping[str, Sequence[str]],
    names: Mapping[int, Sequence[str]],
    jump: Mapping[str, Sequence[str]],
    aspects: Mapping[str, Sequence[str]],
) -> Vocabulary:
    """Builds the vocabulary. Raises ValueError when one phrase would mean two commands."""
    phrases: dict[str, Command] = {}
    for name, said in commands.items():
        base, _, argument = name.partition("_") if name.startswith("language_") else (name, "", "")
        command = Command(base, (argument,) if argument else ())
        for phrase in said:
            if phrases.setdefault(key(phrase), command) != command:
                raise ValueError(f"{phrase!r} means both {phrases[key(phrase)]} and {command}")
    by_name: dict[str, int] = {}
    for number, aliases in names.items():
        for alias in aliases:
            if by_name.setdefault(key(alias), number) != number:
                raise ValueError(f"{alias!r} names both step {by_name[key(alias)]} and step {number}")
    return Vocabulary(
        phrases=phrases,
        names=by_name,
        step_words=frozenset(key(word) for word in jump["step"]),
        fillers=tuple(sorted({key(word) for word in jump["filler"]}, key=len, reverse=True)),
        aspects=tuple((section, tuple(_aspect_keys(said))) for section, said in aspects.items()),
    )


def read(text: str, vocabulary: Vocabulary) -> Command | None:
    """The command a typed message is, as a whole; None when it is anything else."""
    folded = fold(text)
    tokens = words(folded)
    if not tokens or len(tokens) > 8 + CODE_DIGITS:
        return None
    whole = " ".join(sound(token) for token in tokens)
    if whole in vocabulary.phrases:
        return vocabulary.phrases[whole]
    return _code(folded, tokens) or _jump(whole, vocabulary)


def _code(folded: str, tokens: list[str]) -> Command | None:
    found = _CODE.search(folded)
    if found and sum(token.isalpha() for token in tokens) <= 2:
        return Command("code", (re.sub(r"\D", "", found.group(1)),))
    return None


def _jump(whole: str, vocabulary: Vocabulary) -> Command | None:
    """ "step 5", "ধাপ ৫ দেখান", "5", "pasport": nothing but a step, its number or name, and filler words."""
    rest = f" {whole} "
    said_step = False
    for word in vocabulary.step_words:
        if f" {word} " in rest:
            rest, said_step = rest.replace(f" {word} ", " ", 1), True
    bare = rest.strip()
    for filler in vocabulary.fillers:
        rest = rest.replace(f" {filler} ", " ")
    rest = rest.strip()
    for candidate in (bare, rest):
        if candidate.isdecimal() and 1 <= int(candidate) <= STEPS:
            return Command("step", (str(int(candidate)),))
    # "no" (number) sounds like "na" (not): without its "na" a message would name the step that she does not mean.
    for candidate in (whole,) if _NO in whole.split() else (whole, bare, rest):
        if candidate in vocabulary.names:
            return Command("step", (str(vocabulary.names[candidate]),))
    if said_step and not rest and bare == "":
        return Command("steps")
    return None


def aspect(text: str, vocabulary: Vocabulary) -> str | None:
    """Which section of a step a question asks for ("cost", "where", "papers" …): the longest phrase found wins."""
    whole = f" {' '.join(latin(word) for word in words(fold(text)))} "
    best, found = 0, None
    for section, phrases in vocabulary.aspects:
        for phrase in phrases:
            if len(phrase) > best and f" {phrase} " in whole:
                best, found = len(phrase), section
    return found


def _aspect_keys(said: Sequence[str]) -> list[str]:
    # Read in Latin letters without folding: folded, "koi" (where) and "ke" (who) would meet.
    return [" ".join(latin(word) for word in words(fold(phrase))) for phrase in said]
