"""What is switched off: a file in VAR that every process of this machine reads, changed by `python -m bot content off ID`, `on ID`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.errors import ContentError
from bot.knowledge import Knowledge

FILE = "content_off.json"
NEVER = frozenset(
    {"human", "privacy", "hotlines", "greeting", "unknown", "hotline.emergency", "hotline.migrants", "hotline.migrants_abroad"}
)


def switched_off(path: Path) -> Mapping[str, str]:
    """id → the day on which it was switched off. A file that cannot be read switches nothing off."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(id): str(since) for id, since in found.items()} if isinstance(found, dict) else {}


def switch(path: Path, content: Knowledge, id: str, on: bool, today: date) -> bool:
    """Switches one item off or on again; False when it was so already. Raises ContentError for an id that is none."""
    off = dict(switched_off(path))
    if on:
        if off.pop(id, None) is None:
            return False
    else:
        if id in NEVER:
            raise ContentError(
                f"{id}: is never switched off, she must always find a person, the numbers and who reads. Correct its text instead."
            )
        if id not in switchable(content):
            raise ContentError(
                f"{id}: is no item, topic, step, section (step_visa.cost), country.XX, service.XX or hotline.XX of knowledge/."
            )
        if id in off:
            return False
        off[id] = today.isoformat()
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_text(json.dumps(off, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(written, path)  # whoever reads meanwhile reads the old file or the new one
    return True


def switchable(content: Knowledge) -> set[str]:
    sections = {f"{step.id}.{name}" for step in content.steps for name in step.sections}
    lists = {f"country.{id}" for id in content.countries} | {f"service.{one.id}" for one in content.services.services}
    lists |= {f"hotline.{one.id}" for one in content.hotlines}
    return {*content.items, *content.topics, *(step.id for step in content.steps), *sections, *lists} - NEVER


def still_named(content: Knowledge, number: str) -> list[str]:
    """Where the texts still give a number that is taken off the lists: these texts must be changed or switched off too."""
    texts = [(f"{step.id}.{name}", one) for step in content.steps for name, one in step.sections.items()]
    texts.extend((topic.id, one) for topic in content.topics.values() for one in topic.messages)
    texts.extend((item.id, one) for item in content.items.values() for one in item.messages)
    texts.extend((f"country.{id}", one) for id, country in content.countries.items() for one in country.aspects.values())
    texts.extend((f"service.{one.id}", one.line) for one in content.services.services)
    alone = re.compile(rf"(?<!\d){re.escape(number)}(?!\d)")
    return list(dict.fromkeys(where for where, one in texts if alone.search(one.text.bn)))
