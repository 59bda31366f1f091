"""The register of agencies on the command line: bring a list in, or look a name up as the chat does."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from datetime import date

from bot.agencies.entries import Agency
from bot.agencies.sheets import read
from bot.agencies.understanding import Understood, understand
from bot.errors import ImportRefused
from bot.settings import Settings
from bot.storage import agencies
from bot.storage.directory import Directory
from bot.storage.engine import Database
from bot.storage.migrate import upgrade

_SHOWN = 12  # refused rows


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    settings.var.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        return _bring(arguments, database) if arguments.what == "import" else _find(arguments.text, database)
    finally:
        database.close()


def _find(text: str, database: Database) -> int:
    listing = Directory(database).listing()
    if listing is None:
        raise ImportRefused("No list of agencies has been brought in yet: python -m bot agencies import FILE --source … --as-of …")
    found = listing.find(text, least=0.01)
    shown = [
        {
            "rl": one.agency.rl, "name": one.agency.name, "score": round(one.match.score, 3), "match": one.match.match,
            "status": one.agency.standing(date.today()), "valid_until": one.agency.valid_until and one.agency.valid_until.isoformat(),
            "address": one.agency.address,
        }
        for one in found
    ]  # fmt: skip
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    return 0


def _bring(arguments: argparse.Namespace, database: Database) -> int:
    if not arguments.source.strip() or len(arguments.source) > 200:
        raise ImportRefused("--source must say where the list is from, in at most 200 characters.")
    understood = understand(read(arguments.file))
    before = _before(database)
    _tell(understood, before)
    if not understood.agencies:
        raise ImportRefused("No row could be understood. Nothing was written.")
    if understood.problems and not arguments.skip_bad:
        raise ImportRefused(
            f"{len(understood.problems)} rows were refused. Mend them, or leave them out with --skip-bad. Nothing was written."
        )
    if not arguments.yes and not _agreed():
        sys.stdout.write("Nothing was written. Add --yes to write.\n")
        return 2
    digest = hashlib.sha256(arguments.file.read_bytes()).digest()
    with database.write() as connection:
        agencies.bring_in(
            connection, understood.agencies, source=arguments.source.strip(), as_of=arguments.as_of, digest=digest, now=time.time()
        )
    sys.stdout.write(f"Written: {len(understood.agencies)} agencies. The chat uses them within a minute.\n")
    return 0


def _before(database: Database) -> dict[str, Agency]:
    with database.read() as connection:
        newest = agencies.newest(connection)
        return {} if newest is None else {agency.rl: agency for agency in agencies.listed(connection, newest)}


def _tell(understood: Understood, before: dict[str, Agency]) -> None:
    """What was understood, before anything is written."""
    say = sys.stdout.write
    say("Columns: " + ", ".join(f"{name} = “{heading}”" for name, heading in understood.columns.items()) + "\n")
    say(f"Agencies: {len(understood.agencies)}. Rows refused: {len(understood.problems)}.\n")
    statuses = Counter(agency.standing(date.today()) for agency in understood.agencies)
    say("Status today: " + ", ".join(f"{status} {count}" for status, count in statuses.most_common()) + "\n")
    for agency in understood.agencies[:3]:
        say(f"  RL {agency.rl} · {agency.name} · {agency.status} · {agency.valid_until or 'no date'} · {agency.area}\n")
    for problem in understood.problems[:_SHOWN]:
        say(f"  refused: {problem}\n")
    if len(understood.problems) > _SHOWN:
        say(f"  … and {len(understood.problems) - _SHOWN} more\n")
    if before:
        now = {agency.rl: agency for agency in understood.agencies}
        changed = sum(1 for rl in now.keys() & before.keys() if now[rl].status != before[rl].status)
        new, gone = len(now.keys() - before.keys()), len(before.keys() - now.keys())
        say(f"Beside the list in use: {new} new, {gone} gone, {changed} of another status.\n")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write("Write this? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
