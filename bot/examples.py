"""The training examples in data/nlu, with the register each was written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError
from bot.knowledge import read_yaml, take
from bot.understanding.language import Detector, learn

DIRECTORY = Path(__file__).resolve().parent.parent / "data" / "nlu"
REGISTERS = ("bn", "banglish", "mixed", "en")


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    register: str  # bn | banglish | mixed | en
    file: str


def examples(directory: Path = DIRECTORY) -> list[Example]:
    """All examples, in the order of files and lines. Raises ContentError for a block without intent, register or lines."""
    return [example for path in sorted(directory.glob("*.yml")) for example in examples_of(path)]


def detector(lines: Sequence[Example]) -> Detector:
    """Tells languages apart by these examples."""
    return Detector(learned(lines))


def learned(lines: Sequence[Example]) -> str:
    """What a detector knows from these examples."""
    return learn([e.text for e in lines if e.register in ("banglish", "mixed")], [e.text for e in lines if e.register == "en"])


def examples_of(path: Path) -> Iterator[Example]:
    """Those of one file. Raises ContentError as `examples` does."""
    for block in take(path, read_yaml(path), "nlu", list):
        block = block if isinstance(block, Mapping) else {}
        metadata = block.get("metadata")
        intent, register = block.get("intent"), metadata.get("register") if isinstance(metadata, Mapping) else None
        if not intent or register not in REGISTERS or not isinstance(block.get("examples"), str):
            raise ContentError(f"{path}: each block needs intent:, metadata: {{register: one of {', '.join(REGISTERS)}}} and examples: |")
        for line in block["examples"].splitlines():
            if line.startswith("- "):
                yield Example(line[2:].strip(), intent, register, path.name)
            elif line.strip():
                raise ContentError(f"{path}: intent {intent}: the line {line!r} must begin with '- '.")
