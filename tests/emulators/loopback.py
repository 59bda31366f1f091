"""Real HTTP servers on a free port of 127.0.0.1, for emulators (in a thread) and for our own routes (in the test's event loop)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    return listener


class _PromptServer(uvicorn.Server):
    """Stops within milliseconds: uvicorn looks every 100 whether it should, and every test would wait for it."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(0.005)

    def end(self) -> None:
        self.should_exit = self.force_exit = True  # connections that are open still are cut


def _server(app: ASGIApp) -> _PromptServer:
    async def abortable(scope: Scope, receive: Receive, send: Send) -> None:
        scope["connection"] = getattr(send, "__self__", None)  # uvicorn's cycle of this request: the way to its socket
        await app(scope, receive, send)

    config = uvicorn.Config(
        abortable, lifespan="off", log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=1, ws="none"
    )
    return _PromptServer(config)


async def drop(request: Request) -> None:
    """Cuts the connection of a request without a byte of answer, as a network that fails after the request arrived."""
    request.scope["connection"].transport.abort()
    await asyncio.sleep(0.02)  # until uvicorn has noticed, so that the answer that follows goes nowhere


class ThreadedServer:
    """Serves `app` in its own thread and event loop between start() and stop(). `url` is known before the start."""

    def __init__(self, app: ASGIApp) -> None:
        self._socket = _listen()
        self._server = _server(app)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name="emulator")
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the emulator's server did not start")
            self._thread.join(0.005)

    def stop(self) -> None:
        self._server.end()
        self._thread.join(10)
        self._socket.close()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Runs a coroutine in the server's event loop; result() waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[self._socket]))
        leftovers = asyncio.all_tasks(self._loop)
        for task in leftovers:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*leftovers, return_exceptions=True))
        self._loop.close()


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serves `app` in the running event loop; gives its URL."""
    listener = _listen()
    server = _server(app)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.end()
        await task
        listener.close()
