"""Makes the desk from the store, for the gateway and for whoever wants to look at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.desk.desk import Desk, Parts
from bot.desk.passwords import Passwords
from bot.desk.ports import Telegram
from bot.desk.words import load_words
from bot.handoff import CaseDesk
from bot.knowledge import DIRECTORY, read_yaml
from bot.settings import Settings
from bot.storage import Accounts, Database, Sealer
from bot.storage.overview import Overview


def build_desk(
    settings: Settings, database: Database, sealer: Sealer, cases: CaseDesk, clock: Callable[[], datetime], telegram: Telegram | None = None
) -> Desk:
    """Raises ContentError where a word is missing."""
    parts = Parts(
        store=Accounts(database, sealer, clock=clock),
        cases=cases,
        overview=Overview(database, sealer, clock=clock),
        words=load_words(DIRECTORY),
        hours=read_yaml(DIRECTORY / "duty.yml"),
        clock=clock,
        passwords=Passwords(),
        secure=settings.secure,
        telegram=telegram,
        forwarded=bool(settings.public_url),
    )
    return Desk(parts)
