"""Watches the other parts: when Rasa does not answer, or replies do not get out, people of ours are told; and when all is well again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.model import Level
from bot.threads import off_loop

log = logging.getLogger(__name__)

_LOOK = 5.0  # seconds
_GRACE = 180.0  # seconds after the start in which Rasa may still be loading
_MISSES = 2  # looks in a row without an answer
_OLD = 300.0  # seconds a reply may wait to be sent
_AGAIN = 1800.0  # seconds: the same is not rung more often, whichever gateway sees it


class Store(Protocol):
    """What it needs of the store."""

    def ring(self, kind: str, level: Level = Level.CRITICAL, *, unless: float = 0.0) -> None: ...
    def unsent(self, seconds: float) -> int: ...


class Watch:
    def __init__(self, store: Store, alive: Callable[[], Awaitable[bool]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._alive, self._monotonic = store, alive, monotonic
        self._begun, self._seen, self._missed, self._rang = monotonic(), False, 0, False

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped."""
        while not stop.is_set():
            try:
                await self.look()
            except Exception as error:  # the store is away: the shelter tells
                log.error("Watching failed: %s", type(error).__name__)
            try:
                await asyncio.wait_for(stop.wait(), _LOOK)
            except asyncio.TimeoutError:
                pass

    async def look(self) -> None:
        await self._rasa(await self._alive())
        if await off_loop(self._store.unsent, _OLD):
            await off_loop(lambda: self._store.ring("unsent", unless=_AGAIN))

    async def _rasa(self, answers: bool) -> None:
        if answers:
            back, self._seen, self._missed, self._rang = self._rang, True, 0, False
            if back:
                await off_loop(lambda: self._store.ring("rasa_back", Level.NONE, unless=60.0))
            return
        self._missed += 1
        loading = not self._seen and self._monotonic() - self._begun < _GRACE
        if self._missed >= _MISSES and not loading and not self._rang:
            self._rang = True
            await off_loop(lambda: self._store.ring("rasa_away", unless=_AGAIN))
