"""Turns as the store would hand them over, a dialogue that answers what it is told, and fixed replies that need no knowledge/triage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from bot.model import Answer, Button, Inbound, Kind, Level, Reply, State, Turn
from bot.triage import Replies
from bot.understanding.commands import Command

REPLIES = Replies(
    {
        (level, category): {script: f"{level.value} {category} {script} 999" for script in ("bn", "bn-latn", "en")}
        for level in (Level.CRITICAL, Level.URGENT)
        for category in ("other", "captivity")
    }
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
