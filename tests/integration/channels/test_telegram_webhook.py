import asyncio

import pytest
from starlette.applications import Starlette

from bot.channels.telegram import Telegram
from bot.errors import Refused, TryLater
from bot.model import Button, Kind
from tests.emulators.faults import slow, telegram_error
from tests.emulators.loopback import serving
from tests.integration.channels.conftest import SECRET, TEXTS, outgoing, until

HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
MESSAGE = {"message_id": 1, "date": 1, "from": {"id": 5, "is_bot": False, "first_name": "x"}, "text": "hi"}
UPDATE = {"update_id": 7, "message": {**MESSAGE, "chat": {"id": 5, "type": "private"}}}


@pytest.fixture
def webhook(telegram_url):
    return f"{telegram_url}/webhooks/telegram"


async def test_start_registers_commands_and_webhook(telegram, telegram_api, telegram_url):
    await telegram.start(telegram_url)
    assert [command["command"] for command in telegram_api.commands[""]] == ["start", "menu", "steps", "language", "help", "stop"]
    assert telegram_api.commands[""][1]["description"] == "bn menu"
    assert telegram_api.commands["en"][1]["description"] == "en menu"
    assert telegram_api.webhook.url == f"{telegram_url}/webhooks/telegram"
    assert telegram_api.webhook.secret == SECRET
    assert telegram_api.allowed == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_start_without_a_public_url_sets_no_webhook(telegram, telegram_api):
    await telegram.start("")
    assert telegram_api.webhook is None
    assert telegram_api.commands


async def test_start_says_what_went_wrong_in_our_errors(telegram, telegram_api):
    telegram_api.fail("setMyCommands", telegram_error(400, "Bad Request: no"))
    with pytest.raises(Refused):
        await telegram.start("")
    telegram_api.fail("setMyCommands", telegram_error(502, "Bad Gateway"))
    with pytest.raises(TryLater):
        await telegram.start("")


