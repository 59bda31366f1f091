"""Content with a life: a changed file of knowledge/ is live within a minute, what is switched off is not shown. No restart, no training.

Every process that shows content (gateway, action server, Rasa) watches the files by their times. A change is taken over only when it
passes the checks of the texts; else the old content stays and the log says why. The first replies to danger (triage/) are not watched:
they change with a release.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from bot import flows, knowledge, redflags
from bot.content import text_problems
from bot.errors import ContentError
from bot.items import Item
from bot.knowledge import Knowledge, load
from bot.source import Passage
from bot.switched import switched_off

log = logging.getLogger(__name__)

EVERY = 10.0  # seconds between looks
_SHOWN = 3  # problems of a refused change that the log names
Stamp = tuple[tuple[str, int, int], ...]


class Live:
    """The content as its files are now, less what is switched off."""

    def __init__(self, directory: Path, off: Path) -> None:
        self._directory, self._off = directory, off
        self._stamp = self._look()
        self._whole = load(directory)
        self._shown = without(self._whole, switched_off(off))

    def now(self) -> Knowledge:
        return self._shown

    def refresh(self) -> bool:
        """Takes over what changed since the last look; False when nothing did, or what did is wrong (the log says so, once)."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            whole = load(self._directory)
            flows.load_flows(self._directory)
            redflags.load_red_flags(self._directory)
            problems = text_problems(whole)
        except ContentError as error:
            problems = [str(error)]
        if problems:
            log.error("The changed content is wrong, the old one stays (%d problems): %s", len(problems), " | ".join(problems[:_SHOWN]))
            return False
        self._whole, self._shown = whole, without(whole, switched_off(self._off))
        flows.flow_plans.cache_clear()
        redflags.red_flags.cache_clear()
        log.warning("Changed content is live.")
        return True

    def watch(self, seconds: float = EVERY) -> Callable[[], None]:
        """Looks again and again, in a thread of its own; returns what ends it."""
        done = threading.Event()

        def looking() -> None:
            while not done.wait(seconds):
                try:
                    self.refresh()
                except Exception as error:  # whatever happens to a file, the content that is there goes on being shown
                    log.error("Looking for changed content failed: %s", type(error).__name__)

        threading.Thread(target=looking, name="content", daemon=True).start()
        return done.set

    def _look(self) -> Stamp:
        found = []
        for path in (*sorted(self._directory.rglob("*.yml")), self._off):
            try:
                status = path.stat()
            except OSError:  # gone, or never there
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)


class Following:
    """Reads like Knowledge, as it is at the moment of reading: for who keeps hold of the content."""

    def __getattr__(self, name: str) -> Any:
        return getattr(knowledge.knowledge(), name)


def following() -> Knowledge:
    return cast(Knowledge, Following())


def start(directory: Path, off: Path) -> Callable[[], None]:
    """From here on this process shows live content; returns what ends that."""
    live = Live(directory, off)
    knowledge.use(live.now)
    stop_watching = live.watch()

    def stop() -> None:
        stop_watching()
        knowledge.use(None)

    return stop


def without(content: Knowledge, off: Mapping[str, str]) -> Knowledge:
    """The content with what is switched off left out; in place of a whole topic or step stands one honest sentence."""
    if not off:
        return content
    notice = Passage(text=content.sentences["switched_off"], sources=())
    items: dict[str, Item] = {id: item for id, item in content.items.items() if id not in off}
    topics = {id: replace(topic, messages=(notice,), as_of=None) if id in off else topic for id, topic in content.topics.items()}
    steps = tuple(
        replace(step, sections={name: notice if {step.id, f"{step.id}.{name}"} & set(off) else one for name, one in step.sections.items()})
        for step in content.steps
    )
    countries = {id: country for id, country in content.countries.items() if f"country.{id}" not in off}
    services = tuple(service for service in content.services.services if f"service.{service.id}" not in off)
    hotlines = tuple(hotline for hotline in content.hotlines if f"hotline.{hotline.id}" not in off)
    return replace(
        content, items=items, topics=topics, steps=steps, countries=countries, hotlines=hotlines,
        services=replace(content.services, services=services),
    )  # fmt: skip
