"""Telegram by long polling, for when the world cannot reach us: each batch is stored before it is confirmed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter

from bot.channels.telegram_bot import PlainBot, seconds
from bot.channels.telegram_updates import ALLOWED

WAIT = 25  # seconds Telegram holds a call open
SLOWEST = 30.0  # seconds between tries when they keep failing

log = logging.getLogger(__name__)


def backoff(failures: int) -> float:
    """1, 2, 4 … 30 seconds after that many failures in a row."""
    return float(min(2 ** min(failures - 1, 10), SLOWEST))


async def poll(bot: PlainBot, accept: Callable[[list[Any]], Awaitable[None]], stop: asyncio.Event) -> None:
    """Hands updates to `accept` until `stop`. The offset advances only after `accept` returned: what was not stored comes again."""
    offset: int | None = None
    failures = 0
    webhook_removed = False
    while not stop.is_set():
        try:
            if not webhook_removed:  # Telegram refuses polling while one is set; waiting messages must not be dropped with it
                await _unless(stop, bot.delete_webhook(drop_pending_updates=False))
                webhook_removed = True
            updates = await _unless(stop, bot.raw_updates(offset, WAIT, ALLOWED))
            if updates:
                await accept(updates)
                offset = max(update["update_id"] for update in updates) + 1
            failures = 0
        except Exception as error:  # the job loop: whatever happens, polling goes on
            failures += 1
            await _pause(stop, _delay(error, failures))


def _delay(error: Exception, failures: int) -> float:
    """Logs what went wrong, by its class alone (messages quote texts and ids), and says how long to wait."""
    if isinstance(error, RetryAfter):
        log.warning("Telegram asks to wait before polling again")
        return seconds(error)
    if isinstance(error, Conflict):
        log.warning("Another process polls with this bot's token, or a webhook was set: waiting. Run one gateway, or set PUBLIC_URL")
        return SLOWEST
    if isinstance(error, InvalidToken):
        log.error("Telegram refuses TELEGRAM_BOT_TOKEN: take the current one from @BotFather")
        return SLOWEST
    log.warning("Polling Telegram failed: %s", type(error).__name__)
    return backoff(failures)


async def _unless(stop: asyncio.Event, call: Coroutine[Any, Any, Any]) -> Any:
    """The result of the call, or None when `stop` comes first (the call is then cancelled, which confirms nothing)."""
    task, stopped = asyncio.ensure_future(call), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for pending in (task, stopped):
            pending.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)


async def _pause(stop: asyncio.Event, delay: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), delay)
    except asyncio.TimeoutError:
        return
