"""Works off what is stored: per person in order, many people at once, and again whatever was left lying by a crash."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from async_timeout import timeout

from bot.errors import LostLease, StoreAway
from bot.gateway import Gateway
from bot.keyed import OnePerKey
from bot.model import Channel, Inbound, Outcome, Outgoing, Received, Turn
from bot.outbox import LEASE as SENDING
from bot.outbox import Outbox
from bot.shelter import Shelter
from bot.threads import off_loop

log = logging.getLogger(__name__)

LEASE = 20.0  # seconds; a turn takes at most the dialogue's time-out and a few writes
_AT_ONCE = 1000  # conversations worked on at the same time: many, so that who waits for a slow Rasa or platform keeps nobody else waiting
_SWEEP = 1.0  # seconds between looks for work that nobody was told of
_BATCH = 200
_LAST_WORDS = 6.0  # seconds at the end for what is under way
_STORING = 6.0  # seconds a store may take before it counts as away: danger must have its numbers within ten
_STORING_AWAY = 1.5  # … and while it is known to be away: those behind must not wait as long each
_TYPING_AFTER = 0.4  # seconds; shorter turns need no "is typing"


class Turns(Protocol):
    """What the worker needs of the store."""

    def receive(self, events: list[Inbound]) -> list[Received]: ...
    def receive_and_take(self, events: list[Inbound], owner: str, seconds: float) -> tuple[list[Received], list[Turn]]: ...
    def take_turn(self, conversation: str, owner: str, seconds: float) -> Turn | None: ...
    def release_all(self, owner: str) -> None: ...
    def finish_and_go_on(self, turn: Turn, outcome: Outcome, owner: str, seconds: float) -> tuple[Outgoing | None, bool]: ...
    def sweep(self) -> None: ...
    def work(self, now: datetime, limit: int) -> tuple[list[str], list[str]]: ...


class Worker:
    """Takes events in (it is the channels' Inbox), and sees every stored one through to delivered replies."""

    def __init__(
        self,
        *,
        store: Turns,
        gateway: Gateway,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        owner: str,
        clock: Callable[[], datetime],
        shelter: Shelter | None = None,
        hidden: Callable[[], None] | None = None,
    ) -> None:
        self._hidden = hidden  # told when a chat is to be cleaned
        self._shelter = shelter
        self._store, self._gateway, self._outbox, self._channels = store, gateway, outbox, channels
        self._owner, self._clock = owner, clock
        self._turns = OnePerKey(self._answer_all, _AT_ONCE)
        self._deliveries = OnePerKey(self._deliver, _AT_ONCE)
        self._begun = False
        self._taken: dict[str, Turn] = {}  # turns and replies whose lease was taken with the write before: their job begins with them
        self._letters: dict[str, Outgoing] = {}

    async def receive(self, events: list[Inbound]) -> list[Received]:
        """Stores events; when it returns they are safe, and the platform may be told so.

        While the database is away they are kept on disk, and those behind them too, so that all come in their order. Then nothing is
        returned; the web chat, whose page can show the numbers itself, is told so by StoreAway.
        """
        try:
            away = self._shelter is not None and self._shelter.is_away
            async with timeout(_STORING_AWAY if away else _STORING):
                return await self._received(events)
        except Exception as error:  # also one that waits for a lock: what is written after all is known when it is brought in again
            if self._shelter is None:
                raise
            log.error("messages could not be stored: %s", type(error).__name__)
            await self._shelter.take(events)
            if any(event.channel == "web" for event in events):
                raise StoreAway from None
            return []

    async def _received(self, events: list[Inbound]) -> list[Received]:
        if self._shelter is not None and self._shelter.waiting:
            await self._shelter.bring_in()
        return await self._into_store(events)

    async def _into_store(self, events: list[Inbound]) -> list[Received]:
        if not self._begun:  # giving back old leases would take the new ones too; the first look for work finds these
            return await off_loop(self._store.receive, events)
        received, taken = await off_loop(self._store.receive_and_take, events, self._owner, LEASE)
        self._taken.update((turn.conversation, turn) for turn in taken)
        for conversation in dict.fromkeys(r.conversation for r in received if r.new):
            self._turns.wake(conversation)
        return received

    def deliver(self, conversation: str) -> None:
        """Sees to replies queued by somebody else, such as a counsellor."""
        if self._begun:
            self._deliveries.wake(conversation)

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped: looks for messages and replies that wait, as after a crash or when a retry is due."""
        while not stop.is_set():
            try:
                if not self._begun:
                    await off_loop(self._store.release_all, self._owner)
                    self._begun = True
                if self._shelter is not None and self._shelter.waiting:
                    await self._shelter.bring_in()
                await self._sweep()
                turns, sends = await off_loop(self._store.work, self._clock(), _BATCH)
                for conversation in turns:
                    self._turns.wake(conversation)
                for conversation in sends:
                    self._deliveries.wake(conversation)
                if self._shelter is not None:
                    self._shelter.well()
            except Exception:  # the job loop must outlive a database that is away for a while
                log.exception("looking for work failed")
                if self._shelter is not None:
                    await self._shelter.away()
            try:
                await asyncio.wait_for(stop.wait(), _SWEEP)
            except asyncio.TimeoutError:
                pass
        # What does not end in time is found again at the next start.
        await self._turns.drain(_LAST_WORDS)
        await self._deliveries.drain(_LAST_WORDS)

    async def _sweep(self) -> None:
        """Apart from the rest of the loop: whatever is wrong with a case, messages are answered and delivered."""
        try:
            await off_loop(self._store.sweep)
        except Exception as error:
            log.error("the clocks of cases could not be looked at: %s", type(error).__name__, exc_info=_harmless(error))

    async def _answer_all(self, conversation: str) -> None:
        again = True
        while again:
            try:
                turn = self._taken.pop(conversation, None) or await off_loop(self._store.take_turn, conversation, self._owner, LEASE)
                if turn is None:
                    return
                again = await self._one(turn)
            except LostLease:
                log.warning("conversation %s: another gateway took over", conversation)
                return
            except Exception as error:  # the message stays stored, and the lease is kept until it runs out: then the sweep tries again
                log.error("conversation %s: a turn failed: %s", conversation, type(error).__name__, exc_info=_harmless(error))
                return

    async def _deliver(self, conversation: str) -> None:
        try:
            await self._outbox.deliver(conversation, self._letters.pop(conversation, None))
        except Exception as error:
            log.error("conversation %s: delivery failed: %s", conversation, type(error).__name__, exc_info=_harmless(error))

    async def _one(self, turn: Turn) -> bool:
        """Whether another message waits."""
        channel = self._channels.get(turn.inbound.channel)
        with nullcontext() if channel is None else _typing(channel, turn.inbound.sender):
            outcome = await self._gateway.answer(turn)
        if channel is not None:
            outcome = replace(outcome, replies=tuple(piece for reply in outcome.replies for piece in channel.fit(reply)))
        letter, again = await off_loop(self._store.finish_and_go_on, turn, outcome, self._owner, SENDING)
        if self._hidden is not None and (outcome.hide or outcome.clean):
            self._hidden()
        if letter is not None:
            self._letters[turn.conversation] = letter
        if letter is not None or outcome.replies:  # the handoff speaks where the gateway is silent
            self._deliveries.wake(turn.conversation)
        return again


@contextmanager
def _typing(channel: Channel, recipient: str) -> Iterator[None]:
    """Shows "is typing" while this lasts longer than a moment."""
    shown: list[asyncio.Task[None]] = []
    soon = asyncio.get_running_loop().call_later(_TYPING_AFTER, lambda: shown.append(asyncio.create_task(channel.typing(recipient))))
    try:
        yield
    finally:
        soon.cancel()
        for task in shown:
            task.cancel()


def _harmless(error: Exception) -> bool:
    """Whether the trace may be logged: those of our own errors hold no text of hers."""
    return type(error).__module__.startswith("bot.")
