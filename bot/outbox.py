"""Delivery: hands stored replies to the channels in order, one call each, and tries again where that can help."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot.errors import Refused, TryLater, Unreachable
from bot.model import Channel, Outgoing
from bot.threads import off_loop

log = logging.getLogger(__name__)

LEASE = 90.0  # seconds; longer than any single call of a channel's API may take
_WAITS = (1, 2, 5, 15, 60, 300, 900, 3600)  # seconds before the next try, the last one for ever
_GIVE_UP = timedelta(hours=24)  # a reply this late would answer a conversation that has moved on; hers is still with the humans


class Letters(Protocol):
    """What delivery needs of the store."""

    def take_outgoing(self, conversation: str, owner: str, seconds: float) -> Outgoing | None: ...
    def go_on_sending(self, conversation: str, owner: str, seconds: float) -> Outgoing | None: ...
    def release_sending(self, conversation: str, owner: str) -> bool: ...
    def sent_and_go_on(self, letter: Outgoing, platform_id: str | None, owner: str, seconds: float) -> Outgoing | None: ...
    def retry(self, message: int, due_at: datetime) -> None: ...
    def refuse(self, message: int, reason: str) -> None: ...
    def unreachable(self, conversation: str) -> None: ...


class Outbox:
    """Sends what is queued for one conversation at a time."""

    def __init__(self, store: Letters, channels: Mapping[str, Channel], *, owner: str, clock: Callable[[], datetime]) -> None:
        self._store, self._channels, self._owner, self._clock = store, channels, owner, clock

    async def deliver(self, conversation: str, letter: Outgoing | None = None) -> None:
        """Sends until nothing is due, unless another gateway is at it; first `letter`, taken already."""
        try:
            letter = letter or await off_loop(self._store.take_outgoing, conversation, self._owner, LEASE)
            while letter is not None:
                letter = await off_loop(await self._send(letter))
        except BaseException:
            await off_loop(self._store.release_sending, conversation, self._owner)
            raise

    async def _send(self, letter: Outgoing) -> Callable[[], Outgoing | None]:
        """Hands it over, and returns what notes in the store how that went and gives the next."""
        channel = self._channels.get(letter.channel)
        if channel is None:  # its token was taken out of the settings: wait until it is back, or given up
            return self._later(letter, TryLater(seconds=3600))
        try:
            platform_id = await channel.send(letter)
        except TryLater as error:
            return self._later(letter, error)
        except Unreachable:
            log.info("conversation %s: unreachable", letter.conversation)
            return self._then(letter, partial(self._store.unreachable, letter.conversation))
        except Refused as error:
            log.error("conversation %s: message %s refused by %s: %s", letter.conversation, letter.message, letter.channel, error)
            return self._then(letter, partial(self._store.refuse, letter.message, "refused"))
        return partial(self._store.sent_and_go_on, letter, platform_id, self._owner, LEASE)

    def _then(self, letter: Outgoing, note: Callable[[], None]) -> Callable[[], Outgoing | None]:
        def go_on() -> Outgoing | None:
            note()
            return self._store.go_on_sending(letter.conversation, self._owner, LEASE)

        return go_on

    def _later(self, letter: Outgoing, error: TryLater) -> Callable[[], Outgoing | None]:
        now = self._clock()
        if now - letter.last_inbound_at > _GIVE_UP and letter.attempts >= len(_WAITS):
            log.error("conversation %s: message %s given up after %s tries", letter.conversation, letter.message, letter.attempts + 1)
            return self._then(letter, partial(self._store.refuse, letter.message, "given_up"))
        wait = max(error.seconds or 0, _WAITS[min(letter.attempts, len(_WAITS) - 1)])
        log.warning("conversation %s: message %s: %s, again in %s s", letter.conversation, letter.message, type(error).__name__, wait)
        return self._then(letter, partial(self._store.retry, letter.message, now + timedelta(seconds=wait)))
