"""Brings text into one form. `clean` is what is kept of her message; `fold` is what matching and counting see."""

from __future__ import annotations

import re
import unicodedata

# Controls, bidirectional marks and invisible spaces carry no meaning in a message and can hide words or spoof a screen.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_JOINERS = re.compile("[\u200c\u200d\ufe0e\ufe0f]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_LONG_REPEAT = re.compile(r"(\D)\1{2,}")  # digits stay: 999 is not 99
_LOOK_ALIKE = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "`": "'", "\u00b4": "'",
        "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2026": "...",
        "|": "\u0964", "\u0965": "\u0964",
        # Letters of the Assamese keyboard, and signs typed in two pieces.
        "\u09f0": "\u09b0", "\u09f1": "\u09ac",
    }
)  # fmt: skip
# Digits that the young write for a sound: 6 (chhoy) for ছ in "a6i", "mar6e", "6ilo", 2 for "tu" in "2mi"; not "6am", "2mas", "6lakh".
_SPOKEN_DIGITS = (
    (re.compile(r"(?<=[a-z])6+(?=[aeiouy])|(?<![a-z0-9])6(?=[aeio][a-z]{2})"), "ch"),
    (re.compile(r"(?<![a-z0-9])2(?=m(?:i|r|ra|k|ake)(?![a-z0-9]))"), "tu"),
)
_TWO_PIECE = (("\u0985\u09be", "\u0986"), ("\u09c7\u09be", "\u09cb"), ("\u09c7\u09d7", "\u09cc"))
_DIGITS = {ord(c): str(unicodedata.decimal(c)) for c in "০১২৩৪৫৬৭৮৯٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९"}
_BANGLA = re.compile("[\u0980-\u09ff]")
_WORD = re.compile("[\u0980-\u09ff]+|[^\\W\\d_]+|\\d+", re.UNICODE)


def clean(text: str) -> str:
    """NFC without control characters, bidirectional marks and invisible spaces; blanks run together; lone surrogates dropped."""
    text = text.encode("utf-8", "ignore").decode("utf-8", "ignore")
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _blanks(unicodedata.normalize("NFC", text))  # composed last: what was invisible may have kept two pieces apart


def fold(text: str) -> str:
    """For matching: `clean`, compatibility letters, lower case, ASCII digits, no joiners, three or more of a character become two, and
    digits within a word the sound they stand for."""
    text = unicodedata.normalize("NFKC", clean(text)).translate(_LOOK_ALIKE).translate(_DIGITS).lower()
    text = unicodedata.normalize("NFKC", _JOINERS.sub("", text))
    for pieces, whole in _TWO_PIECE:
        text = text.replace(pieces, whole)
    for digit, sound in _SPOKEN_DIGITS:
        text = digit.sub(sound, text)
    return _blanks(_LONG_REPEAT.sub(r"\1\1", text))


def digits(text: str) -> str:
    """The text with the digits of other scripts as 0-9; the same length."""
    return text.translate(_DIGITS)


def words(folded: str) -> list[str]:
    """The words of a folded text: runs of Bangla letters with their signs, of other letters, or of digits."""
    return _WORD.findall(folded)


def _blanks(text: str) -> str:
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def has_bangla(text: str) -> bool:
    return _BANGLA.search(text) is not None
