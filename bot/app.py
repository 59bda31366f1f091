"""Puts everything together; the only module that imports every layer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import danger_training, language_training
from bot.alerts import Alerts, Door
from bot.channels.mail import Mail
from bot.channels.messenger import Messenger
from bot.channels.telegram import Telegram
from bot.channels.telegram_bot import connect
from bot.channels.telegram_staff import TelegramGroup
from bot.channels.web import Web
from bot.cleaning import Cleaner
from bot.desk.desk import Desk
from bot.desk_house import build_desk
from bot.dialogue import Rasa
from bot.gateway import Gateway
from bot.holding import holding
from bot.keeping import Keeper
from bot.knowledge import DIRECTORY, Knowledge, read_yaml
from bot.live import following
from bot.live import start as start_live
from bot.media import Pictures
from bot.model import Channel, Inbound, Payment, Received, Reply, State
from bot.outbox import Outbox
from bot.replies import load_replies
from bot.ringing import load_wording
from bot.settings import Settings
from bot.shelter import Shelter
from bot.staff_group import StaffGroup, staff_group
from bot.storage import Accounts, Database, Repository, Sealer
from bot.storage.desk import Casework
from bot.storage.migrate import upgrade
from bot.storage.relay import Topics
from bot.storage.spool import Spool
from bot.switched import FILE as OFF_FILE
from bot.threads import off_loop
from bot.transport import Transport
from bot.triage import load_lexicon
from bot.understanding.risk import assess_in_context
from bot.watch import Watch
from bot.webhistory import WebHistory, WebPapers
from bot.worker import Worker

log = logging.getLogger(__name__)


def now() -> datetime:
    return datetime.now(timezone.utc)


class Intake:
    """The channels' Inbox; the worker behind it is made after the channels, which it needs."""

    worker: Worker

    async def receive(self, events: list[Inbound]) -> list[Received]:
        return await self.worker.receive(events)


@dataclass(frozen=True)
class House:
    """All parts of a running gateway."""

    settings: Settings
    store: Repository
    worker: Worker
    rasa: Rasa
    line: Transport  # to Rasa
    web: Web
    telegram: Telegram | None
    messenger: Messenger | None
    desk: Desk
    alerts: Alerts
    cleaner: Cleaner
    keeper: Keeper
    watch: Watch
    group: StaffGroup | None  # in which cases are answered

    def close_streams(self) -> None:
        """Open event streams would hold the shutdown up."""
        self.web.close()
        self.desk.close()


def build(settings: Settings) -> House:
    """Opens the database (bringing its tables up to date), loads the content and wires the parts. Nothing runs yet."""
    settings.var.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    database, sealer = Database(settings.database_url), Sealer(settings.seal_keys.reveal(), settings.lookup_key.reveal())
    store = Repository(database, sealer)
    content, intake = following(), Intake()
    line = Transport()
    rasa = Rasa(line, settings.rasa_url, settings.rasa_timeout)
    web = _web(settings, content, store, intake)
    telegram, messenger = _telegram(settings, content, intake), _messenger(settings, intake)
    channels: dict[str, Channel] = {channel.name: channel for channel in (web, telegram, messenger) if channel is not None}
    owner = f"{socket.gethostname()}:{settings.port}"
    gateway = _gateway(settings, content, store, rasa, Pictures({name: channel.fetch for name, channel in channels.items()}))
    doors = _doors(settings, telegram)
    alerts = Alerts(store, doors, now)
    cleaner = Cleaner(store, channels, now)
    keeper = Keeper(store, {name: channel.fetch for name, channel in channels.items()}, now)
    spool = Spool(settings.var / "spool" / f"{settings.port}.log", sealer)
    worker = Worker(
        store=store,
        gateway=gateway,
        shelter=Shelter(spool, store, channels, holding(), gateway.needs_numbers, now, alerts.tell),
        hidden=cleaner.wake,
        outbox=Outbox(store, channels, owner=owner, clock=now),
        channels=channels,
        owner=owner,
        clock=now,
    )
    intake.worker = worker
    cases = Casework(database, sealer, clock=now, fit=_fit(channels))
    staff = doors.get("telegram") if settings.staff_telegram_relay else None
    desk = build_desk(settings, database, sealer, cases, now, staff.name if isinstance(staff, TelegramGroup) else None)
    group = staff_group(settings, telegram, doors, Topics(database, sealer, now), cases, Accounts(database, sealer))
    watch = Watch(store, rasa.alive)
    return House(settings, store, worker, rasa, line, web, telegram, messenger, desk, alerts, cleaner, keeper, watch, group)


def application(house: House) -> Starlette:
    """The gateway's web application; its lifespan runs the worker and, without a public address, Telegram's polling."""
    routes = [Route("/", _to_chat), Route("/healthz", _healthz), Route("/readyz", _readyz(house)), *house.web.routes(), *house.desk.mount()]
    for channel in (house.telegram, house.messenger):
        if channel is not None:
            routes.extend(channel.routes())
    return Starlette(routes=routes, lifespan=lambda app: _life(house))


