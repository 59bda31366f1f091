"""Telegram: verifies, parses, renders, sends. Webhook when the world can reach us, long polling otherwise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import BotCommand, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.channels import telegram_polling, telegram_updates
from bot.channels.fetching import MOST, fetch
from bot.channels.telegram_bot import Keyboard, PlainBot, connect, translated
from bot.channels.telegram_updates import ALLOWED, COMMANDS
from bot.channels.text import in_parts
from bot.channels.webhook import decode, read, same
from bot.errors import BadUpdate, Refused
from bot.model import Button, Inbound, Inbox, Outgoing, Paper, Reply

PATH = "/webhooks/telegram"
MAX_BODY = 1024 * 1024  # bytes
MAX_TEXT = 4096  # UTF-16 code units
MAX_CAPTION = 1000
_FILES = "api.telegram.org"
MAX_PAYLOAD = 64  # bytes of UTF-8
MAX_DELETED = 100  # messages of one call
MAX_ROWS, MAX_IN_ROW = 8, 2  # ours: more does not fit on a small screen

log = logging.getLogger(__name__)


class StaffDesk(Protocol):
    """What is written in the staff's group, and by whom, never enters her inbox."""

    async def take(self, update: object) -> bool:
        """Whether it was from there. Raises where it must come again."""

    async def taken(self, update: object) -> bool:
        """As take, for who cannot ask for it again: a failure is logged."""


