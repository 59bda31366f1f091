"""A gateway's life in process, which ends at a chosen boundary call: of the store, the dialogue or a channel. No Rasa, no HTTP."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from actions.control import obey
from bot.errors import TryLater
from bot.gateway import Gateway
from bot.knowledge import knowledge
from bot.model import Answer, Inbound, Kind, Outgoing, Reply, State
from bot.outbox import Outbox
from bot.replies import Replies, load_replies
from bot.storage import Repository
from bot.threads import off_loop
from bot.triage import load_lexicon
from bot.understanding.commands import Command
from bot.understanding.normalise import has_bangla
from bot.understanding.risk import Lexicon, assess
from bot.worker import Worker

OWNER = "gateway:8080"
PATIENCE = 10.0  # seconds


class Crash(BaseException):
    """The process is dead: nothing catches this, as nothing catches kill -9."""


class Boundary:
    """Counts the calls that leave the process. At the `at`-th one the process dies: before the call takes effect, or after."""

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self._at, self._after = at, after
        self._lock = threading.Lock()
        self.calls: list[str] = []
        self.dead = False
        self.under_way = 0  # calls made by threads of the dead: what they began may still take effect

    @property
    def where(self) -> str:
        name = self.calls[self._at - 1] if 0 < self._at <= len(self.calls) else "nowhere"
        return f"{'after' if self._after else 'before'} call {self._at}, {name}"

    @contextmanager
    def _passing(self, name: str) -> Iterator[None]:
        with self._lock:
            if self.dead:
                raise Crash
            self.calls.append(name)
            mine = len(self.calls) == self._at
            if mine and not self._after:
                self.dead = True
                raise Crash
            self.under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self.under_way -= 1
                self.dead = self.dead or mine
        if self.dead:
            raise Crash

    def call(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def through(*arguments: object) -> Any:
            with self._passing(name):
                return function(*arguments)

        return through

    async def awaited(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        with self._passing(name):
            return await call()


class Guarded:
    """The store behind the boundary. `recorded`: the replies whose delivery is on record."""

    def __init__(self, store: Repository, boundary: Boundary, recorded: set[int]) -> None:
        self._store, self._boundary, self._recorded = store, boundary, recorded

    def __getattr__(self, name: str) -> Any:
        ours = {"sent_and_go_on": self._sent_and_go_on}
        return self._boundary.call(f"store.{name}", ours.get(name) or getattr(self._store, name))

    def _sent_and_go_on(self, letter: Outgoing, platform_id: str | None, owner: str, seconds: float) -> Outgoing | None:
        following = self._store.sent_and_go_on(letter, platform_id, owner, seconds)
        self._recorded.add(letter.message)
        return following


@dataclass
class World:
    """What outlives a process: the platforms' view of what reached whom, and what they could not yet deliver to us."""

    sent: list[Outgoing] = field(default_factory=list)
    recorded: set[int] = field(default_factory=set)
    busy: int = 0  # so many calls of a channel meet "try later" first
    asked: list[tuple[str, State, Answer]] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 9, tzinfo=timezone.utc))

    def texts(self, recipient: str) -> list[str]:
        return [out.reply.text for out in self.sent if out.recipient == recipient]

    def clock(self) -> datetime:
        return self.now


class FakeChannel:
    """Takes what is sent. A reply has reached her once `send` has taken effect, whether or not the gateway lives to hear it."""

    def __init__(self, name: str, boundary: Boundary, world: World) -> None:
        self.name, self._boundary, self._world = name, boundary, world

    def fit(self, reply: Reply) -> tuple[Reply, ...]:
        return (reply,)

    async def typing(self, recipient: str) -> None:
        """Nobody counts these."""

    async def send(self, outgoing: Outgoing) -> str | None:
        return await self._boundary.awaited(f"{self.name}.send", lambda: self._reach(outgoing))

    async def _reach(self, outgoing: Outgoing) -> str:
        await asyncio.sleep(0)
        if self._world.busy:
            self._world.busy -= 1
            raise TryLater
        self._world.sent.append(outgoing)
        return f"p{len(self._world.sent)}"


