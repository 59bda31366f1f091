"""Starts Rasa (REST channel only) and refuses to serve with any tracker store but ours.

Rasa puts an in-memory store in place of one that fails to load, and goes on in memory, in clear, when ours fails at run time.
Here a failing store fails the turn: the gateway then gives its fixed reply.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from urllib.parse import urlsplit

from rasa.core import run as rasa_run
from rasa.core.agent import Agent, load_agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.core.utils import AvailableEndpoints, number_of_sanic_workers
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot import logs
from bot.errors import SohojatriError
from bot.nlu.quick import KeptOpen, hurry
from bot.nlu.silence import silence
from bot.settings import ROOT, Settings
from bot.settled import settle
from bot.storage.tracker_store import SealedTrackerStore
from bot.training import MODEL

KEEP_ALIVE = 75  # seconds a connection may rest; more than any client keeps one, so that none is closed under a call


class WrongTrackerStore(SohojatriError):
    """Rasa did not load the sealed tracker store (see endpoints.yml); it would keep conversations in clear."""


def serve(settings: Settings) -> None:
    """Serves until stopped. Raises WrongTrackerStore."""
    os.environ.setdefault("ACTIONS_PORT", str(settings.actions_port))
    logs.configure("WARNING", "rasa")
    silence()
    hurry()
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    endpoints.action = KeptOpen.like(endpoints.action)
    if settings.redis_url:
        endpoints.lock_store = _redis(settings.redis_url)
    channels = rasa_run.create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = rasa_run.configure_app(channels, enable_api=False, endpoints=endpoints)
    app.register_listener(partial(_load, endpoints), "before_server_start")
    app.register_listener(rasa_run.close_resources, "after_server_stop")
    app.register_listener(partial(_close, endpoints.action), "after_server_stop")
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE
    host = urlsplit(settings.rasa_url).hostname or "127.0.0.1"
    app.run(host=host, port=settings.rasa_port, workers=number_of_sanic_workers(endpoints.lock_store), access_log=False, motd=False)


async def _load(endpoints: AvailableEndpoints, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    agent = await load_agent(model_path=str(MODEL), endpoints=endpoints, loop=loop)
    _insist(agent)
    app.ctx.agent = agent
    settle()


def _insist(agent: Agent) -> None:
    """Takes the fail-safe wrapper off our store, or raises WrongTrackerStore."""
    store = agent.tracker_store
    inner = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store  # Rasa gives no other way to it
    if not isinstance(inner, SealedTrackerStore) or agent.processor is None:
        raise WrongTrackerStore
    agent.tracker_store = inner
    agent.processor.tracker_store = inner


async def _close(endpoint: KeptOpen, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    await endpoint.close()


def _redis(url: str) -> EndpointConfig:
    parts = urlsplit(url)
    return EndpointConfig(
        type="redis",
        host=parts.hostname or "localhost",
        port=parts.port or 6379,
        db=int(parts.path.strip("/") or 1),
        username=parts.username,
        password=parts.password,
        use_ssl=parts.scheme == "rediss",
        key_prefix="sohojatri",
    )
