"""A photo and a voice message of hers at the desk: opened by a press of her counsellor, on record, and there for nobody else."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bot import demo, settings
from bot.app import application, build
from bot.storage import Accounts, Casework, Database, Sealer
from tests.browser.test_desk_work import Shown, enter
from tests.emulators.telegram_api import TelegramApi
from tests.fakes.desk import Server

MakePage = Callable[..., Page]
VILLAGE = "her village"


def photo() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = VILLAGE
    Image.new("RGB", (60, 40), (200, 30, 30)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def voice() -> bytes:
    """A second of silence as WAV: what every browser plays."""
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000)
    return out.getvalue()


@dataclass
class Street:
    server: Server
    accounts: Accounts
    cases: Casework
    database: Database
    telegram: TelegramApi
    ids: dict[str, str]

    def looks(self) -> list[tuple[str | None, str | None]]:
        return [(entry.staff, entry.object) for entry in self.accounts.audit_entries(action="file_viewed")]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with TelegramApi() as telegram:
        plain = demo.settings_for(tmp_path, port)
        keys = {"SEAL_KEYS": plain.seal_keys.reveal(), "LOOKUP_KEY": plain.lookup_key.reveal()}
        bot = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        chosen = settings.load({"VAR": str(tmp_path), "PORT": str(port), **keys, **bot})
        demo.fill(chosen, cases=0)
        house = build(chosen)
        database, sealer = Database(chosen.database_url), Sealer(chosen.seal_keys.reveal(), chosen.lookup_key.reveal())
        accounts, cases = Accounts(database, sealer), Casework(database, sealer)
        ids = {account.login: account.staff.id for account in accounts.all()}
        running = Server(Shown(application(house), house.desk, accounts, cases), port, lifespan="on")  # type: ignore[arg-type]
        with running:
            for login in ("counsellor2", "supervisor"):  # so that she is offered to nobody else
                cases.set_on_duty(ids[login], False)
            yield Street(running, accounts, cases, database, telegram, ids)
        database.close()


def test_her_counsellor_opens_what_she_sent_and_nobody_else(street: Street, page_factory: MakePage) -> None:
    ann, bea = page_factory(390, 844), page_factory(1440, 900)
    enter(street.accounts, street.server.url, ann, "counsellor")
    enter(street.accounts, street.server.url, bea, "counsellor2")
    street.telegram.files.update({"file-photo-800": photo(), "file-voice": voice()})
    her = street.telegram.user(1001)
    her.says("amake mere felbe bolse")
    expect(ann.locator("#take")).to_be_enabled(timeout=15_000)
    ann.locator("#take").click()
    expect(ann.locator(".msg.hers .text")).to_have_text("amake mere felbe bolse")

    her.sends("photo")
    her.sends("voice")
    opened = ann.get_by_role("link", name="open")
    expect(opened).to_be_visible(timeout=20_000)
    listened = ann.get_by_role("link", name="listen")
    expect(listened).to_be_visible(timeout=20_000)
    (case,) = [line.id for line in street.cases.own(street.ids["counsellor"])]
    assert street.looks() == [], "seen on the page is not opened"
    kept = _kept(street.database)
    assert len(kept) == 2 and not [body for body in kept if body.startswith((b"\xff\xd8", b"RIFF")) or b"WAVE" in body], "sealed"

    with ann.context.expect_page() as new:
        opened.click()
    tab = new.value
    tab.wait_for_load_state()
    assert tab.evaluate("document.images.length === 1 && document.images[0].naturalWidth") == 60
    assert tab.evaluate("window.opener === null")
    assert street.looks() == [(street.ids["counsellor"], case)]
    answer = ann.context.request.get(tab.url)
    assert answer.headers["content-type"] == "image/jpeg" and answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff" and VILLAGE.encode() not in answer.body()

    with ann.context.expect_page() as new:
        listened.click()
    sound = new.value
    sound.wait_for_load_state()
    sound.wait_for_function("document.querySelector('video, audio') && document.querySelector('video, audio').duration > 0.5")
    before = street.looks()
    assert len(before) >= 3 and set(before) == {(street.ids["counsellor"], case)}

    for url in (tab.url, sound.url):
        assert bea.context.request.get(url).status == 404
    bea.goto(tab.url)
    expect(bea.get_by_text("There is nothing here.")).to_be_visible()
    assert street.looks() == before, "who got nothing is not on record as having looked"


def _kept(database: Database) -> list[bytes]:
    with database.read() as connection:
        return [bytes(row[0]) for row in connection.exec_driver_sql("SELECT body FROM media")]


def test_a_file_that_cannot_be_fetched_says_so(street: Street, page_factory: MakePage) -> None:
    page: Any = page_factory(390, 844)
    enter(street.accounts, street.server.url, page, "counsellor")
    her = street.telegram.user(1002)
    her.says("amake mere felbe bolse")
    expect(page.locator("#take")).to_be_enabled(timeout=15_000)
    page.locator("#take").click()
    street.telegram.files["file-photo-800"] = b"no picture at all"
    her.sends("photo")
    expect(page.locator(".msg.hers .event")).to_contain_text("could not be fetched", timeout=20_000)
    assert page.get_by_role("link", name="open").count() == 0
