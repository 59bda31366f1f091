import logging

import pytest

from bot.channels.telegram import Telegram
from bot.errors import Refused, TryLater, Unreachable
from bot.model import Button, Reply
from tests.emulators.faults import Fault, dropped_after, dropped_before, flood, server_error, slow, telegram_error
from tests.integration.channels.conftest import SECRET, TEXTS, outgoing, until


@pytest.fixture
def rahima(telegram_api):
    user = telegram_api.user(1001)
    user.says("hi")
    return user


async def test_a_reply_reaches_her_with_its_buttons(telegram, telegram_api, rahima):
    platform_id = await telegram.send(outgoing(1001, "*bold* _x_ <b> https://oep.gov.bd", Button(title="Next", payload="next")))
    (sent,) = rahima.received
    assert platform_id == str(sent.message_id)
    assert sent.text == "*bold* _x_ <b> https://oep.gov.bd"
    assert sent.buttons == (("Next", "next"),)
    params = telegram_api.called("sendMessage")[0].params
    assert "parse_mode" not in params
    assert "protect_content" not in params
    assert '"is_disabled": true' in params["link_preview_options"]


async def test_a_reply_without_buttons_has_no_keyboard(telegram, telegram_api, rahima):
    await telegram.send(outgoing(1001))
    assert "reply_markup" not in telegram_api.called("sendMessage")[0].params


async def test_whatever_fit_gives_the_api_takes(telegram, rahima):
    buttons = tuple(Button(title=f"Button {n}", payload="x" * 62 + f"{n:02}") for n in range(16))
    parts = telegram.fit(Reply(text="\U0001f600 \u0986\u09ae\u09bf. " * 3000, buttons=buttons))
    for part in parts:
        await telegram.send(outgoing(1001, part.text, *part.buttons))
    assert len(rahima.received) == len(parts) > 3
    assert [len(row) for row in rahima.received[-1].rows] == [2] * 8


async def test_typing(telegram, telegram_api, rahima):
    await telegram.typing("1001")
    assert telegram_api.called("sendChatAction")[0].params["action"] == "typing"


@pytest.mark.parametrize(
    "fault", [server_error(), flood(3), dropped_before(), telegram_error(403, "Forbidden"), telegram_error(401, "Unauthorized")]
)
async def test_typing_never_raises(telegram, telegram_api, rahima, fault):
    telegram_api.fail("sendChatAction", fault)
    await telegram.typing("1001")
    await telegram.typing("1002")
    assert len(telegram_api.called("sendChatAction")) == 2


async def test_she_blocked_the_bot(telegram, rahima):
    rahima.blocks()
    with pytest.raises(Unreachable):
        await telegram.send(outgoing(1001))
    rahima.unblocks()
    assert await telegram.send(outgoing(1001))


async def test_a_chat_that_does_not_exist(telegram, rahima):
    with pytest.raises(Unreachable):
        await telegram.send(outgoing(9999))


async def test_a_reply_that_the_api_refuses(telegram, rahima):
    for text in ("", "x" * 4097):
        with pytest.raises(Refused):
            await telegram.send(outgoing(1001, text))


async def test_flood_control_says_how_long(telegram, telegram_api, rahima):
    telegram_api.fail("sendMessage", flood(17))
    with pytest.raises(TryLater) as caught:
        await telegram.send(outgoing(1001))
    assert caught.value.seconds == 17
    assert await telegram.send(outgoing(1001))


@pytest.mark.parametrize(
    "fault", [server_error(), server_error(502), server_error(504), dropped_before(), dropped_after(), telegram_error(401, "Unauthorized")]
)
async def test_passing_trouble_is_for_later(telegram, telegram_api, rahima, fault):
    telegram_api.fail("sendMessage", fault)
    with pytest.raises(TryLater):
        await telegram.send(outgoing(1001))
    assert await telegram.send(outgoing(1001))


async def test_a_refused_token_is_told_to_the_operator_and_costs_no_message(telegram, telegram_api, rahima, caplog):
    telegram_api.token = "123456:revoked"
    with pytest.raises(TryLater):
        await telegram.send(outgoing(1001))
    assert "TELEGRAM_BOT_TOKEN" in caplog.text


async def test_a_timeout_is_for_later(telegram_api, rahima, inbox):
    channel = Telegram(telegram_api.token, telegram_api.url, SECRET, inbox, TEXTS)
    channel._bot.request._client.timeout = 0.1
    telegram_api.fail("sendMessage", slow(1))
    with pytest.raises(TryLater):
        await channel.send(outgoing(1001))
    await channel.close()


async def test_no_api_at_all_is_for_later(inbox):
    channel = Telegram("1:token", "http://127.0.0.1:9", SECRET, inbox, TEXTS)
    with pytest.raises(TryLater):
        await channel.send(outgoing(1001))
    await channel.typing("1001")
    await channel.close()


async def test_nothing_private_is_logged_or_raised(telegram, telegram_api, telegram_url, rahima, inbox, caplog):
    logging.getLogger("telegram.Bot").setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    faults = [flood(3), server_error(), dropped_after(), telegram_error(400, "Bad Request: planted words in 77001 are wrong")]
    telegram_api.fail("sendMessage", *faults, telegram_error(403, "Forbidden: planted words"))
    her = telegram_api.user(77001)
    her.says("hi")
    said = []
    for _ in range(6):
        try:
            await telegram.send(outgoing(77001, "planted words", Button(title="Planted", payload="next")))
        except (TryLater, Refused, Unreachable) as error:
            said.append(f"{error!r} {error.__cause__!r}")
    inbox.broken = 1
    await telegram.start(telegram_url)
    her.says("planted words")
    telegram_api.push(message={"text": "planted words", "chat": 77001})
    await until(lambda: len([event for event in inbox.stored if event.text == "planted words"]) == 1)
    everything = caplog.text + "".join(said)
    assert len(said) == 5
    assert telegram_api.token not in everything
    for private in ("planted words", "Planted", "77001", SECRET):
        assert private not in everything
    assert "could not be stored: RuntimeError" in caplog.text  # the log is on


async def test_an_answer_that_cannot_be_read_is_not_logged(telegram, telegram_api, rahima, caplog):
    broken = Fault(status=200, raw=b"planted words {")
    telegram_api.fail("sendMessage", broken, Fault(status=502, raw=b"planted words"), Fault(status=200, raw=b"[]"))
    for _ in range(3):
        with pytest.raises(TryLater) as caught:
            await telegram.send(outgoing(1001))
        assert "planted" not in repr(caught.value)
    assert "planted" not in caplog.text
