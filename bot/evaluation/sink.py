"""Telegram's API as far as speed needs it: takes every call, and knows when each reply came."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

_HOLD = 20.0  # seconds an empty getUpdates is kept open, as Telegram does


class Sink:
    """An HTTP server on a port of its own. `failures` counts replies with one of the texts that stand for an answer."""

    def __init__(self, failure_texts: Collection[str]) -> None:
        self._failure_texts = frozenset(failure_texts)
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.AbstractServer | None = None
        self.replies = 0
        self.failures = 0

    async def start(self) -> str:
        """Its address."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def expect(self, chat: int) -> asyncio.Future[float]:
        """When the next reply to this chat arrives (time.perf_counter)."""
        self._waiting[str(chat)] = asyncio.get_running_loop().create_future()
        return self._waiting[str(chat)]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    await self._call(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, body = await _request(reader)
        result: Any = True
        if method == "sendMessage":
            result = self._arrived(json.loads(body), time.perf_counter())
        elif method == "getUpdates":
            await asyncio.sleep(_HOLD)
            result = []
        answer = json.dumps({"ok": True, "result": result}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))
        await writer.drain()

    def _arrived(self, call: dict[str, str], at: float) -> dict[str, Any]:
        chat, text = call["chat_id"], call["text"]
        self.replies += 1
        self.failures += text in self._failure_texts
        waiting = self._waiting.pop(chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(at)
        return {"message_id": self.replies, "date": int(time.time()), "chat": {"id": int(chat), "type": "private"}, "text": text}


async def _request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The last part of the path, and the body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    lengths = [line.partition(":")[2] for line in head if line.lower().startswith("content-length:")]
    return head[0].split(" ")[1].rpartition("/")[2], await reader.readexactly(int(lengths[0]) if lengths else 0)
