"""Parts words that were written in one run without blanks, as voice typing and haste do. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_RUN = re.compile("[\u0980-\u09ff]{21,}|[^\\W\\d_\u0980-\u09ff]{25,}")  # longer than words are
_LONGEST = 16  # letters of a word
_STRANGE = 9.0  # what a letter that is in no known word costs; a rare word costs about as much
_MOST_STRANGE = 0.25  # share of the letters; a run with more of them stays as it is


def parted(folded: str, known: Mapping[str, int]) -> str:
    """A folded text with blanks in its runs, where known words (with how often they occur) explain them."""
    if not known or not _RUN.search(folded):  # as nearly always: then nothing is counted
        return folded
    total = sum(known.values())
    return _RUN.sub(lambda run: _parts(run.group(), known, total), folded)


def _parts(run: str, known: Mapping[str, int], total: int) -> str:
    """The cheapest way to read the run as known words."""
    best: list[tuple[float, int, bool]] = [(0.0, 0, True)]  # cost so far, where the last word begins, whether it is known
    for end in range(1, len(run) + 1):
        ways = [(best[end - 1][0] + _STRANGE, end - 1, False)]
        for begin in range(max(end - _LONGEST, 0), end):
            count = known.get(run[begin:end])
            if count:
                ways.append((best[begin][0] - math.log(count / total), begin, True))
        best.append(min(ways))
    pieces, strange, end = list[str](), 0, len(run)
    while end:
        _, begin, is_known = best[end]
        strange += not is_known
        pieces.append(run[begin:end])
        end = begin
    return run if strange > _MOST_STRANGE * len(run) else " ".join(reversed(pieces))
