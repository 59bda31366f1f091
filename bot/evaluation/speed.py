"""`python -m bot bench`: whole turns of the house, empty and with many conversations stored, beside stock Rasa, in one run.

All are up at the same time and take turns in rounds, so that what else the machine does falls on all of them alike.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx

from bot import training
from bot.evaluation import measuring, report, stock
from bot.evaluation.contestants import Contestant, Ours, Stock
from bot.evaluation.measuring import Laps
from bot.evaluation.mix import Mix, Said
from bot.evaluation.sink import Sink
from bot.knowledge import knowledge
from bot.settings import ROOT
from bot.transport import transport

OUT = ROOT / "build"
_SEED = 13
_PEOPLE = range(1000, 1020)  # who talk one at a time
_FIRST_TOGETHER = 2000  # the first of those who talk at once
_ALONE = 3000  # who has the long conversation
_WARM_UP = 4000  # the first of those whose turns are not measured

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    turns: int  # one at a time, in all rounds
    at_once: int  # turns of several people at once, in all rounds
    lanes: int  # people at once
    rounds: int
    long: int  # messages of the long conversation
    warm_up: int
    stored: int  # conversations
    with_stock: bool
    stock_epochs: int = stock.EPOCHS


FULL = Plan(turns=400, at_once=800, lanes=8, rounds=4, long=200, warm_up=40, stored=100_000, with_stock=True)
QUICK = Plan(turns=40, at_once=40, lanes=8, rounds=1, long=20, warm_up=5, stored=2_000, with_stock=False)


def run(plan: Plan, out: Path = OUT) -> str:
    """Measures, writes bench.json and bench.md into `out`, and returns the latter."""
    training.train()
    model = stock.model() if plan.with_stock else None
    out.mkdir(parents=True, exist_ok=True)
    # Not in the system's temporary folder: where that is memory, storing would cost nothing.
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=out))
    try:
        result = asyncio.run(_Run(plan, folder, model).result())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    (out / "bench.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    text = report.markdown(result)
    (out / "bench.md").write_text(text, encoding="utf-8")
    return text


class _Run:
    """One run: who is up, what was measured of them, what they say next."""

    def __init__(self, plan: Plan, folder: Path, model: Path | None) -> None:
        self._plan, self._folder, self._model = plan, folder, model
        failed = knowledge().sentences["rasa_down"]
        self._sink = Sink((failed.bn, failed.en))
        self._up: dict[str, Contestant] = {}
        self._measured: dict[str, Laps] = {}
        self._turns_of_ours = 0

    async def result(self) -> dict[str, Any]:
        load, begun = [round(value, 2) for value in os.getloadavg()], time.monotonic()
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=20, transport=transport()))
            address = await self._sink.start()
            stack.push_async_callback(self._sink.stop)
            stack.push_async_callback(self._stop, "empty", "full", "stock")
            await self._start_all(client, address)
            await self._rounds()
            await self._stop("empty", "full")
            self._weigh("stock")
        machine = {"cores": os.cpu_count(), "processor": _processor(), "load": load, "python": platform.python_version()}
        return {
            "at": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "plan": asdict(self._plan),
            "machine": machine,
            "seconds": round(time.monotonic() - begun),
            "measured": {name: report.figures(laps) for name, laps in self._measured.items()},
            "ratios": report.ratios(self._measured),
            "replies_per_turn": round(self._sink.replies / max(self._turns_of_ours, 1), 2),
            "dialogue_failures": self._sink.failures,
        }

    async def _start_all(self, client: httpx.AsyncClient, address: str) -> None:
        # The empty house is weighed while it is alone: what programs share is divided between them.
        await self._start("empty", Ours(self._folder / "empty", client, self._sink, address), stored=0)
        self._weigh("empty")
        await self._start("full", Ours(self._folder / "full", client, self._sink, address), stored=self._plan.stored)
        if self._model is not None:
            stock_rasa = Stock(self._folder / "stock", client, self._model)
            await self._start("stock", stock_rasa)
            self._up["stock_buttons"], self._measured["stock_buttons"] = stock_rasa.with_buttons(), Laps()

    async def _start(self, name: str, contestant: Contestant, stored: int = 0) -> None:
        """Brings it up, warms it, and holds the long conversation with it."""
        if isinstance(contestant, Ours):
            log.info("%s: storing %s conversations …", name, f"{stored:,}")
            await asyncio.to_thread(contestant.prepare, stored)
        log.info("%s: starting …", name)
        laps = Laps()
        self._up[name], self._measured[name] = contestant, laps
        await asyncio.to_thread(contestant.processes.start)
        await measuring.alone(contestant, Laps(), range(_WARM_UP, _WARM_UP + 10), self._talk(name, "warm-up", self._plan.warm_up))
        await measuring.together(contestant, Laps(), _WARM_UP, self._plan.lanes, self._talk(name, "warm-up", self._plan.warm_up))
        await measuring.long(contestant, laps, _ALONE, self._talk(name, "long", self._plan.long))

    async def _rounds(self) -> None:
        plan = self._plan
        for number in range(plan.rounds):
            log.info("round %s of %s …", number + 1, plan.rounds)
            for name, contestant in self._up.items():
                await measuring.alone(
                    contestant, self._measured[name], _PEOPLE, self._talk(name, f"alone {number}", plan.turns // plan.rounds)
                )
            for name, contestant in self._up.items():
                talk = self._talk(name, f"at once {number}", plan.at_once // plan.rounds)
                await measuring.together(contestant, self._measured[name], _FIRST_TOGETHER, plan.lanes, talk)

    def _talk(self, name: str, part: str, turns: int) -> Sequence[Said]:
        """The same for all contestants, another in every part."""
        if isinstance(self._up[name], Ours):
            self._turns_of_ours += turns
        return Mix(f"{_SEED} {part}").talk(turns)

    def _weigh(self, name: str) -> None:
        if name in self._up:
            self._measured[name].memory = self._up[name].processes.memory()

    async def _stop(self, *names: str) -> None:
        for name in names:
            if name in self._up:
                await asyncio.to_thread(self._up[name].processes.stop)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
