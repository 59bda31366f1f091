"""Counts and weighs the features of many texts at once, for training: what topics.Reader reads of one. numpy and scipy.

Each word's n-grams are made once and the weighing is done for all texts together: a fifth of the time that one text after the other takes.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin
from bot.understanding.topics import PAIRS, grams

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_PAIRED = 2  # texts more than a single word needs: of every five features four would be pairs, most of them met three times


@dataclass(frozen=True)
class Counted:
    """How often each feature stands in each text; the features of text i are those from ends[i] to ends[i + 1]."""

    names: tuple[str, ...]  # of all features, in the order in which they were met
    ends: np.ndarray  # (texts + 1,)
    columns: np.ndarray  # places in `names`
    counts: np.ndarray

    def texts(self) -> np.ndarray:
        """For each of `columns` the text it stands in."""
        return np.repeat(np.arange(len(self.ends) - 1), np.diff(self.ends))


def count(texts: Iterable[str], of_words: Callable[[Sequence[str]], Iterable[str]]) -> Counted:
    """Counts n-grams of characters, and the features that `of_words` makes of a text's words in Latin spelling."""
    places: dict[str, int] = {}
    known: dict[str, tuple[int, ...]] = {}
    columns, counts, ends = array("q"), array("q"), array("q", [0])
    for text in texts:
        found = Counter[int]()
        tokens = [latin(word) for word in words(fold(text))]
        for token in tokens:
            if token not in known:
                known[token] = tuple(places.setdefault(gram, len(places)) for gram in grams(token))
            found.update(known[token])
        found.update(places.setdefault(feature, len(places)) for feature in of_words(tokens))
        columns.extend(found.keys())
        counts.extend(found.values())
        ends.append(len(columns))
    return Counted(tuple(places), *(np.array(values, dtype=np.int64) for values in (ends, columns, counts)))


@dataclass(frozen=True)
class Space:
    """Which features count, and for how much."""

    vocabulary: dict[str, int]
    idf: np.ndarray  # (features,)

    @classmethod
    def of(cls, counted: Counted, least: int, chosen: np.ndarray | None = None) -> Space:
        """Features that stand in at least so many of the texts, pairs in a few more; `chosen`: for each text whether it is looked at."""
        chosen = np.ones(len(counted.ends) - 1, dtype=bool) if chosen is None else chosen
        documents = np.bincount(counted.columns[chosen[counted.texts()]], minlength=len(counted.names))
        needed = np.array([least + _PAIRED * (name[0] in PAIRS) for name in counted.names])
        kept = sorted((counted.names[place], place) for place in np.flatnonzero(documents >= needed))
        idf = np.log((1 + chosen.sum()) / (1 + documents[[place for _, place in kept]])) + 1
        return cls({name: index for index, (name, _) in enumerate(kept)}, idf)

    def matrix(self, counted: Counted) -> csr_matrix:
        """TF-IDF of each text: counts log-scaled, n-grams and all others each of length one."""
        from scipy.sparse import csr_matrix  # here, so that what only looks at the fingerprint does not pay for it

        places = np.array([self.vocabulary.get(name, -1) for name in counted.names], dtype=np.int64)
        known = places[counted.columns] >= 0
        columns, texts = places[counted.columns[known]], counted.texts()[known]
        values = (1 + np.log(counted.counts[known])) * self.idf[columns]
        kinds = 2 * texts + np.array([name.startswith("c") for name in self.vocabulary], dtype=np.int64)[columns]
        values /= np.sqrt(np.bincount(kinds, weights=values**2))[kinds]
        ends = np.concatenate([[0], np.cumsum(np.bincount(texts, minlength=len(counted.ends) - 1))])
        return csr_matrix((values, columns, ends), shape=(len(counted.ends) - 1, len(self.idf)))
