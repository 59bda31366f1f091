"""The case form as a file: what was filled in, without what says who somebody is. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.desk.formlists import CaseLists, Field, Section
from bot.desk.reading import Reading

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def sheet(
    form: Mapping[str, object], lists: CaseLists, places: Mapping[str, Mapping[str, str]], language: str, yes_no: Callable[[str], str],
    reading: Reading,
) -> str:  # fmt: skip
    """CSV: section, field, value. `places`: names of districts and countries by their id."""
    out = io.StringIO()
    writer = csv.writer(out)
    for section, field, value in _filled(form, lists):
        given = [value] if isinstance(value, str) else list(value)
        names = [_name(field, str(one), places, language, yes_no, reading) for one in given]
        writer.writerow([_safe(part) for part in (section.name[language], field.name[language], "; ".join(names))])
    return out.getvalue()


def _filled(form: Mapping[str, object], lists: CaseLists) -> Iterator[tuple[Section, Field, Any]]:
    for section in lists.sections:
        kept = form.get(section.id)
        piece: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {}
        for field in section.fields:
            if not field.identity and piece.get(field.id):
                yield section, field, piece[field.id]


def _name(
    field: Field, value: str, places: Mapping[str, Mapping[str, str]], language: str, yes_no: Callable[[str], str], reading: Reading
) -> str:
    if field.kind == "text":
        return reading.plain(value)
    if field.kind == "yes_no":
        return yes_no(value)
    if field.kind in places:
        return places[field.kind].get(value, value)
    return field.choices[value][language] if value in field.choices else value


def _safe(part: str) -> str:
    """What begins like a formula becomes text."""
    return "'" + part if part.startswith(_FORMULA) else part
