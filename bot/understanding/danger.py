"""How much danger a message discloses, by a trained model: the rules of `risk` see words, this sees how people say it. Numpy arrays only.

The features are those of topics, and pairs of skeletons with one word between them: "amake … mare", "ghore … rakhse". One network
has several heads: danger at all, danger now (critical), a person needed, and the category.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from bot.understanding import topics
from bot.understanding.gluing import parted
from bot.understanding.network import Network, chances
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin, skeleton

FILE = "danger.npz"
OTHER, _NAMED = "other", 0.2  # a category less likely is not named
HEADS = ("danger", "critical", "person")  # the first outputs of the network; the categories follow


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the model makes of one message: three probabilities, and the likeliest category if it is danger."""

    danger: float  # that it is critical or urgent
    critical: float  # that it is critical, if it is danger
    person: float  # that it needs a person, in danger or not
    category: str  # "other" where none is likely
    words: int  # in it, those written in one run counted singly


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Probabilities from which something is done; chosen in training on authors that were not learned from."""

    flag: float  # of danger: acted on
    ask: float  # of danger: one soft line
    doubt: float  # of danger: below it not even a rule of critical danger acts
    critical: float  # of critical: the higher level
    person: float  # of person: level standard


def of_words(tokens: Sequence[str]) -> Iterator[str]:
    """The features of a text's words in Latin spelling: those of topics, and "g…" pairs of skeletons with one word between."""
    return chain(topics.of_words(tokens), _apart(tokens))


def _apart(tokens: Sequence[str]) -> Iterator[str]:
    bones = [skeleton(token) for token in tokens]
    return (f"g{one} {two}" for one, two in zip(bones, bones[2:], strict=False))


@dataclass(frozen=True, kw_only=True)
class Held:
    """How a group of examples was judged by models that had not learned from their authors."""

    group: str
    count: int
    flagged: int
    reached: int  # flagged, or asked softly


@dataclass(frozen=True, kw_only=True)
class DangerModel:
    """A trained model. `hear` is all that is needed at run time."""

    vocabulary: dict[str, int]
    idf: np.ndarray  # (features,)
    network: Network  # its outputs are the heads and the categories; slope and offset of the heads' calibration are in them already
    categories: tuple[str, ...]
    marks: Marks
    held: tuple[Held, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)  # how often each is written: to part what is written in one run

    def hear(self, text: str) -> Heard:
        tokens = [latin(word) for word in words(parted(fold(text), self.words))]
        columns, values = self._reader.row(tokens, of_words(tokens))
        scores = self.network.scores(columns, values)
        danger, critical, person = (float(1 / (1 + np.exp(-score))) for score in scores[: len(HEADS)])
        category = self._category(scores[len(HEADS) :])
        return Heard(danger=danger, critical=critical, person=person, category=category, words=len(tokens))

    @cached_property
    def _reader(self) -> topics.Reader:
        return topics.Reader(self.vocabulary, self.idf)

    def _category(self, scores: np.ndarray) -> str:
        """The likeliest; "other" where none is likely: a reply that fits all is better than one that fits something else."""
        likely = chances(scores)
        best = int(np.argmax(likely))
        return self.categories[best] if likely[best] >= _NAMED else OTHER

    def save(self, path: Path) -> None:
        names = {
            "vocabulary": list(self.vocabulary), "categories": self.categories, "marks": vars(self.marks),
            "held": [vars(held) for held in self.held], "words": dict(self.words),
        }  # fmt: skip
        np.savez_compressed(
            path,
            idf=self.idf.astype(np.float32),
            **self.network.arrays(),
            names=np.frombuffer(json.dumps(names).encode(), dtype=np.uint8),
        )

    @classmethod
    def load(cls, path: Path) -> DangerModel:
        """Raises OSError, ValueError, KeyError, TypeError or BadZipFile for a file that is not one of ours."""
        with np.load(path, allow_pickle=False) as stored:
            names = json.loads(stored["names"].tobytes().decode())
            return cls(
                vocabulary={feature: index for index, feature in enumerate(names["vocabulary"])},
                idf=stored["idf"], network=Network.stored(stored),
                categories=tuple(names["categories"]), marks=Marks(**names["marks"]),
                held=tuple(Held(**held) for held in names["held"]), words=names["words"],
            )  # fmt: skip
