"""What she sent that is more than words: fetched beside the turns, tried again, made harmless, and handed to the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import PictureError, Refused, Unreachable
from bot.media import MOST_BYTES, Fetch, cleaned, new_id
from bot.model import Picture
from bot.threads import off_loop

log = logging.getLogger(__name__)

KEPT = ("photo", "voice", "video", "file")  # of the kinds of media; the others are no files
_LOOK = 2.0  # seconds between looks
_LEASE = 90.0
_PATIENCE = 45.0  # seconds for one
_WAITS = (5, 30, 120, 600, 3600)  # seconds before the next try
_AT_ONCE = 4  # each may be held in memory whole
# How sound and film begin, and what a browser is told that they are. What begins otherwise is not kept: it could be anything.
_BEGINNINGS = (
    (0, b"OggS", "audio/ogg"), (0, b"ID3", "audio/mpeg"), (0, b"\xff\xfb", "audio/mpeg"), (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"), (4, b"ftypM4A", "audio/mp4"), (4, b"ftyp", "video/mp4"), (8, b"WAVE", "audio/wav"),
    (0, b"\x1aE\xdf\xa3", "video/webm"), (0, b"#!AMR", "audio/amr"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One file to fetch."""

    message: int
    channel: str
    media: str  # of KEPT
    reference: str  # what the platform needs; told to nobody
    attempts: int  # before this one


class Store(Protocol):
    """What it needs of the store."""

    def take_wanted(self, seconds: float, limit: int) -> list[Wanted]: ...
    def keep_media(self, message: int, file: Picture) -> None: ...
    def media_later(self, message: int, due_at: datetime) -> None: ...
    def media_failed(self, message: int, reason: str) -> None: ...


class Keeper:
    def __init__(self, store: Store, fetch: Mapping[str, Fetch], clock: Callable[[], datetime]) -> None:
        self._store, self._fetch, self._clock = store, fetch, clock

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped."""
        while not stop.is_set():
            try:
                found = await off_loop(self._store.take_wanted, _LEASE, _AT_ONCE)
                await asyncio.gather(*(self._one(wanted) for wanted in found))
            except Exception as error:  # the job loop must outlive a database that is away
                log.error("Fetching what she sent failed: %s", type(error).__name__)
                found = []
            try:
                await asyncio.wait_for(stop.wait(), 0.05 if found else _LOOK)
            except asyncio.TimeoutError:
                pass

    async def _one(self, wanted: Wanted) -> None:
        try:
            raw = await asyncio.wait_for(self._fetch[wanted.channel](wanted.reference), _PATIENCE)
            file = await off_loop(made, wanted.media, raw)
        except (PictureError, Refused, Unreachable, KeyError):
            await off_loop(self._store.media_failed, wanted.message, "unfit")
        except Exception as error:  # each channel has errors of its own, which may quote addresses
            await self._later(wanted, type(error).__name__)
        else:
            await off_loop(self._store.keep_media, wanted.message, file)

    async def _later(self, wanted: Wanted, why: str) -> None:
        log.warning("message %s: what she sent could not be fetched: %s", wanted.message, why)
        if wanted.attempts >= len(_WAITS):
            await off_loop(self._store.media_failed, wanted.message, "away")
            return
        await off_loop(self._store.media_later, wanted.message, self._clock() + timedelta(seconds=_WAITS[wanted.attempts]))


def made(media: str, raw: bytes) -> Picture:
    """What is kept of it. Raises PictureError where that is nothing."""
    if len(raw) > MOST_BYTES:
        raise PictureError("The file is too large.")
    if media in ("photo", "file"):
        return Picture(id=new_id(), kind="image/jpeg", body=cleaned(raw))
    for at, beginning, kind in _BEGINNINGS:
        if raw[at : at + len(beginning)] == beginning:
            return Picture(id=new_id(), kind=kind, body=raw)
    raise PictureError("This is no sound and no film that we know.")
