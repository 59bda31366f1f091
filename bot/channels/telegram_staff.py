"""The staff's Telegram group: alerts are told there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from telegram import LinkPreviewOptions
from telegram.error import TelegramError

from bot.channels.telegram_bot import PollingBot, translated
from bot.ringing import Ring, Wording


class TelegramGroup:
    """A bot.alerts.Door."""

    pause = 3.0  # Telegram takes twenty messages a minute into a group

    def __init__(self, bot: PollingBot, chat: int, wording: Wording, clock: Callable[[], datetime], *, own: bool = False) -> None:
        self._bot, self._chat, self._wording, self._clock, self._own = bot, chat, wording, clock, own

    async def close(self) -> None:
        """Only a bot of its own: another is closed by who made it."""
        if self._own:
            await self._bot.close_connections()

    async def ring(self, rings: Sequence[Ring]) -> None:
        """One message for all. Raises TryLater or Refused."""
        text = self._wording.text(rings, self._clock())
        try:
            await self._bot.send_message(self._chat, text, link_preview_options=LinkPreviewOptions(is_disabled=True))
        except TelegramError as error:
            raise translated(error) from None
