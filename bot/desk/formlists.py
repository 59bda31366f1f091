"""The case form as knowledge/desk/case_form.yml describes it, and what its screens suggest. Nothing here is of one case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.desk.visit import Form
from bot.errors import ContentError
from bot.knowledge import Text, read_yaml, take, text
from bot.model import Level
from bot.source import life

KINDS = ("one", "many", "yes_no", "text", "date", "district", "country")
YES_NO = ("yes", "no", "unknown")
_LONGEST = 2000  # characters


@dataclass(frozen=True, kw_only=True)
class Field:
    id: str
    kind: str
    name: Text
    choices: Mapping[str, Text]
    identity: bool  # says who somebody is: hidden until asked for, never in an export
    counted: bool  # goes into the figures


Concealed = Callable[[Field, Any], bool]


def _identity(field: Field, value: object) -> bool:
    return field.identity


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Of a screen: any of these answered with yes."""

    any: tuple[str, ...]
    level: Level
    name: Text


@dataclass(frozen=True, kw_only=True)
class Section:
    id: str  # the piece under which it is kept
    name: Text
    hint: Text | None
    fields: tuple[Field, ...]
    suggests: tuple[Suggestion, ...]

    def suggestion(self, filled: Mapping[str, Any]) -> Suggestion | None:
        """The first that fits what the counsellor has filled in."""
        return next((one for one in self.suggests if any(filled.get(field) == "yes" for field in one.any)), None)

    def read(
        self, form: Form, places: Mapping[str, Sequence[str]], before: Mapping[str, Any], concealed: Concealed = _identity
    ) -> dict[str, Any]:
        """The section as posted. What is `concealed` is not shown again, so an empty field stays as it was."""
        found: dict[str, Any] = {}
        for field in self.fields:
            was = before.get(field.id)
            value = _value(field, form, places) or (was if was and concealed(field, was) else None)
            if value:
                found[field.id] = value
        return found


@dataclass(frozen=True, kw_only=True)
class CaseLists:
    sections: tuple[Section, ...]
    outcomes: Mapping[str, Text]

    def section(self, id: str) -> Section | None:
        return next((section for section in self.sections if section.id == id), None)

    @property
    def identities(self) -> frozenset[tuple[str, str]]:
        """(section, field) of all that says who somebody is."""
        return frozenset((section.id, field.id) for section in self.sections for field in section.fields if field.identity)


def load_lists(directory: Path) -> CaseLists:
    """Raises ContentError naming file, field and cure."""
    path = directory / "desk" / "case_form.yml"
    content = read_yaml(path)
    life(path, content)
    sections = tuple(_section(path, entry) for entry in take(path, content, "sections", list))
    if len({section.id for section in sections}) < len(sections):
        raise ContentError(f"{path}: sections: each id may be given once.")
    return CaseLists(sections=sections, outcomes=_choices(path, "outcomes", take(path, content, "outcomes", dict)))


def _section(path: Path, entry: Any) -> Section:
    id = take(path, entry, "id", str)
    fields = tuple(_field(path, id, one) for one in take(path, entry, "fields", list))
    suggests = tuple(_suggestion(path, id, fields, one) for one in entry.get("suggests") or ())
    hint = text(path, f"{id}.hint", entry["hint"]) if "hint" in entry else None
    return Section(id=id, name=text(path, f"{id}.name", entry.get("name")), hint=hint, fields=fields, suggests=suggests)


def _field(path: Path, section: str, entry: Any) -> Field:
    id, kind = take(path, entry, "id", str), take(path, entry, "kind", str)
    where = f"{section}.{id}"
    if kind not in KINDS:
        raise ContentError(f"{path}: {where}.kind: {kind!r} is none of {', '.join(KINDS)}.")
    if (kind in ("one", "many")) != bool(entry.get("choices")):
        raise ContentError(f"{path}: {where}.choices: one and many need choices, the other kinds have none.")
    identity, counted = entry.get("identity", False), entry.get("counted", False)
    if counted and (identity or kind in ("text", "many", "date")):
        raise ContentError(f"{path}: {where}.counted: only a single choice that says nobody's name can be counted.")
    choices = _choices(path, f"{where}.choices", entry.get("choices") or {})
    name = text(path, f"{where}.name", entry.get("name"))
    return Field(id=id, kind=kind, name=name, choices=choices, identity=bool(identity), counted=bool(counted))


def _choices(path: Path, where: str, entry: Mapping[Any, Any]) -> dict[str, Text]:
    for id in entry:
        if not isinstance(id, str):
            raise ContentError(f"{path}: {where}: the id {id!r} is no text; put yes and no in quotes.")
    return {id: text(path, f"{where}.{id}", value) for id, value in entry.items()}


def _suggestion(path: Path, section: str, fields: Sequence[Field], entry: Any) -> Suggestion:
    named = tuple(take(path, entry, "any", list))
    unknown = set(named) - {field.id for field in fields if field.kind == "yes_no"}
    if unknown or entry.get("level") not in ("critical", "urgent", "standard"):
        raise ContentError(f"{path}: {section}.suggests: needs a level, and under any only yes_no fields of its section.")
    return Suggestion(any=named, level=Level(entry["level"]), name=text(path, f"{section}.suggests.name", entry.get("name")))


def _value(field: Field, form: Form, places: Mapping[str, Sequence[str]]) -> Any:
    """What may be kept of it; anything else is as if it had not been filled."""
    given = form[field.id]
    if field.kind == "many":
        return [id for id in field.choices if id in form.all(field.id)]
    if field.kind == "text":
        return given[:_LONGEST]
    if field.kind == "date":
        return _day(given)
    allowed = {"one": field.choices, "yes_no": YES_NO, "district": places["district"], "country": places["country"]}[field.kind]
    return given if given in allowed else None


def _day(given: str) -> str | None:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        return None
