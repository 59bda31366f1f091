"""`python -m bot evaluate`: how well messages are understood, on labelled lines that no training line repeats."""

from __future__ import annotations

import json
import logging
import math
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from bot import training
from bot.dangers import Danger, dangers
from bot.evaluation import labelled, metrics, page, plots, safety_tables, stock_nlu, tables
from bot.evaluation.labelled import Copy, Labelled, Set
from bot.evaluation.metrics import Answered, Share
from bot.evaluation.safety_tables import Safety
from bot.examples import Example, examples
from bot.understand import reader
from bot.understanding import topics
from bot.understanding.reading import Reader

_SEED = 13
_SHARES = (0.25, 0.5, 1.0)  # of the examples, in the learning curve
_WARM_UP = 20  # lines

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Point:
    """The accuracy that so many examples bring."""

    examples: int
    accuracy: dict[str, Share]  # register → over levels none and standard


@dataclass(frozen=True, kw_only=True)
class Result:
    at: str
    cores: int
    load: float  # average load of the machine before
    examples: int
    lines: Set
    copies: list[Copy]
    ours: list[Answered]  # all lines
    stock: list[Answered] | None
    stock_epochs: int | None
    curve: list[Point] | None
    danger: Safety


def run(folder: Path, out: Path, *, stock_epochs: int | None, curve: bool) -> tuple[str, int]:
    """Measures, writes report.md, report.html, report.json and plots into `out`; returns the report and the number of near copies.

    Stock Rasa is measured where epochs are given for it. Raises NoLabelledLines, TrainingError and what a reader raises.
    """
    lines = labelled.read(folder)  # first: without lines nothing need be trained
    training.train()
    found = measure(lines, examples(), reader(), disclosures=dangers(), stock_epochs=stock_epochs, curve=curve)
    return write(found, out), len(found.copies)


def measure(
    lines: Set,
    lessons: Sequence[Example],
    reads: Reader,
    *,
    disclosures: Sequence[Danger] = (),
    stock_epochs: int | None = None,
    curve: bool = False,
) -> Result:
    """Puts the lines to the reader and, as asked, to stock Rasa and to readers trained on fewer of the examples."""
    load = round(os.getloadavg()[0], 2)
    return Result(
        at=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        cores=os.cpu_count() or 1,
        load=load,
        examples=len(lessons),
        lines=lines,
        copies=labelled.copies(lines.lines, [*lessons, *(_example(danger) for danger in disclosures)]),
        ours=answers(lines.lines, reads),
        stock=None if stock_epochs is None else stock_nlu.answers(lines.lines, stock_nlu.model(lessons, stock_epochs)),
        stock_epochs=stock_epochs,
        curve=list(learning_curve(lines.topical, lessons, reads)) if curve else None,
        danger=safety_tables.measure(lines.lines, reads),
    )


def _example(danger: Danger) -> Example:
    return Example(danger.text, danger.level.value, danger.register, f"knowledge/triage/examples/{danger.category}_{danger.author}.yml")


def answers(lines: Sequence[Labelled], reads: Reader) -> list[Answered]:
    """Each line as a first message."""
    for line in lines[:_WARM_UP]:
        reads.read(line.text)
    found = []
    for line in lines:
        begun = time.perf_counter()
        reading = reads.read(line.text)
        millis = 1000 * (time.perf_counter() - begun)
        found.append(
            Answered(
                line=line, topic=reading.topic, confidence=reading.confidence, millis=millis, language=reading.language, risk=reading.risk
            )
        )
    return found


def learning_curve(lines: Sequence[Labelled], lessons: Sequence[Example], reads: Reader) -> Iterator[Point]:
    for part in _SHARES:
        some = sample(lessons, part)
        log.info("Learning curve: training on %s examples …", f"{len(some):,}")
        model = topics.train([example.text for example in some], [example.intent for example in some])
        found = answers(lines, replace(reads, model=model))
        yield Point(len(some), {name: metrics.figures(group).calm for name, group in metrics.by_register(found).items()})


def sample(lessons: Sequence[Example], part: float) -> list[Example]:
    """A part of the examples, the same at every run: of each intent in each register as much; the larger part holds the smaller."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, example in enumerate(lessons):
        groups.setdefault((example.intent, example.register), []).append(index)
    kept: list[int] = []
    for key, group in sorted(groups.items()):
        random.Random(f"{_SEED} {key}").shuffle(group)
        kept.extend(group[: math.ceil(part * len(group))])
    return [lessons[index] for index in sorted(kept)]


def write(found: Result, out: Path) -> str:
    """The report as Markdown, as one page of HTML, and its figures as JSON; returns the first."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):  # of a run that measured more
        old.unlink()
    plots.draw(found, out)
    parts = tables.parts(found)
    text = page.markdown(parts)
    (out / "report.md").write_text(text, encoding="utf-8")
    (out / "report.html").write_text(page.html(parts, out), encoding="utf-8")
    (out / "report.json").write_text(json.dumps(numbers(found), indent=1) + "\n", encoding="utf-8")
    return text


def numbers(found: Result) -> dict[str, object]:
    """What a later run may be compared with; nothing of any line."""
    who = {"ours": found.ours, "stock": found.stock}
    topical = {name: tables.among(some, found.lines.topical) for name, some in who.items() if some is not None}
    safety = [answer for answer in found.ours if answer.line.safety]
    return {
        "at": found.at,
        "examples": found.examples,
        "stock_epochs": found.stock_epochs,
        "near_copies": len(found.copies),
        "topics": {
            name: {register: asdict(metrics.figures(group)) for register, group in metrics.by_register(some).items()}
            for name, some in topical.items()
        },
        "safety": {name: asdict(metrics.danger(group)) for name, group in metrics.by_register(safety).items()} if safety else None,
        "danger": safety_tables.numbers(found.danger),
        "curve": None if found.curve is None else [asdict(point) for point in found.curve],
    }
