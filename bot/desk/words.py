"""The words of the desk: knowledge/words_desk.yml and words_desk_*.yml, blocks of texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from bot.errors import ContentError
from bot.knowledge import LANGUAGES, read_yaml, text


class Words:
    """words["bn"].sign_in.title; a name that is missing is an error, never an empty place on the page."""

    def __init__(self, blocks: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._blocks = {
            language: SimpleNamespace(**{block: SimpleNamespace(**texts) for block, texts in of_language.items()})
            for language, of_language in blocks.items()
        }

    def __getitem__(self, language: str) -> SimpleNamespace:
        return self._blocks[language]

    def get(self, language: str, block: str, name: str) -> str | None:
        """A text by names that come from data."""
        found = getattr(getattr(self._blocks[language], block, None), name, None)
        return found if isinstance(found, str) else None


def load_words(directory: Path) -> Words:
    """Raises ContentError naming file, field and cure."""
    found: dict[str, dict[str, dict[str, str]]] = {language: {} for language in LANGUAGES}
    for path in sorted(directory.glob("words_desk*.yml")):
        content = read_yaml(path)
        if not isinstance(content, Mapping):
            raise ContentError(f"{path}: must hold blocks of texts.")
        for block, texts in content.items():
            if not isinstance(texts, Mapping):
                raise ContentError(f"{path}: {block}: must hold texts.")
            if block in found["bn"]:
                raise ContentError(f"{path}: {block}: another words_desk file has this block too; rename one.")
            read = {name: text(path, f"{block}.{name}", value) for name, value in texts.items()}
            for language in LANGUAGES:
                found[language][str(block)] = {_name(path, block, name): both[language] for name, both in read.items()}
    return Words(found)


def _name(path: Path, block: str, name: object) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        raise ContentError(f"{path}: {block}: the name {name!r} must be one word of letters; put yes, no, on and off in quotes.")
    return name
