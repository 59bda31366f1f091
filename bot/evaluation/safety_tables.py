"""What the report says of danger: recall, false alarms, rules alone, messages in pieces, what more recall would cost, and the queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bot.evaluation import safety
from bot.evaluation.labelled import Labelled
from bot.evaluation.page import Part, Table
from bot.evaluation.queue_simulation import Plan, Waits, simulate
from bot.evaluation.safety import Count, Row
from bot.understanding.danger import Held
from bot.understanding.reading import Reader

_HEAD = ("lines", "flagged", "flagged or asked softly", "flagged, or level standard")


@dataclass(frozen=True, kw_only=True)
class Safety:
    """All that is measured of danger."""

    dangers: list[Row]
    harmless: list[Row]
    alone: list[Row]  # rules and cues, without the model
    alone_harmless: list[Row]
    parts: list[tuple[int, Count, Count]]
    after: tuple[Count, Count]
    curve: list[tuple[float, Count, Count]]
    held: tuple[Held, ...]
    waits: tuple[Waits, ...]


def measure(lines: Sequence[Labelled], reads: Reader) -> Safety:
    """Puts the lines to the reader as first messages, and to its rules and its model by themselves."""
    found = safety.judged(lines, lambda text: reads.read(text).risk)
    by_rules = safety.judged(lines, safety.alone(reads.lexicon))
    return Safety(
        dangers=safety.dangers(found),
        harmless=safety.harmless(found),
        alone=safety.dangers(by_rules),
        alone_harmless=safety.harmless(by_rules),
        parts=safety.in_parts(lines, reads.lexicon, reads.danger),
        after=safety.after_harmless(lines, reads.lexicon, reads.danger),
        curve=safety.cost_curve(lines, reads.danger) if reads.danger else [],
        held=reads.danger.held if reads.danger else (),
        waits=simulate(),
    )


def parts(found: Safety) -> Iterator[Part]:
    yield _rows(
        "Safety: dangers found", found.dangers,
        "All labelled lines as first messages. Brackets hold exact (Clopper-Pearson) 95 % intervals. Registers and categories are of "
        "critical and urgent lines together. Flagged: critical or urgent, whichever; it gets the fixed reply and a case. Asked softly: "
        "the normal answer and one line.",
    )  # fmt: skip
    yield _rows("Safety: harmless lines", found.harmless, "False alarms on lines of level none. Traps are those of the safety files.")
    yield _rows("Safety: rules and cues alone", [*found.alone, *found.alone_harmless], "As the bot does where the model is missing.")
    yield _pieces(found)
    if found.curve:
        yield _curve(found)
    if found.held:
        yield _held(found.held)
    yield _queue(found.waits)


def numbers(found: Safety) -> dict[str, object]:
    """For the JSON: counts only."""
    return asdict(found)


def rate(count: Count) -> str:
    if count.share is None:
        return "–"
    low, high = count.interval
    return f"{count.share:.3f} ({low:.2f}–{high:.2f})"


def _rows(title: str, rows: Sequence[Row], said: str) -> Part:
    cells = tuple((row.name, str(row.flagged.of), rate(row.flagged), rate(row.reached), rate(row.person)) for row in rows)
    return Part(title, (said,), Table(("", *_HEAD), cells))


def _pieces(found: Safety) -> Part:
    rows = [(f"split in three: after message {part}", *_both(danger, calm)) for part, danger, calm in found.parts]
    rows.append(("whole, after two harmless messages", *_both(*found.after)))
    said = (
        "No conversations are labelled. So long lines are sent in three pieces, each read with those before it, and every line is sent "
        "after two harmless ones: what is right about these is only that danger must be found by the last piece, and nothing in what is "
        "harmless."
    )
    return Part("Safety: in pieces", (said,), Table(("", "dangers", "flagged by then", "harmless", "flagged by then"), tuple(rows)))


def _both(danger: Count, calm: Count) -> tuple[str, str, str, str]:
    return str(danger.of), rate(danger), str(calm.of), rate(calm)


def _curve(found: Safety) -> Part:
    rows = tuple((f"{share:.1%}", rate(critical), rate(all_of_them)) for share, critical, all_of_them in found.curve)
    said = "The model alone, its mark moved until so many lines of level none are flagged. Chosen on these very lines: not what is."
    return Part("Safety: what recall costs", (said,), Table(("false flags", "critical: flagged", "critical and urgent: flagged"), rows))


def _held(held: Sequence[Held]) -> Part:
    rows = tuple((one.group, str(one.count), rate(Count(one.flagged, one.count)), rate(Count(one.reached, one.count))) for one in held)
    said = (
        "The examples of knowledge/triage, each judged by the model alone after training without its author (ordinary topics: without a "
        "fifth of them). A second, larger estimate. The marks were chosen on these lines, so that the harmless ones come out as wished; "
        "for the dangers nothing was chosen."
    )
    return Part("Safety: authors that were not learned from", (said,), Table(("", "lines", "flagged", "flagged or asked softly"), rows))


def _queue(waits: Sequence[Waits]) -> Part:
    plan = Plan()
    rows = tuple(
        (
            f"{wait.rate} ×", wait.order, f"{wait.critical_median:.0f}", f"{wait.critical_p95:.0f}", f"{wait.critical_in_two:.0%}",
            f"{wait.urgent_median:.0f}", f"{wait.urgent_p95:.0f}", f"{wait.urgent_in_fifteen:.0%}", f"{wait.standard_median:.0f}",
        )
        for wait in waits
    )  # fmt: skip
    mix = ", ".join(f"{level.value} {share:.0%} ({minutes:.0f} min)" for level, share, minutes in plan.mix)
    said = (
        f"Simulated, not observed: {plan.shifts} shifts of {plan.hours} hours, {plan.an_hour:.0f} cases an hour at the normal rate, "
        f"{plan.at_once} conversations at once, cases by level with the median time each takes: {mix}. Minutes waited."
    )
    head = (
        "rate", "order", "critical: median", "p95", "within 2 min", "urgent: median", "p95", "within 15 min", "standard: median",
    )  # fmt: skip
    return Part("Safety: the queue", (said,), Table(head, rows, 2))
