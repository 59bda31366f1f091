"""What the rows of a register mean: which column is which, by headings wherever they stand; row by row, with what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.agencies.entries import UNKNOWN, Agency
from bot.agencies.sheets import Rows
from bot.errors import ImportRefused
from bot.understanding.agency_names import rl_of
from bot.understanding.normalise import clean, digits, fold, words
from bot.understanding.register_words import HEADINGS, NEGATIONS, STATUS
from bot.understanding.romanise import latin

_LOOKED = 40  # first rows among which headings are looked for
_LETTERS = re.compile("[A-Za-z\u0980-\u09ff]")
_FORMULA = re.compile(r"^[=+@]|^-\D")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MOST_NAME = 160


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A file as it was understood, before anything is written."""

    columns: Mapping[str, str]  # what it is → the heading it stands under
    agencies: tuple[Agency, ...]
    problems: tuple[str, ...]  # refused rows, each with its number


def understand(tables: Sequence[Rows]) -> Understood:
    """Raises ImportRefused where no table has the headings of a register."""
    best: tuple[int, int, dict[str, tuple[int, str]], Rows] | None = None
    for rows in tables:
        for at in range(min(len(rows), _LOOKED)):
            columns = _columns(rows, at)
            if {"rl", "name"} <= set(columns) and (best is None or (len(columns), len(rows)) > (len(best[2]), len(best[3]))):
                best = (at, 1, columns, rows)
    if best is None:
        raise ImportRefused(
            "No row has the headings of a register. There must be one for the RL number (such as “License No”, in English or Bangla) "
            "and one for the name (“Agency name”)."
        )
    at, _, columns, rows = best
    return _entries(rows[at + 1 :], columns)


def _columns(rows: Rows, at: int) -> dict[str, tuple[int, str]]:
    """Column → (index, heading), of one row; a heading in two rows, as under a merged one, is read as both together."""
    found: dict[str, tuple[int, str]] = {}
    above = rows[at - 1][1] if at else []
    for index, cell in enumerate(rows[at][1]):
        over = above[index] if index < len(above) else ""
        for heading in (cell, f"{over} {cell}".strip() if over else ""):
            meant = _meaning(heading)
            if meant and meant not in found:
                found[meant] = (index, heading)
                break
    return found


def _meaning(heading: str) -> str | None:
    said = _key(heading)
    return next((column for column, names in _KEYS.items() if said in names), None) if said else None


def _entries(rows: Rows, columns: Mapping[str, tuple[int, str]]) -> Understood:
    agencies: dict[str, Agency] = {}
    problems: list[str] = []
    for number, cells in rows:
        values = {name: clean(cells[index]) if index < len(cells) else "" for name, (index, _) in columns.items()}
        if not values["rl"] and not values["name"]:
            continue
        if _meaning(values["name"]) == "name":  # the headings again, on the next printed page
            continue
        wrong = _wrong(values, agencies)
        if wrong:
            problems.append(f"row {number}: {wrong}")
            continue
        agency = _agency(values)
        agencies.setdefault(agency.rl, agency)
    if not agencies and not problems:
        raise ImportRefused("Under the headings there are no rows.")
    return Understood(
        columns={name: heading for name, (_, heading) in columns.items()}, agencies=tuple(agencies.values()), problems=tuple(problems)
    )


def _wrong(values: Mapping[str, str], known: Mapping[str, Agency]) -> str | None:
    number = rl_of(values["rl"])
    if number is None:
        return f"{values['rl'][:40]!r} is no RL number"
    if not _LETTERS.search(values["name"]):
        return "has no name"
    if len(values["name"]) > _MOST_NAME or "<" in values["name"]:
        return "the name is no name of a firm"
    if _FORMULA.match(values["name"]) or _FORMULA.match(values.get("address", "")):
        return "holds a formula"
    if number in known and fold(known[number].name) != fold(values["name"]):
        return f"RL {number} stands twice with different names"
    written = values.get("valid_until", "")
    return f"{written[:40]!r} is no date" if written and _LETTERS.search(written) is None and _date(written) is None else None


def _agency(values: Mapping[str, str]) -> Agency:
    return Agency(
        rl=rl_of(values["rl"]) or "",
        name=values["name"],
        address=values.get("address", ""),
        status=_status(values.get("status", "")),
        valid_until=_date(values.get("valid_until", "")),
    )


def _status(written: str) -> str:
    said = f" {_key(written)} "
    found = [(len(word), status) for status, names in _STATUS_KEYS.items() for word in names if f" {word} " in said]
    negated = any(word in said.split() for word in NEGATIONS)
    return max(found)[1] if found and not negated else UNKNOWN


def _date(written: str) -> date | None:
    """The last date in the cell: of "01/01/2024 to 31/12/2026" the end."""
    found = None
    for match in re.finditer(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[-/. ]+(\d{1,2}|[A-Za-z]{3,9})[-/., ]+(\d{4})", digits(written)):
        year, month, day, day2, month2, year2 = match.groups()
        month = month or month2
        number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1 if month[:3].lower() in _MONTHS else 0
        try:
            found = date(int(year or year2), number, int(day or day2))
        except ValueError:
            return None
    return found if found is None or 1990 <= found.year <= 2100 else None


def _key(heading: str) -> str:
    return " ".join(latin(word) for word in words(fold(heading)))


_KEYS = {column: frozenset(_key(name) for name in names) for column, names in HEADINGS.items()}
_STATUS_KEYS = {status: tuple(_key(name) for name in names) for status, names in STATUS.items()}
