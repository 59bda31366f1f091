"""Small counts cannot be worked out: by hand, and against an attacker who solves the sums."""

from __future__ import annotations

import itertools
import random
import time

import pytest

from bot.desk.suppressing import SMALL, TOTAL, Counts, _lines, bounds, suppressed


def table(*rows: tuple[int, ...]) -> Counts:
    names = [f"r{index}" for index in range(len(rows))]
    columns = [f"c{index}" for index in range(len(rows[0]))]
    counts = {(names[i], columns[j]): count for i, row in enumerate(rows) for j, count in enumerate(row) if count}
    return suppressed(counts, names, columns)


def worked_out(made: Counts) -> dict[tuple[str, str], set[int]]:
    """What a hidden count can be, found by trying: all tables of small numbers that fit what is shown. For tables of up to six cells."""
    body = [(row, column) for row in made.rows for column in made.columns]
    possible: dict[tuple[str, str], set[int]] = {cell: set() for cell in body}
    choices = [range(1, 13) if made.at(*cell) is None else (made.at(*cell),) for cell in body]
    for tried in itertools.product(*choices):
        full = dict(zip(body, tried, strict=True))
        sums = {(row, TOTAL): sum(full[row, column] for column in made.columns) for row in made.rows}
        sums |= {(TOTAL, column): sum(full[row, column] for row in made.rows) for column in made.columns}
        sums[TOTAL, TOTAL] = sum(tried)
        if all(made.at(*cell) in (None, count) and (made.at(*cell) is not None or count) for cell, count in sums.items()):
            for cell, count in full.items():
                possible[cell].add(count)
    return possible


def test_large_counts_stay() -> None:
    made = table((5, 10), (20, 0))
    assert made.at("r0", "c0") == 5 and made.at("r1", "c1") == 0 and made.at("r0", TOTAL) == 15 and made.at(TOTAL, TOTAL) == 35


def test_one_small_count_takes_others_with_it() -> None:
    made = table((3, 10, 20), (30, 40, 50), (60, 70, 80))
    hidden = {cell for cell, count in made.cells.items() if count is None}
    assert ("r0", "c0") in hidden and len(hidden) >= 4
    assert made.at(TOTAL, TOTAL) == 363


def test_two_ones_that_a_total_of_two_would_give_away() -> None:
    made = table((1, 1, 9), (9, 9, 9))
    assert made.at("r0", "c2") is None or made.at("r0", TOTAL) is None


def test_a_small_total_is_hidden_too() -> None:
    made = table((2, 0), (0, 0))
    assert made.at("r0", TOTAL) is None and made.at(TOTAL, "c0") is None and made.at(TOTAL, TOTAL) is None


@pytest.mark.parametrize("seed", range(40))
def test_nobody_who_tries_all_tables_learns_a_small_count(seed: int) -> None:
    dice = random.Random(seed)
    numbers = [tuple(dice.choice((0, 1, 2, 4, 5, 6, 9)) for _ in range(2)) for _ in range(2)]
    found = worked_out(table(*numbers))
    for i, row in enumerate(numbers):
        for j, count in enumerate(row):
            assert not 0 < count < SMALL or len(found[f"r{i}", f"c{j}"]) > 1, numbers


@pytest.mark.parametrize("seed", range(60))
def test_nobody_who_narrows_the_sums_learns_a_small_count(seed: int) -> None:
    dice = random.Random(seed)
    rows, columns = dice.randint(1, 7), dice.randint(1, 7)
    numbers = [tuple(dice.choice((0, 0, 1, 2, 4, 5, 6, 9, 30)) for _ in range(columns)) for _ in range(rows)]
    made = table(*numbers)
    found = bounds(made.cells, _lines(made.rows, made.columns))
    for cell, count in [((f"r{i}", f"c{j}"), count) for i, row in enumerate(numbers) for j, count in enumerate(row)]:
        assert not 0 < count < SMALL or found[cell][1] > found[cell][0], (numbers, cell)


def test_the_attackers_above_would_find_one() -> None:
    """So that the tests above can fail: a single hidden cell beside its total."""
    cells = {("r0", "c0"): None, ("r0", "c1"): 10, ("r0", TOTAL): 13, (TOTAL, "c0"): None, (TOTAL, "c1"): 10, (TOTAL, TOTAL): 13}
    made = Counts(rows=("r0",), columns=("c0", "c1"), cells=cells)
    assert worked_out(made)["r0", "c0"] == {3}
    assert bounds(cells, _lines(made.rows, made.columns))["r0", "c0"] == (3, 3)


def test_a_wide_table_takes_no_time() -> None:
    dice = random.Random(1)
    begin = time.process_time()
    table(*[tuple(dice.choice((0, 1, 2, 3, 5, 8, 20)) for _ in range(64)) for _ in range(12)])
    assert time.process_time() - begin < 3
