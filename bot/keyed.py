"""One task a key at a time, and once more when woken meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class OnePerKey:
    """Runs `job(key)` in a task when a key is woken; a key woken while its job runs gets another run afterwards."""

    def __init__(self, job: Callable[[str], Awaitable[None]], at_once: int) -> None:
        self._job = job
        self._room = asyncio.Semaphore(at_once)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._tasks

    def wake(self, key: str) -> None:
        if key in self._tasks:
            self._again.add(key)
            return
        task = asyncio.get_running_loop().create_task(self._run(key))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._ended(key))

    async def drain(self, seconds: float) -> None:
        """Waits for what runs, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    async def _run(self, key: str) -> None:
        async with self._room:
            await self._job(key)

    def _ended(self, key: str) -> None:
        self._tasks.pop(key, None)
        if key in self._again:
            self._again.discard(key)
            self.wake(key)
