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
_PASSES = 40  # over all examples: fewer and the last examples seen, not all of them, decide what is near a border (seeds then differ)
_SHARPNESS = 1.75  # what scores are multiplied by, so that a confidence of 0.8 is right four times in five (measured on labelled lines)
_FILE = "topics.npz"


def features(text: str) -> Counter[str]:
    """Counts of the features of a text: "c…" character n-grams inside padded words, and those of `of_words`."""
    tokens = [latin(word) for word in words(fold(text))]
    counts = Counter(gram for token in tokens for gram in grams(token))
    counts.update(of_words(tokens))
    return counts


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
    """`row` of a text's features, sooner: the n-grams of a word that the model knows are looked up once. Of other words nothing is kept."""

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
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    counted = [features(text) for text in texts]
    documents = Counter(feature for counts in counted for feature in counts)
    kept = sorted(feature for feature, count in documents.items() if count >= min_documents)
    vocabulary = {feature: index for index, feature in enumerate(kept)}
    idf = np.array([np.log((1 + len(texts)) / (1 + documents[feature])) + 1 for feature in kept])
    rows = [row(counts, vocabulary, idf) for counts in counted]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    matrix = csr_matrix(
        (np.concatenate([values for _, values in rows]), np.concatenate([columns for columns, _ in rows]), ends),
        shape=(len(texts), len(kept)),
    )
    # Measured: what lbfgs finds in minutes, saga does in one; after these passes all seeds give the same answers on labelled texts.
    solver = LogisticRegression(C=_C, class_weight="balanced", solver="saga", max_iter=_PASSES, tol=1e-4, random_state=0)
    found = fitted(solver, matrix.astype(np.float32), list(topics))
    return TopicModel(tuple(str(name) for name in found.classes_), vocabulary, idf, found.coef_.T.copy(), found.intercept_.copy())


def row(counts: Counter[str], vocabulary: dict[str, int], idf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns and TF-IDF values (log-scaled, each kind of feature of length one) of one text."""
    known = [(vocabulary[feature], count, feature[0]) for feature, count in counts.items() if feature in vocabulary]
    if not known:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    columns = np.array([column for column, _, _ in known], dtype=np.int64)
    values = (1 + np.log([count for _, count, _ in known])) * idf[columns]
    kinds = np.array([kind == "c" for _, _, kind in known])
    for kind in (kinds, ~kinds):
        norm = np.linalg.norm(values[kind])
        if norm:
            values[kind] /= norm
    return columns, values
