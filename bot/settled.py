"""What a process has loaded for good is not looked through by the garbage collector time and again."""

from __future__ import annotations

import gc

# New objects between two collections of the youngest, and how many of those make one of the next. A turn makes some thousands, nearly
# all gone by themselves when it ends: Python's own 700 looks dozens of times a turn for cycles that are not there.
_THRESHOLDS = (20_000, 10, 50)


def settle() -> None:
    """Call once, when everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
