"""Which topic a message is about: TF-IDF over characters and words in one Latin space, and a logistic regression. Pure; numpy arrays only.

Features (measured best together on Bangla and Banglish): character n-grams of the words in Latin spelling, and the words' consonant
skeletons, so that an example in one script also serves the other.
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

from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin, skeleton
from bot.understanding.solving import fitted

_CHARS = range(1, 5)  # lengths of character n-grams
_C = 20.0  # inverse regularisation of the logistic regression
_PASSES = 30  # over all examples: after 28 as after 40, two seeds differ in 5 of 374 labelled lines; after fewer, in more
_SHARPNESS = 1.75  # what scores are multiplied by, so that a confidence of 0.8 is right four times in five (measured on labelled lines)
_FILE = "topics.npz"


def grams(token: str) -> Iterator[str]:
    """The "c…" features of one word in Latin spelling."""
    padded = f" {token} "
    for length in _CHARS:
        for start in range(max(len(padded) - length + 1, 1)):
            yield "c" + padded[start : start + length]


def of_words(tokens: Sequence[str]) -> Iterator[str]:
    """The other features of a text, by its words in Latin spelling: "w…" words, "s…" skeletons, "b…" skeleton pairs."""
    bones = [skeleton(token) for token in tokens]
    yield from ("w" + token for token in tokens)
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
    """A trained classifier. `probabilities` is all that is needed at run time; no scikit-learn."""

    topics: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: np.ndarray  # (features,)
    weights: np.ndarray  # (features, topics)
    bias: np.ndarray  # (topics,)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.vocabulary, self.idf)

    def probabilities(self, text: str) -> np.ndarray:
        """(topics,) summing to one, in the order of `topics`."""
        tokens = [latin(word) for word in words(fold(text))]
        columns, values = self._reader.row(tokens, of_words(tokens))
        scores = self.bias + values @ self.weights[columns] if len(columns) else self.bias
        exponent = np.exp(_SHARPNESS * (scores - scores.max()))
        return np.asarray(exponent / exponent.sum())

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Topics with their probability, likeliest first."""
        found = self.probabilities(text)
        return [(self.topics[index], float(found[index])) for index in np.argsort(-found)]

    def save(self, directory: Path) -> None:
        np.savez_compressed(
            directory / _FILE,
            idf=self.idf.astype(np.float32),
            weights=self.weights.astype(np.float32),
            bias=self.bias.astype(np.float32),
            names=np.frombuffer(json.dumps({"topics": self.topics, "vocabulary": list(self.vocabulary)}).encode(), dtype=np.uint8),
        )

    @classmethod
    def load(cls, directory: Path) -> TopicModel:
        with np.load(directory / _FILE, allow_pickle=False) as stored:
            names = json.loads(stored["names"].tobytes().decode())
            vocabulary = {feature: index for index, feature in enumerate(names["vocabulary"])}
            return cls(tuple(names["topics"]), vocabulary, stored["idf"], stored["weights"], stored["bias"])


def train(texts: Sequence[str], topics: Sequence[str], min_documents: int = 3) -> TopicModel:
    """Fits the classifier; every topic weighs the same however many examples it has. Deterministic. Raises ValueError for two."""
    if len(set(topics)) < 3:  # for two, scikit-learn keeps one column of weights
        raise ValueError("needs at least three topics")
    from sklearn.linear_model import LogisticRegression

    from bot.understanding.counting import Space, count

    counted = count(texts, of_words)
    space = Space.of(counted, min_documents)
    # Measured: what lbfgs finds in minutes, saga does in one; after these passes all seeds give the same answers on labelled texts.
    solver = LogisticRegression(C=_C, class_weight="balanced", solver="saga", max_iter=_PASSES, tol=1e-4, random_state=0)
    found = fitted(solver, space.matrix(counted).astype(np.float32), list(topics))
    names = tuple(str(name) for name in found.classes_)
    return TopicModel(names, space.vocabulary, space.idf, found.coef_.T.copy(), found.intercept_.copy())
