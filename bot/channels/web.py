"""The web chat at /chat: a page, its API, and server-sent events. It needs no account and keeps only a session token."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.chatpage import PRIVATE, ChatPage, Phrase
from bot.channels.sessions import Sessions, address
from bot.channels.streams import Line, Streams, Tail
from bot.channels.webentries import History, shown, visit_start
from bot.channels.webfiles import Papers, decoded, paper_response, picture_event
from bot.channels.webrequest import body, parse, same_origin
from bot.errors import BadUpdate, StoreAway
from bot.model import Inbound, Inbox, Kind, Outgoing, Reply

log = logging.getLogger(__name__)

_PAGE = 100  # entries of one read
_VISIT = 200  # entries looked back on for the start of the visit


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds."""

    look: float = 2.0  # how often a stream looks at the store unwoken: another process may have written
    beat: float = 15.0  # how often a silent stream shows that it lives
    life: float = 600.0  # then a stream ends, and the page opens the next


class Web:
    """The channel. `forwarded`: our own proxy is in front, and its last X-Forwarded-For entry is the internet address."""

    name = "web"

    def __init__(
        self,
        inbox: Inbox,
        history: History,
        clock: Callable[[], datetime],
        texts: Mapping[str, Phrase],
        secure: bool,
        max_text: int,
        *,
        hotlines: Sequence[str] = (),
        exit_url: str = "https://www.google.com/search?q=weather",
        sessions_per_hour: int = 30,
        forwarded: bool = False,
        papers: Papers | None = None,
        pace: Pace = Pace(),
    ) -> None:
        self._inbox = inbox
        self._history = history
        self._papers = papers
        self._clock = clock
        self._pace = pace
        self._forwarded = forwarded
        self._page = ChatPage(texts, hotlines=hotlines, exit_url=exit_url, max_text=max_text)
        self._sessions = Sessions(secure=secure, per_hour=sessions_per_hour, clock=clock)
        self._streams = Streams(most=3)

    def fit(self, reply: Reply) -> tuple[Reply, ...]:
        return (reply,)

    async def typing(self, recipient: str) -> None:
        self._streams.typing(recipient)

    async def send(self, outgoing: Outgoing) -> str | None:
        """The reply is stored already, and the page reads the store: this only wakes her streams."""
        self._streams.wake(outgoing.recipient)
        return None

    async def clean(self, recipient: str, messages: Sequence[str]) -> None:
        """The session has ended; her page, woken, finds that out, blanks itself and goes on to another site."""
        self._sessions.forget(recipient)
        self._streams.wake(recipient)

    def close(self) -> None:
        """Ends all streams. Call it when the server begins to stop, before it waits for its connections."""
        self._streams.close()

    def routes(self) -> list[Route]:
        return [
            Route("/chat", self._show),
            Route("/chat/app.js", self._file),
            Route("/chat/style.css", self._file),
            Route("/chat/messages", self._receive, methods=["POST"]),
            Route("/chat/messages", self._messages, methods=["GET"]),
            Route("/chat/pictures", self._receive_picture, methods=["POST"]),
            Route("/chat/files/{id}", self._paper),
            Route("/chat/events", self._events),
            Route("/chat/leave", self._leave, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        """The page; to look at it sets nothing."""
        her = await self._address(request)
        entries = await run_in_threadpool(self._history.latest, her, _VISIT) if her else []
        return self._page.response(request, session=her is not None, cursor=visit_start(entries, self._clock()))

    async def _file(self, request: Request) -> Response:
        return self._page.assets[request.url.path.rpartition("/")[2]].response(request)

    async def _receive(self, request: Request) -> Response:
        """One message of hers: stored when this answers 202."""
        if not same_origin(request):
            return _refused(403, "wrong_origin")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refused(415, "bad_type")
        try:
            raw = await body(request)
        except ClientDisconnect:
            return _refused(400, "incomplete")
        if raw is None:
            return _refused(413, "too_large")
        try:
            event = parse(raw)
        except BadUpdate as error:
            return _refused(400, str(error))
        try:
            token, new = await self._token(request, event.external_id)
        except Exception as error:  # the web edge: who she is cannot be looked up, and the page shows the numbers
            log.error("A web message could not be stored: %s", type(error).__name__)
            return _refused(503, "away", {"Retry-After": "5"})
        if token is None:
            return _refused(429, "too_many_sessions", {"Retry-After": "600"})
        return await self._store(replace(event, sender=address(token)), token, grant=new or event.kind is Kind.START)

    async def _receive_picture(self, request: Request) -> Response:
        """A picture of hers: stored when this answers 202. Only where there is a conversation already."""
        if not same_origin(request):
            return _refused(403, "wrong_origin")
        token = self._sessions.token(request.cookies)
        if token is None or await self._address(request) is None:
            return _refused(401, "no_session")
        event = await picture_event(request)
        if not isinstance(event, Inbound):
            return _refused(*event)
        return await self._store(replace(event, sender=address(token)), token, grant=False)

    async def _paper(self, request: Request) -> Response:
        her = await self._address(request)
        return _refused(401, "no_session") if her is None else await paper_response(self._papers, her, request.path_params["id"])

    @staticmethod
    async def fetch(reference: str) -> bytes:
        """See webfiles.decoded."""
        return await decoded(reference)

    async def _store(self, event: Inbound, token: str, *, grant: bool) -> Response:
        try:
            received = await self._inbox.receive([event])
        except StoreAway:  # kept on disk; the page shows the numbers, and sends it again until it is known
            return _refused(503, "away", {"Retry-After": "5"})
        self._sessions.remember(event.sender)
        self._streams.wake(event.sender)
        response = JSONResponse({"ok": True, "id": received[0].message}, 202, PRIVATE)
        if grant:
            self._sessions.grant(response, token)
        return response

    async def _messages(self, request: Request) -> Response:
        """What is new, for a page whose event stream does not get through."""
        after = _number(request.query_params.get("after", "0"))
        if after is None:
            return _refused(400, "bad_cursor")
        if await self._hidden(request):
            return JSONResponse({"entries": [], "more": False, "leave": True}, headers=PRIVATE)
        her = await self._address(request)
        if her is None:
            return _refused(401, "no_session")
        entries = await run_in_threadpool(self._history.after, her, after, _PAGE)
        return JSONResponse({"entries": [shown(entry) for entry in entries], "more": len(entries) == _PAGE}, headers=PRIVATE)

    async def _events(self, request: Request) -> Response:
        after = _number(request.headers.get("last-event-id") or request.query_params.get("after", "0"))
        if after is None:
            return _refused(400, "bad_cursor")
        her = await self._address(request)
        if her is None and await self._hidden(request):  # hidden while the page was not connected
            return Response("event: leave\ndata: {}\n\n", headers=PRIVATE, media_type="text/event-stream")
        if her is None:
            return _refused(401, "no_session")
        headers = {**PRIVATE, "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(her, after), headers=headers, media_type="text/event-stream")

    async def _leave(self, request: Request) -> Response:
        if not same_origin(request):
            return _refused(403, "wrong_origin")
        token = self._sessions.token(request.cookies)
        if token:
            self._streams.end(address(token))
        response = Response(status_code=204, headers=PRIVATE)
        self._sessions.end(response)
        return response

    async def _stream(self, her: str, after: int) -> AsyncIterator[str]:
        tail, end = Tail(after), time.monotonic() + self._pace.life
        with self._streams.open(her) as line:
            yield "retry: 2000\nevent: ready\ndata: {}\n\n"
            spoke = time.monotonic()
            while not line.ended and time.monotonic() < end:
                async for chunk in self._news(her, tail, line):
                    yield chunk
                    spoke = time.monotonic()
                if time.monotonic() - spoke >= self._pace.beat:
                    # The comment keeps proxies from closing; the event lets the page notice a connection that died silently.
                    yield ": heartbeat\nevent: beat\ndata: {}\n\n"
                    spoke = time.monotonic()
                await line.wait(min(self._pace.look, self._pace.beat))
                if not line.ended and await run_in_threadpool(self._history.ended, her):
                    yield "event: leave\ndata: {}\n\n"
                    self._sessions.forget(her)
                    return
            if line.crowded:
                yield "event: crowded\ndata: {}\n\n"

    async def _news(self, her: str, tail: Tail, line: Line) -> AsyncIterator[str]:
        full = True
        while full and not line.ended:
            entries = await run_in_threadpool(self._history.after, her, tail.floor, _PAGE)
            full = len(entries) == _PAGE
            for entry in tail.fresh(entries, time.monotonic(), full=full):
                if line.ended:  # she left while it was read
                    return
                yield f"id: {entry.id}\ndata: {json.dumps(shown(entry), ensure_ascii=False)}\n\n"
        if line.take_typing():
            yield "event: typing\ndata: {}\n\n"

    async def _address(self, request: Request) -> str | None:
        """Whose session it is; None when the cookie is missing, or names nobody the store knows."""
        token = self._sessions.token(request.cookies)
        if token is None:
            return None
        her = address(token)
        if not self._sessions.knows(her):
            if await run_in_threadpool(self._history.ended, her) or not await run_in_threadpool(self._history.latest, her, 1):
                return None
            self._sessions.remember(her)
        return her

    async def _hidden(self, request: Request) -> bool:
        token = self._sessions.token(request.cookies)
        return token is not None and await run_in_threadpool(self._history.ended, address(token))

    async def _token(self, request: Request, message: str) -> tuple[str | None, bool]:
        """The token to store under, and whether it is new. An unknown one is not taken over: somebody may have planted it."""
        if await self._address(request):
            return self._sessions.token(request.cookies), False
        return self._sessions.make(message, self._ip(request)), True

    def _ip(self, request: Request) -> str:
        forwarded = request.headers.get("x-forwarded-for", "") if self._forwarded else ""
        return forwarded.rpartition(",")[2].strip() or (request.client.host if request.client else "")


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None


def _refused(status: int, code: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": code}, status, {**PRIVATE, **(headers or {})})
