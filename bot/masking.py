"""Finds in a text what says who somebody is: phone numbers, numbers of papers and accounts, addresses of hers on the net. Pure.

Wider than bot.understanding.entities, which must be sure of what it acts on: one hidden for nothing costs a press, one shown costs more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.understanding.normalise import digits

DOTS = "•••"
_BETWEEN = r"[\s().\-\u2010-\u2013/]{0,3}"
_RUN = re.compile(rf"(?<!\d)\+?\(?\d(?:{_BETWEEN}\d){{7,}}(?!\d)")
_LEAST, _SURE = 8, 9  # digits of a number; from how many on it is one however it is written
_EIGHT = re.compile(r"\d{8}|\d{4}[ -]\d{4}|\d{2}[ -]\d{6}|\d{2}[ -]\d{3}[ -]\d{3}")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}([-./])\d{1,2}\1(?:19|20)\d{2}|(?:19|20)\d{2}([-./])\d{1,2}\2\d{1,2})(?!\d)")
_GROUP = re.compile(r"\d+")
_PAPER = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,2})[\s-]?\d{7,9}(?!\d)")  # a passport: one letter or two, then digits
_NO_PAPER = frozenset("tk bd rs sr kd jd qr rm dh no na rl to in on or by is at of".split())  # before an amount or a plain number
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_ACCOUNT = re.compile(
    r"(?<!\w)(?:https?://)?(?:\w{1,20}\.)?(?:facebook\.com|fb\.com|fb\.me|m\.me|instagram\.com|tiktok\.com|t\.me|wa\.me|imo\.im)/[^\s,।]+"
    r"|(?<![\w.@])@[A-Za-z0-9_.]{3,}[A-Za-z0-9_]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """`start` and `end` index the text as given."""

    kind: str  # number | email | account
    value: str
    start: int
    end: int

    @property
    def hint(self) -> str:
        """What may be seen of it: enough to tell two apart."""
        return DOTS + "".join(filter(str.isdigit, self.value))[-2:] if self.kind == "number" else DOTS


class Masks:
    """`ours` are numbers that the program gives out itself: they are never hidden."""

    def __init__(self, ours: Iterable[str]) -> None:
        spelled = sorted({form for number in ours for form in _spellings(number)}, key=len, reverse=True)
        one = "|".join(rf"\+?{_BETWEEN.join(form)}" if len(form) >= _LEAST else form for form in spelled) or "(?!)"
        self._only = re.compile(rf"(?:{one})(?:{_BETWEEN}(?:{one}))*")
        self._first = re.compile(rf"(?:{one})(?=\D)")
        self._last = re.compile(rf"(?<=\D)(?:{one})$")

    def find(self, text: str) -> tuple[Found, ...]:
        """In order of place; none overlaps another."""
        plain = digits(text)
        spans = [("email", *match.span()) for match in _EMAIL.finditer(plain)]
        spans += [("account", *match.span()) for match in _ACCOUNT.finditer(plain)]
        if sum(map(str.isdigit, plain)) >= _LEAST - 1:
            spans += [("number", *match.span()) for match in _PAPER.finditer(plain) if match[1].lower() not in _NO_PAPER]
            spans += [("number", *span) for span in self._numbers(plain)]
        found: list[Found] = []
        for kind, start, end in sorted(spans, key=lambda span: (span[1], -span[2])):
            if not found or start >= found[-1].end:
                found.append(Found(kind, text[start:end], start, end))
            elif end > found[-1].end:  # a passport's digits run on into a phone number
                last = found.pop()
                found.append(Found(last.kind, text[last.start : end], last.start, end))
        return tuple(found)

    def hidden(self, text: str) -> str:
        """The text with dots in their place, where nothing more can be shown."""
        at, parts = 0, []
        for one in self.find(text):
            parts += [text[at : one.start], one.hint]
            at = one.end
        return "".join([*parts, text[at:]])

    def _numbers(self, plain: str) -> Iterator[tuple[int, int]]:
        text = _DATE.sub(lambda match: "x" * len(match.group()), plain)
        for match in _RUN.finditer(text):
            start, end = match.span()
            if self._only.fullmatch(match.group()):
                continue
            if first := self._first.match(match.group()):
                start += first.end()
            if last := self._last.search(text[start:end]):
                end = start + last.start()
            core = re.search(r"\+?\(?\d.*\d", text[start:end], re.DOTALL)
            if core and _is_one(core.group()):
                yield start + core.start(), start + core.end()


def _is_one(run: str) -> bool:
    """Whether so many digits are a number of hers, rather than amounts of money that stand beside each other."""
    groups = _GROUP.findall(run)
    if len(groups) > 1 and all(group.endswith("00") and not group.startswith("0") for group in groups):
        return False
    count = sum(map(len, groups))
    return count >= _SURE or (count == _LEAST and _EIGHT.fullmatch(run) is not None)


def _spellings(number: str) -> Iterator[str]:
    """Digits only: as dialled from anywhere, and a number of Bangladesh from within."""
    plain = "".join(character for character in digits(number) if character.isdigit())
    yield plain
    if plain.startswith("880") and len(plain) > 10:
        yield "0" + plain[3:]
        yield "00" + plain
