"""Length and splitting of a text as the chat platforms count: in UTF-16 code units."""

from __future__ import annotations

from dataclasses import replace

import regex  # type: ignore[import-untyped]

from bot.model import Reply

# A grapheme; after a Bangla hasanta the letter that it joins belongs to it too (the Unicode data of this `regex` cuts there).
_CLUSTER = regex.compile(r"\X(?:(?<=\u09CD\u200D?)(?=\p{L})\X)*")
# The end of a sentence: danda, ?, ! or . before a blank (not the point in a number or an address), or a line break.
_SENTENCE_END = regex.compile(r"[\u0964\u0965?!.]+[\"'\u2019\u201D)\]]*(?=\s)|\n")
_BLANK = regex.compile(r"\s+")
_ELLIPSIS = "\u2026"


def units(text: str) -> int:
    """The length in UTF-16 code units: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def scrub(text: str) -> str:
    """Replaces halves of surrogate pairs, which JSON can carry and no database or HTTP body can."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clip(text: str, limit: int) -> str:
    """Cuts to `limit` units, the ellipsis that shows the cut included, never inside a grapheme."""
    if units(text) <= limit:
        return text
    return text[: _whole(text, limit - 1)].rstrip() + _ELLIPSIS


def split(text: str, limit: int) -> list[str]:
    """Splits into parts of at most `limit` (2 or more) units: at the ends of sentences, else at blanks, else between graphemes."""
    if units(text) <= limit:
        return [text]
    parts, rest = [], text.strip()
    while units(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def in_parts(reply: Reply, limit: int) -> tuple[Reply, ...]:
    """The reply as several of at most `limit` units each; the buttons stay on the last."""
    *first, last = split(reply.text, limit) or [""]
    return (*(Reply(text=part) for part in first), replace(reply, text=last))


def _cut(text: str, limit: int) -> int:
    end = _whole(text, limit)
    window = text[: end + 1]  # the character after the last that fits tells whether a sentence or word ends there
    for pattern, at in ((_SENTENCE_END, 1), (_BLANK, 0)):
        cuts: list[int] = [match.span()[at] for match in pattern.finditer(window)]
        fitting = [cut for cut in cuts if 0 < cut <= end]
        if fitting:
            return fitting[-1]
    return end


def _whole(text: str, limit: int) -> int:
    """The index up to which whole graphemes fit into `limit` units."""
    used, end = 0, 0
    for cluster in _CLUSTER.finditer(text):
        used += units(cluster.group())
        if used > limit:
            break
        end = int(cluster.end())
    return end or limit // 2  # a single grapheme longer than a message (stacked marks): between code points
