"""The line of a file on which a problem stands: "items/x.yml: messages[0].bn: …" becomes "items/x.yml:14: messages[0].bn: …"."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

_PROBLEM = re.compile(r"(?P<file>[^:\n]+?): (?P<field>[a-z_][\w.\[\]]*?)(?:\.(?P<language>bn|en))?(?P<rest>(?::|,| ).*)", re.DOTALL)
_BROKEN = re.compile(r"^([^:\n]+)(?=: is not valid YAML, line (\d+))")
_KEYS = re.compile(r"\w+")


def located(problem: str, directory: Path) -> str:
    """The problem with its line, where it can be found; else as it is. Files are named as they lie in the project."""
    told = _located(problem, directory).removeprefix(f"{directory.parent}/")
    return _BROKEN.sub(r"\1:\2", told)


def _located(problem: str, directory: Path) -> str:
    match = _PROBLEM.fullmatch(problem)
    path = match and _file(match["file"], directory)
    if not match or not path:
        return problem
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return problem
    keys = [*_KEYS.findall(match["field"]), *([match["language"]] if match["language"] else [])]
    line = _line(root, keys) or (1 if match["rest"].startswith(": is missing") else None)
    return f"{path.relative_to(directory.parent)}:{line}{problem[len(match['file']) :]}" if line else problem


def _file(named: str, directory: Path) -> Path | None:
    """The file a problem names: by its path, or by its beginning ("steps/03"), or by its id ("destinations/sa")."""
    folder, _, name = named.rpartition("/")
    absolute = Path(named)
    if absolute.is_absolute():
        return absolute if absolute.is_file() else None
    for pattern in (name, f"{name}-*.yml", f"*-{name}.yml"):
        found = sorted((directory / folder).glob(pattern)) if name else []
        if found and found[0].is_file():
            return found[0]
    return None


def _line(node: yaml.Node | None, keys: list[str]) -> int | None:
    """The line of the deepest node that the keys lead to, counted from 1; None when not even the first is there."""
    line = None
    for key in keys:
        node = _inside(node, key)
        if node is None:
            return line
        line = node.start_mark.line + 1
    return line


def _inside(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        named = next((value for name, value in node.value if name.value == key), None)
        if named is not None:
            return named
        for _, value in node.value:  # hotlines.yml and services.yml: entries are named by their id, the list is not
            if isinstance(value, yaml.SequenceNode) and (found := _inside(value, key)) is not None:
                return found
        return None
    if isinstance(node, yaml.SequenceNode):
        if key.isdecimal():
            return node.value[int(key)] if int(key) < len(node.value) else None
        return next((one for one in node.value if isinstance(one, yaml.MappingNode) and _id(one) == key), None)
    return None


def _id(node: yaml.MappingNode) -> str | None:
    return next((str(value.value) for name, value in node.value if name.value == "id"), None)
