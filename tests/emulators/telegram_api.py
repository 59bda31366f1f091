"""An emulator of Telegram's Bot API over real HTTP: long polling, webhooks, sending with Telegram's own limits, and scripted faults.

with TelegramApi() as api:
    bot = Telegram(api.token, api.url, "secret", inbox, texts)   # TELEGRAM_BOT_TOKEN, TELEGRAM_API_URL
    rahima = api.user(1001)
    rahima.says("/start")                  # reaches the bot by getUpdates or by the webhook that it set
    api.wait_sent(1)                       # in async tests: await asyncio.to_thread(api.wait_sent, 1)
    rahima.presses(rahima.buttons[0])
    api.fail("sendMessage", flood(3))      # the next call has that fault
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import Self

from tests.emulators.faults import Fault
from tests.emulators.loopback import ThreadedServer, drop
from tests.emulators.telegram_group import StaffGroup
from tests.emulators.telegram_methods import METHODS, ApiError, Call, Delivery, Sent, Webhook, integer, json_value, parameters
from tests.emulators.telegram_user import TelegramUser

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


class TelegramApi:
    """The server. What happened: `calls`, `sent`, `deliveries`, `answered`, `deleted`, `commands` (by language code, "" the default)."""

    def __init__(self, token: str = "123456:EMULATED-token", *, webhook_retry: float = 0.05) -> None:
        self.token = token
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.deliveries: list[Delivery] = []
        self.answered: list[str] = []  # ids of callback queries
        self.deleted: set[int] = set()
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: Webhook | None = None
        self.known: set[int] = set()  # chats that have written: others are "chat not found"
        self.queries: set[str] = set()
        self.me = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Sohojatri", "username": "sohojatri_bot"}
        self.users: dict[int, TelegramUser] = {}
        self.groups: dict[int, StaffGroup] = {}
        self.files: dict[str, bytes] = {}  # file_id → content
        self.pending: list[dict[str, Any]] = []
        self._updates: dict[int, dict[str, Any]] = {}
        self.allowed: list[str] = []
        self._faults: dict[str, list[Fault]] = {}
        self._retry = webhook_retry
        self._polls = 0
        self._last_id = 100
        self._lock = threading.RLock()
        self._closing = False
        self._server = ThreadedServer(Starlette(routes=[
            Route("/bot{token}/{method}", self._endpoint, methods=["GET", "POST"]),
            Route("/file/bot{token}/files/{file}", self._file, methods=["GET"]),
        ]))  # fmt: skip
        self.url = self._server.url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server.start()
        self._server.submit(self._deliver())

    def stop(self) -> None:
        self._closing = True
        self._server.stop()

    # What users and the world do

    def user(self, chat_id: int, first_name: str = "Rahima") -> TelegramUser:
        return self.users.setdefault(chat_id, TelegramUser(self, chat_id, first_name))

    def group(self, chat_id: int, *, forum: bool = False) -> StaffGroup:
        """A group in which the bot is."""
        if chat_id not in self.groups:
            self.known.add(chat_id)
            self.groups[chat_id] = StaffGroup(self, chat_id, forum)
        return self.groups[chat_id]

    def exists(self, chat: int, message: int) -> bool:
        return message not in self.deleted and self.sent_at(chat, message) > 0

    def sent_at(self, chat: int, message: int) -> float:
        """When a message of either side was sent; 0: there is none."""
        ours = (sent.at for sent in self.sent if (sent.chat_id, sent.message_id) == (chat, message))
        hers = (float(said["date"]) for said in (self.users[chat].said if chat in self.users else ()) if said["message_id"] == message)
        return next((at for found in (ours, hers) for at in found), 0.0)

    def push(self, **content: Any) -> int:
        """An update of any content, push(message={…}), as Telegram would make it; returns its update_id."""
        with self._lock:
            update_id = self.next_id()
            update = self._updates[update_id] = {"update_id": update_id, **content}
            kind = next(iter(content), "")
            if kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT:
                self.pending.append(update)
            return update_id

    def repeat(self, update_id: int) -> None:
        """Posts an update to the webhook again, as after a lost answer. (Polling repeats by itself what is not confirmed.)"""
        with self._lock:
            self.pending.append(self._updates[update_id])
            self.pending.sort(key=lambda update: update["update_id"])

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of a method meet these faults, one each."""
        with self._lock:
            self._faults.setdefault(method.lower(), []).extend(faults)

    # What a test asks

    @property
    def waiting(self) -> int:
        """Updates that the bot has not taken yet."""
        return len(self.pending)

    def called(self, method: str) -> list[Call]:
        return [call for call in list(self.calls) if call.method.lower() == method.lower()]

    def wait(self, condition: Callable[[], Any], timeout: float = 5.0) -> Any:
        """Blocks until `condition` gives something true, and returns it; raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while not (result := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError("what the test waits for did not happen")
            time.sleep(0.005)
        return result

    def wait_sent(self, count: int, timeout: float = 5.0) -> list[Sent]:
        """Blocks until so many messages were sent in all; returns them."""
        self.wait(lambda: len(self.sent) >= count, timeout)
        return list(self.sent)

    def next_id(self) -> int:
        with self._lock:
            self._last_id += 1
            return self._last_id

    # The protocol

    async def _endpoint(self, request: Request) -> Response:
        params = await parameters(request)
        name = request.path_params["method"]
        with self._lock:
            self.calls.append(Call(method=name, params=params, at=time.time()))
            waiting = self._faults.get(name.lower())
            fault = waiting.pop(0) if waiting else Fault()
        await asyncio.sleep(fault.delay)
        if fault.status is None:
            response = await self._carried_out(request.path_params["token"], name, params)
        elif fault.raw is not None:
            response = Response(fault.raw, fault.status)
        else:
            response = JSONResponse({"ok": False, "error_code": fault.status, **fault.error}, fault.status)
        if fault.drop:
            await drop(request)
        return response

    async def _file(self, request: Request) -> Response:
        content = self.files.get(request.path_params["file"])
        if request.path_params["token"] != self.token or content is None:
            return Response(status_code=404)
        return Response(content, media_type="application/octet-stream")

    async def _carried_out(self, token: str, name: str, params: dict[str, Any]) -> Response:
        method = METHODS.get(name.lower())
        try:
            if token != self.token:
                raise ApiError(401, "Unauthorized")
            if name.lower() == "getupdates":
                return JSONResponse({"ok": True, "result": await self._get_updates(params)})
            if method is None:
                raise ApiError(404, "Not Found")
            with self._lock:
                return JSONResponse({"ok": True, "result": method(self, params)})
        except ApiError as error:
            return JSONResponse({"ok": False, "error_code": error.status, "description": error.description}, error.status)

    async def _get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        self._polls += 1
        mine = self._polls
        if "allowed_updates" in params:
            self.allowed = json_value(params, "allowed_updates")
        offset, limit = integer(params, "offset", 0), min(max(integer(params, "limit", 100), 1), 100)
        deadline = time.monotonic() + integer(params, "timeout", 0)
        while True:
            with self._lock:
                if offset < 0:  # the last so many, and the earlier ones are forgotten
                    self.pending = self.pending[offset:]
                elif offset:
                    self.pending = [update for update in self.pending if update["update_id"] >= offset]
                found = self.pending[:limit]
            if found or self._closing or time.monotonic() >= deadline:
                return found
            await asyncio.sleep(0.01)
            if mine != self._polls:
                raise ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")

    async def _deliver(self) -> None:
        """Posts waiting updates to the webhook, side by side for different chats, again until it answers 2xx."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            under_way: set[asyncio.Task[None]] = set()
            while not self._closing:
                webhook = self.webhook
                with self._lock:
                    ready = list(self._ready(webhook)) if webhook else []
                for chat, update in ready:
                    assert webhook is not None
                    webhook.in_flight.add(chat)
                    task = asyncio.create_task(self._post(client, webhook, chat, update))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                await asyncio.sleep(0.005)

    def _ready(self, webhook: Webhook) -> Iterable[tuple[int, dict[str, Any]]]:
        chats: set[int] = set(webhook.in_flight)
        for update in self.pending:
            chat = _chat_of(update)
            if chat not in chats and len(chats) < webhook.connections:
                chats.add(chat)
                yield chat, update

    async def _post(self, client: httpx.AsyncClient, webhook: Webhook, chat: int, update: dict[str, Any]) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        try:
            status = (await client.post(webhook.url, json=update, headers=headers)).status_code
        except httpx.HTTPError:
            status = 0
        self.deliveries.append(Delivery(update_id=update["update_id"], status=status, at=time.time()))
        if 200 <= status < 300:
            with self._lock:  # gone already where it was posted to a new webhook too, while the old one was still at it
                if update in self.pending:
                    self.pending.remove(update)
        else:
            await asyncio.sleep(self._retry)
        webhook.in_flight.discard(chat)


def _chat_of(update: dict[str, Any]) -> int:
    """The chat whose order counts; updates without one each stand alone."""
    for content in update.values():
        if isinstance(content, dict):
            chat = content.get("chat") or (content.get("message") or {}).get("chat") or {}
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
    return -int(update["update_id"])
