"""What is wrong with a file that is no YAML, in plain words and with the line where the slip is, not the one where a parser noticed it."""

from __future__ import annotations

import re

import yaml

_FIELD = re.compile(r"^(?P<indent> *)(?:- +)?(?P<name>[a-z_][\w-]*)(?P<after>:| )")
_QUOTES = re.compile(r"\\.|(?<=\w)'(?=\w)")  # what is no quotation mark: an escaped one, an apostrophe


def slip(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """Line (from 1) and cure."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    noticed = min(mark.line, text.count("\n")) if mark else 0
    lines = text.splitlines() or [""]
    found = _tab(lines) or _of_a_value(lines, noticed) or _indented(lines, noticed)
    return found or (noticed + 1, "something is missing here or just above: look for a colon, a quotation mark, a bracket or the indent")


def _tab(lines: list[str]) -> tuple[int, str] | None:
    for number, line in enumerate(lines, 1):
        if "\t" in line[: _depth(line)]:
            return number, "begins with a tab; use spaces"
    return None


def _of_a_value(lines: list[str], noticed: int) -> tuple[int, str] | None:
    """The nearest field at or above what was noticed whose quotation marks or brackets have no partner, or that lost its colon."""
    block = -1  # lines deeper than this are a text under "|", in which all is allowed
    found: tuple[int, str] | None = None
    for number, line in enumerate(lines[: noticed + 1], 1):
        depth = _depth(line)
        if not line.strip() or (block >= 0 and depth > block):
            continue
        block = depth if line.rstrip().endswith(("|", ">")) else -1
        found = _unpaired(number, line) or found
    return found


def _unpaired(number: int, line: str) -> tuple[int, str] | None:
    bare = re.sub(r"(^|\s)#.*", "", line)
    if _QUOTES.sub("", bare).count('"') % 2:
        return number, 'a quotation mark " has no partner in this line'
    outside = re.sub(r'"[^"]*"', "", bare)
    for opens, closes in ("[]", "{}"):
        if outside.count(opens) != outside.count(closes):
            return number, f"the brackets {opens} and {closes} do not match in this line"
    field = _FIELD.match(line)
    if field is not None and field["after"] == " ":
        return number, f"a colon is missing after {field['name']!r}"
    if field is not None and ": " in outside[field.end() :].replace("://", "") and not re.search(r"[\[{]", outside):
        return number, "the text holds a colon: put the whole text in quotation marks, or write it below a |"
    return None


def _indented(lines: list[str], noticed: int) -> tuple[int, str] | None:
    """The nearest line that stands deeper or less deep than most lines that begin as it does."""
    for number in range(min(noticed, len(lines) - 1), max(noticed - 8, -1), -1):
        begins = _begins(lines[number])
        depths = [_depth(line) for line in lines if begins is not None and _begins(line) == begins]
        if depths and _depth(lines[number]) != (most := max(set(depths), key=depths.count)):
            return number + 1, f"begins with {_depth(lines[number])} spaces, and lines like it with {most}; give it as many"
    return None


def _begins(line: str) -> str | None:
    """A mark of a list, or the name of a field."""
    field = _FIELD.match(line)
    return "-" if line.lstrip().startswith("- ") else field["name"] if field and field["after"] == ":" else None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
