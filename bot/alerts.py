"""Delivery of alerts to people of ours: through each door once, tried again, surviving restarts. What is rung the handoff decides."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.errors import DeliveryError, TryLater
from bot.model import Level
from bot.ringing import Ring
from bot.threads import off_loop

log = logging.getLogger(__name__)

_LOOK = 1.0  # seconds between looks at the store: an alert must be heard within ten
_CALL = 15.0  # seconds a door may take
_LEASE = 20.0  # … and after which another gateway rings what one that died had taken
_WAITS = (1, 2, 5, 10)  # seconds before the next try, the last one again and again: when a door opens again, what waits is heard at once
_AT_ONCE = 40


class Door(Protocol):
    """A way to people of ours."""

    pause: float  # seconds between two calls: what comes meanwhile is told in one

    async def ring(self, rings: Sequence[Ring]) -> None:
        """Tells them. Raises TryLater or Refused."""

    async def close(self) -> None: ...


class Store(Protocol):
    """What delivery needs of the store."""

    def take_rings(self, door: str, seconds: float, limit: int) -> list[Ring]: ...
    def rung(self, door: str, alerts: Sequence[int]) -> None: ...
    def ring_later(self, door: str, alerts: Sequence[int], due_at: datetime) -> None: ...


class Alerts:
    """`doors`: telegram and email, those that are set up."""

    def __init__(self, store: Store, doors: Mapping[str, Door], clock: Callable[[], datetime]) -> None:
        self._store, self._doors, self._clock = store, doors, clock

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped. Each door by itself: one that hangs holds no other up."""
        await asyncio.gather(*(self._watch(name, door, stop) for name, door in self._doors.items()))

    async def close(self) -> None:
        for door in self._doors.values():
            await door.close()

    async def tell(self, kind: str) -> None:
        """Past the store, which may be away: through every door at once. Raises TryLater where nobody was reached."""
        ring = Ring(id=0, case=None, kind=kind, level=Level.CRITICAL)
        told = await asyncio.gather(*(_within(door.ring([ring])) for door in self._doors.values()), return_exceptions=True)
        for name, result in zip(self._doors, told, strict=True):
            if isinstance(result, BaseException):
                log.error("The alert %s did not get out by %s: %s", kind, name, type(result).__name__)
        if all(isinstance(result, BaseException) for result in told):
            raise TryLater("No door took the alert.")

    async def _watch(self, name: str, door: Door, stop: asyncio.Event) -> None:
        while not stop.is_set():
            begun, rang = time.monotonic(), False
            try:
                rang = await self._deliver(name, door)
            except Exception as error:  # the job loop must outlive a database that is away
                log.error("Looking for alerts failed: %s", type(error).__name__)
            pause = (door.pause if rang else _LOOK) - (time.monotonic() - begun)
            try:
                await asyncio.wait_for(stop.wait(), max(0.05, pause))
            except asyncio.TimeoutError:
                pass

    async def _deliver(self, name: str, door: Door) -> bool:
        """Whether the door was used."""
        rings = await off_loop(self._store.take_rings, name, _LEASE, _AT_ONCE)
        if not rings:
            return False
        ids = [ring.id for ring in rings]
        try:
            await _within(door.ring(rings))
        except DeliveryError as error:
            wait: float = _WAITS[min(max(ring.attempts for ring in rings), len(_WAITS) - 1)]
            wait = max(wait, (error.seconds or 0) if isinstance(error, TryLater) else 60)
            log.error("%d alerts did not get out by %s (%s); again in %s s", len(rings), name, type(error).__name__, wait)
            await off_loop(self._store.ring_later, name, ids, self._clock() + timedelta(seconds=wait))
            return True
        await off_loop(self._store.rung, name, ids)
        return True


async def _within(call: Coroutine[Any, Any, None]) -> None:
    try:
        await asyncio.wait_for(call, _CALL)
    except asyncio.TimeoutError:
        raise TryLater("The door does not answer.") from None
