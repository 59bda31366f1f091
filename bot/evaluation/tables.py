"""What the report on understanding says, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.evaluation import metrics, plots, safety_tables
from bot.evaluation.labelled import NEAR, Labelled
from bot.evaluation.metrics import ALL, Answered, Figures, Share
from bot.evaluation.page import Part, Table

if TYPE_CHECKING:
    from bot.evaluation.understanding import Result

_PAIRS = 20  # confusions shown
_COPIES = 20  # near copies named
_HEAD = (
    "lines", "topic accuracy", "… levels none and standard", "macro-F1", "out-of-scope precision", "out-of-scope recall",
    "in scope, refused", "language", "calibration error", "median", "p95",
)  # fmt: skip
_DANGER = (
    "register", "critical and urgent", "flagged", "critical: flagged", "flagged or asked softly", "right category", "none and standard",
    "false flags", "asked softly", "topic accuracy",
)  # fmt: skip


def parts(found: Result) -> list[Part]:
    """In the order of the page; the first holds the page's title."""
    ours = among(found.ours, found.lines.topical)
    who = {"ours": ours} if found.stock is None else {"ours": ours, "stock": among(found.stock, found.lines.topical)}
    safety = [answer for answer in found.ours if answer.line.safety]
    others = [answer for answer in found.ours if not answer.line.safety]
    said = [_first(found), _topics(who)]
    said += [_curve(found)] if found.curve else []
    said += [_calibration(), *(_confusions(name, some) for name, some in who.items())]
    said += [_danger("Danger: the safety lines", safety)] if safety else []
    said += [_danger("Danger: the other lines", others)] if others else []
    return [*said, *safety_tables.parts(found.danger), _copies(found), _method(found)]


def among(answers: Sequence[Answered], lines: Sequence[Labelled]) -> list[Answered]:
    """The answers to these lines."""
    wanted = set(lines)
    return [answer for answer in answers if answer.line in wanted]


def rate(share: Share | None, *, interval: bool = False) -> str:
    """A share as a cell: 0.83 with its interval, or with what it was counted from."""
    if share is None or share.value is None or share.interval is None:
        return "–"
    low, high = share.interval
    return f"{share.value:.3f} ({low:.2f}–{high:.2f})" if interval else f"{share.value:.3f} ({share.hits}/{share.of})"


def _first(found: Result) -> Part:
    files = ", ".join(f"{name} {count}" for name, count in found.lines.files.items())
    left = ", ".join(f"{name} {count}" for name, count in found.lines.left_out.items())
    return Part(
        "How well messages are understood",
        (
            f"Measured {found.at}: {len(found.lines.lines)} labelled lines ({files}), trained on {found.examples:,} examples. "
            "The lines were written for this purpose, not collected: these scores are synthetic. "
            "Brackets hold 95 % intervals (Wilson) or counts.",
            *((f"Left out, for want of fields: {left} lines.",) if left else ()),
        ),
    )


def _topics(who: dict[str, list[Answered]]) -> Part:
    measured = {name: {register: metrics.figures(some) for register, some in metrics.by_register(all).items()} for name, all in who.items()}
    rows: list[tuple[str, ...]] = []
    for register in measured["ours"]:
        rows += [(register, *((name,) if len(who) > 1 else ()), *_cells(measured[name][register])) for name in who]
    head = ("register", *(("by",) if len(who) > 1 else ()), *_HEAD)
    return Part("Topics", (), Table(head, tuple(rows), len(who)), plots.ACCURACY, tuple(_distances(measured)))