class Telegram:
    """A bot.model.Channel. `texts`: command → {"bn", "en"}, what Telegram's menu says of each of COMMANDS."""

    name = "telegram"

    def __init__(self, bot_token: str, api_url: str, webhook_secret: str, inbox: Inbox, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._bot, self._api = connect(bot_token, api_url), api_url
        self._secret = webhook_secret
        self._inbox = inbox
        self._texts = texts
        self._answers: set[asyncio.Task[None]] = set()
        self.staff: StaffDesk | None = None  # whoever takes what is written in the staff's group

    @property
    def bot(self) -> PlainBot:
        """For whatever else speaks with the same token."""
        return self._bot

    def routes(self) -> list[Route]:
        return [Route(PATH, self._webhook, methods=["POST"])]

    async def start(self, public_url: str) -> None:
        """Registers the commands and, when there is a public URL, the webhook. Raises TryLater or Refused."""
        try:
            await self._bot.set_my_commands(self._commands("bn"))
            await self._bot.set_my_commands(self._commands("en"), language_code="en")
            if public_url:
                await self._bot.set_webhook(f"{public_url}{PATH}", secret_token=self._secret, allowed_updates=ALLOWED, max_connections=40)
        except TelegramError as error:
            raise translated(error) from None

    async def poll(self, stop: asyncio.Event) -> None:
        """Long polling until `stop`; removes a webhook first."""
        await telegram_polling.poll(self._bot, self._accept_batch, stop)

    async def close(self) -> None:
        """Ends the answers still under way and closes the connections."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._bot.close_connections()

    @staticmethod
    def parse(update: object) -> Inbound | None:
        """See telegram_updates.parse."""
        return telegram_updates.parse(update)

    def fit(self, reply: Reply) -> tuple[Reply, ...]:
        """Parts of at most 4096 UTF-16 units. Of more than 16 buttons the first 16 are kept."""
        assert all(len(button.payload.encode()) <= MAX_PAYLOAD for button in reply.buttons), "a payload is longer than 64 bytes"
        if len(reply.buttons) > MAX_ROWS * MAX_IN_ROW:
            log.warning("A reply has %d buttons; Telegram shows %d", len(reply.buttons), MAX_ROWS * MAX_IN_ROW)
            reply = replace(reply, buttons=reply.buttons[: MAX_ROWS * MAX_IN_ROW])
        return in_parts(reply, MAX_TEXT)

    async def typing(self, recipient: str) -> None:
        try:
            await self._bot.send_chat_action(recipient, "typing")
        except (TelegramError, RuntimeError):  # RuntimeError: the connections were closed meanwhile
            return

    async def send(self, outgoing: Outgoing) -> str | None:
        reply = outgoing.reply
        try:
            if outgoing.attachment is not None:
                return await self._send_file(outgoing.recipient, reply, outgoing.attachment)
            return str(await self._bot.send_text(outgoing.recipient, reply.text, _keyboard(reply.buttons)))
        except TelegramError as error:
            raise translated(error) from None  # the cause could quote her id or the token

    async def _send_file(self, recipient: str, reply: Reply, paper: Paper) -> str:
        """The file with the words under it. Raises TelegramError."""
        keyboard = _keyboard(reply.buttons)
        markup = InlineKeyboardMarkup.de_json(keyboard, None) if keyboard else None
        message = await self._bot.send_document(
            recipient, paper.body, filename=paper.name, caption=reply.text[:MAX_CAPTION], reply_markup=markup
        )
        return str(message.message_id)

    async def fetch(self, reference: str) -> bytes:
        """The file behind a file_id. Raises DeliveryError; the address holds the token and is told to nobody."""
        try:
            file = await self._bot.get_file(reference)
            if (file.file_size or 0) > MOST:
                raise Refused("Telegram: the file is too large.")
            address = file.file_path or ""
        except TelegramError as error:
            raise translated(error) from None
        return await fetch(address, hosts=(_FILES,), plain=self._api)

    async def clean(self, recipient: str, messages: Sequence[str]) -> None:
        """Of both sides; what is gone already is passed over. Raises TryLater or Unreachable."""
        ids = [int(message) for message in messages]
        for start in range(0, len(ids), MAX_DELETED):
            batch = ids[start : start + MAX_DELETED]
            try:
                await self._bot.delete_messages(recipient, batch)
            except TelegramError as error:
                failed = translated(error)
                if not isinstance(failed, Refused):
                    raise failed from None
                await self._clean_singly(recipient, batch)

    async def _clean_singly(self, recipient: str, ids: Sequence[int]) -> None:
        """One that may not be deleted must not keep the others on her screen."""
        for id in ids:
            try:
                await self._bot.delete_message(recipient, id)
            except TelegramError as error:
                failed = translated(error)
                if not isinstance(failed, Refused):
                    raise failed from None

    def _commands(self, language: str) -> list[BotCommand]:
        return [BotCommand(command, self._texts[command][language]) for command in COMMANDS]

    async def _webhook(self, request: Request) -> Response:
        if not self._secret:
            return PlainTextResponse("Not Found", 404)
        if not same(request.headers.get("x-telegram-bot-api-secret-token", ""), self._secret):
            return PlainTextResponse("Forbidden", 403)
        try:
            body = await read(request, MAX_BODY)
            if body is None:
                return PlainTextResponse("Content Too Large", 413)
            update = decode(body)
            event = self.parse(update)
        except BadUpdate:
            return PlainTextResponse("Bad Request", 400)
        try:
            if self.staff is not None and await self.staff.take(update):
                return Response(status_code=200)
            await self._accept([event] if event else [], [update])
        except Exception as error:  # the web edge: not stored, so Telegram must bring it again
            log.error("A Telegram update could not be stored: %s", type(error).__name__)
            return PlainTextResponse("Internal Server Error", 500)
        return Response(status_code=200)

    async def _accept_batch(self, updates: list[Any]) -> None:
        events = []
        for update in updates:
            try:
                event = self.parse(update)
            except BadUpdate:  # asking again would bring it again and hold up everyone behind it
                log.error("Skipped a Telegram update that cannot be read")
                continue
            events += [event] if event else []
        await self._accept(events, updates)
        if self.staff is not None:
            for update in updates:  # after hers are safe: what staff do may take several calls
                await self.staff.taken(update)

    async def _accept(self, events: list[Inbound], updates: list[Any]) -> None:
        """Stores, then tells Telegram that buttons were taken (her phone shows a clock until then)."""
        if not events:
            return
        await self._inbox.receive(events)
        stored = {event.external_id for event in events}
        for update in updates:
            query = telegram_updates.callback_id(update) if str(update.get("update_id")) in stored else None
            if query is not None:
                task = asyncio.create_task(self._answer(query))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

    async def _answer(self, query: str) -> None:
        try:
            await self._bot.answer_callback_query(query)
        except (TelegramError, RuntimeError):  # too old, or Telegram is away: the clock on her button goes out by itself
            return


def _keyboard(buttons: tuple[Button, ...]) -> Keyboard | None:
    """One button a row while the rows suffice: titles stay whole on a narrow screen."""
    if not buttons:
        return None
    keys = [{"text": button.title, "callback_data": button.payload} for button in buttons]
    width = 1 if len(keys) <= MAX_ROWS else MAX_IN_ROW
    return {"inline_keyboard": [keys[i : i + width] for i in range(0, len(keys), width)]}
