"""Pictures are made anew: nothing her phone wrote into them stays, and what is no picture is refused."""

import io
import struct

import pytest
from PIL import Image

from bot import media
from bot.errors import PictureError, TryLater
from bot.media import Pictures, cleaned


def picture(format="JPEG", size=(40, 20), **more):
    out = io.BytesIO()
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 200, 30), (0, 0, size[0] // 2, size[1]))
    image.save(out, format, **more)
    return out.getvalue()


def with_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "her secret note"
    exif.get_ifd(0x8825)[2] = (23.0, 42.0, 0.0)  # GPS
    return picture(exif=exif, comment=b"made by her phone")


def test_what_the_phone_wrote_is_gone_and_the_picture_stands_upright():
    raw = with_place()
    assert b"her secret note" in raw
    clean = cleaned(raw)
    with Image.open(io.BytesIO(clean)) as image:
        assert image.format == "JPEG"
        assert image.size == (20, 40)
        assert not dict(image.getexif())
        assert "comment" not in image.info
    assert b"her secret note" not in clean
    assert b"made by her phone" not in clean


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_kinds(format):
    assert cleaned(picture(format)).startswith(b"\xff\xd8")


def test_text_hidden_in_a_png_and_bytes_behind_the_end_are_gone():
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("place", "her village")
    clean = cleaned(picture("PNG", pnginfo=notes) + b"#!/bin/sh trailing")
    assert b"her village" not in clean
    assert b"trailing" not in clean


def test_large_ones_are_made_smaller():
    with Image.open(io.BytesIO(cleaned(picture(size=(4000, 1000))))) as image:
        assert image.size == (1600, 400)


@pytest.mark.parametrize(
    "raw",
    [b"", b"no picture", b"\xff\xd8\xff\xe0", picture("GIF"), picture("BMP"), picture()[:60], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"],
    ids=["empty", "text", "cut", "gif", "bmp", "half", "svg", "pdf"],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_refused(raw):
    with pytest.raises(PictureError):
        cleaned(raw)


def test_a_bomb_of_pixels_is_refused_unopened(monkeypatch):
    raw = bytearray(picture("PNG"))
    raw[16:24] = struct.pack(">II", 60_000, 60_000)
    with pytest.raises(PictureError):
        cleaned(bytes(raw))
    monkeypatch.setattr(media, "MOST_BYTES", 10)
    with pytest.raises(PictureError):
        cleaned(picture())


async def test_it_is_taken_from_its_channel():
    async def fetch(reference):
        assert reference == "file-1"
        return picture()

    taken = await Pictures({"telegram": fetch}).take("telegram", "file-1")
    assert taken.kind == "image/jpeg"
    assert taken.id.startswith("p")
    assert len(taken.id) <= 22


async def test_whatever_fails_is_one_error_without_words_of_the_platform():
    async def busy(reference):
        raise TryLater("https://api.telegram.org/file/bot123:TOKEN/x")

    with pytest.raises(PictureError) as caught:
        await Pictures({"telegram": busy}).take("telegram", "x")
    assert "TOKEN" not in str(caught.value)
    with pytest.raises(PictureError):
        await Pictures({}).take("messenger", "x")
