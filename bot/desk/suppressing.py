"""Hides small counts: whoever knows the totals must not be able to work out a cell under five. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALL = 5
_MANY = 10**9
Cell = tuple[str, str]  # (row, column); TOTAL names the margins
Line = list[Cell]
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
    lines = _lines(rows, columns)
    while (more := _one_more(lines, full, hidden)) is not None:
        hidden.add(more)
    return Counts(rows=tuple(rows), columns=tuple(columns), cells={cell: None if cell in hidden else n for cell, n in full.items()})


def bounds(cells: Mapping[Cell, int | None], lines: Sequence[Line]) -> dict[Cell, tuple[int, int]]:
    """From … to: what somebody can work out of each cell who knows all that is shown, and that nothing hidden is nought."""
    low = {cell: 1 if count is None else count for cell, count in cells.items()}
    high = {cell: _MANY if count is None else count for cell, count in cells.items()}
    while _narrowed(lines, low, high):
        continue
    return {cell: (low[cell], high[cell]) for cell in cells}


def _lines(rows: Sequence[str], columns: Sequence[str]) -> list[Line]:
    """What adds up: the cells of a line, and its total last."""
    made = [[(row, column) for column in (*columns, TOTAL)] for row in (*rows, TOTAL)]
    return made + [[(row, column) for row in (*rows, TOTAL)] for column in (*columns, TOTAL)]


def _one_more(lines: Sequence[Line], full: Mapping[Cell, int], hidden: set[Cell]) -> Cell | None:
    """One more to hide, where a small count could be worked out: in a line with it or with what gives it away; a total last of all."""
    found = bounds({cell: None if cell in hidden else count for cell, count in full.items()}, lines)
    told = {cell for cell in hidden if found[cell][0] == found[cell][1]}
    exposed = min((cell for cell in told if full[cell] < SMALL), default=None)
    if exposed is None:
        return None
    beside = _shown([line for line in lines if exposed in line], full, hidden)
    near = _shown([line for line in lines if told.intersection(line)], full, hidden)
    body = [cell for cell in beside if TOTAL not in cell] or [cell for cell in near if TOTAL not in cell]
    return min(body or near, key=lambda cell: (full[cell], cell), default=None)


def _shown(lines: Sequence[Line], full: Mapping[Cell, int], hidden: set[Cell]) -> list[Cell]:
    return [cell for line in lines for cell in line if cell not in hidden and full[cell]]


def _narrowed(lines: Sequence[Line], low: dict[Cell, int], high: dict[Cell, int]) -> bool:
    """One round over all sums; whether it taught anything."""
    taught = False
    for *parts, total in lines:
        least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
        for cell in parts:
            new_low = max(low[cell], low[total] - (most - high[cell]))
            new_high = min(high[cell], high[total] - (least - low[cell]))
            if (new_low, new_high) != (low[cell], high[cell]):
                least, most = least + new_low - low[cell], most + new_high - high[cell]
                low[cell], high[cell], taught = new_low, new_high, True
        if (new := (max(low[total], least), min(high[total], most))) != (low[total], high[total]):
            (low[total], high[total]), taught = new, True
    return taught
