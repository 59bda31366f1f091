"""Messenger: verifies, parses, renders, sends, over the Graph API."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels import messenger_events
from bot.channels.fetching import fetch
from bot.channels.graph import failure
from bot.channels.messenger_events import GET_STARTED
from bot.channels.text import clip, in_parts, units
from bot.channels.webhook import decode, read, same
from bot.errors import BadUpdate, DeliveryError, TryLater, Unreachable
from bot.model import Button, Inbound, Inbox, Outgoing, Paper, Reply

PATH = "/webhooks/messenger"
MAX_BODY = 4 * 1024 * 1024  # bytes: a batch holds many events
MAX_TEXT = 2000  # UTF-16 code units
MAX_BUTTONS, MAX_TITLE = 13, 20
MAX_TEMPLATE, MAX_TEMPLATE_BUTTONS = 640, 3  # of a template, whose buttons stay; UTF-16 code units
WINDOW = timedelta(hours=24)  # in which a business may answer freely
COUNSELLOR_WINDOW = timedelta(days=7)  # in which a human may, with the HUMAN_AGENT tag
_FILES = (".fbcdn.net", ".fbsbx.com")  # where Meta keeps what people send
LOCALES = {"bn": ("default", "bn_IN"), "en": ("en_US", "en_GB")}

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Messenger:
    """A bot.model.Channel. Without `client` it makes its own and closes it."""

    name = "messenger"

    def __init__(
        self,
        page_token: str,
        app_secret: str,
        verify_token: str,
        graph_url: str,
        inbox: Inbox,
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._token, self._app_secret, self._verify_token = page_token, app_secret, verify_token
        self._graph_url = graph_url
        self._inbox = inbox
        self._own_client = client is None
        self._client = client or httpx.AsyncClient(timeout=httpx.Timeout(15, connect=5))
        self._clock = clock

    def routes(self) -> list[Route]:
        return [Route(PATH, self._handshake, methods=["GET"]), Route(PATH, self._webhook, methods=["POST"])]

    async def close(self) -> None:
        if self._own_client:
            await self._client.aclose()

    @staticmethod
    def parse(body: object) -> list[Inbound]:
        """See messenger_events.parse."""
        return messenger_events.parse(body)

    def fit(self, reply: Reply) -> tuple[Reply, ...]:
        """Parts of at most 2000 UTF-16 units; titles cut to 20. Of more than 13 buttons the first 13 are kept."""
        if len(reply.buttons) > MAX_BUTTONS:
            log.warning("A reply has %d buttons; Messenger shows %d", len(reply.buttons), MAX_BUTTONS)
        buttons = tuple(Button(title=clip(one.title, MAX_TITLE), payload=one.payload) for one in reply.buttons[:MAX_BUTTONS])
        if reply.file:  # a file goes without words there: they go before it
            words = in_parts(Reply(text=reply.text), MAX_TEXT) if reply.text else ()
            return (*words, Reply(text="", buttons=buttons, file=reply.file))
        return in_parts(replace(reply, buttons=buttons), MAX_TEXT)

    async def typing(self, recipient: str) -> None:
        try:
            await self._post("messages", {"recipient": {"id": recipient}, "sender_action": "typing_on"})
        except (DeliveryError, RuntimeError):  # RuntimeError: the client was closed meanwhile
            return

    async def send(self, outgoing: Outgoing) -> str | None:
        """See bot.model.Channel. A human may answer for 7 days; the bot never says so of itself."""
        silent = self._clock() - outgoing.last_inbound_at
        if silent > (COUNSELLOR_WINDOW if outgoing.by_counsellor else WINDOW):
            raise Unreachable("Messenger's window for answers is closed until she writes again.")
        tag = {"messaging_type": "RESPONSE"} if silent <= WINDOW else {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        if outgoing.attachment is not None:
            answer = await self._post_file(outgoing.recipient, tag, outgoing.reply, outgoing.attachment)
        else:
            answer = await self._post("messages", {"recipient": {"id": outgoing.recipient}, **tag, "message": _message(outgoing.reply)})
        message_id = answer.get("message_id")
        return message_id if isinstance(message_id, str) else None

    async def clean(self, recipient: str, messages: Sequence[str]) -> None:
        """Messenger lets a page delete nothing: she is told how she does it herself."""

    async def setup(self, menu: Mapping[str, Sequence[Button]], greeting: Mapping[str, str]) -> None:
        """Sets the page's get-started button, persistent menu and greeting, each by language (bn, en). Raises TryLater or Refused."""
        items = {
            language: [{"type": "postback", "title": clip(one.title, 30), "payload": one.payload} for one in buttons]
            for language, buttons in menu.items()
        }
        profile = {
            "get_started": {"payload": GET_STARTED},
            "greeting": [{"locale": locale, "text": text} for language, text in greeting.items() for locale in LOCALES[language]],
            "persistent_menu": [
                {"locale": locale, "composer_input_disabled": False, "call_to_actions": actions}
                for language, actions in items.items()
                for locale in LOCALES[language]
            ],
        }
        await self._post("messenger_profile", profile)

    async def fetch(self, reference: str) -> bytes:
        """The first of the attachments of a message. Raises DeliveryError."""
        return await fetch(reference.partition("\n")[0], hosts=_FILES, plain="{0.scheme}://{0.netloc}".format(urlsplit(self._graph_url)))

    async def _post_file(self, recipient: str, tag: Mapping[str, str], reply: Reply, paper: Paper) -> dict[str, Any]:
        quick = {"quick_replies": _message(reply)["quick_replies"]} if reply.buttons else {}
        form = {
            "recipient": json.dumps({"id": recipient}),
            **tag,
            "message": json.dumps({"attachment": {"type": "file", "payload": {}}, **quick}),
        }
        return await self._called("messages", data=form, files={"filedata": (paper.name, paper.body, "application/pdf")})

    async def _post(self, edge: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._called(edge, json=body)

    async def _called(self, edge: str, **content: Any) -> dict[str, Any]:
        """The decoded answer ({} when it was accepted with one that cannot be read). Raises TryLater, Unreachable or Refused."""
        headers = {"Authorization": f"Bearer {self._token}"}  # in a URL it would end in logs
        try:
            response = await self._client.post(f"{self._graph_url}/me/{edge}", headers=headers, **content)
        except httpx.HTTPError as error:
            raise TryLater(f"Messenger: {type(error).__name__}.") from None
        if not response.is_success:
            raise failure(response)
        try:
            answer = response.json()
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}

    async def _handshake(self, request: Request) -> Response:
        query = request.query_params
        challenge = query.get("hub.challenge", "")
        if query.get("hub.mode") != "subscribe" or not challenge or not same(query.get("hub.verify_token", ""), self._verify_token):
            return PlainTextResponse("Forbidden", 403)
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def _webhook(self, request: Request) -> Response:
        signature = request.headers.get("x-hub-signature-256", "")
        if not self._app_secret or not signature.startswith("sha256="):
            return PlainTextResponse("Forbidden", 403)
        try:
            raw = await read(request, MAX_BODY)
            if raw is None:
                return PlainTextResponse("Content Too Large", 413)
            if not same(signature, "sha256=" + hmac.new(self._app_secret.encode(), raw, hashlib.sha256).hexdigest()):
                return PlainTextResponse("Forbidden", 403)
            body = decode(raw)
            if isinstance(body, dict) and body.get("object") != "page":
                return PlainTextResponse("Not Found", 404)
            events, unreadable = messenger_events.read(body)
        except BadUpdate:
            return PlainTextResponse("Bad Request", 400)
        if unreadable:
            log.error("Skipped %d Messenger events that cannot be read", unreadable)
        return await self._store(events)

    async def _store(self, events: list[Inbound]) -> Response:
        try:
            if events:
                await self._inbox.receive(events)
        except Exception as error:  # the web edge: not stored, so Messenger must bring it again
            log.error("Messenger events could not be stored: %s", type(error).__name__)
            return PlainTextResponse("Internal Server Error", 500)
        return PlainTextResponse("EVENT_RECEIVED")


def _message(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"text": reply.text}
    if reply.lasting and 1 <= len(reply.buttons) <= MAX_TEMPLATE_BUTTONS and units(reply.text) <= MAX_TEMPLATE:
        buttons = [{"type": "postback", "title": clip(one.title, MAX_TITLE), "payload": one.payload} for one in reply.buttons]
        return {"attachment": {"type": "template", "payload": {"template_type": "button", "text": reply.text, "buttons": buttons}}}
    if reply.buttons:
        message["quick_replies"] = [
            {"content_type": "text", "title": clip(one.title, MAX_TITLE), "payload": one.payload} for one in reply.buttons[:MAX_BUTTONS]
        ]
    return message
