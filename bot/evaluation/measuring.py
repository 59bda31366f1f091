"""Times turns: one at a time, many at once, and in one long conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.evaluation.contestants import Contestant
from bot.evaluation.mix import Said

# A turn may bring several replies, and the first of them ends its measured time: between two turns of one person others have theirs, so
# that a late one of hers is not taken for the answer to her next message.
_APART = 5  # people that take turns in each of the lanes that run at once
_PAUSE = 0.05  # seconds between two turns where one person is alone


@dataclass
class Laps:
    """What was measured of one contestant in one state. Times in seconds."""

    alone: list[float] = field(default_factory=list)  # one turn at a time
    together: list[float] = field(default_factory=list)  # several people at once …
    elapsed: float = 0.0  # … in so much time
    processor: dict[str, float] = field(default_factory=dict)  # processor time of each program in all of these turns
    long: list[float] = field(default_factory=list)  # one conversation, in order
    memory: dict[str, float] = field(default_factory=dict)  # MB of each program
    unanswered: int = 0

    @property
    def per_second(self) -> float:
        return len(self.together) / self.elapsed if self.elapsed else 0.0


async def alone(contestant: Contestant, laps: Laps, people: Sequence[int], talk: Sequence[Said]) -> None:
    """One turn at a time, from all people by turns."""
    before = contestant.processes.seconds()
    for number, said in enumerate(talk):
        _note(laps, laps.alone, await contestant.turn(people[number % len(people)], said))
    _spent(laps, contestant, before)


async def together(contestant: Contestant, laps: Laps, first: int, lanes: int, talk: Sequence[Said]) -> None:
    """So many people at once; each waits for her reply."""
    before, begun, waiting = contestant.processes.seconds(), time.perf_counter(), iter(talk)
    await asyncio.gather(
        *(_lane(contestant, laps, range(first + lane * _APART, first + (lane + 1) * _APART), waiting) for lane in range(lanes))
    )
    laps.elapsed += time.perf_counter() - begun
    _spent(laps, contestant, before)


async def long(contestant: Contestant, laps: Laps, person: int, talk: Sequence[Said]) -> None:
    """One person, one conversation, without the disclosures: they would end it."""
    for said in talk:
        if said.discloses:
            continue
        _note(laps, laps.long, await contestant.turn(person, said))
        await asyncio.sleep(_PAUSE)


async def _lane(contestant: Contestant, laps: Laps, people: Sequence[int], waiting: Iterator[Said]) -> None:
    for number, said in enumerate(waiting):
        _note(laps, laps.together, await contestant.turn(people[number % len(people)], said))


def _note(laps: Laps, times: list[float], taken: float | None) -> None:
    if taken is None:
        laps.unanswered += 1
    else:
        times.append(taken)


def _spent(laps: Laps, contestant: Contestant, before: dict[str, float]) -> None:
    for name, now in contestant.processes.seconds().items():
        laps.processor[name] = laps.processor.get(name, 0.0) + now - before.get(name, 0.0)
