"""Charts as plain numbers; the template draws them as SVG. A hidden count is drawn as a stub of one size, which says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_STUB = 0.02  # of the longest


@dataclass(frozen=True, kw_only=True)
class Bar:
    label: str
    count: int | None  # None: hidden
    x: float
    y: float
    width: float
    height: float


def columns(values: Sequence[tuple[str, int | None]], *, width: float, height: float, gap: float = 0.3) -> tuple[Bar, ...]:
    """Standing bars, as wide as there is room for."""
    step, most = width / max(1, len(values)), _most(values)
    bars = []
    for index, (label, count) in enumerate(values):
        tall = height * (_STUB if count is None else count / most)
        bars.append(
            Bar(label=label, count=count, x=round(index * step + step * gap / 2, 2), y=round(height - tall, 2),
                width=round(step * (1 - gap), 2), height=round(tall, 2))
        )  # fmt: skip
    return tuple(bars)


def rows(values: Sequence[tuple[str, int | None]], *, width: float, step: float, thick: float) -> tuple[Bar, ...]:
    """Lying bars, one below the other."""
    most = _most(values)
    return tuple(
        Bar(label=label, count=count, x=0, y=index * step, width=round(width * (_STUB if count is None else count / most), 2), height=thick)
        for index, (label, count) in enumerate(values)
    )


def _most(values: Sequence[tuple[str, int | None]]) -> int:
    return max([1, *(count or 0 for _, count in values)])
