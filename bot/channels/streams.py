"""Open event streams of the web chat: who is woken when something new is stored, and when a stream must end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import anyio

SETTLING = 10.0  # seconds in which a message with a lower id may still become visible (a slower transaction of another process)


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


N = TypeVar("N", bound=Numbered)


class Tail:
    """What one reader has had of a conversation, by id.

    Ids are given out in order, but transactions need not end in order: reading on from the highest id could jump over a
    message for ever. So the floor to read from follows ten seconds behind, and what was had since is left out.
    """

    def __init__(self, after: int) -> None:
        self.floor = after
        self._had: dict[int, float] = {}

    def fresh(self, entries: Sequence[N], now: float, *, full: bool = False) -> list[N]:
        """The entries not had before. `full`: the read was cut by its limit, so there is more to read behind it."""
        new = [entry for entry in entries if entry.id > self.floor and entry.id not in self._had]
        self._had.update((entry.id, now) for entry in new)
        settled = [id for id, at in self._had.items() if now - at >= SETTLING]
        if full:
            settled.append(entries[-1].id)
        self.floor = max([self.floor, *settled])
        self._had = {id: at for id, at in self._had.items() if id > self.floor}
        return new


class Line:
    """One open stream."""

    def __init__(self) -> None:
        self.ended = False
        self.crowded = False  # ended because the same session opened newer ones
        self.typing = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self.ended = True
        self.wake()

    def take_typing(self) -> bool:
        typing, self.typing = self.typing, False
        return typing

    async def wait(self, seconds: float) -> None:
        """Returns when woken, else after `seconds`. What wakes it from here on, even during a read, is not lost."""
        with anyio.move_on_after(seconds):
            await self._woken.wait()
        self._woken.clear()


class Streams:
    """All open streams of this process, by address. Used from its event loop only."""

    def __init__(self, most: int) -> None:
        self._most = most  # for one address
        self._lines: dict[str, list[Line]] = {}
        self._closed = False

    @contextmanager
    def open(self, address: str) -> Iterator[Line]:
        """A line for as long as the block runs. The newest wins: on a bad network the old ones are often dead already."""
        line = Line()
        lines = self._lines.setdefault(address, [])
        for old in lines[: max(0, len(lines) - self._most + 1)]:
            old.crowded = True
            old.end()
            lines.remove(old)
        lines.append(line)
        line.ended = self._closed
        try:
            yield line
        finally:
            if line in lines:
                lines.remove(line)
            if not lines and self._lines.get(address) is lines:
                del self._lines[address]

    def wake(self, address: str) -> None:
        for line in self._lines.get(address, ()):
            line.wake()

    def typing(self, address: str) -> None:
        for line in self._lines.get(address, ()):
            line.typing = True
            line.wake()

    def end(self, address: str) -> None:
        """She left: nothing more goes out on her streams."""
        for line in self._lines.get(address, ()):
            line.end()

    def close(self) -> None:
        """Ends every stream, so that a server that waits for its connections can stop."""
        self._closed = True
        for address in list(self._lines):
            self.end(address)

    def count(self, address: str) -> int:
        return len(self._lines.get(address, ()))