class FakeDialogue:
    """The real walk for commands, an echo in two replies for questions; deterministic, as Rasa is with the state in the message."""

    def __init__(self, boundary: Boundary, world: World) -> None:
        self._boundary, self._world = boundary, world

    async def ask(self, conversation: str, message: str | Command, state: State) -> Answer:
        answer: Answer = await self._boundary.awaited("dialogue.ask", lambda: self._answer(message, state))
        return answer

    async def _answer(self, message: str | Command, state: State) -> Answer:
        await asyncio.sleep(0)
        if isinstance(message, Command):
            answer = obey(knowledge(), state.language, state.place, message)
        else:
            answer = Answer(replies=(Reply(text=f"{message}: first, {state.place.step}"), Reply(text=f"{message}: second")))
        self._world.asked.append((str(message), state, answer))
        return answer


class Life:
    """One process: worker, outbox, gateway and house as the app builds them, over a boundary that may end it."""

    def __init__(self, store: Repository, world: World, boundary: Boundary, owner: str = OWNER) -> None:
        self._store, self._world, self.boundary = store, world, boundary
        guarded: Any = Guarded(store, boundary, world.recorded)
        channels: Mapping[str, Any] = {name: FakeChannel(name, boundary, world) for name in ("telegram", "messenger")}
        outbox = Outbox(guarded, channels, owner=owner, clock=world.clock)
        gateway = _gateway(guarded, FakeDialogue(boundary, world))
        self.worker = Worker(store=guarded, gateway=gateway, outbox=outbox, channels=channels, owner=owner, clock=world.clock)
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        asyncio.get_running_loop().set_exception_handler(_only_crashes)
        self._running = asyncio.create_task(self.worker.run(self._stop))

    async def end(self) -> None:
        """What a dead process leaves: nothing of it runs, and what its threads had begun is done."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        while self.boundary.under_way:
            await asyncio.sleep(0.001)

    async def deliver(self, events: list[Inbound]) -> bool:
        """The platform's call: whether it was acknowledged."""
        try:
            await self.worker.receive(events)
        except Crash:
            return False
        return not self.boundary.dead

    async def idle(self) -> None:
        """Until nothing is left to do, or the process is dead. Time passes where a retry is waited for."""
        until, quiet = asyncio.get_running_loop().time() + PATIENCE, 0
        while not self.boundary.dead:
            quiet = 0 if self._busy() else quiet + 1
            # Twice, because a task that has ended may start another from its callback.
            if quiet > 1 and not self._left():
                return
            if quiet > 10:
                quiet = 0
                self._world.now += timedelta(seconds=2)
                for conversation in self._store.work(self._world.now, 10)[1]:
                    self.worker.deliver(conversation)
            if asyncio.get_running_loop().time() > until:
                raise AssertionError("work is never done")
            await asyncio.sleep(0.001)

    def _left(self) -> bool:
        counts = self._store.counts()
        return bool(counts["received"] or counts["queued"])

    def _busy(self) -> bool:
        others = asyncio.all_tasks() - {asyncio.current_task(), self._running}
        return "store.work" not in self.boundary.calls or any(map(_works, others))


@functools.cache
def _triage() -> tuple[Lexicon, Replies]:
    return load_lexicon(), load_replies(knowledge().hotlines)


def _works(task: asyncio.Task[Any]) -> bool:
    """Not so the one in which the worker's loop waits for its next look."""
    return getattr(task.get_coro(), "__qualname__", "") != "Event.wait"


def _gateway(store: Any, dialogue: FakeDialogue) -> Gateway:
    lexicon, replies = _triage()

    async def redeem(conversation: str, code: str) -> tuple[str, State]:
        return await off_loop(store.redeem, conversation, code), await off_loop(store.state, conversation)

    return Gateway(
        dialogue=dialogue,
        redeem=redeem,
        content=knowledge(),
        replies=replies,
        assess=lambda text, before: assess(text, lexicon),
        detect=lambda text, before: "bn" if has_bangla(text) else "en",
        rate_per_minute=1000,
        max_text=4000,
    )


def _only_crashes(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), Crash):
        loop.default_exception_handler(context)


@dataclass
class Person:
    """Somebody on a channel; every event has its own id, the same at each delivery."""

    channel: str
    sender: str
    _count: int = 0

    def says(self, text: str) -> Inbound:
        return self._event(Kind.TEXT, text=text)

    def presses(self, payload: str) -> Inbound:
        return self._event(Kind.BUTTON, payload=payload)

    def _event(self, kind: Kind, **content: Any) -> Inbound:
        self._count += 1
        return Inbound(channel=self.channel, external_id=f"{self.sender}-{self._count}", sender=self.sender, kind=kind, **content)
