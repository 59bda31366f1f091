"""The register of agencies ready for questions: read once, and again when a new list has been brought in. Reads only."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

import bot.settings
from bot.agencies.entries import Agency, Imported
from bot.errors import DirectoryError
from bot.storage import agencies
from bot.storage.engine import Database
from bot.understanding.agency_names import EXACT, UNSURE_FROM, Match, Named, Register, find, register

_LOOK = 30.0  # seconds between looks for a new list


@dataclass(frozen=True)
class Found:
    agency: Agency
    match: Match


@dataclass(frozen=True)
class Listing:
    """One list."""

    about: Imported
    agencies: tuple[Agency, ...]
    register: Register

    def find(self, text: str, least: float = UNSURE_FROM) -> list[Found]:
        """The agencies she may mean, likeliest first."""
        return [Found(self.agencies[match.index], match) for match in find(text, self.register, least)]

    def by_rl(self, rl: str) -> Agency | None:
        return next((found.agency for found in self.find(f"rl {rl}") if found.match.match == EXACT), None)


class Directory:
    """The newest list. None where none was brought in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listing: Listing | None = None
        self._looked = -_LOOK

    def listing(self) -> Listing | None:
        """Raises DirectoryError where the database does not answer."""
        try:
            return self._newest()
        except SQLAlchemyError as error:
            raise DirectoryError(f"The list of agencies cannot be read: {type(error).__name__}") from None

    def _newest(self) -> Listing | None:
        if time.monotonic() - self._looked >= _LOOK:
            with self._database.read() as connection:
                newest = agencies.newest(connection)
                if newest is not None and (self._listing is None or self._listing.about.id != newest):
                    entries = agencies.listed(connection, newest)
                    named = register([Named(entry.rl, entry.name) for entry in entries])
                    self._listing = Listing(agencies.imported(connection, newest), entries, named)
            self._looked = time.monotonic()
        return self._listing


@functools.cache
def directory() -> Directory:
    """Of the database in the settings: the action server makes its own, nobody can hand it one."""
    return Directory(Database(bot.settings.load(create_keys=False).database_url))
