"""What `python -m bot agencies` takes; apart from the commands, so that no other command loads the database for it."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path


def options(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="what", required=True)
    bring = commands.add_parser("import", help="bring in a list: a saved page of www.oep.gov.bd/agencies, CSV or XLSX")
    bring.add_argument("file", type=lambda given: Path(given).resolve())
    bring.add_argument("--source", required=True, help="where it is from, as women will read it: www.oep.gov.bd/agencies")
    bring.add_argument("--as-of", required=True, type=_day, help="day on which it was copied, as 2026-11-27")
    bring.add_argument("--yes", action="store_true", help="write without asking")
    bring.add_argument("--skip-bad", action="store_true", help="leave refused rows out and bring in the others")
    find = commands.add_parser("find", help="print the candidates for a name or RL number as JSON, best first")
    find.add_argument("text")


def _day(given: str) -> date:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day such as 2026-11-27") from None
    if found > date.today():
        raise argparse.ArgumentTypeError("must not be in the future")
    return found
