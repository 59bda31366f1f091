"""What somebody wrote, as the desk shows it: the words for which a rule spoke are marked, and what says who she is, is hidden. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.desk.marking import marked
from bot.handoff import CaseView
from bot.masking import Masks
from bot.understanding.risk import Lexicon


class Piece(NamedTuple):
    """`hidden` names what stands there (number, email, account); then `text` is only a hint of it."""

    text: str
    marked: bool = False
    hidden: str = ""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What stands in a message or note and says who somebody is."""

    at: datetime
    kind: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    lexicon: Lexicon
    masks: Masks

    def pieces(self, text: str, reasons: Sequence[str] = ()) -> tuple[Piece, ...]:
        return tuple(self._cut(text, reasons))

    def plain(self, text: str) -> str:
        """Where nothing can be pressed."""
        return self.masks.hidden(text)

    def hides(self, text: object) -> bool:
        return isinstance(text, str) and bool(self.masks.find(text))

    def written(self, view: CaseView) -> tuple[Written, ...]:
        """Each once, in the order of the first time."""
        texts = sorted([*((message.at, message.text) for message in view.messages), *((note.at, note.text) for note in view.notes)])
        found: dict[str, Written] = {}
        for at, text in texts:
            for one in self.masks.find(text):
                found.setdefault(one.value, Written(at=at, kind=one.kind, value=one.value))
        return tuple(found.values())

    def _cut(self, text: str, reasons: Sequence[str]) -> Iterator[Piece]:
        found = list(self.masks.find(text))
        at = 0
        for piece, hit in marked(text, reasons, self.lexicon):
            end = at + len(piece)
            while found and found[0].start < end:
                first = found.pop(0)
                if first.start > at:
                    yield Piece(text[at : first.start], hit)
                yield Piece(first.hint, hidden=first.kind)
                at = max(at, first.end)
            if at < end:
                yield Piece(text[at:end], hit)
                at = end
