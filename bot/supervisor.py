"""`python -m bot run`: gateway, Rasa and action server as three child processes; restarts what dies, stops together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from bot.errors import SohojatriError
from bot.settings import ROOT, Settings
from bot.training import QUIET

log = logging.getLogger(__name__)

_PATIENCE = 120.0  # seconds until all three must be healthy at start; loading TensorFlow takes most of it
_GRACE = 12.0  # seconds to end by themselves when stopped
_WAITS = (1, 2, 5, 10, 30)  # seconds before a restart, longer while it keeps dying soon
_SETTLED = 60.0  # seconds alive after which a death counts as the first again


class StartError(SohojatriError):
    """A part of Sohojatri did not come up; its last lines stand above."""


class PortTaken(SohojatriError):
    """A port is taken; the message names the setting and the cure."""


@dataclass
class Part:
    name: str
    arguments: tuple[str, ...]  # of `python -m`
    health: str  # address that answers when it is up
    deaths: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)


def parts(settings: Settings) -> list[Part]:
    return [
        Part("actions", ("bot", "actions"), f"http://127.0.0.1:{settings.actions_port}/health"),
        Part("rasa", ("bot", "rasa"), f"{settings.rasa_url}/"),
        Part("gateway", ("bot", "serve"), f"http://{_local(settings.host)}:{settings.port}/healthz"),
    ]


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket. Raises PortTaken.

    Taken before anything else is done: a second gateway that learns of the first only at the end of its start has by then given back
    the first one's leases, which bear the same name, and answered messages that were being answered.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise PortTaken(
            f"{setting}: cannot listen on {host}:{port} ({error.strerror or error}). "
            f"Is Sohojatri running already? Stop what uses the port, or choose another with {setting}."
        ) from None


def check_ports(settings: Settings) -> None:
    """A stranger on a port would answer for our part, and look healthy, while ours dies again and again. Raises PortTaken."""
    listen(settings.host, settings.port, "PORT").close()
    listen(urlsplit(settings.rasa_url).hostname or "127.0.0.1", settings.rasa_port, "RASA_PORT").close()
    listen("127.0.0.1", settings.actions_port, "ACTIONS_PORT").close()


async def run(settings: Settings) -> None:
    """Until SIGINT or SIGTERM. Raises StartError when the parts do not come up in two minutes."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    house = parts(settings)
    keepers = [asyncio.create_task(_keep(part, stop)) for part in house]
    try:
        if await _wait_healthy(house, stop):
            _announce(settings)
        await stop.wait()
    finally:
        stop.set()
        log.info("Stopping …")
        await asyncio.gather(*(_end(part) for part in house))
        await asyncio.gather(*keepers, return_exceptions=True)


async def _keep(part: Part, stop: asyncio.Event) -> None:
    """Starts a part, and again whenever it dies."""
    while not stop.is_set():
        begun = time.monotonic()
        # A session of its own: Ctrl-C reaches only us, and we end the parts in order.
        part.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *part.arguments, cwd=ROOT, env={**QUIET, **os.environ}, start_new_session=True
        )
        if stop.is_set():  # it came while the part was being started: nobody else would end this one
            await _end(part)
        code = await part.process.wait()
        if stop.is_set():
            return
        part.deaths = 0 if time.monotonic() - begun > _SETTLED else part.deaths + 1
        wait = _WAITS[min(part.deaths, len(_WAITS)) - 1] if part.deaths else 0
        log.error("%s ended with code %s; starting it again in %s s", part.name, code, wait)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)


async def _wait_healthy(house: list[Part], stop: asyncio.Event) -> bool:
    waiting, begun = {part.name: part for part in house}, time.monotonic()
    async with httpx.AsyncClient(timeout=2) as client:
        while waiting and not stop.is_set():
            for name, part in list(waiting.items()):
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(part.health)).is_success:
                        log.info("%s is up (%.0f s)", name, time.monotonic() - begun)
                        del waiting[name]
            if time.monotonic() - begun > _PATIENCE:
                raise StartError(f"Not up after {_PATIENCE:.0f} s: {', '.join(waiting)}. Their own lines above say why.")
            await asyncio.sleep(0.3)
    return not waiting


async def _end(part: Part) -> None:
    process = part.process
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except asyncio.TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _announce(settings: Settings) -> None:
    address = settings.public_url or f"http://{_local(settings.host)}:{settings.port}"
    telegram = "off (set TELEGRAM_BOT_TOKEN)"
    if settings.telegram:
        telegram = f"webhook {address}/webhooks/telegram" if settings.public_url else "long polling"
    messenger = f"webhook {address}/webhooks/messenger" if settings.messenger else "off (set MESSENGER_PAGE_TOKEN)"
    log.info(
        "Sohojatri is up.\n  Web chat   %s/chat\n  Telegram   %s\n  Messenger  %s\n  Health     %s/readyz\n  Ctrl-C stops everything.",
        address,
        telegram,
        messenger,
        address,
    )


def _local(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
