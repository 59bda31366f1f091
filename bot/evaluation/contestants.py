"""Who is measured: our house, by Telegram's webhook and API; stock Rasa, by its REST channel. In goes a turn, out comes its time."""

from __future__ import annotations

import asyncio
import copy
import os
import secrets
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import httpx

from bot import settings
from bot.evaluation import stock
from bot.evaluation.filling import fill
from bot.evaluation.mix import Said
from bot.evaluation.processes import Processes, Program, free_ports
from bot.evaluation.sink import Sink
from bot.settings import ROOT
from bot.training import QUIET

_LATE = 10.0  # seconds after which a turn counts as unanswered
_DISCLOSING = 1_000_000  # the first of those who disclose danger


class Contestant(Protocol):
    processes: Processes

    async def turn(self, person: int, said: Said) -> float | None:
        """Seconds from asking to the first reply; None when none came."""


class Ours:
    """The whole house in a folder of its own. Nothing of the settings of whoever measures is used: not her database, not her tokens."""

    def __init__(self, folder: Path, client: httpx.AsyncClient, sink: Sink, sink_address: str) -> None:
        port, rasa, actions = free_ports(3)
        self._client, self._sink, self._ids, self._disclosing = client, sink, count(1), count(_DISCLOSING)
        self._secret = secrets.token_hex(16)
        self._address = f"http://127.0.0.1:{port}"
        folder.mkdir(parents=True)
        self._environment = {
            **os.environ, **QUIET, "LOG_LEVEL": "INFO", "RATE_PER_MINUTE": "10000", "RASA_TIMEOUT": "5",
            "VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'sohojatri.db'}", "REDIS_URL": "", "SEAL_KEYS": "", "LOOKUP_KEY": "",
            "HOST": "127.0.0.1", "PUBLIC_URL": "", "PORT": str(port), "RASA_PORT": str(rasa), "ACTIONS_PORT": str(actions),
            "RASA_URL": f"http://127.0.0.1:{rasa}", "MESSENGER_PAGE_TOKEN": "",
            "TELEGRAM_BOT_TOKEN": "1:speed", "TELEGRAM_API_URL": sink_address, "TELEGRAM_WEBHOOK_SECRET": self._secret,
        }  # fmt: skip
        command = (sys.executable, "-m", "bot")
        programs = [
            Program("actions", (*command, "actions"), f"http://127.0.0.1:{actions}/health"),
            Program("rasa", (*command, "rasa"), f"http://127.0.0.1:{rasa}/"),
            Program("gateway", (*command, "serve"), f"{self._address}/healthz"),
        ]
        self.processes = Processes(programs, folder=ROOT, environment=self._environment, logs=folder)

    def prepare(self, stored: int) -> None:
        """Makes keys and tables, and so many conversations."""
        chosen = settings.load(self._environment)
        subprocess.run([sys.executable, "-m", "bot", "migrate"], cwd=ROOT, env=self._environment, capture_output=True, check=True)
        fill(chosen, stored)

    async def turn(self, person: int, said: Said) -> float | None:
        """Somebody new discloses danger each time: once she has, the house waits for a human, and is silent."""
        person = next(self._disclosing) if said.discloses else person
        arrival = self._sink.expect(person)
        update = self._update(next(self._ids), person, said)
        begun = time.perf_counter()
        answer = await self._client.post(
            f"{self._address}/webhooks/telegram", json=update, headers={"X-Telegram-Bot-Api-Secret-Token": self._secret}
        )
        answer.raise_for_status()
        try:
            return await asyncio.wait_for(arrival, _LATE) - begun
        except asyncio.TimeoutError:
            return None

    def _update(self, number: int, person: int, said: Said) -> dict[str, Any]:
        her = {"id": person, "is_bot": False, "first_name": "A"}
        message = {"message_id": number, "date": int(time.time()), "chat": {"id": person, "type": "private"}, "text": said.text}
        if said.payload is None:
            return {"update_id": number, "message": {**message, "from": her}}
        return {
            "update_id": number,
            "callback_query": {"id": str(number), "from": her, "chat_instance": "1", "data": said.payload, "message": message},
        }


class Stock:
    """What `rasa init` would serve, trained on our examples."""

    def __init__(self, folder: Path, client: httpx.AsyncClient, model: Path) -> None:
        (port,) = free_ports(1)
        self._client, self._address, self._buttons = client, f"http://127.0.0.1:{port}", False
        stock.write_project(folder)
        command = (sys.executable, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(model))
        self.processes = Processes(
            [Program("rasa", command, f"{self._address}/")], folder=folder, environment={**os.environ, **QUIET}, logs=folder
        )

    def with_buttons(self) -> Stock:
        """The same processes, where a button sends its intent, as Rasa's own do: that spares Rasa the understanding."""
        other = copy.copy(self)
        other._buttons = True
        return other

    async def turn(self, person: int, said: Said) -> float | None:
        pressed = self._buttons and said.payload is not None
        call = {"sender": f"person-{person}", "message": f"/{stock.BUTTON}" if pressed else said.text}
        begun = time.perf_counter()
        answer = await self._client.post(f"{self._address}/webhooks/rest/webhook", json=call, timeout=_LATE)
        taken = time.perf_counter() - begun
        return taken if answer.is_success and answer.json() else None
