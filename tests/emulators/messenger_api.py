"""An emulator of Meta's Graph API for Messenger over real HTTP: sending with Messenger's limits, profile, signed webhooks, scripted faults.

with MessengerApi() as api:
    page = Messenger(api.page_token, api.app_secret, api.verify_token, api.url, inbox)   # MESSENGER_… settings
    api.subscribe(f"{gateway}/webhooks/messenger")     # the handshake; from then on events are posted there
    rahima = api.user("7001")
    rahima.opens()                                     # get started
    api.wait_sent(1)                                   # in async tests: await asyncio.to_thread(api.wait_sent, 1)
    rahima.presses(rahima.buttons[0])
    with api.batch():                                  # several events, one POST
        rahima.says("one"), api.user("7002").says("two")
    api.fail("messages", graph_error(400, 613))        # the next call has that fault
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import Self

from tests.emulators.faults import Fault
from tests.emulators.forms import parts
from tests.emulators.loopback import ThreadedServer, drop
from tests.emulators.messenger_methods import Call, Delivery, GraphError, Sent, messages, messenger_profile
from tests.emulators.messenger_user import MessengerUser

_EDGES = {"messages": messages, "messenger_profile": messenger_profile}


async def _body(request: Request) -> dict[str, Any]:
    """Of JSON, or of a form that carries a file: its parts are JSON too, the file is under "filedata"."""
    raw = await request.body()
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return json.loads(raw) if raw else {}
    form = parts(request.headers["content-type"], raw)
    return {name: json.loads(value) if isinstance(value, str) and value.startswith("{") else value for name, value in form.items()}


class MessengerApi:
    """The server. What happened: `calls`, `sent`, `actions` (psid, sender_action), `profile`, `deliveries`."""

    def __init__(
        self,
        page_token: str = "EMULATED-page-token",
        app_secret: str = "emulated-app-secret",
        verify_token: str = "emulated-verify-token",
        *,
        webhook_retry: float = 0.05,
    ) -> None:
        self.page_token, self.app_secret, self.verify_token = page_token, app_secret, verify_token
        self.page_id = "100200300"
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.actions: list[tuple[str, str]] = []
        self.profile: dict[str, Any] = {}
        self.deliveries: list[Delivery] = []
        self.users: dict[str, MessengerUser] = {}
        self.files: dict[str, bytes] = {}  # kind of attachment → what users send as it; of the others the address leads nowhere
        self._webhook = ""
        self._retry = webhook_retry
        self._faults: dict[str, list[Fault]] = {}
        self._outbox: list[bytes] = []
        self._batch: list[dict[str, Any]] | None = None
        self._last_mid = 0
        self._lock = threading.RLock()
        self._closing = False
        self._server = ThreadedServer(
            Starlette(routes=[Route("/v21.0/me/{edge}", self._endpoint, methods=["POST"]), Route("/files/{kind}", self._file)])
        )
        self.url = f"{self._server.url}/v21.0"

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

    # What users, the page's owner and the world do

    def user(self, psid: str) -> MessengerUser:
        return self.users.setdefault(psid, MessengerUser(self, psid))

    def subscribe(self, url: str) -> bool:
        """Meta's handshake with a webhook; True when it was answered rightly. Events are posted there from then on."""
        return self._server.submit(self._handshake(url)).result(10)

    def push(self, *events: dict[str, Any]) -> None:
        """Webhook events of any content, in one POST of one entry (inside batch(): kept for the batch)."""
        with self._lock:
            if self._batch is not None:
                self._batch.extend(events)
            else:
                self.push_body({"object": "page", "entry": [self._entry(list(events))]})

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """What is done inside is delivered in one POST, one entry an event."""
        self._batch = []
        try:
            yield
        finally:
            events, self._batch = self._batch, None
            self.push_body({"object": "page", "entry": [self._entry([event]) for event in events]})

    def push_body(self, body: object) -> None:
        """A whole webhook body of any shape, signed."""
        with self._lock:
            self._outbox.append(json.dumps(body).encode())

    def repeat(self, delivery: Delivery) -> None:
        """Posts a body again, as Meta does when an answer got lost."""
        with self._lock:
            self._outbox.append(delivery.body)

    def fail(self, edge: str, *faults: Fault) -> None:
        """The next calls of an edge (messages, messenger_profile) meet these faults, one each."""
        with self._lock:
            self._faults.setdefault(edge, []).extend(faults)

    def signature(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    # What a test asks

    @property
    def waiting(self) -> int:
        """Bodies that the webhook has not taken yet."""
        return len(self._outbox)

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

    def next_mid(self) -> str:
        with self._lock:
            self._last_mid += 1
            return f"m_emulated{self._last_mid}"

    # The protocol

    async def _endpoint(self, request: Request) -> Response:
        body = await _body(request)
        edge = request.path_params["edge"]
        with self._lock:
            self.calls.append(Call(edge=edge, url=str(request.url), body=body, at=time.time()))
            waiting = self._faults.get(edge)
            fault = waiting.pop(0) if waiting else Fault()
        await asyncio.sleep(fault.delay)
        if fault.status is None:
            response = self._carried_out(request, edge, body)
        elif fault.raw is not None:
            response = Response(fault.raw, fault.status, headers=fault.headers)
        else:
            response = JSONResponse({"error": {"message": "emulated", **fault.error}}, fault.status, headers=fault.headers)
        if fault.drop:
            await drop(request)
        return response

    async def _file(self, request: Request) -> Response:
        """Where Meta keeps what people send."""
        content = self.files.get(request.path_params["kind"])
        return Response("Not Found", 404) if content is None else Response(content, media_type="application/octet-stream")

    def _carried_out(self, request: Request, edge: str, body: dict[str, Any]) -> Response:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            if self.page_token not in (bearer, request.query_params.get("access_token")):
                raise GraphError(401, 190, "Invalid OAuth access token.")
            if edge not in _EDGES:
                raise GraphError(400, 2500, f"Unknown path components: /{edge}")
            with self._lock:
                return JSONResponse(_EDGES[edge](self, body))
        except GraphError as error:
            numbers = {"code": error.code, **({"error_subcode": error.subcode} if error.subcode else {})}
            return JSONResponse({"error": {"message": error.message, "type": "OAuthException", **numbers, "fbtrace_id": "x"}}, error.status)

    async def _handshake(self, url: str) -> bool:
        query = {"hub.mode": "subscribe", "hub.verify_token": self.verify_token, "hub.challenge": "1158201444"}
        async with httpx.AsyncClient(trust_env=False) as client:
            response = await client.get(url, params=query)
        accepted = response.status_code == 200 and response.text == "1158201444"
        if accepted:
            self._webhook = url
        return accepted

    async def _deliver(self) -> None:
        """Posts what waits to the webhook, in order, again until it answers 200."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while not self._closing:
                if not self._webhook or not self._outbox:
                    await asyncio.sleep(0.005)
                elif await self._post(client, self._outbox[0]):
                    with self._lock:
                        self._outbox.pop(0)
                else:
                    await asyncio.sleep(self._retry)

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": self.signature(body)}
        try:
            response = await client.post(self._webhook, content=body, headers=headers)
            status, answer = response.status_code, response.text
        except httpx.HTTPError:
            status, answer = 0, ""
        self.deliveries.append(Delivery(status=status, body=body, answer=answer, at=time.time()))
        return status == 200

    def _entry(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self.page_id, "time": int(time.time() * 1000), "messaging": events}
