"""The database is synchronous; the gateway is not. Calls go to a few threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")
_THREADS = 4  # more hinder one another: only one at a time runs Python, or writes into SQLite


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="store")


async def off_loop(call: Callable[..., T], *arguments: object) -> T:
    """The result of a blocking call, made in a thread. What has begun is finished even if the waiter is cancelled."""
    made = asyncio.get_running_loop().run_in_executor(_pool(), call, *arguments)
    made.add_done_callback(_looked_at)  # a failure that comes after its waiter has gone is nobody's
    return await asyncio.shield(made)


def _looked_at(made: asyncio.Future[T]) -> None:
    if not made.cancelled():
        made.exception()
