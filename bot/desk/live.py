"""What happens with cases, told to every open page: one look at the store a second for all of them, server-sent events for each."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.desk.ports import Feed, Happening, Looks, Staffing
from bot.desk.visit import visit
from bot.staff import Staff
from bot.threads import off_loop

log = logging.getLogger(__name__)
_READ, _BEHIND = 200, 500  # events of one read; further behind, a page rather loads everything again
_MOST = 12  # streams of one session; a browser of ours needs one
_SETTLING = 10.0  # seconds in which a lower id may still appear (a slower transaction of another gateway)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds."""

    look: float = 1.0  # how often the store is looked at, unwoken
    check: float = 5.0  # how often a stream asks whether its session still lives, and shows that it lives itself
    life: float = 900.0  # then a stream ends, and the page opens the next


class Line:
    """One open stream of a session."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.waiting: list[Happening] = []
        self.event = asyncio.Event()
        self.closed = False

    def give(self, happenings: list[Happening]) -> None:
        self.waiting.extend(happenings)
        self.event.set()

    def end(self) -> None:
        self.closed = True
        self.event.set()


class Live:
    """The endpoint /desk/events and what feeds it. `wake` when this process changed a case; `close` before the server stops."""

    def __init__(self, feed: Feed, store: Staffing, looks: Looks, pace: Pace = Pace()) -> None:
        self._feed, self._store, self._looks, self._pace = feed, store, looks, pace
        self._lines: dict[Line, None] = {}  # in the order they were opened
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._closed = False

    def routes(self) -> list[Route]:
        return [Route("/events", self._events, name="events", methods=["GET"])]

    def wake(self) -> None:
        """From the event loop."""
        self._woken.set()

    def close(self) -> None:
        self._closed = True
        for line in self._lines:
            line.end()
        self._woken.set()

    async def _events(self, request: Request) -> Response:
        here = visit(request)
        if request.method == "HEAD":  # a page asks whether its session still lives
            return Response(status_code=204)
        raw = request.headers.get("last-event-id") or request.query_params.get("after", "")
        after = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None
        headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
        stream = self._stream(here.staff, str(here.token), after)
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")

    async def _stream(self, staff: Staff, token: str, after: int | None) -> AsyncIterator[str]:
        end = time.monotonic() + self._pace.life
        with self._line(token) as line:
            start = await off_loop(self._feed.latest)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._watch(start))
            yield f"retry: 2000\nid: {start}\nevent: ready\ndata: {{}}\n\n"
            async for chunk in self._missed(staff, after, start):
                yield chunk
            checked = time.monotonic()
            while not line.closed and time.monotonic() < end:
                for happening in self._taken(line):
                    yield await self._told(staff, happening)
                if time.monotonic() - checked >= self._pace.check:
                    checked = time.monotonic()
                    if await off_loop(partial(self._store.session, token, active=False)) is None:
                        yield "event: ended\ndata: {}\n\n"
                        return
                    yield "event: here\ndata: {}\n\n"
                await _wait(line.event, self._pace.check)

    async def _missed(self, staff: Staff, after: int | None, start: int) -> AsyncIterator[str]:
        """What happened since the connection was lost. Too much: the page loads everything again."""
        if after is None or after >= start:
            return
        if start - after > _BEHIND:
            yield "event: resync\ndata: {}\n\n"
            return
        while after < start:
            found = await off_loop(self._feed.after, after, _READ)
            for happening in found:
                yield await self._told(staff, happening)
            if len(found) < _READ:
                return
            after = found[-1].id

    async def _told(self, staff: Staff, happening: Happening) -> str:
        """Whoever may not see the case learns only that something changed."""
        seen = happening.case is not None and await off_loop(self._looks.case, staff, happening.case)
        data = {"kind": happening.kind, "case": happening.case} if seen else {"kind": "other", "case": None}
        return f"id: {happening.id}\ndata: {json.dumps(data)}\n\n"

    @staticmethod
    def _taken(line: Line) -> list[Happening]:
        taken, line.waiting = line.waiting, []
        line.event.clear()
        return taken

    @contextmanager
    def _line(self, token: str) -> Iterator[Line]:
        line = Line(token)
        line.closed = self._closed
        for old in [open for open in self._lines if open.token == token][: -_MOST + 1]:
            old.end()
        self._lines[line] = None
        try:
            yield line
        finally:
            self._lines.pop(line, None)

    async def _watch(self, floor: int) -> None:
        """Runs while a stream is open. Transactions need not end in the order of their ids: so it reads from a little behind."""
        had: dict[int, float] = {}
        while self._lines and not self._closed:
            try:
                found = await off_loop(self._feed.after, floor, _READ)
            except Exception as error:  # the store is away for a moment: the pages go on when it is back
                log.warning("desk events: %s", type(error).__name__)
                found = []
            now = time.monotonic()
            new = [happening for happening in found if happening.id not in had]
            had.update((happening.id, now) for happening in new)
            for line in list(self._lines) if new else ():
                line.give(new)
            settled = [id for id, at in had.items() if now - at >= _SETTLING]
            if len(found) == _READ:
                settled.append(found[-1].id)
            floor = max([floor, *settled])
            had = {id: at for id, at in had.items() if id > floor}
            if len(found) < _READ:
                await _wait(self._woken, self._pace.look)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        return
    event.clear()
