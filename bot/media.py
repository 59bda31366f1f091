"""Pictures she sends: fetched within limits, and made anew, so that nothing of what her phone wrote into them is kept."""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping

from PIL import Image, ImageOps

from bot.errors import PictureError
from bot.model import Picture
from bot.threads import off_loop

MOST_BYTES = 12 * 1024 * 1024
_MOST_PIXELS, _SIDE, _QUALITY = 50_000_000, 1600, 78  # what is opened; the longest side that is kept; of the JPEG
_FORMATS = ("JPEG", "PNG", "WEBP")

log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]  # what a channel gave as media_ref → the file. Raises DeliveryError or PictureError


class Pictures:
    """Fetches and cleans what came over any channel."""

    def __init__(self, fetch: Mapping[str, Fetch]) -> None:
        self._fetch = fetch

    async def take(self, channel: str, reference: str) -> Picture:
        """Raises PictureError, whatever went wrong."""
        fetch = self._fetch.get(channel)
        if fetch is None:
            raise PictureError("This channel brings no pictures.")
        try:
            raw = await fetch(reference)
        except PictureError:
            raise
        except Exception as error:  # each channel has errors of its own, which may quote addresses
            raise PictureError(f"A picture could not be fetched: {type(error).__name__}") from None
        return Picture(id=new_id(), kind="image/jpeg", body=await off_loop(cleaned, raw))


def new_id() -> str:
    """Fits a button's payload, and cannot be guessed."""
    return "p" + secrets.token_hex(10)


def cleaned(raw: bytes) -> bytes:
    """The picture as a JPEG of our own making: turned upright, no larger than a page needs, no metadata. Raises PictureError."""
    if len(raw) > MOST_BYTES:
        raise PictureError("The picture is too large.")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise PictureError("The picture has too many pixels.")
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        upright.thumbnail((_SIDE, _SIDE))
        fresh = Image.new("RGB", upright.size)
        fresh.paste(upright)  # a new image carries none of the old one's notes, profiles or comments
        out = io.BytesIO()
        fresh.save(out, "JPEG", quality=_QUALITY, optimize=True)
    except PictureError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever they like over a damaged or hostile file
        raise PictureError(f"This is no picture that can be read: {type(error).__name__}") from None
    return out.getvalue()
