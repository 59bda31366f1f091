"""Parts of the house are away, one after the other: numbers still come, what she wrote is kept, a human is told within ten seconds, and all
comes in its order afterwards. Rasa is not running at any time."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.emulators.faults import server_error
from tests.emulators.mail_server import MailServer
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi
from tests.house import WholeHouse, wait_for
from tests.talking import on_messenger, on_telegram, rows, settle

GROUP = -1001234567890
WITHIN = 10.0  # seconds
DANGER = "he locked me in and he will kill me"


class Degraded:
    def __init__(self, house: WholeHouse, mail: MailServer) -> None:
        self.house, self.mail = house, mail
        self.group = house.telegram.group(GROUP)

    def letter(self, word: str, since: int, seconds: float) -> None:
        wait_for(lambda: any(word in letter.text for letter in self.mail.letters[since:]), seconds, f"a letter that says {word!r}")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Another process holds the database's lock for writing."""
        connection = sqlite3.connect(self.house.folder / "sohojatri.db", timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()


pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Degraded]:
    with TelegramApi() as telegram, MessengerApi() as messenger, MailServer() as mail:
        telegram.group(GROUP)
        more = {"STAFF_TELEGRAM_CHAT_ID": str(GROUP), "SMTP_URL": mail.url, "ALERT_FROM": "b@example.org", "ALERT_TO": "d@example.org"}
        house = WholeHouse(tmp_path_factory.mktemp("away"), telegram, messenger, ALERT_LANGUAGE="en", **more)
        try:
            house.start("gateway")
            yield Degraded(house, mail)
        finally:
            house.stop()


def test_the_database_locked(away: Degraded) -> None:
    her, other = on_telegram(away.house), on_messenger(away.house)
    her.say("english")
    before, letters, told = len(her.texts), len(away.mail.letters), len(away.group.told())
    with away.locked():
        begun = time.monotonic()
        her.user.says(DANGER)
        wait_for(lambda: len(her.texts) > before, WITHIN, "numbers, past the database")
        away.letter("database does not answer", letters, WITHIN - (time.monotonic() - begun))
        wait_for(lambda: len(away.group.told()) > told, WITHIN, "the group is told too")
        assert "999" in her.texts[-1] and "+880 9610 102030" in her.texts[-1]
        her.user.says("and after that")
        other.user.says(DANGER)
        wait_for(lambda: other.texts, 20, "numbers on Messenger")
        answer = httpx.post(
            f"{away.house.url}/chat/messages", json={"id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "text": DANGER}, timeout=30,
            headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        assert answer.status_code == 503, "the page shows the numbers itself, and sends it again"
    wait_for(lambda: not list((away.house.folder / "spool").glob("*")), 60, "what was kept has come in")
    settle(away.house, 60)
    assert len(rows(away.house, "SELECT 1 FROM cases WHERE level = 3")) == 3, "her, the other, and who wrote on the web"
    kept = rows(away.house, "SELECT id, created_at FROM messages WHERE direction = 'in' ORDER BY id")
    assert kept == sorted(kept), "in order"
    away.letter("database is back", letters, WITHIN)


def test_telegram_down_her_answer_comes_when_it_is_back_and_in_order(away: Degraded) -> None:
    her = on_telegram(away.house)
    her.say("english")
    letters, before = len(away.mail.letters), len(her.texts)
    away.house.telegram.fail("sendMessage", *[server_error() for _ in range(4)])
    her.user.says(DANGER)
    away.letter("critical", letters, WITHIN)
    settle(away.house, 40)
    assert "999" in her.texts[before] and "If you hide this chat" in her.texts[before + 1]


def test_the_disk_full_under_the_database_too(away: Degraded) -> None:
    """The spool's folder is no folder: nothing can be kept, so nothing is acknowledged, and Telegram brings it again."""
    spool = away.house.folder / "spool"
    shutil.rmtree(spool, ignore_errors=True)
    spool.write_text("in the way")
    her = on_telegram(away.house)
    letters = len(away.mail.letters)
    with away.locked():
        her.user.says(DANGER)
        wait_for(lambda: her.texts, WITHIN + 2, "numbers")
        away.letter("disk takes nothing", letters, WITHIN + 2)
        assert away.house.telegram.waiting, "it was not taken for received"
    spool.unlink()
    wait_for(lambda: len(her.texts) > 1, 60, "the first reply, after all")
    assert "999" in her.texts[1]


def test_nothing_that_she_wrote_is_in_a_log(away: Degraded) -> None:
    assert DANGER not in away.house.logs()
