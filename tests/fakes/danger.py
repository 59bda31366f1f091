"""A danger model over a few made-up lessons, and one of a fixed mind."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Level
from bot.understanding.danger import Heard, Marks
from bot.understanding.fitting import Lesson

MARKS = Marks(flag=0.6, ask=0.2, doubt=0.01, critical=0.5, person=0.5)


@dataclass(frozen=True)
class Mind:
    """Hears the same in every text; or, where words are given, danger only where all of them stand."""

    danger: float = 0.0
    critical: float = 0.0
    person: float = 0.0
    category: str = "captivity"
    only: tuple[str, ...] = ()
    marks: Marks = MARKS

    def hear(self, text: str) -> Heard:
        found = self.danger if all(word in text for word in self.only) else 0.05
        return Heard(danger=found, critical=self.critical, person=self.person, category=self.category, words=len(text.split()))


def lesson(text: str, level: Level, category: str | None = None, author: str | None = None, register: str = "banglish") -> Lesson:
    return Lesson(
        text=text, danger=level.flagged, level=level if author else None, category=category, register=register, author=author,
        person=level is not Level.NONE,
    )  # fmt: skip


def lessons() -> list[Lesson]:
    """Two authors, two categories, and ordinary questions."""
    said: list[Lesson] = []
    for author, place in (("rina", "ghore"), ("mina", "rume")):
        for day in ("aj", "kal", "porshu"):
            said += [
                lesson(f"{day} amake {place} atke rakhse", Level.CRITICAL, "captivity", author),
                lesson(f"{day} malik amake khub mare", Level.URGENT, "physical_violence", author),
                lesson(f"{day} betan dey na malik", Level.STANDARD, "wage_exploitation", author),
                lesson(f"{day} {place} bose natok dekhi", Level.NONE, "captivity", author),
            ]
    for thing in ("passport", "visa", "training", "medical", "smart card", "bank"):
        said += [lesson(f"{thing} korte koto taka", Level.NONE), lesson(f"{thing} kothay hoy", Level.NONE)]
    return said
