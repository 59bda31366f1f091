"""The staff's Telegram group: alerts are told there, and, where it has topics, cases are answered there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError

from bot.channels import telegram_polling
from bot.channels.telegram_bot import PlainBot, translated
from bot.channels.text import clip, scrub
from bot.errors import DeliveryError
from bot.model import Button
from bot.relaying import StaffEvent
from bot.ringing import Ring, Wording

log = logging.getLogger(__name__)

_TITLE, _ANSWER = 64, 200  # characters of a button, and of what is told over a pressed one
_SOON = 3.0  # seconds
_PLAIN = LinkPreviewOptions(is_disabled=True)


class TelegramGroup:
    """A bot.alerts.Door, and a bot.relaying.Forum where the group has topics."""

    pause = 3.0  # Telegram takes twenty messages a minute into a group

    def __init__(self, bot: PlainBot, chat: int, wording: Wording, clock: Callable[[], datetime], *, own: bool = False) -> None:
        self._bot, self._chat, self._wording, self._clock, self._own = bot, chat, wording, clock, own
        self._name = ""

    async def close(self) -> None:
        """Only a bot of its own: another is closed by who made it."""
        if self._own:
            await self._bot.close_connections()

    async def ring(self, rings: Sequence[Ring]) -> None:
        """One message for all. Raises TryLater or Refused."""
        await self.say(0, self._wording.text(rings, self._clock()))

    async def name(self) -> str:
        """What the bot is called, without @; empty where Telegram does not answer soon."""
        if not self._name:
            try:
                self._name = str((await asyncio.wait_for(_told(self._bot.get_me()), _SOON)).username or "")
            except (DeliveryError, asyncio.TimeoutError):
                log.info("The name of the staff group's bot is not known yet")
        return self._name

    async def create(self, title: str) -> int:
        topic = await _told(self._bot.create_forum_topic(self._chat, title))
        return int(topic.message_thread_id)

    async def rename(self, topic: int, title: str) -> None:
        await _told(self._bot.edit_forum_topic(self._chat, topic, name=title))

    async def remove(self, topic: int) -> None:
        await _told(self._bot.delete_forum_topic(self._chat, topic))

    async def say(self, topic: int, text: str, buttons: Sequence[Button] = ()) -> int:
        keys = [[InlineKeyboardButton(clip(button.title, _TITLE), callback_data=button.payload)] for button in buttons]
        markup = InlineKeyboardMarkup(keys) if keys else None
        sent = await _told(
            self._bot.send_message(
                self._chat, text, message_thread_id=topic or None, reply_markup=markup, link_preview_options=_PLAIN
            )
        )  # fmt: skip
        return int(sent.message_id)

    async def delete(self, message: int) -> None:
        """A code that stays readable is used up all the same."""
        try:
            await _told(self._bot.delete_message(self._chat, message))
        except DeliveryError as error:
            log.info("A message of the staff group could not be deleted: %s", type(error).__name__)

    async def answer(self, query: str, text: str) -> None:
        """Over the pressed button. One that is too old needs no answer."""
        try:
            await self._bot.answer_callback_query(query, text=text[:_ANSWER] or None, show_alert=len(text) > 0)
        except TelegramError:
            return

    async def poll(self, take: Callable[[object], Awaitable[bool]], stop: asyncio.Event) -> None:
        """For a bot of its own: what is written in the group, until `stop`."""

        async def batch(updates: list[Any]) -> None:
            for update in updates:
                await take(update)

        await telegram_polling.poll(self._bot, batch, stop)

    @property
    def own(self) -> bool:
        return self._own


class StaffUpdates:
    """Hands what comes from the group to `take`; a bot.channels.telegram.StaffDesk. Without `take`, it is only kept from her inbox."""

    def __init__(self, chat: int, take: Callable[[StaffEvent], Awaitable[None]] | None) -> None:
        self._chat, self._take = chat, take

    async def take(self, update: object) -> bool:
        if not from_group(update, self._chat):
            return False
        event = staff_event(update)
        if event is not None and self._take is not None:
            await self._take(event)
        return True

    async def taken(self, update: object) -> bool:
        try:
            return await self.take(update)
        except Exception as error:  # what it says may quote her; the others in the batch must not wait
            log.error("Something written in the staff group failed: %s", type(error).__name__)
            return True


def from_group(update: object, chat: int) -> bool:
    """Whether any part of it comes from that chat."""
    if not isinstance(update, dict):
        return False
    for content in update.values():
        if isinstance(content, dict):
            message = content.get("message") if isinstance(content.get("message"), dict) else content
            where = message.get("chat") if isinstance(message, dict) else None
            if isinstance(where, dict) and where.get("id") == chat:
                return True
    return False


def staff_event(update: object) -> StaffEvent | None:
    """A text or a press; None for everything else. Nothing of it is trusted."""
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        return None
    query = update.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else update.get("message")
    by = query.get("from") if isinstance(query, dict) else message.get("from") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(by, dict) or type(by.get("id")) is not int or by.get("is_bot") is True:
        return None
    topic, id = message.get("message_thread_id"), message.get("message_id")
    reply = message.get("reply_to_message")
    event = StaffEvent(
        update=update["update_id"],
        user=str(by["id"]),
        topic=topic if type(topic) is int and message.get("is_topic_message") is True else 0,
        message=id if type(id) is int else 0,
    )
    if isinstance(query, dict):
        payload, asked = query.get("data"), query.get("id")
        return _with(event, payload=payload, query=asked) if isinstance(payload, str) and isinstance(asked, str) else None
    text, answered = message.get("text"), reply.get("message_id") if isinstance(reply, dict) else 0
    if not isinstance(text, str) or not text.strip():
        return None
    return _with(event, text=scrub(text), reply_to=answered if type(answered) is int else 0)


def _with(event: StaffEvent, **fields: Any) -> StaffEvent:
    return StaffEvent(**{**event.__dict__, **fields})


async def _told(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except TelegramError as error:
        raise translated(error) from None
