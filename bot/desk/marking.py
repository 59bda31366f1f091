"""Marks in a message the words for which a rule spoke, so that a counsellor sees at a glance what was found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.understanding.normalise import fold, words
from bot.understanding.risk import Lexicon
from bot.understanding.romanise import plain

_WORD = re.compile(r"\S+")
Piece = tuple[str, bool]  # (text, marked)


def marked(text: str, reasons: Sequence[str], lexicon: Lexicon) -> tuple[Piece, ...]:
    """The text in pieces; together they are the text again."""
    patterns = [rule.any for rule in lexicon.rules if rule.id in reasons]
    if not patterns:
        return ((text, False),)
    tokens = list(_WORD.finditer(text))
    message, owners = _spelled([token.group() for token in tokens])
    hit = {owner for pattern in patterns for owner in _touched(pattern, message, owners)}
    return tuple(_pieces(text, [tokens[index].span() for index in sorted(hit)]))


def _spelled(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """The message as rules read it, and for each character which token it comes from (-1: none)."""
    message, owners = " ", [-1]
    for index, token in enumerate(tokens):
        for word in words(fold(token)):
            key = plain(word)
            message += key + " "
            owners += [index] * len(key) + [-1]
    return message, owners


def _touched(pattern: re.Pattern[str], message: str, owners: Sequence[int]) -> Iterator[int]:
    for match in pattern.finditer(message):
        yield from (owner for owner in owners[match.start() : match.end()] if owner >= 0)


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """Neighbouring words are one piece, with the blank between them."""
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1][1] = end
        else:
            joined.append([start, end])
    at = 0
    for start, end in joined:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
