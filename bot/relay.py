"""Cases in the staff's Telegram group: one topic for each, her words in it once somebody has taken it, gone when it is closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from bot.errors import DeliveryError, Refused
from bot.handoff import HUMAN, Case, Stage
from bot.masking import Masks
from bot.relaying import Forum, Hers, Topic, Wording, state_of
from bot.ringing import Wording as Alerting
from bot.threads import off_loop

log = logging.getLogger(__name__)

_LOOK = 1.5  # seconds between looks at the store
_LEASE = 20.0
_LATER = 10.0  # seconds until the next try with a topic that failed
_LONGEST = 3900  # characters of one message of hers


class Store(Protocol):
    """What it needs of the store."""

    def relay_topics(self) -> list[Topic]: ...
    def claim_topic(self, case: str, seconds: float) -> Topic | None: ...
    def release_topic(self, case: str, seconds: float) -> None: ...
    def topic_made(self, case: str, topic: int) -> None: ...
    def topic_shown(self, case: str, shown: str) -> None: ...
    def topic_read(self, case: str, message: int) -> None: ...
    def topic_gone(self, case: str) -> None: ...
    def her_messages(self, case: str, after: int) -> list[Hers]: ...


class Relay:
    def __init__(self, store: Store, forum: Forum, wording: Wording, alerting: Alerting, masks: Masks) -> None:
        self._store, self._forum, self._wording, self._alerting, self._masks = store, forum, wording, alerting, masks

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped."""
        while not stop.is_set():
            try:
                for topic in await off_loop(self._store.relay_topics):
                    await self._one(topic)
            except Exception as error:  # the job loop must outlive a database that is away
                log.error("The staff group could not be brought up to date: %s", type(error).__name__)
            try:
                await asyncio.wait_for(stop.wait(), _LOOK)
            except asyncio.TimeoutError:
                pass

    async def _one(self, seen: Topic) -> None:
        id = seen.case.id
        topic = await off_loop(self._store.claim_topic, id, _LEASE) if await self._behind(seen) else None
        if topic is None:
            return
        wait = 0.0
        try:
            await self._bring_up(topic)
        except DeliveryError as error:
            log.warning("case %s: the staff group: %s", id, type(error).__name__)
            wait = max(getattr(error, "seconds", None) or 0.0, _LATER)
        finally:
            await off_loop(self._store.release_topic, id, wait)

    async def _behind(self, topic: Topic) -> bool:
        """Whether anything is to be done; only then is the store written to."""
        case = topic.case
        if case.state is Stage.CLOSED or not topic.topic or topic.shown != _shown(case):
            return True
        return case.state in HUMAN and bool(await off_loop(self._store.her_messages, case.id, topic.read_to))

    async def _bring_up(self, topic: Topic) -> None:
        case = topic.case
        if case.state is Stage.CLOSED:
            await self._remove(topic)
            return
        thread = topic.topic or await self._create(topic)
        shown = _shown(case)
        if shown != topic.shown:
            if topic.topic and not topic.shown.startswith(f"{case.level.rank}|"):
                await self._forum.rename(thread, self._alerting.title(case.level, topic.number))
            text, buttons = self._wording.card(case, self._alerting.link(case.id))
            await self._forum.say(thread, text, buttons)
            await off_loop(self._store.topic_shown, case.id, shown)
        if case.state in HUMAN:
            await self._tell(case, thread, await off_loop(self._store.her_messages, case.id, topic.read_to))

    async def _create(self, topic: Topic) -> int:
        thread = await self._forum.create(self._alerting.title(topic.case.level, topic.number))
        await off_loop(self._store.topic_made, topic.case.id, thread)
        return thread

    async def _tell(self, case: Case, thread: int, messages: Sequence[Hers]) -> None:
        for message in messages:
            texts = self._wording.texts
            if message.media:
                await self._forum.say(thread, texts["media"].format(link=self._alerting.link(case.id)))
            if message.text:
                await self._forum.say(thread, texts["hers"].format(text=self._masks.hidden(message.text)[:_LONGEST]))
            await off_loop(self._store.topic_read, case.id, message.id)

    async def _remove(self, topic: Topic) -> None:
        """With her words in it: the desk keeps what must be kept."""
        if topic.topic:
            try:
                await self._forum.remove(topic.topic)
            except Refused:  # somebody has deleted it, or the bot may not: there is nothing more to do
                log.warning("case %s: its topic could not be deleted", topic.case.id)
        await off_loop(self._store.topic_gone, topic.case.id)


def _shown(case: Case) -> str:
    return f"{case.level.rank}|{state_of(case)}"
