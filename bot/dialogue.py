"""Asks Rasa: the only door to it. Sends what she wrote and where she stands, brings back replies and effects."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import aiohttp

from bot.errors import DialogueError
from bot.flows import flow_of
from bot.model import Answer, Button, Level, Place, Reply, State
from bot.understanding.commands import NEITHER, Command

_ENDPOINT = "/webhooks/rest/webhook"
_JSON = (("Content-Type", "application/json"),)
_CONNECT = 5.0  # seconds
_ALIVE = 2.0  # seconds
_SLASHES = re.compile(r"^[\s/]+")  # Rasa strips every kind of blank before it looks for the slash


class Line(Protocol):
    """Carries calls (bot.transport.Transport), straight to Rasa, which stands beside the gateway: whatever proxy the environment names."""

    async def call(
        self,
        method: str,
        address: str,
        body: bytes | Mapping[str, str] | None = None,
        *,
        headers: Sequence[tuple[str, str]] = (),
        connect: float,
        read: float,
    ) -> tuple[int, bytes]: ...


class Rasa:
    """The REST channel of a Rasa server."""

    def __init__(self, line: Line, url: str, timeout: float) -> None:
        self._line, self._url, self._timeout = line, url, timeout

    async def ask(self, conversation: str, message: str | Command, state: State) -> Answer:
        """The answer to a text or command. Raises DialogueError when it is late, failed or empty."""
        body = json.dumps({"sender": conversation, "message": _message(message), "metadata": _metadata(state)}).encode()
        try:
            status, content = await self._line.call(
                "POST", self._url + _ENDPOINT, body, headers=_JSON, connect=_CONNECT, read=self._timeout
            )
            if status != 200:
                raise DialogueError(f"Rasa failed: status {status}")
            return _answer(json.loads(content))
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            # The error's own text could hold what she wrote: only its kind is kept.
            raise DialogueError(f"Rasa failed: {type(error).__name__}") from None

    async def alive(self) -> bool:
        """Whether the server answers at all."""
        try:
            return (await self._line.call("GET", self._url + "/", connect=_ALIVE, read=_ALIVE))[0] == 200
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            return False


def _message(message: str | Command) -> str:
    """Rasa obeys "/intent{...}" at confidence 1: only commands of ours may take that form, a typed one loses its slashes."""
    if isinstance(message, Command):
        return "/control" + json.dumps({"command": str(message)})
    return _SLASHES.sub("", message) or "."


def _metadata(state: State) -> dict[str, Any]:
    place = state.place
    sent: dict[str, Any] = {"language": state.language, "step": place.step, "part": place.part, "done": sorted(place.done)}
    if state.today:
        sent["today"] = state.today
    if NEITHER in state.offered:
        sent["unsure"] = True
    if state.agreed:
        sent["agreed"] = sorted(state.agreed)
    if state.flows:
        sent["flows"] = [dataclasses.asdict(flow) for flow in state.flows]
    return sent


def _answer(messages: list[dict[str, Any]]) -> Answer:
    replies, effects = [], None
    for message in messages:
        if message.get("text"):
            buttons = tuple(Button(title=b["title"], payload=b["payload"]) for b in message.get("buttons") or ())
            replies.append(Reply(text=message["text"], buttons=buttons))
        if "effects" in (message.get("custom") or {}):
            effects = message["custom"]["effects"]
    if not replies or effects is None:  # an action that raised, or an action server that is down, answers with an empty list
        raise DialogueError("Rasa failed: empty answer")
    place = effects.get("place")
    return Answer(
        replies=tuple(replies),
        place=Place(step=place["step"], part=place["part"], done=frozenset(place["done"])) if place else None,
        flag=Level(effects.get("flag", "none")),
        category=effects.get("category"),
        ask=bool(effects.get("ask")),
        guessed=bool(effects.get("guessed")),
        person=bool(effects.get("person")),
        flows=tuple(flow_of(flow) for flow in effects["flows"]) if "flows" in effects else None,
        agreed=effects.get("agreed"),
        ended=flow_of(effects["ended"]) if effects.get("ended") else None,
    )
