"""A web chat without a database and without Rasa: the real channel, an in-memory inbox and history, and a server on loopback."""

from __future__ import annotations

import asyncio
import functools
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from starlette.applications import Starlette

from bot.channels.web import Web
from bot.channels.webentries import Entry
from bot.model import Button, Inbound, Outgoing, Received, Reply

WORDS = Path(__file__).resolve().parents[2] / "knowledge" / "words_web.yml"
HOTLINES = ("999", "109", "1098", "16135", "16699", "+880 9610 102030")


@functools.lru_cache
def texts() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return loaded


def now() -> datetime:
    return datetime.now(timezone.utc)


class Memory:
    """Inbox and history in one, as bot.storage will be: a repeated event is stored once, ids grow over all conversations."""

    def __init__(self, clock: Callable[[], datetime] = now, *, tells_client_id: bool = True) -> None:
        self.clock = clock
        self.tells_client_id = tells_client_id  # the sealed store may not be able to tell the page's own id
        self.events: list[Inbound] = []
        self.hidden: set[str] = set()  # addresses of hidden chats
        self.broken = False
        self.delay = 0.0  # seconds from storing to answering
        self.reads = 0
        self._entries: list[tuple[str, Entry]] = []
        self._ids: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    async def receive(self, events: list[Inbound]) -> list[Received]:
        if self.broken:
            raise RuntimeError("the store is down")
        received = [self._store(event) for event in events]
        await asyncio.sleep(self.delay)
        return received

    def reply(self, address: str, text: str, buttons: tuple[Button, ...] = (), id: int | None = None) -> Entry:
        return self._add(address, "out", text, buttons, None, id)

    def after(self, address: str, cursor: int, limit: int) -> list[Entry]:
        self.reads += 1
        return [entry for entry in self._of(address) if entry.id > cursor][:limit]

    def latest(self, address: str, limit: int) -> list[Entry]:
        return self._of(address)[-limit:]

    def ended(self, address: str) -> bool:
        return address in self.hidden

    def _of(self, address: str) -> list[Entry]:
        with self._lock:
            return sorted((entry for owner, entry in self._entries if owner == address), key=lambda entry: entry.id)

    def _store(self, event: Inbound) -> Received:
        key = (event.sender, event.external_id)
        if key in self._ids:
            return Received(conversation=event.sender[:22], message=self._ids[key], new=False)
        self.events.append(event)
        entry = self._add(event.sender, "in", event.text, (), event.external_id if self.tells_client_id else None, None)
        self._ids[key] = entry.id
        return Received(conversation=event.sender[:22], message=entry.id, new=True)

    def _add(self, address: str, direction: str, text: str, buttons: tuple[Button, ...], client_id: str | None, id: int | None) -> Entry:
        with self._lock:
            number = id or 1 + max((entry.id for _, entry in self._entries), default=0)
            entry = Entry(id=number, direction=direction, text=text, at=self.clock(), buttons=buttons, client_id=client_id)
            self._entries.append((address, entry))
        return entry


class Echo:
    """An inbox that answers what it stored, through the channel, a moment later."""

    def __init__(self, memory: Memory, answer: Callable[[Inbound], list[Reply]], pause: float = 0.05) -> None:
        self.memory = memory
        self.channel: Web | None = None
        self._answer = answer
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, events: list[Inbound]) -> list[Received]:
        received = await self.memory.receive(events)
        for event, row in zip(events, received, strict=True):
            if row.new:
                task = asyncio.create_task(self._reply(event))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return received

    async def _reply(self, event: Inbound) -> None:
        assert self.channel
        await self.channel.typing(event.sender)
        for reply in self._answer(event):
            await asyncio.sleep(self._pause)
            entry = self.memory.reply(event.sender, reply.text, reply.buttons)
            await self.channel.send(outgoing(event.sender, reply, entry.id))


def outgoing(address: str, reply: Reply, message: int = 1) -> Outgoing:
    return Outgoing(
        message=message, conversation=address[:22], channel="web", recipient=address, reply=reply, attempts=0, last_inbound_at=now()
    )


def channel(memory: Memory, inbox: Any = None, **options: Any) -> Web:
    values: dict[str, Any] = {"clock": memory.clock, "texts": texts(), "secure": False, "max_text": 4000, "hotlines": HOTLINES, **options}
    return Web(inbox or memory, memory, **values)


class _Server(uvicorn.Server):
    """Ends the streams before it waits for open connections, as the gateway must."""

    web: Web

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.web.close()
        await super().shutdown(sockets)


class WebServer:
    """The chat over HTTP in a thread of its own. After stop(), start() serves the same store on the same port."""

    def __init__(self, memory: Memory, inbox: Any = None, **options: Any) -> None:
        self._make = functools.partial(channel, memory, inbox, **options)
        self._inbox = inbox
        self._port = 0
        self.stopped_in = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> WebServer:
        self.web = self._make()
        if isinstance(self._inbox, Echo):
            self._inbox.channel = self.web
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        app = Starlette(routes=self.web.routes())
        # Without proxy_headers=False uvicorn itself believes X-Forwarded-For from loopback.
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, proxy_headers=False, ws="none")
        self._server = _Server(config)
        self._server.web = self.web
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True, name="webchat")
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the chat server did not start")
            self._thread.join(0.005)
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(15)
        assert not self._thread.is_alive(), "the chat server does not stop"

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Runs something in the server's event loop, as the gateway would."""

        async def run() -> Any:
            result = function(*arguments)
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def say(self, memory: Memory, address: str, reply: Reply) -> Entry:
        """A reply that answers nothing: a counsellor writes."""
        entry = memory.reply(address, reply.text, reply.buttons)
        self.call(self.web.send, outgoing(address, reply, entry.id))
        return entry

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[listener]))
        self._loop.close()
        listener.close()
