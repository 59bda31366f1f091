"""Finds texts that are nearly the same, among thousands, in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from bot.understanding.normalise import fold, words
from bot.understanding.romanise import sound

_N = 4  # characters in a gram
_BLOCK = 1000


def grams(text: str) -> set[str]:
    """Character 4-grams over the words in one spelling."""
    spelled = f" {' '.join(sound(word) for word in words(fold(text)))} "
    return {spelled[i : i + _N] for i in range(max(len(spelled) - _N + 1, 1))}


def near_copies(texts: Sequence[str], least: float, against: Sequence[str] | None = None) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j, share of common grams) at or above `least`: within `texts` (i < j), or of `texts` with `against`."""
    others = texts if against is None else against
    vocabulary: dict[str, int] = {}
    left, right = _matrix(texts, vocabulary), _matrix(others, vocabulary)
    width = max(left.shape[1], right.shape[1])
    left.resize((left.shape[0], width))
    right.resize((right.shape[0], width))
    left_sizes, right_sizes = np.asarray(left.sum(axis=1)).ravel(), np.asarray(right.sum(axis=1)).ravel()
    for start in range(0, left.shape[0], _BLOCK):
        common = (left[start : start + _BLOCK] @ right.T).tocoo()
        rows = common.row + start
        shares = common.data / (left_sizes[rows] + right_sizes[common.col] - common.data)
        near = (shares >= least) & ((rows < common.col) | (against is not None))
        for row, column, share in zip(rows[near], common.col[near], shares[near], strict=True):
            yield int(row), int(column), float(share)


def _matrix(texts: Sequence[str], vocabulary: dict[str, int]) -> csr_matrix:
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns.extend(vocabulary.setdefault(gram, len(vocabulary)) for gram in grams(text))
        ends.append(len(columns))
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(texts), len(vocabulary)))
