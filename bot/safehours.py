"""When she may be written to first: what is asked and answered (knowledge/triage/hours.yml), and by which clock her hours go."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import ContentError
from bot.handoff.hours import CHOICES, SPANS
from bot.knowledge import DIRECTORY, read_yaml, take
from bot.model import State

SCRIPTS = ("bn", "bn-latn", "en")


@dataclass(frozen=True, kw_only=True)
class SafeHours:
    ask: Mapping[str, str]  # script → text
    kept: Mapping[str, Mapping[str, str]]  # choice → script → text
    zones: Mapping[str, str]  # where she is → time zone

    def of(self, state: State) -> str:
        """Her hours as the handoff reads them (bot.handoff.hours)."""
        zone = self.zones.get(state.whereabouts or "")
        return f"{state.safe_hours}@{zone}" if zone and state.safe_hours in SPANS else state.safe_hours


@functools.cache
def safe_hours() -> SafeHours:
    return load_safe_hours()


def load_safe_hours(directory: Path = DIRECTORY) -> SafeHours:
    """Raises ContentError naming field and cure."""
    path = directory / "triage" / "hours.yml"
    content = read_yaml(path)
    kept, zones = take(path, content, "kept", dict), take(path, content, "zones", dict)
    for place, zone in zones.items():
        try:
            ZoneInfo(str(zone))
        except (ZoneInfoNotFoundError, ValueError):
            raise ContentError(f"{path}: zones.{place}: there is no time zone {zone!r}; write it as Asia/Dhaka.") from None
    return SafeHours(
        ask=_said(path, "ask", content.get("ask")),
        kept={choice: _said(path, f"kept.{choice}", kept.get(choice)) for choice in CHOICES},
        zones={str(place): str(zone) for place, zone in zones.items()},
    )


def _said(path: Path, where: str, entry: Any) -> Mapping[str, str]:
    for script in SCRIPTS:
        if not isinstance(entry, Mapping) or not isinstance(entry.get(script), str) or not entry[script].strip():
            raise ContentError(f"{path}: {where}: the text under {script}: is missing.")
    return {script: entry[script].strip() for script in SCRIPTS}
