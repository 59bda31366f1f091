"""Takes a hidden chat off her screen, as far as each platform lets us; tried again, surviving restarts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import DeliveryError, TryLater
from bot.model import Channel
from bot.threads import off_loop

log = logging.getLogger(__name__)

_LOOK = 1.0  # seconds between looks, unwoken
_LEASE = 30.0
_AGAIN = 5.0  # seconds until the next try
_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """One chat to be cleaned."""

    conversation: str
    channel: str
    recipient: str
    messages: tuple[str, ...]  # the platform's ids, of both sides, oldest first
    upto: int  # our id of the last of them
    pending: bool  # one of ours is on its way still: once more afterwards


class Store(Protocol):
    """What it needs of the store."""

    def take_cleanings(self, seconds: float, limit: int) -> list[Cleaning]: ...
    def cleaned(self, done: Cleaning) -> None: ...
    def clean_later(self, conversation: str, due_at: datetime) -> None: ...


class Cleaner:
    def __init__(self, store: Store, channels: Mapping[str, Channel], clock: Callable[[], datetime]) -> None:
        self._store, self._channels, self._clock = store, channels, clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A chat was hidden just now."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped."""
        while not stop.is_set():
            try:
                await self.clean()
            except Exception as error:  # the job loop must outlive a database that is away
                log.error("Cleaning failed: %s", type(error).__name__)
            try:
                await asyncio.wait_for(self._woken.wait(), _LOOK)
            except asyncio.TimeoutError:
                pass
            self._woken.clear()

    async def clean(self) -> None:
        """All that is due."""
        due = await off_loop(self._store.take_cleanings, _LEASE, _AT_ONCE)
        await asyncio.gather(*(self._one(each) for each in due))

    async def _one(self, cleaning: Cleaning) -> None:
        channel = self._channels.get(cleaning.channel)
        try:
            if channel is None:
                raise TryLater(seconds=600)
            await channel.clean(cleaning.recipient, cleaning.messages)
        except TryLater as error:
            due = self._clock() + timedelta(seconds=max(error.seconds or 0, _AGAIN))
            await off_loop(self._store.clean_later, cleaning.conversation, due)
            return
        except DeliveryError as error:  # she blocked us, or the platform will not: there is nothing more to do
            log.warning("conversation %s: could not be cleaned: %s", cleaning.conversation, type(error).__name__)
        await off_loop(self._store.cleaned, cleaning)
