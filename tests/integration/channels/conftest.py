"""Both emulators, and both channels on top of an inbox in memory, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.messenger import Messenger
from bot.channels.telegram import Telegram
from bot.channels.telegram_updates import COMMANDS
from bot.model import Button, Inbound, Outgoing, Received, Reply
from tests.emulators.loopback import serving
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi

SECRET = "webhook-secret_1"
TEXTS = {command: {"bn": f"bn {command}", "en": f"en {command}"} for command in COMMANDS}


class MemoryInbox:
    """bot.model.Inbox without a database; `broken` makes that many calls fail."""

    def __init__(self) -> None:
        self.stored: list[Inbound] = []
        self.calls = 0
        self.broken = 0

    async def receive(self, events: list[Inbound]) -> list[Received]:
        self.calls += 1
        if self.broken:
            self.broken -= 1
            raise RuntimeError("the disk is full: planted words of hers")
        known = {(event.channel, event.sender, event.external_id) for event in self.stored}
        new = [(event.channel, event.sender, event.external_id) not in known for event in events]
        self.stored += [event for event, is_new in zip(events, new, strict=True) if is_new]
        return [Received(conversation="c", message=number, new=is_new) for number, is_new in enumerate(new)]


def outgoing(recipient: int | str, text: str = "hello", *buttons: Button, written: datetime | None = None) -> Outgoing:
    """A reply to somebody who wrote at `written`, by default just now."""
    return Outgoing(
        message=1, conversation="c", channel="any", recipient=str(recipient), reply=Reply(text=text, buttons=buttons), attempts=0,
        last_inbound_at=written or datetime.now(timezone.utc),
    )  # fmt: skip


async def until(condition: Callable[[], Any], timeout: float = 5.0) -> Any:
    """Waits in the event loop until `condition` gives something true; raises TimeoutError."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while not (result := condition()):
        if loop.time() > deadline:
            raise TimeoutError("what the test waits for did not happen")
        await asyncio.sleep(0.005)
    return result


@contextlib.asynccontextmanager
async def polling(channel: Telegram) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(channel.poll(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 2)


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture
def telegram_api() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@pytest.fixture
async def telegram(telegram_api: TelegramApi, inbox: MemoryInbox) -> AsyncIterator[Telegram]:
    channel = Telegram(telegram_api.token, telegram_api.url, SECRET, inbox, TEXTS)
    yield channel
    await channel.close()


@pytest.fixture
async def telegram_url(telegram: Telegram) -> AsyncIterator[str]:
    """Where the channel's routes are served."""
    async with serving(Starlette(routes=telegram.routes())) as url:
        yield url


@pytest.fixture
def messenger_api() -> Iterator[MessengerApi]:
    with MessengerApi() as api:
        yield api


@pytest.fixture
async def messenger(messenger_api: MessengerApi, inbox: MemoryInbox) -> AsyncIterator[Messenger]:
    channel = Messenger(messenger_api.page_token, messenger_api.app_secret, messenger_api.verify_token, messenger_api.url, inbox)
    yield channel
    await channel.close()


@pytest.fixture
async def messenger_url(messenger: Messenger) -> AsyncIterator[str]:
    async with serving(Starlette(routes=messenger.routes())) as url:
        yield f"{url}/webhooks/messenger"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client
