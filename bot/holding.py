"""What she is told while she waits for a counsellor (knowledge/triage/holding.yml), and when the desk is open (knowledge/duty.yml)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, knowledge, read_yaml, take
from bot.model import Button, Reply, State
from bot.rota import DHAKA, Rota, parse

SCRIPTS = ("bn", "bn-latn", "en")
IDS = ("queued", "still_waiting_3", "still_waiting_10", "callback_when", "counsellor_here", "waiting", "degraded")
_BANGLA_DIGITS = {ord(str(digit)): chr(0x09E6 + digit) for digit in range(10)}
Said = Mapping[str, str]  # script → text


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The fixed texts, by id and script."""

    texts: Mapping[str, Said]
    buttons: Mapping[str, tuple[str, ...]]  # id → commands
    titles: Mapping[str, Said]  # command → what stands on its button
    numbers: Mapping[str, Said]  # bd | abroad | unknown
    when: Mapping[str, Said]  # today | tomorrow | later
    parts: tuple[tuple[int, Said], ...]  # of the day: from this hour
    days: Mapping[str, tuple[str, ...]]  # script → names, Monday first

    def reply(self, id: str, state: State, *, at: datetime | None = None, now: datetime | None = None) -> Reply:
        """The text in the way she writes; `at`: the time it speaks of."""
        script = script_of(state)
        when = self._when(at, now or at, script) if at is not None else ""
        place = "unknown" if state.whereabouts is None else "bd" if state.whereabouts == "bd" else "abroad"
        text = self.texts[id][script].format(numbers=self.numbers[place][script], when=when)
        buttons = tuple(Button(title=self.titles[name][script], payload=name) for name in self.buttons[id])
        return Reply(text=_capital(text), buttons=buttons)

    def _when(self, at: datetime, now: datetime | None, script: str) -> str:
        local, today = at.astimezone(DHAKA), (now or at).astimezone(DHAKA).date()
        ahead = (local.date() - today).days
        pattern = self.when["today" if ahead == 0 else "tomorrow" if ahead == 1 else "later"][script]
        part = [said for start, said in self.parts if local.hour >= start][-1][script]
        hour = f"{(local.hour - 1) % 12 + 1}" + (f":{local.minute:02d}" if local.minute else "")
        if script == "bn":
            hour = hour.translate(_BANGLA_DIGITS)
        return pattern.format(part=part, hour=hour, day=self.days[script][local.weekday()])


def script_of(state: State) -> str:
    """How she is answered: as she writes, unless she chose English."""
    script = state.language if state.language_chosen and state.language == "en" else state.script
    return script if script in SCRIPTS else "bn"


@functools.cache
def holding() -> Holding:
    return load_holding()


@functools.cache
def default_rota() -> Rota:
    return load_rota()


def load_rota(directory: Path = DIRECTORY) -> Rota:
    """knowledge/duty.yml. Raises ContentError naming the cure."""
    path = directory / "duty.yml"
    try:
        return parse(read_yaml(path))
    except ValueError as error:
        raise ContentError(f"{path}: {error}.") from error


def load_holding(directory: Path = DIRECTORY) -> Holding:
    """Raises ContentError naming file, field and cure."""
    path = directory / "triage" / "holding.yml"
    content = read_yaml(path)
    texts, when = take(path, content, "texts", dict), take(path, content, "when", dict)
    numbers = take(path, content, "numbers", dict)
    return Holding(
        texts={id: _said(path, f"texts.{id}", texts.get(id)) for id in IDS},
        buttons={id: tuple(texts[id].get("buttons") or ()) for id in IDS},
        titles=_titles(),
        numbers={place: _said(path, f"numbers.{place}", numbers.get(place)) for place in ("bd", "abroad", "unknown")},
        when={name: _said(path, f"when.{name}", when.get(name)) for name in ("today", "tomorrow", "later")},
        parts=tuple((int(part["from"]), _said(path, "when.parts", part)) for part in take(path, when, "parts", list)),
        days={script: tuple(take(path, when, "days", dict)[script]) for script in SCRIPTS},
    )


def _said(path: Path, where: str, entry: Any) -> Said:
    for script in SCRIPTS:
        if not isinstance(entry, Mapping) or not isinstance(entry.get(script), str) or not entry[script].strip():
            raise ContentError(f"{path}: {where}: the text under {script}: is missing.")
    return {script: entry[script].strip() for script in SCRIPTS}


def _titles() -> dict[str, Said]:
    """Buttons have two languages: who writes Bangla in Latin letters reads Bangla."""
    return {name: {"bn": title.bn, "bn-latn": title.bn, "en": title.en} for name, title in knowledge().buttons.items()}


def _capital(text: str) -> str:
    """A sentence may begin with a filled word."""
    lines = text.split(". ")
    return ". ".join(line[:1].upper() + line[1:] for line in lines)
