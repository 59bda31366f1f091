"""Puts together what happens in the staff's Telegram group."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.alerts import Door
from bot.channels.telegram import Telegram
from bot.channels.telegram_staff import StaffUpdates, TelegramGroup
from bot.handoff import CaseDesk
from bot.knowledge import knowledge
from bot.masking import Masks
from bot.relay import Relay
from bot.relay_acts import Acts
from bot.relaying import load_wording
from bot.ringing import load_wording as load_alerting
from bot.settings import Settings
from bot.storage import Accounts
from bot.storage.relay import Topics


@dataclass(frozen=True)
class StaffGroup:
    group: TelegramGroup
    relay: Relay
    updates: StaffUpdates

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped. A bot of its own asks for what is written there; with one bot for both it comes with hers."""
        parts = [self.relay.run(stop)]
        if self.group.own:
            parts.append(self.group.poll(self.updates.taken, stop))
        await asyncio.gather(*parts)


def staff_group(
    settings: Settings, telegram: Telegram | None, doors: Mapping[str, Door], topics: Topics, cases: CaseDesk, people: Accounts
) -> StaffGroup | None:
    """None where cases are not answered there; then the channel only keeps the group from her inbox."""
    group = doors.get("telegram")
    if not isinstance(group, TelegramGroup):
        return None
    made, updates = None, StaffUpdates(settings.staff_telegram_chat_id, None)
    if settings.staff_telegram_relay:
        wording = load_wording(settings.alert_language)
        alerting = load_alerting(settings.alert_language, settings.desk_address)
        updates = StaffUpdates(settings.staff_telegram_chat_id, Acts(topics, cases, people, group, wording, alerting).take)
        made = StaffGroup(group, Relay(topics, group, wording, alerting, Masks(line.number for line in knowledge().hotlines)), updates)
    if telegram is not None:
        telegram.staff = updates
    return made
