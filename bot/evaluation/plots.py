"""The report's pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure  # type: ignore[import]

from bot.evaluation import metrics
from bot.evaluation.metrics import ALL, Answered, Share

if TYPE_CHECKING:
    from bot.evaluation.understanding import Result

ACCURACY, RELIABILITY, CURVE, CONFUSION = "accuracy.png", "reliability.png", "learning-curve.png", "confusion.png"
_COLOURS = {"ours": "#00695c", "stock": "#b0752d"}
_LINES = ("#00695c", "#b0752d", "#5e4b8b", "#3a6ea5", "#555555")
_DOTS = 110  # an inch


def draw(found: Result, out: Path) -> None:
    """Writes the pictures of what was measured."""
    wanted = set(found.lines.topical)
    who = {"ours": found.ours, "stock": found.stock}
    answers = {name: [answer for answer in some if answer.line in wanted] for name, some in who.items() if some is not None}
    accuracy(answers, out / ACCURACY)
    reliability(answers, out / RELIABILITY)
    confusion(answers["ours"], out / CONFUSION)
    if found.curve:
        curve([point.examples for point in found.curve], [point.accuracy for point in found.curve], out / CURVE)


def accuracy(answers: dict[str, list[Answered]], path: Path) -> None:
    """Bars by register, over levels none and standard."""
    figure, axes = _figure(8, 4)
    width = 0.8 / len(answers)
    for number, (name, some) in enumerate(answers.items()):
        shares = [metrics.figures(group).calm for group in metrics.by_register(some).values()]
        places = [index + width * (number - (len(answers) - 1) / 2) for index in range(len(shares))]
        values = [share.value or 0.0 for share in shares]
        axes.bar(places, values, width * 0.92, yerr=_errors(shares), color=_COLOURS[name], capsize=3, label=name, ecolor="#333333")
        for place, value in zip(places, values, strict=True):
            axes.text(place, 0.03, f"{value:.2f}", ha="center", color="white", fontsize=9)
    names = list(metrics.by_register(next(iter(answers.values()))))
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1), ylabel="topic accuracy", title="Topic accuracy, levels none and standard (95 % intervals)")
    if len(answers) > 1:
        axes.legend(loc="lower right")
    figure.savefig(path, dpi=_DOTS)


def reliability(answers: dict[str, list[Answered]], path: Path) -> None:
    """How often right, by confidence; the size of a dot tells how many."""
    figure, axes = _figure(5.5, 5)
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
    for name, some in answers.items():
        groups = [group for group in metrics.bins(some) if group.count]
        most = max(group.count for group in groups)
        xs, ys = [group.confidence for group in groups], [group.accuracy for group in groups]
        axes.plot(xs, ys, color=_COLOURS[name], label=f"{name} (error {metrics.calibration_error(metrics.bins(some)):.3f})")
        axes.scatter(xs, ys, [20 + 180 * group.count / most for group in groups], color=_COLOURS[name], alpha=0.6)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right", title="Confidence and accuracy")
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=_DOTS)


def curve(examples: Sequence[int], accuracies: Sequence[dict[str, Share]], path: Path) -> None:
    """Accuracy by how many examples were trained on."""
    figure, axes = _figure(7, 4)
    for name, colour in zip(accuracies[0], _LINES, strict=False):
        values = [point[name].value for point in accuracies]
        axes.plot(examples, values, marker="o", color=colour, label=name, linewidth=3 if name == ALL else 1.5)
    axes.set(xlabel="examples", ylabel="topic accuracy", title="Learning curve, levels none and standard", xlim=(0, None))
    axes.set_xticks(examples, [f"{count:,}" for count in examples])
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=_DOTS)


def confusion(answers: Sequence[Answered], path: Path) -> None:
    """Label by answer; each row shaded by its share of the label's lines."""
    counts = Counter((answer.line.topic, answer.topic) for answer in answers)
    names = sorted({name for pair in counts for name in pair})
    sums = Counter(answer.line.topic for answer in answers)
    shades = [[counts[row, column] / max(sums[row], 1) for column in names] for row in names]
    side = 2.5 + 0.27 * len(names)
    figure, axes = _figure(side, side)
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in counts.items():
        place = names.index(column), names.index(row)
        axes.text(*place, str(count), ha="center", va="center", fontsize=7, color="white" if shades[place[1]][place[0]] > 0.5 else "black")
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set(xlabel="answered", ylabel="label", title="Confusions, ours (lines)")
    figure.savefig(path, dpi=_DOTS)


def _errors(shares: Sequence[Share]) -> list[list[float]]:
    """How far each interval reaches below and above its value."""
    reach = [(share.value or 0.0, share.interval or (0.0, 0.0)) for share in shares]
    return [[value - low for value, (low, _) in reach], [max(high - value, 0.0) for value, (_, high) in reach]]


def _figure(width: float, height: float) -> tuple[Any, Any]:
    # Without pyplot: it keeps figures, and asks for a screen.
    figure = Figure(figsize=(width, height), constrained_layout=True)
    return figure, figure.subplots()
