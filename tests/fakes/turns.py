"""Turns as the store would hand them over, a dialogue that answers what it is told, and fixed replies that need no knowledge/triage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from bot.handoff.hours import CHOICES
from bot.model import Answer, Button, Inbound, Kind, Level, Reply, State, Turn
from bot.replies import ANOTHER, HERSELF, SCRIPTS, WHERE, First, Hiding, Replies, Situation
from bot.understanding.commands import Command


def _spoken(text: str) -> dict[str, str]:
    return {script: f"{text} {script}" for script in SCRIPTS}


HIDES = ("hide_now", "hide_word", "hours", *(f"hours.{choice}" for choice in CHOICES))
REPLIES = Replies(
    texts={
        Situation(level, category, whom, place): First(
            first={script: f"{level.value} {category} {script} 999{told}" for script in SCRIPTS},
            then=_spoken(f"where {place}"),
            asks_to_write=category == "captivity",
        )
        for level in (Level.CRITICAL, Level.URGENT)
        for category in ("other", "captivity")
        for whom, told in ((HERSELF, ""), (ANOTHER, " another"))
        for place in ("bd", "abroad", "unknown", "sa")
    },
    answers={name: _spoken(f"answer {name}") for name in ("bd", "abroad", "sa", "no_local", "can_write", "cannot_write")},
    # A title is in the language of its script, as a real one is.
    buttons={
        name: {"bn": f"চাপুন {number}", "bn-latn": name, "en": name}
        for number, name in enumerate(("person", "hotlines", "hide", "safe", *WHERE, "here.sa", *HIDES))
    },
    offered=("sa",),
    hiding=Hiding(
        how={channel: _spoken(f"hide {channel}") for channel in ("web", "telegram", "messenger")},
        done={channel: _spoken(f"done {channel}") for channel in ("web", "telegram", "messenger")},
        neutral=(_spoken("rain"), _spoken("heat")),
        word={"bn": "চাঁদের আলো", "bn-latn": "chader alo", "en": "moonlight"},
        **{name: _spoken(name) for name in ("word_told", "back", "hint", "word_choose", "word_kept", "word_unfit")},
    ),
)


THE_ANSWER = Answer(replies=(Reply(text="the answer", buttons=(Button(title="menu", payload="menu"),)),))


def turn(
    text: str = "",
    kind: Kind = Kind.TEXT,
    *,
    payload: str | None = None,
    media: str | None = None,
    state: State | None = None,
    **changes: Any,
) -> Turn:
    inbound = Inbound(channel="web", external_id="1", sender="her", kind=kind, text=text, payload=payload, media=media)
    told = Turn(
        message=1,
        conversation="c1",
        inbound=inbound,
        state=state or State(),
        received_at=datetime(2026, 11, 24, tzinfo=timezone.utc),
        recent=1,
        held=False,
        failures=0,
    )
    return replace(told, **changes)


def pressed(payload: str, **changes: Any) -> Turn:
    return turn(kind=Kind.BUTTON, payload=payload, **changes)


@dataclass
class Told:
    """A dialogue that gives one answer (or raises it) and remembers what it was asked."""

    answer: Answer | Exception = THE_ANSWER
    asked: list[tuple[str, str | Command, State]] = field(default_factory=list)

    async def ask(self, conversation: str, message: str | Command, state: State) -> Answer:
        self.asked.append((conversation, message, state))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def messages(self) -> list[str | Command]:
        return [message for _, message, _ in self.asked]
