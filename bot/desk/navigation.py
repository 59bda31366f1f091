"""The pages in the desk's menu, in their order. Who sees which follows from bot.desk.permissions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    route: str  # also the name of its word in the block `nav` of knowledge/words_desk.yml
    icon: str  # name of a symbol in templates/icons.html


ENTRIES = (
    Entry("queue", "chat"),
    Entry("oversight", "eye"),
    Entry("sample", "shield"),
    Entry("figures", "chart"),
    Entry("audit", "list"),
    Entry("people", "people"),
    Entry("hours", "clock"),
    Entry("account", "person"),
)
