"""`python -m bot content …`: what a programme officer does with the content."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot import switched
from bot.content import problems
from bot.errors import ContentError
from bot.knowledge import DIRECTORY, load
from bot.lines import located
from bot.review import due, overdue

WRONG, LATE = 1, 3  # exit codes of check


def run(arguments: argparse.Namespace, var: Path, write: Callable[[str], object], today: date | None = None) -> int:
    """Does one command and returns its exit code. Raises ContentError when it cannot be done."""
    today = today or date.today()
    if arguments.what == "check":
        return _check(write, None if arguments.no_dates else today)
    content = load(DIRECTORY)
    if arguments.what == "due":
        lines = due(content, today, arguments.days)
        write("".join(line + "\n" for line in lines) or f"Nothing is due in the next {arguments.days} days.\n")
        return 0
    if not arguments.id:
        raise ContentError(f"say which: python -m bot content {arguments.what} ID. Off now: {_off_now(var) or 'nothing'}.")
    path, on = var / switched.FILE, arguments.what == "on"
    if not switched.switch(path, content, arguments.id, on, today):
        write(f"{arguments.id} is {arguments.what} already.\n")
        return 0
    write(f"{arguments.id} is {arguments.what}; the running bot follows within a minute. Off now: {_off_now(var) or 'nothing'}.\n")
    hotline = next((one for one in content.hotlines if arguments.id == f"hotline.{one.id}"), None)
    if hotline is not None and not on:
        write(f"These texts still name {hotline.number}: {', '.join(switched.still_named(content, hotline.number)) or 'none'}.\n")
    return 0


def _check(write: Callable[[str], object], today: date | None) -> int:
    found = [located(problem, DIRECTORY) for problem in problems()]
    late = [located(line, DIRECTORY) for line in overdue(load(DIRECTORY), today)] if today and not found else []
    write("".join(line + "\n" for line in (*found, *late)))
    write(f"{len(found)} problems, {len(late)} overdue\n" if today else f"{len(found)} problems\n")
    return WRONG if found else LATE if late else 0


def _off_now(var: Path) -> str:
    return ", ".join(f"{id} (since {since})" for id, since in switched.switched_off(var / switched.FILE).items())
