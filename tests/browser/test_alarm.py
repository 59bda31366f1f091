"""What she discloses, in Chromium, on Telegram and on Messenger: the right number in the first reply, and staff are alerted within 10 s.

With Rasa stopped first, then with all parts running.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageFactory
from tests.emulators.faults import server_error
from tests.emulators.mail_server import MailServer
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi
from tests.house import WholeHouse, wait_for
from tests.talking import on_messenger, on_telegram

GROUP = -1001234567890
WITHIN = 10.0  # seconds
PLANTED = "zyxqamarwa"
SAID = f"amake ghore tala mere rakhse, mere felbe bolse {PLANTED}"
NUMBERS = ("+880 9610 102030", "999")


class Watched:
    """The house, and what its staff heard."""

    def __init__(self, house: WholeHouse, mail: MailServer) -> None:
        self.house, self.mail = house, mail
        self.group = house.telegram.group(GROUP)

    def alarm(self, disclose: Callable[[], None]) -> tuple[float, float]:
        """Seconds from what she does until the group and until the duty manager know."""
        rung, letters = len(self.group.told()), len(self.mail.letters)
        begun = time.time()
        disclose()
        wait_for(lambda: len(self.group.told()) > rung, WITHIN, "the group to be told")
        wait_for(lambda: len(self.mail.letters) > letters, WITHIN, "the letter")
        told = self.group.told()[rung]
        assert "/desk/cases/" in told.text and PLANTED not in told.text + self.mail.letters[letters].text
        return told.at - begun, self.mail.letters[letters].at - begun


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with TelegramApi() as telegram, MessengerApi() as messenger, MailServer() as mail:
        telegram.group(GROUP)
        alerts = {
            "STAFF_TELEGRAM_CHAT_ID": str(GROUP),
            "SMTP_URL": mail.url,
            "ALERT_FROM": "bot@example.org",
            "ALERT_TO": "duty@example.org",
        }
        house = WholeHouse(tmp_path_factory.mktemp("alarm"), telegram, messenger, **alerts)
        try:
            house.start("gateway")
            yield Watched(house, mail)
        finally:
            house.stop()


@pytest.fixture(scope="module", params=["rasa stopped", "all running"])
def house(request: pytest.FixtureRequest, watched: Watched) -> Watched:
    if request.param == "all running":
        watched.house.start("actions", "rasa")
    return watched


def told(times: tuple[float, float], record: Callable[[str, object], None], where: str) -> None:
    record(f"{where}: group, letter (s)", [round(each, 2) for each in times])
    assert max(times) < WITHIN


@pytest.mark.timeout(240)
def test_in_chromium(house: Watched, page_factory: PageFactory, record_property: Callable[[str, object], None]) -> None:
    page = page_factory()
    page.goto(f"{house.house.url}/chat")
    page.click("#start")
    page.fill("#text", SAID)
    told(house.alarm(lambda: page.click("#send")), record_property, "web")
    for number in NUMBERS:
        expect(page.locator("#talk")).to_contain_text(number)


@pytest.mark.parametrize("make", [on_telegram, on_messenger])
def test_on_the_platforms(house: Watched, make: Callable, record_property: Callable[[str, object], None]) -> None:
    chat = make(house.house)
    told(house.alarm(lambda: chat.user.says(SAID)), record_property, make.__name__)
    wait_for(lambda: chat.texts, 5, "the first reply")
    assert all(number in chat.texts[0] for number in NUMBERS)


def test_telegram_down_the_letter_still_comes(house: Watched) -> None:
    house.house.telegram.fail("sendMessage", *[server_error() for _ in range(3)])
    chat = on_messenger(house.house)
    letters = len(house.mail.letters)
    chat.user.says(SAID)
    wait_for(lambda: len(house.mail.letters) > letters, WITHIN, "the letter")


def test_a_gateway_killed_before_it_rang_rings_after_its_start(house: Watched, tmp_path: Path) -> None:
    house.mail.refused = True
    try:
        house.house.telegram.fail("sendMessage", *[server_error() for _ in range(2)])
        chat = on_messenger(house.house)
        rung, letters = len(house.group.told()), len(house.mail.letters)
        chat.user.says(SAID)
        wait_for(lambda: chat.texts, 5, "the first reply")
    finally:
        house.house.kill("gateway")
        house.mail.refused = False
    house.house.start("gateway")
    wait_for(lambda: len(house.mail.letters) > letters and len(house.group.told()) > rung, 70, "both doors, after the restart")


def test_nothing_that_she_wrote_is_in_a_log(house: Watched) -> None:
    assert PLANTED not in house.house.logs()
