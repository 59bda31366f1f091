"""Content with a life: a changed file of knowledge/ is live within a minute, what is switched off is not shown. No restart, no training.

Every process that shows content (gateway, action server, Rasa) watches the files by their times. A change is taken over only when it
passes the checks of the texts; else the old content stays and the log says why. The first replies to danger (triage/) are not watched:
they change with a release.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bot import knowledge
from bot.content import text_problems
from bot.content_guided import Guided, load_guided
from bot.errors import ContentError
from bot.fees import fees
from bot.flows import country_names, flow_plans, load_country_names
from bot.items import Item
from bot.knowledge import Knowledge, Text, load
from bot.lines import located
from bot.paper_words import wording
from bot.passing import Asking, asking, load_asking
from bot.redflags import red_flags
from bot.source import Passage
from bot.switched import switched_off

log = logging.getLogger(__name__)

EVERY = 10.0  # seconds between looks
_SHOWN = 3  # problems of a refused change that the log names
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Whole:
    """All that the files said at one moment."""

    content: Knowledge
    guided: Guided
    countries: Mapping[str, Text]
    asking: Asking


class Live:
    """The content as its files are now, less what is switched off."""

    def __init__(self, directory: Path, off: Path) -> None:
        self._directory, self._off = directory, off
        self._stamp = self._look()
        self.whole = self._load()
        self._shown = without(self.whole.content, switched_off(off))

    def now(self) -> Knowledge:
        return self._shown

    def refresh(self) -> bool:
        """Takes over what changed since the last look; False when nothing did, or what did is wrong (the log says so, once)."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            whole = self._load()
            problems = [*self._come_or_gone(whole), *text_problems(whole.content, whole.guided)]
        except ContentError as error:
            problems = [str(error)]
        if problems:
            shown = " | ".join(located(problem, self._directory) for problem in problems[:_SHOWN])
            log.error("The changed content is wrong, the old one stays (%d problems): %s", len(problems), shown)
            return False
        self.whole, self._shown = whole, without(whole.content, switched_off(self._off))
        log.warning("Changed content is live.")
        return True

    def _load(self) -> Whole:
        return Whole(load(self._directory), load_guided(self._directory), load_country_names(self._directory), load_asking(self._directory))

    def _come_or_gone(self, whole: Whole) -> list[str]:
        """What is done with the answers of guided questions stands in the program, by their names."""
        changed = whole.guided.plans.keys() ^ self.whole.guided.plans.keys()
        return [f"flows/{id}.yml: guided questions come and go with a release only; undo this." for id in sorted(changed)]

    def watch(self, seconds: float | None = None) -> Callable[[], None]:
        """Looks again and again, in a thread of its own; returns what ends it."""
        done = threading.Event()

        def looking() -> None:
            while not done.wait(EVERY if seconds is None else seconds):
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
    flow_plans.use(lambda: live.whole.guided.plans)
    red_flags.use(lambda: live.whole.guided.flags)
    fees.use(lambda: live.whole.guided.fees)
    wording.use(lambda: live.whole.guided.paper)
    country_names.use(lambda: live.whole.countries)
    asking.use(lambda: live.whole.asking)
    stop_watching = live.watch()

    def stop() -> None:
        stop_watching()
        knowledge.use(None)
        for kind in (flow_plans, red_flags, fees, wording, country_names, asking):
            kind.use(None)

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
