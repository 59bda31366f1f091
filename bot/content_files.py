"""What a YAML file hides: a field that is written twice, of which the last one counts and nobody sees it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def twice(directory: Path) -> Iterator[str]:
    """Each field that stands twice in one block, with its line. Files that are no YAML are told of elsewhere."""
    for path in sorted(directory.rglob("*.yml")):
        try:
            found = _in(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        for line, name, first in found:
            yield f"{path.relative_to(directory.parent)}:{line}: {name}: stands here again (first in line {first}); keep one of the two"


@functools.lru_cache(maxsize=512)  # most files are as they were when content is checked again
def _in(written: str) -> tuple[tuple[int, str, int], ...]:
    return tuple(_twice(yaml.compose(written, Loader=_LOADER)))


def _twice(root: yaml.Node | None) -> Iterator[tuple[int, str, int]]:
    waiting, seen = [root] if root is not None else [], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for name, value in node.value:
                line = name.start_mark.line + 1
                if str(name.value) in lines:
                    yield line, str(name.value), lines[str(name.value)]
                lines.setdefault(str(name.value), line)
                waiting.append(value)
