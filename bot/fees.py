"""What is official to pay, as far as it is sourced, from knowledge/fees.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, Text, read_yaml, take, text
from bot.source import Content, Life, Passage, life, passage

JOBS = frozenset({"house", "garment", "other"})


@dataclass(frozen=True, kw_only=True)
class Fee:
    id: str
    amount: int  # taka
    unsure: bool  # reported, not seen on an official page of today
    jobs: frozenset[str]
    name: Passage


@dataclass(frozen=True, kw_only=True)
class Fees:
    fees: tuple[Fee, ...]
    rules: Mapping[str, Passage]  # kind of work, or kind.country → what holds
    life: Life

    def rule(self, job: str, country: str) -> Passage:
        """The closest one; of a kind of work nobody named, that for other work."""
        return self.rules.get(f"{job}.{country}") or self.rules.get(job) or self.rules["other"]

    def of(self, job: str, country: str) -> tuple[Fee, ...]:
        """None where a rule of its own says that the worker pays nothing, or we do not know."""
        return tuple(fee for fee in self.fees if job in fee.jobs) if job == "other" or f"{job}.{country}" in self.rules else ()


def load_fees(directory: Path) -> Fees:
    """Raises ContentError naming file, field and cure."""
    path = directory / "fees.yml"
    entry = read_yaml(path)
    rules = {take(path, rule, "for", str): _rule(path, rule) for rule in take(path, entry, "rules", list)}
    if not rules.keys() >= JOBS:
        raise ContentError(f"{path}: rules: there must be one for each of {', '.join(sorted(JOBS))}.")
    return Fees(fees=tuple(_fee(path, fee) for fee in take(path, entry, "fees", list)), rules=rules, life=life(path, entry))


def _rule(path: Path, rule: Mapping[str, Any]) -> Passage:
    found = passage(path, f"rules.{rule['for']}", rule.get("text"))
    return Passage(text=found.text, sources=tuple(take(path, rule, "sources", list)))


def _fee(path: Path, entry: Mapping[str, Any]) -> Fee:
    id, amount = take(path, entry, "id", str), take(path, entry, "amount", int)
    jobs = frozenset(take(path, entry, "for", list))
    if amount < 0 or not jobs <= JOBS:
        raise ContentError(f"{path}: fees.{id}: the amount is a whole number of taka, and for names {', '.join(sorted(JOBS))}.")
    name: Text = text(path, f"fees.{id}.name", entry.get("name"))
    sources = tuple(take(path, entry, "sources", list))
    return Fee(id=id, amount=amount, unsure=bool(entry.get("unsure")), jobs=jobs, name=Passage(text=name, sources=sources))


fees = Content(load_fees, DIRECTORY)
