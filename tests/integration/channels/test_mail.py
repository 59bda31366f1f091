"""Letters to staff, over real SMTP to an emulated server; and Telegram's chat emptied in batches, over the emulated Bot API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from bot.channels.mail import Mail
from bot.channels.telegram import Telegram
from bot.errors import TryLater, Unreachable
from bot.model import Level
from bot.ringing import Ring, load_wording
from tests.emulators.faults import server_error, telegram_error
from tests.emulators.mail_server import MailServer
from tests.emulators.telegram_api import TelegramApi
from tests.integration.channels.conftest import outgoing

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def ring(number: int = 1, *to: str) -> Ring:
    return Ring(id=number, case="c" * 22, kind="new", level=Level.CRITICAL, waits_since=NOW, to=to)


def mail(url: str, *manager: str) -> Mail:
    return Mail(url, "bot@example.org", manager or ("duty@example.org",), load_wording("en", "https://desk"), lambda: NOW)


async def test_who_has_no_address_is_stood_in_for_by_the_duty_manager(server: MailServer) -> None:
    await mail(server.url).ring([ring(1), ring(2, "ann@example.org"), ring(3, "ann@example.org")])
    assert sorted(letter.to for letter in server.wait(2)) == [("ann@example.org",), ("duty@example.org",)]
    hers = next(letter for letter in server.letters if letter.to == ("ann@example.org",))
    assert hers.text.count("/desk/cases/") == 2 and "2 alert(s)" in hers.subject


async def test_nobody_reads_the_addresses_of_the_others(server: MailServer) -> None:
    await mail(server.url, "one@example.org", "two@example.org").ring([ring()])
    (letter,) = server.wait(1)
    assert letter.to == ("one@example.org", "two@example.org")
    assert b"one@" not in letter.raw and b"two@" not in letter.raw


async def test_a_server_that_wants_to_wait_or_is_not_there_is_asked_again(server: MailServer) -> None:
    server.refused = True
    with pytest.raises(TryLater) as told:
        await mail(server.url).ring([ring()])
    assert "duty@" not in str(told.value)
    with pytest.raises(TryLater):
        await mail("smtp://127.0.0.1:9").ring([ring()])


# --- Telegram


async def test_a_long_chat_is_emptied_in_batches_of_a_hundred(telegram: Telegram, telegram_api: TelegramApi) -> None:
    her = telegram_api.user(1001)
    for number in range(130):
        her.says(f"line {number}")
    await telegram.send(outgoing(1001))
    ids = [str(said["message_id"]) for said in her.said] + [str(her.received[0].message_id)]
    await telegram.clean("1001", ids)
    assert her.screen == set() and len(telegram_api.called("deleteMessages")) == 2


async def test_one_that_may_not_be_deleted_keeps_no_other_on_her_screen(telegram: Telegram, telegram_api: TelegramApi) -> None:
    her = telegram_api.user(1001)
    her.says("one"), her.says("two")
    ids = [said["message_id"] for said in her.said]
    her.said[0]["date"] = 1
    await telegram.clean("1001", [str(id) for id in ids])
    assert her.screen == {ids[0]}


@pytest.mark.parametrize(
    ("fault", "error"), [(server_error(), TryLater), (telegram_error(403, "Forbidden: bot was blocked by the user"), Unreachable)]
)
async def test_what_goes_wrong_is_told(telegram: Telegram, telegram_api: TelegramApi, fault: object, error: type[Exception]) -> None:
    her = telegram_api.user(1001)
    her.says("one")
    telegram_api.fail("deleteMessages", fault)  # type: ignore[arg-type]
    with pytest.raises(error):
        await telegram.clean("1001", [str(her.said[0]["message_id"])])
