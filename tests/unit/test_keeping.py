"""What she sent: fetched beside the turns, made harmless, tried again, and given up honestly."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime, timedelta, timezone

import pytest
from PIL import Image

from bot.errors import PictureError, Refused, TryLater
from bot.keeping import Keeper, Wanted, made
from bot.model import Picture

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
VOICE = b"OggS" + bytes(100)


def photo() -> bytes:
    """With where it was taken written into it."""
    exif = Image.Exif()
    exif[0x010E] = "zyxqamarwa"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


class Store:
    def __init__(self, *wanted: Wanted) -> None:
        self.wanted, self.kept = list(wanted), dict[int, Picture]()
        self.later: list[tuple[int, datetime]] = []
        self.failed: list[tuple[int, str]] = []

    def take_wanted(self, seconds: float, limit: int) -> list[Wanted]:
        taken, self.wanted = self.wanted[:limit], self.wanted[limit:]
        return taken

    def keep_media(self, message: int, file: Picture) -> None:
        self.kept[message] = file

    def media_later(self, message: int, due_at: datetime) -> None:
        self.later.append((message, due_at))

    def media_failed(self, message: int, reason: str) -> None:
        self.failed.append((message, reason))


def wanted(number: int = 1, media: str = "photo", **changes) -> Wanted:
    return Wanted(**{"message": number, "channel": "telegram", "media": media, "reference": "r", "attempts": 0, **changes})


async def run(store: Store, fetched: bytes | Exception) -> Store:
    async def fetch(reference: str) -> bytes:
        if isinstance(fetched, Exception):
            raise fetched
        return fetched

    stop = asyncio.Event()
    task = asyncio.create_task(Keeper(store, {"telegram": fetch}, lambda: NOW).run(stop))
    for _ in range(100):
        await asyncio.sleep(0.01)
        if store.kept or store.later or store.failed:
            break
    stop.set()
    await task
    return store


async def test_a_photo_is_kept_without_what_her_phone_wrote_into_it():
    assert b"zyxqamarwa" in photo()
    store = await run(Store(wanted()), photo())
    assert store.kept[1].kind == "image/jpeg" and b"zyxqamarwa" not in store.kept[1].body


async def test_a_voice_message_is_kept_as_it_is():
    store = await run(Store(wanted(media="voice")), VOICE)
    assert (store.kept[1].kind, store.kept[1].body) == ("audio/ogg", VOICE)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 30), (4, 3600)])
async def test_a_platform_that_is_away_is_asked_again(attempts, seconds):
    store = await run(Store(wanted(attempts=attempts)), TryLater())
    assert store.later == [(1, NOW + timedelta(seconds=seconds))]


async def test_it_is_given_up_at_last_and_the_desk_is_told():
    assert (await run(Store(wanted(attempts=5)), TryLater())).failed == [(1, "away")]


@pytest.mark.parametrize("fetched", [Refused(), PictureError(), b"<html>", b"MZ\x90"])
async def test_what_is_no_picture_is_not_kept(fetched):
    assert (await run(Store(wanted()), fetched)).failed == [(1, "unfit")]


async def test_a_channel_that_is_switched_off():
    assert (await run(Store(wanted(channel="messenger")), photo())).failed == [(1, "unfit")]


@pytest.mark.parametrize("raw", [b"<script>alert(1)</script>", b"%PDF-1.7", b"", b"PK\x03\x04"])
def test_what_begins_like_no_sound_could_be_anything(raw):
    with pytest.raises(PictureError):
        made("voice", raw)


def test_too_large_is_refused_unopened():
    with pytest.raises(PictureError, match="large"):
        made("voice", b"OggS" + bytes(13 * 1024 * 1024))
