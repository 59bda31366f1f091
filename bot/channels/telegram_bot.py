"""python-telegram-bot, kept from telling what it handles: no token, id or text in logs or in our errors."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import aiohttp
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.errors import DeliveryError, Refused, TryLater, Unreachable
from bot.transport import Transport, transport

log = logging.getLogger(__name__)

_CONNECT, _READ = 5.0, 10.0  # seconds
_JSON = (("Content-Type", "application/json"),)
_PLAIN = {"is_disabled": True}  # LinkPreviewOptions

Keyboard = dict[str, list[list[dict[str, str]]]]  # InlineKeyboardMarkup, as it is sent


class QuietRequest(HTTPXRequest):
    """The library's request, which would log an answer that it cannot read, message text included; a plain call spares it httpx."""

    def __init__(self, carrier: Transport | None, **limits: Any) -> None:
        super().__init__(httpx_kwargs={"transport": carrier}, **limits)
        self._carrier = carrier

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._carrier is None or method != "POST" or request_data is None or request_data.contains_files:
            return await super().do_request(url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout)
        read = read_timeout if isinstance(read_timeout, int | float) else self.read_timeout or _READ
        try:
            # Telegram takes JSON too; a form would write each letter of Bangla as nine.
            return await self._carrier.call("POST", url, request_data.json_payload, headers=_JSON, connect=_CONNECT, read=read)
        except asyncio.TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:  # its words would quote the address, and with it the token
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


class PlainBot(Bot):
    """The library's bot, with updates as they came: its own get_updates loses the whole batch, and logs it, for one it cannot read."""

    async def send_text(self, chat: str, text: str, keyboard: Keyboard | None) -> int:
        """The id of the message. The library's send_message builds objects of the keyboard and of the answer, of which nothing else is
        needed. Raises TelegramError."""
        call = {"chat_id": chat, "text": text, "reply_markup": keyboard, "link_preview_options": _PLAIN}
        sent = await self._post("sendMessage", call)
        if not isinstance(sent, dict) or type(sent.get("message_id")) is not int:
            raise TelegramError("Invalid server response")
        return int(sent["message_id"])

    async def raw_updates(self, offset: int | None, timeout: int, allowed: Sequence[str]) -> list[Any]:
        """Waits up to `timeout` seconds for updates from `offset` on; asking for an offset confirms all before it."""
        data = {"offset": offset, "timeout": timeout, "allowed_updates": list(allowed)}
        updates = await self._post("getUpdates", data, read_timeout=timeout + 10)
        if not isinstance(updates, list):
            raise TelegramError("Invalid server response")
        return updates

    async def close_connections(self) -> None:
        """What the library's shutdown does only after its initialize, which would call getMe and put the token into its error."""
        for request in self._request:
            await request.shutdown()


def connect(token: str, api_url: str) -> PlainBot:
    """A bot for this token. Calls nothing yet; silences the loggers that print the token (in the URL) or parameters of calls."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    calls = QuietRequest(transport(64), connect_timeout=_CONNECT, read_timeout=_READ, write_timeout=10, pool_timeout=5)
    polling = QuietRequest(transport(1), connect_timeout=_CONNECT, write_timeout=10, pool_timeout=5)
    return PlainBot(token, base_url=f"{api_url}/bot", base_file_url=f"{api_url}/file/bot", request=calls, get_updates_request=polling)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait: float | timedelta = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def translated(error: TelegramError) -> DeliveryError:
    """Our error for one of the library's; its message is not kept: it can quote ids, text or the token."""
    name = type(error).__name__
    if isinstance(error, RetryAfter):
        return TryLater("Telegram asks to wait.", seconds=seconds(error))
    if isinstance(error, Forbidden):
        return Unreachable("Telegram: she blocked the bot or closed her account.")
    if isinstance(error, BadRequest):  # before NetworkError, whose subclass it is
        if "chat not found" in error.message.lower():
            return Unreachable("Telegram: chat not found.")
        return Refused("Telegram refused the call.")
    if isinstance(error, ChatMigrated):
        return Refused("Telegram: the chat moved.")
    if isinstance(error, InvalidToken):  # a mistake of ours, which is mended while her messages wait
        log.error("Telegram refuses TELEGRAM_BOT_TOKEN: take the current one from @BotFather")
        return TryLater("Telegram refuses TELEGRAM_BOT_TOKEN.")
    return TryLater(f"Telegram: {name}.")
