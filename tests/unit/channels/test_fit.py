import pytest

from bot.channels.messenger import Messenger
from bot.channels.telegram import Telegram, _keyboard
from bot.channels.telegram_polling import backoff
from bot.channels.text import units
from bot.model import Button, Reply


class NoInbox:
    async def receive(self, events):
        raise AssertionError("nothing is received here")


TEXTS = {command: {"bn": command, "en": command} for command in ("start", "menu", "steps", "language", "help", "stop")}


@pytest.fixture
def telegram():
    return Telegram("1:token", "http://127.0.0.1:1", "", NoInbox(), TEXTS)


@pytest.fixture
def messenger():
    return Messenger("token", "secret", "verify", "http://127.0.0.1:1", NoInbox())


def buttons(count):
    return tuple(Button(title=f"Button {n}", payload=f"step.{n}") for n in range(count))


def test_telegram_splits_at_4096_units_and_keeps_the_buttons_for_the_last(telegram):
    text = "Ab cd. " * 1000
    parts = telegram.fit(Reply(text=text, buttons=buttons(2)))
    assert len(parts) == 2
    assert all(units(part.text) <= 4096 for part in parts)
    assert [len(part.buttons) for part in parts] == [0, 2]


def test_telegram_counts_an_emoji_twice(telegram):
    assert len(telegram.fit(Reply(text="\U0001f600" * 2048))) == 1
    assert len(telegram.fit(Reply(text="\U0001f600" * 2049))) == 2


def test_a_reply_that_fits_is_left_alone(telegram, messenger):
    reply = Reply(text="A. B.", buttons=buttons(3))
    assert telegram.fit(reply) == (reply,)
    assert messenger.fit(reply) == (reply,)


def test_telegram_refuses_a_payload_that_the_api_would(telegram):
    telegram.fit(Reply(text="x", buttons=(Button(title="t", payload="x" * 64),)))
    with pytest.raises(AssertionError):
        telegram.fit(Reply(text="x", buttons=(Button(title="t", payload="\u0995" * 22),)))


@pytest.mark.parametrize(("count", "rows", "widest"), [(1, 1, 1), (8, 8, 1), (9, 5, 2), (13, 7, 2), (16, 8, 2)])
def test_telegram_has_at_most_8_rows_of_2(count, rows, widest):
    keyboard = _keyboard(buttons(count))["inline_keyboard"]
    assert (len(keyboard), max(map(len, keyboard))) == (rows, widest)
    assert [key["callback_data"] for row in keyboard for key in row] == [button.payload for button in buttons(count)]


def test_telegram_keeps_16_buttons(telegram):
    assert telegram.fit(Reply(text="x", buttons=buttons(20)))[0].buttons == buttons(16)


def test_messenger_splits_at_2000_units(messenger):
    parts = messenger.fit(Reply(text="Ab cd. " * 700, buttons=buttons(2)))
    assert len(parts) == 3
    assert all(units(part.text) <= 2000 for part in parts)
    assert [len(part.buttons) for part in parts] == [0, 0, 2]


def test_messenger_keeps_13_buttons_with_titles_of_20(messenger):
    (part,) = messenger.fit(Reply(text="x", buttons=(Button(title="talk to a counsellor now", payload="person"), *buttons(15))))
    assert len(part.buttons) == 13
    assert part.buttons[0] == Button(title="talk to a counsello\u2026", payload="person")


def test_polling_backs_off_from_1_to_30_seconds():
    assert [backoff(failures) for failures in (1, 2, 3, 4, 5, 6, 7, 1000)] == [1, 2, 4, 8, 16, 30, 30, 30]
