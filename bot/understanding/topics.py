"""Which topic a message is about: TF-IDF over characters and words in one Latin space, and a small network. Pure; numpy arrays only.

Features (measured best together on Bangla and Banglish): character n-grams of the words in Latin spelling, the words and their pairs, and
the words' consonant skeletons, so that an example in one script also serves the other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from bot.understanding.network import Network, Way, chances, learn
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin, skeleton

PAIRS = "dbg"  # the first letters of features that are two words (g: of the danger model)
_CHARS = range(1, 5)  # lengths of character n-grams
_WAY = Way(units=64, passes=8, rate=0.07, dropped=0.2)
_NETWORKS = 5  # asked together: of new authors 0.910 right where three have 0.908
_MIN_DOCUMENTS = 2  # a feature must stand in so many texts, pairs in two more: of new authors 0.908 right where three give 0.906
_SMOOTHED = np.float32(0.2)  # of a label: what is given to all topics alike, since labels are not always right
_SHARPNESS = 2.25  # what scores are multiplied by, so that a confidence of 0.8 is right four times in five (measured on new authors)
_FILE = "topics.npz"


def grams(token: str) -> Iterator[str]:
    """The "c…" features of one word in Latin spelling."""
    padded = f" {token} "
    for length in _CHARS:
        for start in range(max(len(padded) - length + 1, 1)):
            yield "c" + padded[start : start + length]


def of_words(tokens: Sequence[str]) -> Iterator[str]:
    """The other features of a text, by its words in Latin spelling: "w…" words, "d…" their pairs, "s…" skeletons, "b…" their pairs."""
    bones = [skeleton(token) for token in tokens]
    yield from ("w" + token for token in tokens)
    yield from (f"d{one} {two}" for one, two in pairwise(tokens))
    yield from ("s" + bone for bone in bones)
    yield from (f"b{one} {two}" for one, two in pairwise(bones))


class Reader:
    """Reads one text as counting.Space weighs many. N-grams of a word that it knows are looked up once; of others nothing is kept."""

    def __init__(self, vocabulary: Mapping[str, int], idf: np.ndarray) -> None:
        self._vocabulary, self._idf = vocabulary, idf
        self._known: dict[str, list[int]] = {}

    def row(self, tokens: Sequence[str], others: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values, by the words in Latin spelling and the features that are not n-grams."""
        characters = Counter[int]()
        for token in tokens:
            characters.update(self._grams(token))
        whole = Counter(self._vocabulary[feature] for feature in others if feature in self._vocabulary)
        columns = np.fromiter(chain(characters, whole), dtype=np.int64, count=len(characters) + len(whole))
        counts = np.fromiter(chain(characters.values(), whole.values()), dtype=np.float64, count=len(columns))
        values = (1 + np.log(counts)) * self._idf[columns]
        for kind in (values[: len(characters)], values[len(characters) :]):
            norm = np.sqrt(kind @ kind)
            if norm:
                kind /= norm
        return columns, values

    def _grams(self, token: str) -> list[int]:
        found = self._known.get(token)
        if found is None:
            found = [self._vocabulary[gram] for gram in grams(token) if gram in self._vocabulary]
            if "w" + token in self._vocabulary:
                self._known[token] = found
        return found


@dataclass(frozen=True)
class TopicModel:
    """A trained classifier. `probabilities` is all that is needed at run time."""

    topics: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: np.ndarray  # (features,)
    network: Network  # its outputs are the topics

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.vocabulary, self.idf)

    def probabilities(self, text: str) -> np.ndarray:
        """(topics,) summing to one, in the order of `topics`."""
        tokens = [latin(word) for word in words(fold(text))]
        columns, values = self._reader.row(tokens, of_words(tokens))
        return chances(_SHARPNESS * self.network.scores(columns, values))

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Topics with their probability, likeliest first."""
        found = self.probabilities(text)
        return [(self.topics[index], float(found[index])) for index in np.argsort(-found)]

    def save(self, directory: Path) -> None:
        np.savez_compressed(
            directory / _FILE,
            idf=self.idf.astype(np.float32),
            **self.network.arrays(),
            names=np.frombuffer(json.dumps({"topics": self.topics, "vocabulary": list(self.vocabulary)}).encode(), dtype=np.uint8),
        )

    @classmethod
    def load(cls, directory: Path) -> TopicModel:
        with np.load(directory / _FILE, allow_pickle=False) as stored:
            names = json.loads(stored["names"].tobytes().decode())
            vocabulary = {feature: index for index, feature in enumerate(names["vocabulary"])}
            return cls(tuple(names["topics"]), vocabulary, stored["idf"], Network.stored(stored))


def train(texts: Sequence[str], topics: Sequence[str], min_documents: int = _MIN_DOCUMENTS) -> TopicModel:
    """Trains the classifier; every topic weighs the same however many examples it has. Deterministic."""
    from bot.understanding.counting import Space, count

    counted = count(texts, of_words)
    space = Space.of(counted, min_documents)
    names, labels, counts = np.unique(np.array(topics), return_inverse=True, return_counts=True)
    weights = (len(labels) / len(names) / counts)[labels].astype(np.float32)

    def errors(rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        found = chances(scores) - _SMOOTHED / len(names)
        found[np.arange(len(rows)), labels[rows]] -= 1 - _SMOOTHED
        return np.asarray(found * weights[rows, None])

    matrix = space.matrix(counted).astype(np.float32)
    networks = [learn(matrix, errors, len(names), _WAY, seed) for seed in range(_NETWORKS)]
    return TopicModel(tuple(str(name) for name in names), space.vocabulary, space.idf, Network.together(networks))
