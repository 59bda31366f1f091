"""The pieces that content files are made of (texts in both languages, their sources, who answers for them), and how a file is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml

from bot.errors import ContentError
from bot.slips import slip

LANGUAGES = ("bn", "en")
T = TypeVar("T")
_KINDS: Mapping[type, str] = {
    str: "a text (numbers, yes and no in quotation marks)",
    date: "a day as 2026-11-27, without quotation marks",
    list: "a list: in [square brackets] with commas, or each on a line that begins with -",
    dict: "fields below it, each as name: text",
    int: "a number",
    bool: "true or false",
}


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    bn: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.bn

    def fill(self, language: str, **values: object) -> str:
        """The text with its {names} filled."""
        return self[language].format(**values)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text and the facts (ids of knowledge/facts.yml) it rests on."""

    text: Text
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Life:
    """Who answers for an item, and until when it may be trusted."""

    owner: str
    verified_on: date
    review_by: date


class Content(Generic[T]):
    """Content of one kind, by calling it: loaded once a process, or as it is now where the process watches the files (bot.live)."""

    def __init__(self, load: Callable[[Path], T], directory: Path) -> None:
        self._load, self._directory = load, directory
        self._loaded: tuple[T, ...] = ()
        self._source: Callable[[], T] | None = None

    def __call__(self) -> T:
        """Raises ContentError naming file, field and cure."""
        if self._source is not None:
            return self._source()
        self._loaded = self._loaded or (self._load(self._directory),)
        return self._loaded[0]

    def use(self, source: Callable[[], T] | None) -> None:
        """From here on this process takes it from there; from None, as loaded once."""
        self._source = source


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises ContentError with the line of a slip."""
    written = ""
    try:
        written = path.read_text(encoding="utf-8")
        return yaml.load(written, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise ContentError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        line, cure = slip(written, error)
        raise ContentError(f"{path}: is not valid YAML, line {line}: {cure}.") from error
    except ValueError as error:  # 2026-02-30
        raise ContentError(f"{path}: holds a day that does not exist ({error}).") from error


def text(path: Path, field: str, value: Any) -> Text:
    """A text in both languages. Raises ContentError when one is missing or empty."""
    if not isinstance(value, Mapping) or set(value) - {"bn", "en", "sources"}:
        missing = "is missing; " if value is None else ""
        raise ContentError(f"{path}: {field}: {missing}write a text under bn: and one under en:, nothing else.")
    for language in LANGUAGES:
        if not isinstance(value.get(language), str) or not value[language].strip():
            raise ContentError(f"{path}: {field}: the text under {language}: is missing.")
    return Text(value["bn"].strip(), value["en"].strip())


def take(path: Path, entry: Mapping[str, Any], field: str, kind: type[T]) -> T:
    """A field of the given type. Raises ContentError when it is missing or of another type."""
    value = entry.get(field) if isinstance(entry, Mapping) else None
    if not isinstance(value, kind):
        missing = "is missing; write" if value is None else f"{str(value)!r} will not do; write"
        raise ContentError(f"{path}: {field}: {missing} {_KINDS.get(kind, 'a ' + kind.__name__)}.")
    return value


def only(path: Path, entry: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raises ContentError for a field that nothing reads: most are a slip in a name."""
    for name in entry if isinstance(entry, Mapping) else ():
        if name not in known:
            raise ContentError(f"{path}: {name}: is no field here; the fields are {', '.join(sorted(known))}.")


def life(path: Path, entry: Mapping[str, Any]) -> Life:
    verified_on, review_by = take(path, entry, "verified_on", date), take(path, entry, "review_by", date)
    found = Life(owner=take(path, entry, "owner", str), verified_on=verified_on, review_by=review_by)
    if found.review_by <= found.verified_on:
        raise ContentError(f"{path}: review_by: must be later than verified_on.")
    return found


def phrases(path: Path, field: str, said: Any) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(phrase, str) for phrase in said):
        raise ContentError(f"{path}: {field}: must be a list of texts; put yes, no and numbers in quotes.")
    return said


def field_name(path: Path, block: str, name: Any) -> str:
    if not isinstance(name, str):  # YAML reads a bare yes or no as true or false
        raise ContentError(f"{path}: {block}: the name {name!r} is no text; put yes, no and numbers in quotes.")
    return name


def passage(path: Path, field: str, value: Any) -> Passage:
    found = text(path, field, value)
    return Passage(text=found, sources=tuple(value.get("sources") or ()))
