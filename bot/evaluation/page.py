"""A report as parts, written as Markdown or as one page of HTML that holds its pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid #ddd; padding: .25rem .6rem; text-align: right; white-space: nowrap }
th:first-child, td:first-child, th.word, td.word { text-align: left }
th { border-bottom: 2px solid #888; vertical-align: bottom; white-space: normal }
img { max-width: 100%; margin-top: 1rem }
"""


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1  # columns of words, which stand left; the others hold numbers


@dataclass(frozen=True)
class Part:
    """One heading and what stands under it, in this order."""

    title: str
    said: tuple[str, ...] = ()
    table: Table | None = None
    picture: str | None = None  # a PNG in the report's folder
    points: tuple[str, ...] = ()  # a list


def markdown(parts: Sequence[Part]) -> str:
    """The first part's title is the report's."""
    lines: list[str] = []
    for number, part in enumerate(parts):
        lines += [f"{'##' if number else '#'} {part.title}", ""]
        for paragraph in part.said:
            lines += [paragraph, ""]
        if part.table:
            rule = tuple(":---" if column < part.table.words else "---:" for column in range(len(part.table.head)))
            lines += ["| " + " | ".join(row) + " |" for row in (part.table.head, rule, *part.table.rows)]
            lines.append("")
        if part.points:
            lines += [*(f"- {point}" for point in part.points), ""]
        if part.picture:
            lines += [f"![{part.title}]({part.picture})", ""]
    return "\n".join(lines)


def html(parts: Sequence[Part], folder: Path) -> str:
    """One page without anything from elsewhere; the pictures are read from the folder."""
    body = "\n".join(_html(part, "h2" if number else "h1", folder) for number, part in enumerate(parts))
    title = escape(parts[0].title)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _html(part: Part, heading: str, folder: Path) -> str:
    lines = [f"<{heading}>{escape(part.title)}</{heading}>", *(f"<p>{escape(paragraph)}</p>" for paragraph in part.said)]
    if part.table:
        rows = [_row("td", row, part.table.words) for row in part.table.rows]
        lines += [f"<table><thead>{_row('th', part.table.head, part.table.words)}</thead>", "<tbody>", *rows, "</tbody></table>"]
    if part.points:
        lines += ["<ul>", *(f"<li>{escape(point)}</li>" for point in part.points), "</ul>"]
    if part.picture:
        content = base64.b64encode((folder / part.picture).read_bytes()).decode()
        lines.append(f'<img alt="{escape(part.title)}" src="data:image/png;base64,{content}">')
    return "\n".join(lines)


def _row(cell: str, values: Sequence[str], words: int) -> str:
    cells = [f"<{cell}{' class=word' if column < words else ''}>{escape(value)}</{cell}>" for column, value in enumerate(values)]
    return f"<tr>{''.join(cells)}</tr>"
