"""While the database is away: messages are kept on disk, danger is answered with numbers, a human is told; later all comes in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.errors import DeliveryError, StoreAway
from bot.holding import Holding
from bot.model import Channel, Inbound, Kind, Outgoing, Reply, State
from bot.threads import off_loop

log = logging.getLogger(__name__)

_AGAIN = timedelta(minutes=10)  # the same is not said more often, to her or to us
_TELLING = 2.0  # seconds her message may wait for our own alert
_REMEMBERED = 10_000  # people told


class Keep(Protocol):
    """Where messages wait on disk."""

    @property
    def waiting(self) -> bool: ...
    def keep(self, events: list[Inbound]) -> None: ...
    def bring_in(self, store: Callable[[list[Inbound]], object], alive: Callable[[], None]) -> int: ...


class Store(Protocol):
    """Where they belong."""

    def receive(self, events: list[Inbound]) -> object: ...
    def ping(self) -> None: ...
    def ring(self, kind: str) -> None: ...


class Shelter:
    """`dangerous` reads one text, without the store; `tell` reaches a human past the database (the alerts' doors do)."""

    def __init__(
        self,
        keep: Keep,
        store: Store,
        channels: Mapping[str, Channel],
        texts: Holding,
        dangerous: Callable[[str], bool],
        clock: Callable[[], datetime],
        tell: Callable[[str], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._keep, self._store, self._channels, self._texts = keep, store, channels, texts
        self._dangerous, self._clock, self.tell = dangerous, clock, tell
        self._told: dict[tuple[str, str], datetime] = {}
        self._rang: datetime | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._coming: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> bool:
        return self._keep.waiting

    @property
    def is_away(self) -> bool:
        """As far as is known."""
        return self._rang is not None

    def well(self) -> None:
        """The store answers."""
        self._rang = None

    async def take(self, events: list[Inbound]) -> None:
        """Keeps them; when it returns they are safe. Raises StoreAway where the disk takes nothing either: then the platform must bring
        them again. Numbers come and a human is told even so."""
        # Not in the store's threads: these may all be waiting for it.
        kept = asyncio.ensure_future(asyncio.to_thread(self._keep.keep, events))
        for event in events:
            if event.kind in (Kind.TEXT, Kind.MEDIA) and self._dangerous(event.text):
                await self._numbers(event)
        await asyncio.wait([kept], timeout=_TELLING)
        full = kept.done() and isinstance(kept.exception(), OSError)
        await self.away("disk_full" if full else "database_away")
        try:
            await kept
        except OSError as error:
            log.error("Messages cannot be kept on disk: %s", type(error).__name__)
            raise StoreAway from None

    async def away(self, kind: str = "database_away") -> None:
        """Tells a human that the store does not answer. Nobody waits long for that."""
        now = self._clock()
        if self._rang is not None and now - self._rang < _AGAIN:
            return
        self._rang = now
        log.critical("The database is away: messages are kept on disk, danger is answered with numbers. Bring it back.")
        if self.tell is not None:
            try:
                await asyncio.wait_for(asyncio.shield(self._telling(kind)), _TELLING)
            except asyncio.TimeoutError:
                return
            except Exception as error:
                log.error("Nobody could be told that the database is away: %s", type(error).__name__)

    def _telling(self, kind: str) -> asyncio.Task[None]:
        assert self.tell is not None
        task = asyncio.ensure_future(self.tell(kind))
        self._tasks.add(task)
        task.add_done_callback(self._told_or_not)
        return task

    def _told_or_not(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._rang = None  # tried again with the next message

    async def bring_in(self) -> None:
        """What was kept, to the store. Raises while that is away. Goes on to its end even where nobody waits so long."""
        task = asyncio.ensure_future(self._brought_in())
        self._coming.add(task)
        task.add_done_callback(self._came_in)
        await asyncio.shield(task)

    def _came_in(self, task: asyncio.Task[None]) -> None:
        self._coming.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits has it

    async def _brought_in(self) -> None:
        count = await off_loop(self._keep.bring_in, self._store.receive, self._store.ping)
        if count:
            log.warning("The database is back: %s kept messages were brought in", count)
            self._rang = None
            await off_loop(self._store.ring, "degraded")

    async def _numbers(self, event: Inbound) -> None:
        """Both languages: what is known of her is away too. Not on the web, whose page shows them itself."""
        channel, now = self._channels.get(event.channel), self._clock()
        last = self._told.get((event.channel, event.sender))
        if channel is None or event.channel == "web" or (last is not None and now - last < _AGAIN):
            return
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        self._told[event.channel, event.sender] = now
        text = "\n\n".join(self._texts.reply("degraded", State(script=script)).text for script in ("bn", "en"))
        letter = Outgoing(
            message=0,
            conversation="",
            channel=event.channel,
            recipient=event.sender,
            reply=Reply(text=text),
            attempts=0,
            last_inbound_at=now,
        )
        try:
            await channel.send(letter)
        except DeliveryError as error:
            log.error("The numbers could not be sent: %s", type(error).__name__)