def _distances(measured: dict[str, dict[str, Figures]]) -> Iterator[str]:
    """What the registers, and the two, are apart."""
    calm = {name: {r: f.calm.value for r, f in figures.items() if f.calm.value is not None} for name, figures in measured.items()}
    values = [value for register, value in calm["ours"].items() if register != ALL]
    if values:
        yield f"Gap between the best and the worst register, levels none and standard: {max(values) - min(values):.3f}"
    for register, other in calm.get("stock", {}).items():
        yield f"{register}, levels none and standard: {calm['ours'][register] - other:+.3f} against stock Rasa"


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        str(figures.accuracy.of), rate(figures.accuracy, interval=True), rate(figures.calm, interval=True), f"{figures.macro_f1:.3f}",
        rate(figures.out_precision), rate(figures.out_recall), rate(figures.refused), rate(figures.language, interval=True),
        f"{figures.calibration_error:.3f}", f"{figures.median_ms:.1f} ms", f"{figures.p95_ms:.1f} ms",
    )  # fmt: skip


def _curve(found: Result) -> Part:
    points = found.curve or []
    rows = tuple((f"{point.examples:,}", *(rate(point.accuracy[name], interval=True) for name in points[0].accuracy)) for point in points)
    return Part(
        "Learning curve", ("Topic accuracy over levels none and standard, by how many examples were trained on.",),
        Table(("examples", *points[0].accuracy), rows, 0), plots.CURVE,
    )  # fmt: skip


def _calibration() -> Part:
    return Part("Confidence", (f"How often an answer is right, by how sure it was, in {metrics.BINS} bins.",), None, plots.RELIABILITY)


def _confusions(name: str, answers: Sequence[Answered]) -> Part:
    pairs = metrics.confusions(answers, _PAIRS)
    rows = tuple(
        (label, answer, str(sum(where.values())), ", ".join(f"{register} {count}" for register, count in where.items()))
        for label, answer, where in pairs
    )
    title = f"Confusions, {name}: the {len(rows)} most frequent"
    return Part(title, (), Table(("label", "answered", "lines", "in"), rows, 2), plots.CONFUSION if name == "ours" else None)


def _danger(title: str, answers: Sequence[Answered]) -> Part:
    rows = []
    for register, some in metrics.by_register(answers).items():
        found = metrics.danger(some)
        rows.append(
            (
                register, str(found.flagged.of), rate(found.flagged, interval=True), rate(found.critical, interval=True),
                rate(found.reached, interval=True), rate(found.category), str(found.false_flags.of), rate(found.false_flags),
                rate(found.asks), rate(metrics.figures(some).accuracy, interval=True),
            )
        )  # fmt: skip
    said = "What the bot would act on: rules and model, then the classifier's word. A flag opens a case; a soft question adds one line."
    return Part(title, (said,), Table(_DANGER, tuple(rows)))


def _copies(found: Result) -> Part:
    said = f"{len(found.copies)} training lines share {NEAR:.0%} or more of their character 4-grams with a labelled line."
    named = tuple(
        f"{'' if '/' in copy.example else 'data/nlu/'}{copy.example} is near {copy.line} ({copy.share:.2f})"
        for copy in found.copies[:_COPIES]
    )
    more = len(found.copies) - len(named)
    return Part("Near copies", (said,), points=(*named, *((f"… and {more} more",) if more else ())))


def _method(found: Result) -> Part:
    said = [
        f"Every line is read as a first message, in one process on {found.cores} cores (load average {found.load} before). "
        "The topic is the likeliest one, however doubtful; that of the command where one is typed. Macro-F1 is the mean over the "
        "topics that occur among the labels. Right languages: bn for bn, bn-latn for banglish, either for mixed, en for en. Milliseconds "
        "are of all that is read of a message: language, command, topic, entities, danger.",
        "Lines of safety files are left out of the tables of topics, unless there are no others: their topics were chosen to be traps.",
    ]
    if found.stock is not None:
        said.append(
            f"Stock Rasa: the default pipeline of `rasa init`, trained on the same examples for {found.stock_epochs} epochs, read with "
            "Rasa's Agent in one process. Its topic is the likeliest one too, whatever its fallback says. It tells no language."
        )
    return Part("Method", tuple(said))
