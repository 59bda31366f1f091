"""What was measured, as numbers to keep (JSON) and a table to read (Markdown)."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from bot.evaluation.measuring import Laps

_TAIL = 50  # turns at the end of the long conversation


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest time that at least this share of all do not exceed (nearest rank)."""
    ordered = sorted(times)
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(rank, 1) - 1]


def figures(laps: Laps) -> dict[str, Any]:
    """Milliseconds, turns a second and MB, rounded; only of what was measured."""
    found: dict[str, Any] = {"unanswered": laps.unanswered}
    if laps.alone:
        found |= {
            "median_ms": _ms(statistics.median(laps.alone)),
            "p95_ms": _ms(percentile(laps.alone, 0.95)),
            "p99_ms": _ms(percentile(laps.alone, 0.99)),
        }
    if laps.together:
        found |= {"turns_per_second": round(laps.per_second, 1), "together_p95_ms": _ms(percentile(laps.together, 0.95))}
    if laps.long:
        found |= {
            "long_last_p95_ms": _ms(percentile(laps.long[-_TAIL:], 0.95)),
            "long_first_p95_ms": _ms(percentile(laps.long[:_TAIL], 0.95)),
        }
    if turns := len(laps.alone) + len(laps.together):
        found["processor_ms_per_turn"] = {name: _ms(seconds / turns) for name, seconds in laps.processor.items()}
    if laps.memory:
        found["memory_mb"] = {name: round(value) for name, value in laps.memory.items()}
    return found


def ratios(measured: Mapping[str, Laps]) -> dict[str, float]:
    """What the house promises: quicker than stock Rasa, and as quick with many conversations stored."""
    empty, full = measured["empty"], measured["full"]
    found = {
        "p95_full_to_empty": percentile(full.alone, 0.95) / percentile(empty.alone, 0.95),
        "median_full_to_empty": statistics.median(full.alone) / statistics.median(empty.alone),
        "turns_per_second_full_to_empty": full.per_second / empty.per_second,
    }
    for name in ("stock", "stock_buttons"):
        if name in measured:
            found[f"turns_per_second_ours_to_{name}"] = empty.per_second / measured[name].per_second
            found[f"p95_ours_to_{name}"] = percentile(empty.alone, 0.95) / percentile(measured[name].alone, 0.95)
    return {name: round(value, 2) for name, value in found.items()}


def markdown(result: Mapping[str, Any]) -> str:
    """The table, the ratios, and how it was measured."""
    plan = result["plan"]
    names = {
        "empty": "ours, empty",
        "full": f"ours, {plan['stored']:,} conversations stored",
        "stock": "stock Rasa",
        "stock_buttons": "stock Rasa, buttons as intents",
    }
    at_once, last = f"{plan['lanes']} at once", f"last {_TAIL} of {plan['long']}"
    head = ("", "median", "p95", "p99", f"turns/s, {at_once}", f"p95, {at_once}", f"p95, {last}", "memory", "processor/turn")
    lines = ["# Speed of a turn", "", _row(head), _row(["---"] * len(head))]
    lines += [_row(_cells(names[name], values)) for name, values in result["measured"].items()]
    lines += ["", *(f"- {name.replace('_', ' ')}: {value:.2f}" for name, value in result["ratios"].items())]
    lines += ["", *_details(result["measured"]), "", *_method(result)]
    return "\n".join(lines) + "\n"


def _cells(name: str, values: Mapping[str, Any]) -> list[str]:
    times = [_with(values.get(key), "ms") for key in ("median_ms", "p95_ms", "p99_ms")]
    rate, late = _with(values.get("turns_per_second"), ""), _with(values.get("together_p95_ms"), "ms")
    memory = _with(sum(values["memory_mb"].values()) if "memory_mb" in values else None, "MB")
    spent = _with(round(sum(values.get("processor_ms_per_turn", {}).values()), 1) or None, "ms")
    return [name, *times, rate, late, _with(values.get("long_last_p95_ms"), "ms"), memory, spent]


def _details(measured: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = []
    for name, values in measured.items():
        for key, unit in (("processor_ms_per_turn", "ms"), ("memory_mb", "MB")):
            if values.get(key):
                parts = ", ".join(f"{program} {_with(value, unit)}" for program, value in values[key].items())
                lines.append(f"- {name}, {key.replace('_', ' ')}: {parts}")
        lines.append(f"- {name}, turns without an answer: {values['unanswered']}")
    return lines


def _method(result: Mapping[str, Any]) -> list[str]:
    plan, machine = result["plan"], result["machine"]
    said = [
        f"Measured {result['at']} on {machine['cores']} cores ({machine['processor']}), load average {machine['load']} before, "
        f"{result['seconds']} s in all.",
        "A turn of ours runs from just before Telegram's webhook is called to the first reply at Telegram's API. "
        f"{plan['turns']} turns one at a time and {plan['at_once']} at once, in {plan['rounds']} rounds with all contestants in each. "
        f"Replies sent for each turn: {result['replies_per_turn']}. Fixed replies because Rasa failed: {result['dialogue_failures']}. "
        "Who asks runs on the same machine.",
    ]
    if plan["with_stock"]:
        said.append(
            "Stock Rasa: the files of `rasa init`, its default pipeline and policies, our examples, one response for each intent, "
            f"REST channel, trackers in memory. Trained for {plan['stock_epochs']} epoch: what it answers depends on that, how long it "
            "takes to answer does not. It gets the same messages, a button as the words that say the same; in the last line of the table "
            "as its intent, which spares it the understanding."
        )
    return [line for paragraph in said for line in (paragraph, "")][:-1]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _with(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:,} {unit}".strip()


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
