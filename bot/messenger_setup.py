"""Sets what Messenger shows round the chat: get-started, persistent menu, greeting."""

from __future__ import annotations

from bot.channels.messenger import Messenger
from bot.errors import SettingError
from bot.knowledge import LANGUAGES, knowledge
from bot.model import Button, Inbound, Received
from bot.settings import Settings

_MENU = ("steps", "hotlines", "person")  # Messenger shows three


class _NoInbox:
    async def receive(self, events: list[Inbound]) -> list[Received]:
        return []


async def setup(settings: Settings) -> None:
    """Raises SettingError when Messenger is not configured, TryLater or Refused from the Graph API."""
    if not settings.messenger:
        raise SettingError("MESSENGER_PAGE_TOKEN is missing: create it in the app's Messenger settings for your page.")
    content = knowledge()
    messenger = Messenger(
        settings.messenger_page_token.reveal(), settings.messenger_app_secret.reveal(), settings.messenger_verify_token.reveal(),
        settings.messenger_graph_url, _NoInbox(),
    )  # fmt: skip
    menu = {language: [Button(title=content.buttons[name][language], payload=name) for name in _MENU] for language in LANGUAGES}
    try:
        await messenger.setup(menu, {language: content.messenger_greeting[language] for language in LANGUAGES})
    finally:
        await messenger.close()
