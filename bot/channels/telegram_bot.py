"""python-telegram-bot, kept from telling what it handles: no token, id or text in logs or in our errors."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.errors import DeliveryError, Refused, TryLater, Unreachable
from bot.transport import transport

log = logging.getLogger(__name__)


class QuietRequest(HTTPXRequest):
    """The library's request, which would log an answer that it cannot read, message text included."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


class PollingBot(Bot):
    """The library's bot, with updates as they came: its own get_updates loses the whole batch, and logs it, for one it cannot read."""

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


def connect(token: str, api_url: str) -> PollingBot:
    """A bot for this token. Calls nothing yet; silences the loggers that print the token (in the URL) or parameters of calls."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    calls = QuietRequest(connect_timeout=5, read_timeout=10, write_timeout=10, pool_timeout=5, httpx_kwargs={"transport": transport(64)})
    polling = QuietRequest(connect_timeout=5, write_timeout=10, pool_timeout=5, httpx_kwargs={"transport": transport(1)})
    return PollingBot(token, base_url=f"{api_url}/bot", request=calls, get_updates_request=polling)


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
