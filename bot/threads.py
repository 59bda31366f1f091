"""The database is synchronous; the gateway is not. Calls go to a few threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from typing import TypeVar

T = TypeVar("T")
_THREADS = 4  # more hinder one another: only one at a time runs Python, or writes into SQLite


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="store")


async def off_loop(call: Callable[..., T], *arguments: object) -> T:
    """The result of a blocking call, made in a thread. What has begun is finished even if the waiter is cancelled.

    As loop.run_in_executor and asyncio.shield, but with one future instead of three in a chain: every turn makes several such calls.
    """
    loop = asyncio.get_running_loop()
    made: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            result = call(*arguments)
        except BaseException as error:
            done: Callable[[], None] = partial(_failed, made, error)
        else:
            done = partial(_made, made, result)
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            loop.call_soon_threadsafe(done)

    _pool().submit(work)
    return await made


def _made(waited: asyncio.Future[T], result: T) -> None:
    if not waited.done():  # cancelled
        waited.set_result(result)


def _failed(waited: asyncio.Future[T], error: BaseException) -> None:
    if not waited.done():
        waited.set_exception(error)
