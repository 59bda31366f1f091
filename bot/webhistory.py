"""What the web chat reads: the store's messages by the address of a session."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.channels.webentries import Entry
from bot.model import Paper, Reply


class Messages(Protocol):
    def conversation_of(self, channel: str, address: str) -> str | None: ...
    def history(self, conversation: str, after: int, limit: int) -> list[tuple[int, str, Reply | str, datetime]]: ...
    def paper(self, id: str, conversation: str) -> Paper | None: ...
    def latest(self, conversation: str, limit: int) -> list[tuple[int, str, Reply | str, datetime]]: ...
    def ended(self, channel: str, address: str) -> bool: ...


class WebHistory:
    """bot.channels.web.History over the store."""

    def __init__(self, store: Messages) -> None:
        self._store = store

    def after(self, address: str, cursor: int, limit: int) -> list[Entry]:
        conversation = self._store.conversation_of("web", address)
        return [_entry(*row) for row in self._store.history(conversation, cursor, limit)] if conversation else []

    def latest(self, address: str, limit: int) -> list[Entry]:
        conversation = self._store.conversation_of("web", address)
        return [_entry(*row) for row in self._store.latest(conversation, limit)] if conversation else []

    def ended(self, address: str) -> bool:
        return self._store.ended("web", address)


class WebPapers:
    """bot.channels.webfiles.Papers over the store."""

    def __init__(self, store: Messages) -> None:
        self._store = store

    def paper(self, address: str, id: str) -> Paper | None:
        conversation = self._store.conversation_of("web", address)
        return self._store.paper(id, conversation) if conversation else None


def _entry(id: int, direction: str, said: Reply | str, at: datetime) -> Entry:
    if isinstance(said, Reply):
        return Entry(id=id, direction=direction, text=said.text, buttons=said.buttons, file=said.file, at=at)
    return Entry(id=id, direction=direction, text=said, at=at)