async def test_updates_are_stored_in_order(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    rahima = telegram_api.user(1001)
    rahima.starts("carry_1")
    rahima.says("pasport")
    rahima.sends("voice", "listen")
    rahima.edits("listen please")
    rahima.blocks()
    await until(lambda: len(inbox.stored) == 5)
    assert [event.kind for event in inbox.stored] == [Kind.START, Kind.TEXT, Kind.MEDIA, Kind.EDIT, Kind.LEFT]
    assert {event.sender for event in inbox.stored} == {"1001"}


async def test_stored_before_acknowledged(telegram, telegram_api, telegram_url, inbox):
    inbox.broken = 2
    await telegram.start(telegram_url)
    telegram_api.user(1001).says("hi")
    await until(lambda: len(telegram_api.deliveries) == 3)
    assert [delivery.status for delivery in telegram_api.deliveries] == [500, 500, 200]
    assert [event.text for event in inbox.stored] == ["hi"]


async def test_a_repeated_update_has_the_same_identity(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    update = telegram_api.user(1001).says("hi")
    await until(lambda: inbox.stored and not telegram_api.waiting)
    telegram_api.repeat(update)
    await until(lambda: inbox.calls == 2)
    assert len(inbox.stored) == 1


async def test_a_group_is_acknowledged_and_neither_stored_nor_answered(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    telegram_api.push(message={**MESSAGE, "chat": {"id": -5, "type": "group", "title": "g"}})
    await until(lambda: telegram_api.deliveries)
    assert (telegram_api.deliveries[0].status, inbox.calls, telegram_api.sent) == (200, 0, [])


async def test_a_pressed_button_is_stored_and_then_answered(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    rahima = telegram_api.user(1001)
    rahima.says("hi")
    await until(lambda: inbox.stored)
    await telegram.send(outgoing(1001, "step 1", Button(title="Next", payload="next")))
    rahima.presses("next")
    await until(lambda: telegram_api.answered)
    assert (inbox.stored[-1].kind, inbox.stored[-1].payload, inbox.stored[-1].text) == (Kind.BUTTON, "next", "Next")


async def test_answering_a_button_neither_delays_nor_fails_the_200(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    rahima = telegram_api.user(1001)
    rahima.says("hi")
    await until(lambda: inbox.stored and not telegram_api.waiting)
    await telegram.send(outgoing(1001, "step 1", Button(title="Next", payload="next")))
    telegram_api.fail("answerCallbackQuery", slow(0.5))
    rahima.presses("next")
    await until(lambda: not telegram_api.waiting)
    assert not telegram_api.answered
    telegram_api.fail("answerCallbackQuery", telegram_error(400, "Bad Request: query is too old"))
    rahima.presses("next")
    await until(lambda: len(telegram_api.called("answerCallbackQuery")) == 2 and not telegram_api.waiting)
    assert [delivery.status for delivery in telegram_api.deliveries] == [200, 200, 200]


async def test_a_press_that_was_not_stored_is_not_answered(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    rahima = telegram_api.user(1001)
    rahima.says("hi")
    await until(lambda: inbox.stored)
    await telegram.send(outgoing(1001, "step 1", Button(title="Next", payload="next")))
    inbox.broken = 1
    rahima.presses("next")
    await until(lambda: telegram_api.deliveries[-1].status == 500)
    assert not telegram_api.called("answerCallbackQuery")


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": ""}])
async def test_a_wrong_secret_is_refused_before_the_body_is_read(webhook, http, inbox, headers):
    response = await http.post(webhook, content=b"{broken", headers=headers)
    assert (response.status_code, inbox.calls) == (403, 0)
    response = await http.post(webhook, json=UPDATE, headers=headers)
    assert (response.status_code, inbox.calls) == (403, 0)


async def test_a_secret_in_no_known_alphabet_is_refused(webhook, http):
    response = await http.post(webhook, json=UPDATE, headers={"X-Telegram-Bot-Api-Secret-Token": b"\xff\xfe"})
    assert response.status_code == 403


async def test_without_a_secret_there_is_no_webhook(telegram_api, inbox, http):
    channel = Telegram(telegram_api.token, telegram_api.url, "", inbox, TEXTS)
    async with serving(Starlette(routes=channel.routes())) as url:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": ""}):
            assert (await http.post(f"{url}/webhooks/telegram", json=UPDATE, headers=headers)).status_code == 404
    await channel.close()
    assert inbox.calls == 0


BROKEN = {
    "empty": b"",
    "cut": b"{",
    "no text": b"\xff\xfe\xfa",
    "string": b'"text"',
    "list": b"[]",
    "no id": b"{}",
    "wrong id": b'{"update_id": "1"}',
    "wrong message": b'{"update_id": 1, "message": 5}',
    "deep": b"[" * 200_000,
    "long number": b"9" * 500_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_body_is_a_bad_request(webhook, http, inbox, body):
    response = await http.post(webhook, content=body, headers=HEADER)
    assert (response.status_code, inbox.calls) == (400, 0)


async def test_a_body_over_a_megabyte_is_refused(webhook, http, inbox):
    async def chunks():
        for _ in range(160):
            yield b" " * 65536

    for content in (b" " * 10_000_000, chunks()):
        response = await http.post(webhook, content=content, headers=HEADER)
        assert (response.status_code, inbox.calls) == (413, 0)
    padded = {**UPDATE, "padding": "x" * 1_000_000}
    assert (await http.post(webhook, json=padded, headers=HEADER)).status_code == 200


async def test_only_post_is_served(webhook, http):
    assert (await http.get(webhook, headers=HEADER)).status_code == 405


async def test_many_people_at_once(telegram, telegram_api, telegram_url, inbox):
    await telegram.start(telegram_url)
    for number in range(20):
        user = telegram_api.user(2000 + number)
        for word in ("one", "two", "three"):
            user.says(word)
    await until(lambda: len(inbox.stored) == 60)
    for number in range(20):
        assert [event.text for event in inbox.stored if event.sender == str(2000 + number)] == ["one", "two", "three"]


async def test_close_ends_answers_still_under_way(telegram_api, inbox):
    channel = Telegram(telegram_api.token, telegram_api.url, SECRET, inbox, TEXTS)
    async with serving(Starlette(routes=channel.routes())) as url:
        await channel.start(url)
        rahima = telegram_api.user(1001)
        rahima.says("hi")
        await until(lambda: inbox.stored)
        await channel.send(outgoing(1001, "x", Button(title="Next", payload="next")))
        telegram_api.fail("answerCallbackQuery", slow(3))
        rahima.presses("next")
        await until(lambda: telegram_api.called("answerCallbackQuery"))
    await asyncio.wait_for(channel.close(), 1)
    await channel.typing("1001")  # after the end: quiet
