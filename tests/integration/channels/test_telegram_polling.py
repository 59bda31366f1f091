import asyncio
import time

import pytest

from bot.channels import telegram_polling
from bot.channels.telegram import Telegram
from bot.model import Button, Kind
from tests.emulators.faults import dropped_before, flood, server_error, telegram_error
from tests.integration.channels.conftest import SECRET, TEXTS, outgoing, polling, until


@pytest.fixture
def quick(monkeypatch):
    """No time is lost between tries."""
    monkeypatch.setattr(telegram_polling, "backoff", lambda failures: 0.01)
    monkeypatch.setattr(telegram_polling, "SLOWEST", 0.05)


async def test_polling_stores_what_came_before_and_after_its_start(telegram, telegram_api, inbox):
    rahima = telegram_api.user(1001)
    rahima.says("before")
    async with polling(telegram):
        await until(lambda: len(inbox.stored) == 1)
        rahima.says("after")
        await until(lambda: len(inbox.stored) == 2)
    assert [event.text for event in inbox.stored] == ["before", "after"]


async def test_a_webhook_is_removed_first_and_nothing_that_waits_is_lost(telegram, telegram_api, inbox):
    await telegram.start("https://nobody.invalid")
    telegram_api.user(1001).says("waiting")
    async with polling(telegram):
        await until(lambda: inbox.stored)
    assert telegram_api.webhook is None
    assert telegram_api.called("deleteWebhook")[0].params.get("drop_pending_updates", "false").lower() == "false"


async def test_how_it_polls(telegram, telegram_api):
    async with polling(telegram):
        await until(lambda: telegram_api.called("getUpdates"))
    params = telegram_api.called("getUpdates")[0].params
    assert params["timeout"] == "25"
    assert "offset" not in params
    assert params["allowed_updates"] == '["message", "edited_message", "callback_query", "my_chat_member"]'


async def test_the_offset_advances_only_after_storing(telegram, telegram_api, inbox, quick):
    inbox.broken = 2
    update = telegram_api.user(1001).says("hi")
    async with polling(telegram):
        await until(lambda: inbox.stored and len(telegram_api.called("getUpdates")) == 4)
    offsets = [call.params.get("offset") for call in telegram_api.called("getUpdates")]
    assert offsets == [None, None, None, str(update + 1)]
    assert inbox.calls == 3


async def test_a_restart_before_confirmation_repeats_and_the_identity_is_the_same(telegram_api, inbox):
    telegram_api.user(1001).says("hi")
    for _ in range(2):
        channel = Telegram(telegram_api.token, telegram_api.url, SECRET, inbox, TEXTS)
        calls = inbox.calls
        stop = asyncio.Event()
        receive = inbox.receive

        async def receive_and_die(events, receive=receive, stop=stop):
            stop.set()
            return await receive(events)

        inbox.receive = receive_and_die
        await asyncio.wait_for(channel.poll(stop), 3)
        inbox.receive = receive
        assert inbox.calls == calls + 1
        await channel.close()
    assert len(inbox.stored) == 1


async def test_buttons_are_answered(telegram, telegram_api, inbox):
    rahima = telegram_api.user(1001)
    rahima.says("hi")
    async with polling(telegram):
        await until(lambda: inbox.stored)
        await telegram.send(outgoing(1001, "x", Button(title="Next", payload="next")))
        rahima.presses("next")
        await until(lambda: telegram_api.answered)
    assert inbox.stored[-1].kind is Kind.BUTTON


async def test_an_update_that_cannot_be_read_is_passed_over(telegram, telegram_api, inbox):
    telegram_api.push(message="nonsense")
    telegram_api.user(1001).says("hi")
    async with polling(telegram):
        await until(lambda: inbox.stored)
        await until(lambda: telegram_api.waiting == 0)
    assert [event.text for event in inbox.stored] == ["hi"]


@pytest.mark.parametrize("fault", [server_error(), server_error(502), dropped_before(), telegram_error(401, "Unauthorized")])
async def test_trouble_is_survived(telegram, telegram_api, inbox, quick, fault):
    telegram_api.fail("deleteWebhook", fault)
    telegram_api.fail("getUpdates", fault, fault)
    telegram_api.user(1001).says("hi")
    async with polling(telegram):
        await until(lambda: inbox.stored)


async def test_retry_after_is_honoured(telegram, telegram_api, inbox):
    telegram_api.fail("getUpdates", flood(1))
    telegram_api.user(1001).says("hi")
    began = time.monotonic()
    async with polling(telegram):
        await until(lambda: inbox.stored)
    assert 1 <= time.monotonic() - began < 3


async def test_a_conflict_is_a_warning_and_a_wait(telegram, telegram_api, inbox, quick, caplog):
    telegram_api.fail("getUpdates", telegram_error(409, "Conflict: terminated by other getUpdates request"))
    telegram_api.user(1001).says("hi")
    async with polling(telegram):
        await until(lambda: inbox.stored)
    assert [record.levelname for record in caplog.records if "Another process polls" in record.message] == ["WARNING"]


async def test_stop_ends_a_long_poll_and_a_pause_at_once(telegram, telegram_api):
    async with polling(telegram):
        await until(lambda: telegram_api.called("getUpdates"))
        began = time.monotonic()
    assert time.monotonic() - began < 1
    telegram_api.fail("deleteWebhook", flood(60))
    async with polling(telegram):
        await until(lambda: len(telegram_api.called("deleteWebhook")) == 2)
        began = time.monotonic()
    assert time.monotonic() - began < 1
