"""Pictures she sends and papers she gets, over each channel: within limits, and only from where the platform keeps its files."""

import io
import uuid
from dataclasses import replace

import httpx
import pytest
from PIL import Image

from bot.channels import fetching
from bot.channels.fetching import fetch
from bot.channels.sessions import address
from bot.errors import Refused, TryLater
from bot.model import Button, Kind, Paper, Reply
from tests.emulators.faults import server_error
from tests.fakes.webchat import Memory, WebServer
from tests.integration.channels.conftest import outgoing

PAPER = Paper(id="paper-0123456789abcdef", name="complaint-bn.pdf", body=b"%PDF-1.3 the paper")


def picture(size=(60, 40), format="JPEG"):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "her village"
    Image.new("RGB", size, (200, 30, 30)).save(out, format, **({"exif": exif} if format == "JPEG" else {}))
    return out.getvalue()


def with_paper(recipient, text="Your paper", *buttons):
    letter = outgoing(recipient, text, *buttons)
    return replace(letter, reply=replace(letter.reply, file=PAPER.id), attachment=PAPER)


# --- Telegram


async def test_telegram_sends_the_paper_as_a_document(telegram, telegram_api):
    telegram_api.user(1001).says("hi")
    platform_id = await telegram.send(with_paper(1001, "Your paper", Button(title="Menu", payload="menu")))
    (sent,) = telegram_api.user(1001).received
    assert platform_id == str(sent.message_id)
    assert sent.document == ("complaint-bn.pdf", PAPER.body)
    assert sent.text == "Your paper"
    assert sent.buttons == (("Menu", "menu"),)


async def test_telegram_busy_with_a_document_is_tried_later(telegram, telegram_api):
    telegram_api.user(1001).says("hi")
    telegram_api.fail("sendDocument", server_error())
    with pytest.raises(TryLater):
        await telegram.send(with_paper(1001))


async def test_a_paper_that_is_gone_leaves_its_words(telegram, telegram_api):
    telegram_api.user(1001).says("hi")
    await telegram.send(replace(with_paper(1001), attachment=None))
    (sent,) = telegram_api.user(1001).received
    assert sent.document is None
    assert sent.text == "Your paper"


async def test_telegram_brings_a_photo(telegram, telegram_api):
    telegram_api.files["file-photo-800"] = picture()
    assert await telegram.fetch("file-photo-800") == picture()


async def test_telegram_refuses_a_file_that_is_too_large_or_unknown(telegram, telegram_api, monkeypatch):
    telegram_api.files["big"] = b"x" * 2000
    monkeypatch.setattr(fetching, "MOST", 1000)
    with pytest.raises(Refused):
        await telegram.fetch("big")
    with pytest.raises(Refused) as caught:
        await telegram.fetch("unknown")
    assert telegram_api.token not in str(caught.value)


# --- Messenger


async def test_messenger_sends_words_first_then_the_file(messenger, messenger_api):
    user = messenger_api.user("42")
    user.says("hi")
    parts = messenger.fit(Reply(text="Your paper", buttons=(Button(title="Menu", payload="menu"),), file=PAPER.id))
    assert [(part.text, part.file, len(part.buttons)) for part in parts] == [("Your paper", None, 0), ("", PAPER.id, 1)]
    await messenger.send(outgoing("42", parts[0].text))
    letter = outgoing("42", "")
    await messenger.send(replace(letter, reply=parts[1], attachment=PAPER))
    words, file = user.received
    assert words.text == "Your paper"
    assert file.document == ("complaint-bn.pdf", PAPER.body)
    assert file.buttons == (("Menu", "menu"),)


@pytest.mark.parametrize(
    "address",
    [
        "http://scontent.xx.fbcdn.net/a.jpg", "https://example.com/a.jpg", "https://fbcdn.net.example.com/a.jpg", "https://evilfbcdn.net/a", "file:///etc/passwd",
        "https://127.0.0.1/a", "http://169.254.169.254/latest", "https://scontent.xx.fbcdn.net@example.com/a", "", "geo:1,2",
    ],
)  # fmt: skip
async def test_nothing_is_fetched_from_elsewhere(messenger, address):
    with pytest.raises(Refused):
        await messenger.fetch(address)


async def test_redirects_are_not_followed_and_size_is_counted(telegram_api, monkeypatch):
    origin = telegram_api.url
    telegram_api.files["a"] = b"x" * 50
    with pytest.raises(Refused):
        await fetch(f"{origin}/nowhere", hosts=(), plain=origin)
    good = f"{origin}/file/bot{telegram_api.token}/files/a"
    assert await fetch(good, hosts=(), plain=origin) == b"x" * 50
    monkeypatch.setattr(fetching, "MOST", 49)
    with pytest.raises(Refused):
        await fetch(good, hosts=(), plain=origin)


# --- web


class Shelf:
    """Papers of one address."""

    def __init__(self, owner=""):
        self.owner = owner

    def paper(self, address, id):
        return PAPER if address == self.owner and id == PAPER.id else None


@pytest.fixture
def web():
    memory, shelf = Memory(), Shelf()
    server = WebServer(memory, papers=shelf).start()
    headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=5, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        yield client, memory, shelf
    server.stop()


def begin(client):
    assert client.post("/chat/messages", json={"id": str(uuid.uuid4()), "text": "hi"}).status_code == 202
    return address(next(iter(client.cookies.values())))


def upload(client, raw, id=None):
    return client.post(f"/chat/pictures?id={id or uuid.uuid4()}", content=raw, headers={"Content-Type": "image/jpeg"})


async def test_the_web_stores_a_clean_picture(web):
    client, memory, _ = web
    begin(client)
    assert upload(client, picture()).status_code == 202
    event = memory.received[-1] if hasattr(memory, "received") else memory.events[-1]
    assert (event.kind, event.media, event.text) == (Kind.MEDIA, "photo", "")
    from bot.channels.web import Web

    raw = await Web.fetch(event.media_ref)
    assert raw.startswith(b"\xff\xd8")
    assert b"her village" not in raw


def test_the_same_upload_twice_is_one_message(web):
    client, _, _ = web
    begin(client)
    id = uuid.uuid4()
    first, second = upload(client, picture(), id), upload(client, picture(), id)
    assert first.json()["id"] == second.json()["id"]


def test_what_is_no_picture_or_from_elsewhere_is_refused(web, monkeypatch):
    client, _, _ = web
    assert upload(client, picture()).status_code == 401  # no conversation yet
    begin(client)
    assert upload(client, b"no picture").json() == {"error": "no_picture"}
    assert upload(client, picture(), "x").json() == {"error": "bad_id"}
    assert client.post(f"/chat/pictures?id={uuid.uuid4()}", content=picture(), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    from bot.channels import webfiles

    monkeypatch.setattr(webfiles, "MOST", 100)
    assert upload(client, picture()).status_code == 413


def test_a_paper_is_fetched_by_her_session_only(web):
    client, _, shelf = web
    assert client.get(f"/chat/files/{PAPER.id}").status_code == 401
    shelf.owner = begin(client)
    answer = client.get(f"/chat/files/{PAPER.id}")
    assert answer.content == PAPER.body
    assert answer.headers["content-disposition"] == 'attachment; filename="complaint-bn.pdf"'
    assert "no-store" in answer.headers["cache-control"]
    assert client.get("/chat/files/other-0123456789abcdef").status_code == 404
    assert client.get("/chat/files/..%2f..%2fetc").status_code == 404
    shelf.owner = "somebody else"
    assert client.get(f"/chat/files/{PAPER.id}").status_code == 404