@contextlib.asynccontextmanager
async def _life(house: House) -> AsyncIterator[None]:
    stop_watching = start_live(DIRECTORY, house.settings.var / OFF_FILE)
    stop = asyncio.Event()
    tasks = [asyncio.create_task(part.run(stop)) for part in (house.worker, house.alerts, house.cleaner, house.keeper, house.watch)]
    if house.group is not None:
        tasks.append(asyncio.create_task(house.group.run(stop)))
    if house.telegram is not None:
        tasks.append(asyncio.create_task(_run_telegram(house.telegram, house.settings.public_url, stop)))
    try:
        yield
    finally:
        stop_watching()
        stop.set()
        await asyncio.wait(tasks, timeout=15)
        for channel in (house.telegram, house.messenger):
            if channel is not None:
                await channel.close()
        await house.alerts.close()
        await house.line.aclose()
        await off_loop(house.store.close)


async def _run_telegram(telegram: Telegram, public_url: str, stop: asyncio.Event) -> None:
    """Registers commands and webhook, trying until Telegram answers; polls when the world cannot reach us."""
    while not stop.is_set():
        try:
            await telegram.start(public_url)
            break
        except Exception as error:
            log.warning("Telegram cannot be set up yet (%s); again in 15 s", type(error).__name__)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stop.wait(), 15)
    if not public_url and not stop.is_set():
        await telegram.poll(stop)


def _gateway(settings: Settings, content: Knowledge, store: Repository, rasa: Rasa, pictures: Pictures) -> Gateway:
    lexicon, model = load_lexicon(), danger_training.load()

    async def redeem(conversation: str, code: str) -> tuple[str, State]:
        result = await off_loop(store.redeem, conversation, code)
        return result, await off_loop(store.state, conversation)

    async def ledger(conversation: str) -> list[Payment]:
        return await off_loop(store.payments, conversation)

    return Gateway(
        dialogue=rasa,
        redeem=redeem,
        ledger=ledger,
        pictures=pictures,
        content=content,
        replies=load_replies(content.hotlines),
        assess=lambda text, before: assess_in_context(before, text, lexicon, model),
        detect=language_training.load().detect,
        rate_per_minute=settings.rate_per_minute,
        max_text=settings.max_text,
    )


def _web(settings: Settings, content: Knowledge, store: Repository, intake: Intake) -> Web:
    texts = read_yaml(DIRECTORY / "words_web.yml")
    return Web(
        intake, WebHistory(store), now, texts, settings.secure, settings.max_text,
        hotlines=[hotline.number for hotline in content.hotlines], forwarded=bool(settings.public_url), papers=WebPapers(store),
    )  # fmt: skip


def _telegram(settings: Settings, content: Knowledge, intake: Intake) -> Telegram | None:
    if not settings.telegram:
        return None
    texts = {name: {"bn": text.bn, "en": text.en} for name, text in content.telegram_commands.items()}
    return Telegram(
        settings.telegram_bot_token.reveal(), settings.telegram_api_url, settings.telegram_webhook_secret.reveal(), intake, texts
    )


def _messenger(settings: Settings, intake: Intake) -> Messenger | None:
    if not settings.messenger:
        return None
    return Messenger(
        settings.messenger_page_token.reveal(), settings.messenger_app_secret.reveal(), settings.messenger_verify_token.reveal(),
        settings.messenger_graph_url, intake,
    )  # fmt: skip


def _doors(settings: Settings, telegram: Telegram | None) -> dict[str, Door]:
    """The ways to staff that are set up. The same bot serves both: its connections are closed with the channel."""
    wording, doors = load_wording(settings.alert_language, settings.desk_address), dict[str, Door]()
    if settings.staff_telegram_chat_id:
        shared = telegram.bot if telegram is not None and not settings.staff_telegram_bot_token else None
        bot = shared or connect(settings.staff_token.reveal(), settings.telegram_api_url)
        doors["telegram"] = TelegramGroup(bot, settings.staff_telegram_chat_id, wording, now, own=shared is None)
    if settings.smtp_url:
        doors["email"] = Mail(settings.smtp_url.reveal(), settings.alert_from, settings.alert_to, wording, now)
    return doors


def _fit(channels: dict[str, Channel]) -> Callable[[str, Reply], tuple[Reply, ...]]:
    """A counsellor's words, split as the channel needs it; one that is switched off now splits nothing."""
    return lambda channel, reply: channels[channel].fit(reply) if channel in channels else (reply,)


async def _to_chat(request: Request) -> Response:
    return RedirectResponse("/chat")


async def _healthz(request: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok", "process": os.getpid()})


def _readyz(house: House):  # type: ignore[no-untyped-def]
    async def readyz(request: Request) -> Response:
        """Whether all parts answer. 503 names what is down; danger is answered even then."""
        checks = {"database": True, "rasa": await house.rasa.alive()}
        counts: dict[str, float] = {}
        try:
            await off_loop(house.store.ping)
            counts = await off_loop(house.store.counts)
        except Exception as error:  # whatever it is, the database does not answer
            log.error("readyz: database: %s", type(error).__name__)
            checks["database"] = False
        return JSONResponse({"checks": checks, "counts": counts}, status_code=200 if all(checks.values()) else 503)

    return readyz
