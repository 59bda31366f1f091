"""What the web chat reads of a conversation: its entries, and where the current visit begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Button

SILENCE = timedelta(minutes=30)  # after it a new visit begins: phones are shared


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One stored message of a conversation."""

    id: int
    direction: str  # in: she wrote it | out: a reply
    text: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    file: str | None = None  # id of a paper that came with a reply
    client_id: str | None = None  # the id the page gave her message, where the store can tell it


class History(Protocol):
    """The stored messages of the web conversation with an address. Synchronous: called in a thread."""

    def after(self, address: str, cursor: int, limit: int) -> list[Entry]:
        """At most `limit` entries with id > cursor, oldest first."""

    def latest(self, address: str, limit: int) -> list[Entry]:
        """The last `limit` entries, oldest first; empty when there is no such conversation."""

    def ended(self, address: str) -> bool:
        """Whether she hid it: then the page must go, and its session opens nothing."""


def visit_start(entries: Sequence[Entry], now: datetime) -> int:
    """The id after which the current visit begins: what lies before 30 minutes of silence is not shown again."""
    later = now
    for entry in reversed(entries):
        if later - entry.at >= SILENCE:
            return entry.id
        later = entry.at
    return entries[0].id - 1 if entries else 0


def shown(entry: Entry) -> dict[str, object]:
    """An entry as the page gets it."""
    buttons = [{"title": button.title, "payload": button.payload} for button in entry.buttons]
    fields = {"id": entry.id, "direction": entry.direction, "text": entry.text, "buttons": buttons}
    if entry.file:
        fields["file"] = f"/chat/files/{entry.file}"
    return {**fields, "client_id": entry.client_id, "at": entry.at.isoformat()}
