"""Finds texts that are nearly the same, among thousands, in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from bot.understanding.normalise import fold, words
from bot.understanding.romanise import sound

_N = 4  # characters in a gram
_BLOCK = 1000
_ROUNDING = 1e-9
_BITS = 256  # of a bitmap: three to four times the grams of a usual text
_ONES = np.array([bin(number).count("1") for number in range(2**16)], dtype=np.uint8)


def grams(text: str) -> set[str]:
    """Character 4-grams over the words in one spelling."""
    spelled = f" {' '.join(sound(word) for word in words(fold(text)))} "
    return {spelled[i : i + _N] for i in range(max(len(spelled) - _N + 1, 1))}


def near_copies(texts: Sequence[str], least: float, against: Sequence[str] | None = None) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j, share of common grams) at or above `least`: within `texts` (i < j), or of `texts` with `against`.

    Of two sets that have so much in common the rarest grams tell already, so that only few pairs are looked at whole (prefix and positional
    filtering: Xiao, Wang, Lin, Yu, "Efficient Similarity Joins for Near Duplicate Detection", 2008), and of these only those whose bitmaps
    differ in few bits, for no two sets differ in fewer grams (Sandes, Teodoro, Melo, "Bitmap filter", 2020).
    """
    vocabulary: dict[str, int] = {}
    left = _matrix(texts, vocabulary)
    right = left if against is None else _matrix(against, vocabulary)
    width = len(vocabulary)
    left.resize((left.shape[0], width))
    rarest = np.argsort(np.argsort(_counts(left) + _counts(right), kind="stable"))  # the place of each gram, the rarest first
    left, right = _ordered(left, rarest), _ordered(right, rarest)
    left_sizes, right_sizes = np.diff(left.indptr), np.diff(right.indptr)
    (some, left_rest, left_ends), (others, right_rest, right_ends) = _prefixes(left, least), _prefixes(right, least)
    others = others.T.tocsr()
    left_bits = _bitmaps(left)
    right_bits = left_bits if right is left else _bitmaps(right)
    for start in range(0, left.shape[0], _BLOCK):
        pairs = (some[start : start + _BLOCK] @ others).tocoo()
        rows, columns = pairs.row + start, pairs.col
        # All that is common lies in both beginnings, or behind the one that ends first.
        most = pairs.data + np.where(left_ends[rows] <= right_ends[columns], left_rest[rows], right_rest[columns])
        told = most >= least / (1 + least) * (left_sizes[rows] + right_sizes[columns]) - _ROUNDING
        told &= (rows < columns) | (against is not None)
        rows, columns = rows[told], columns[told]
        sizes = left_sizes[rows] + right_sizes[columns]
        told = sizes - _differing(left_bits[rows], right_bits[columns]) >= 2 * least / (1 + least) * sizes - _ROUNDING
        rows, columns, sizes = rows[told], columns[told], sizes[told]
        common = np.asarray(left[rows].multiply(right[columns]).sum(axis=1)).ravel()
        shares = common / (sizes - common)
        near = shares >= least
        for row, column, share in zip(rows[near], columns[near], shares[near], strict=True):
            yield int(row), int(column), float(share)


def _matrix(texts: Sequence[str], vocabulary: dict[str, int]) -> csr_matrix:
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns.extend(vocabulary.setdefault(gram, len(vocabulary)) for gram in grams(text))
        ends.append(len(columns))
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(texts), len(vocabulary)))


def _counts(matrix: csr_matrix) -> np.ndarray:
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def _ordered(matrix: csr_matrix, places: np.ndarray) -> csr_matrix:
    """The same with its columns in these places, those of each row in order."""
    moved = csr_matrix((matrix.data, places[matrix.indices], matrix.indptr), shape=matrix.shape)
    moved.sort_indices()
    return moved


def _prefixes(matrix: csr_matrix, least: float) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    """Of each row the first columns only, one more than may be lacking; how many are left out, and the last that is not."""
    sizes = np.diff(matrix.indptr)
    rest = np.ceil(least * sizes - _ROUNDING).astype(np.int64) - 1
    kept = sizes - rest
    chosen = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sizes) < np.repeat(kept, sizes)
    ends = np.concatenate([[0], np.cumsum(kept)])
    first = csr_matrix((matrix.data[chosen], matrix.indices[chosen], ends), shape=matrix.shape)
    return first, rest, first.indices[ends[1:] - 1] if len(sizes) else sizes


def _bitmaps(matrix: csr_matrix) -> np.ndarray:
    """(rows, words) uint64: each column turns one bit of its row round."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    turned = np.bincount(rows * _BITS + matrix.indices % _BITS, minlength=matrix.shape[0] * _BITS) % 2
    return np.packbits(turned.astype(bool).reshape(-1, _BITS), axis=1).view(np.uint64)


def _differing(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """For each pair of bitmaps how many bits differ."""
    return _ONES[(left ^ right).view(np.uint16)].sum(axis=1, dtype=np.int64)
