"""A score card of words: what each word, or pair of words near each other, says for or against danger. Pure.

Rules name what is certain; cues add up what is not. They speak only where there is no model of danger: it knows all of them, and more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.model import Level, Risk
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import plain

CUES = "cues"  # the reason where they spoke
_NEAR = 3  # a pair is two words in their order, the second at most so many after the first

Cue = tuple[str, ...]  # one word or a pair, in plain spelling


@dataclass(frozen=True, kw_only=True)
class Cues:
    ask: int  # points from which the soft line is said
    flag: int  # points from which it is acted on
    points: Mapping[Cue, int]

    def read(self, text: str) -> Risk:
        score = sum(self.points.get(cue, 0) for cue in set(found([plain(word) for word in words(fold(text))])))
        if score >= self.flag:
            return Risk(flag=Level.URGENT, reasons=(CUES,))
        return Risk(ask=True, reasons=(CUES,)) if score >= self.ask else Risk()


def found(spelled: Sequence[str]) -> Iterator[Cue]:
    """All words and pairs of a text."""
    for index, word in enumerate(spelled):
        yield (word,)
        for other in spelled[index + 1 : index + 1 + _NEAR]:
            yield word, other


def cue(written: str) -> Cue:
    """A cue as it is written down: "word", or "word * word". Raises ValueError for anything else."""
    spelled = [[plain(word) for word in words(fold(piece))] for piece in written.split(" * ")]
    if len(spelled) > 2 or any(len(piece) != 1 for piece in spelled):
        raise ValueError(f"the cue {written!r} must be one word, or two with ' * ' between")
    return tuple(piece[0] for piece in spelled)
