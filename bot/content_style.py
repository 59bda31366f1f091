"""Whether the texts are written as she speaks: reading level, and words of offices or of blame (knowledge/style.yml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError
from bot.reading_level import complaints
from bot.source import LANGUAGES, Text, read_yaml, take

_QUOTED = re.compile('\u2018[^\u2019\n]*\u2019|\u201c[^\u201d\n]*\u201d|"[^"\n]*"')


@dataclass(frozen=True)
class Word:
    """A word that may not be said, and what is said instead."""

    pattern: re.Pattern[str]
    written: str
    instead: str


def load_style(path: Path) -> Mapping[str, tuple[Word, ...]]:
    """Language → its words. Raises ContentError."""
    entry = read_yaml(path)
    return {language: tuple(_word(path, language, *pair) for pair in take(path, entry, language, dict).items()) for language in LANGUAGES}


def unlike_her(texts: Iterable[tuple[str, Text]], style: Mapping[str, tuple[Word, ...]]) -> Iterator[str]:
    """Each fault of each text (where, text) as one line with its cure."""
    for where, text in texts:
        for language in LANGUAGES:
            said = _QUOTED.sub("", text[language])
            for word in style[language]:
                if word.pattern.search(said):
                    yield f"{where}.{language}: says {word.written!r}; say: {word.instead}"
            for complaint in complaints(text[language], language):
                yield f"{where}.{language}: {complaint}"


def _word(path: Path, language: str, written: object, instead: object) -> Word:
    if not isinstance(written, str) or not isinstance(instead, str):
        raise ContentError(f"{path}: {language}: {written!r}: write the word, a colon, and what to say instead.")
    stem, any_ending = written.rstrip("~"), written.endswith("~")
    after = "" if any_ending else r"(?![\u0980-\u09ffA-Za-z])"
    return Word(re.compile(rf"(?<![\u0980-\u09ffA-Za-z]){re.escape(stem)}{after}", re.IGNORECASE), stem, instead)
