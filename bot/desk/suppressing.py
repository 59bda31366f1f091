"""Hides small counts: whoever knows the totals must not be able to work out a cell under five. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SMALL = 5
Cell = tuple[str, str]  # (row, column); TOTAL names the margins
TOTAL = "total"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """A table with its margins; None where a count is hidden."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Cell, int | None]

    def at(self, row: str, column: str) -> int | None:
        return self.cells[row, column]


def suppressed(counts: Mapping[Cell, int], rows: Sequence[str], columns: Sequence[str]) -> Counts:
    """The table with margins. Hidden: every count from one to four, margins too, and as many more as keep those from being worked out."""
    full = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    full |= {(row, TOTAL): sum(full[row, column] for column in columns) for row in rows}
    full |= {(TOTAL, column): sum(full[row, column] for row in rows) for column in (*columns, TOTAL)}
    hidden = {cell for cell, count in full.items() if 0 < count < SMALL}
    lines = [*_lines(rows, columns)]
    while more := next((cell for line in lines if (cell := _also(line, full, hidden)) is not None), None):
        hidden.add(more)
    return Counts(rows=tuple(rows), columns=tuple(columns), cells={cell: None if cell in hidden else n for cell, n in full.items()})


def _lines(rows: Sequence[str], columns: Sequence[str]) -> Iterable[list[Cell]]:
    """What adds up: the cells of a line, and its total last."""
    for row in (*rows, TOTAL):
        yield [(row, column) for column in (*columns, TOTAL)]
    for column in (*columns, TOTAL):
        yield [(row, column) for row in (*rows, TOTAL)]


def _also(line: Sequence[Cell], full: Mapping[Cell, int], hidden: set[Cell]) -> Cell | None:
    """One more to hide in this line, if what is hidden there could be worked out: one alone, or so few that each must be one."""
    secret = [cell for cell in line if cell in hidden]
    if not secret:
        return None
    total_shown = line[-1] not in hidden
    known = sum(full[cell] for cell in secret) if total_shown else SMALL
    if len(secret) > 1 and known >= SMALL:
        return None
    shown = [cell for cell in line[:-1] if cell not in hidden and full[cell]]
    if shown:
        return min(shown, key=lambda cell: (full[cell], cell))
    return line[-1] if total_shown else None
