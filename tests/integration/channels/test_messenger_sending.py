import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from bot.channels.messenger import Messenger
from bot.errors import Refused, TryLater, Unreachable
from bot.model import Button, Reply
from tests.emulators.faults import Fault, dropped_after, dropped_before, graph_error, server_error, slow
from tests.integration.channels.conftest import outgoing


@pytest.fixture
def rahima(messenger_api):
    user = messenger_api.user("7001")
    user.says("hi")
    return user


def ago(**time):
    return datetime.now(timezone.utc) - timedelta(**time)


async def test_a_reply_reaches_her_with_its_buttons(messenger, messenger_api, rahima):
    platform_id = await messenger.send(outgoing("7001", "step 1", Button(title="Next", payload="next")))
    (sent,) = rahima.received
    assert (platform_id, sent.text, sent.buttons) == (sent.mid, "step 1", (("Next", "next"),))
    assert (sent.messaging_type, sent.tag) == ("RESPONSE", None)
    assert messenger_api.calls[0].body["recipient"] == {"id": "7001"}


async def test_a_reply_without_buttons_has_no_quick_replies(messenger, messenger_api, rahima):
    await messenger.send(outgoing("7001"))
    assert messenger_api.calls[0].body["message"] == {"text": "hello"}


async def test_lasting_buttons_are_still_there_after_the_next_message(messenger, messenger_api, rahima):
    first = Reply(text="first", buttons=(Button(title="Hide this chat", payload="hide"),), lasting=True)
    for reply in (first, Reply(text="second", buttons=(Button(title="I am abroad", payload="here.abroad"),))):
        (part,) = messenger.fit(reply)
        await messenger.send(replace(outgoing("7001"), reply=part))
    assert rahima.buttons == ["here.abroad"]
    assert rahima.lasting == ["hide"]
    rahima.presses("hide")
    assert [sent.text for sent in rahima.received] == ["first", "second"]


@pytest.mark.parametrize(("text", "count"), [("x" * 641, 1), ("x" * 640, 4), ("\U0001f600" * 321, 1)])
async def test_what_no_template_takes_is_sent_with_quick_replies(messenger, messenger_api, rahima, text, count):
    buttons = tuple(Button(title=f"b{n}", payload=f"step.{n + 1}") for n in range(count))
    await messenger.send(replace(outgoing("7001"), reply=Reply(text=text, buttons=buttons, lasting=True)))
    assert rahima.received[-1].text == text
    assert rahima.lasting == []
    assert len(rahima.buttons) == count


async def test_whatever_fit_gives_the_api_takes(messenger, rahima):
    buttons = tuple(Button(title=f"\u0986\u09ae\u09bf talk to a counsellor {n}", payload=f"step.{n}") for n in range(14))
    parts = messenger.fit(Reply(text="\U0001f600 \u0986\u09ae\u09bf. " * 1500, buttons=buttons))
    for part in parts:
        await messenger.send(outgoing("7001", part.text, *part.buttons))
    assert len(rahima.received) == len(parts) > 3
    assert len(rahima.buttons) == 13


async def test_the_token_is_in_no_address_and_no_log(messenger, messenger_api, rahima, caplog):
    caplog.set_level(logging.DEBUG)
    await messenger.send(outgoing("7001", "planted words"))
    messenger_api.fail("messages", graph_error(400, 100), dropped_before())
    for _ in range(2):
        with pytest.raises((Refused, TryLater)) as caught:
            await messenger.send(outgoing("7001", "planted words"))
        assert "planted" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert all("EMULATED" not in call.url and "7001" not in call.url for call in messenger_api.calls)
    for private in (messenger_api.page_token, "planted", "7001"):
        assert private not in caplog.text


async def test_within_24_hours(messenger, rahima):
    rahima.silent_for(23.9)
    assert await messenger.send(outgoing("7001", written=ago(hours=23, minutes=54)))


async def test_after_24_hours_nothing_is_sent(messenger, messenger_api, rahima):
    rahima.silent_for(24.1)
    with pytest.raises(Unreachable):
        await messenger.send(outgoing("7001", written=ago(hours=24, minutes=6)))
    assert messenger_api.calls == []


async def test_the_bot_never_claims_to_be_human(messenger, messenger_api, rahima):
    await messenger.send(outgoing("7001", written=ago(hours=1)))
    assert "tag" not in messenger_api.calls[0].body


async def test_a_counsellor_may_answer_for_7_days(messenger, messenger_api, rahima):
    rahima.silent_for(24 * 6)
    await messenger.send(replace(outgoing("7001", written=ago(days=6)), by_counsellor=True))
    assert rahima.received[-1].tag == "HUMAN_AGENT"
    rahima.says("thanks")
    await messenger.send(replace(outgoing("7001"), by_counsellor=True))
    assert (rahima.received[-1].messaging_type, rahima.received[-1].tag) == ("RESPONSE", None)
    with pytest.raises(Unreachable):
        await messenger.send(replace(outgoing("7001", written=ago(days=7, minutes=1)), by_counsellor=True))


async def test_the_window_as_the_platform_sees_it(messenger, rahima):
    rahima.silent_for(25)
    with pytest.raises(Unreachable):
        await messenger.send(outgoing("7001", written=ago(hours=1)))


async def test_she_blocked_the_page_or_never_was(messenger, rahima):
    rahima.blocked = True
    for psid in ("7001", "7999"):
        with pytest.raises(Unreachable):
            await messenger.send(outgoing(psid))


GONE = [(551, 1545041), (551, None), (10, 2018278), (10, None), (200, 1545041), (200, 2018108), (100, 2018001)]


@pytest.mark.parametrize(("code", "subcode"), GONE)
async def test_who_cannot_be_reached(messenger, messenger_api, rahima, code, subcode):
    messenger_api.fail("messages", graph_error(400, code, subcode))
    with pytest.raises(Unreachable):
        await messenger.send(outgoing("7001"))


LATER = {
    "rate limit": graph_error(400, 613),
    "app limit": graph_error(400, 4),
    "page limit": graph_error(400, 32),
    "messages limit": graph_error(400, 80006),
    "429": graph_error(429, 0),
    "temporary": graph_error(400, 1200),
    "transient": graph_error(400, 9999, transient=True),
    "500": server_error(),
    "503": server_error(503),
    "dropped before": dropped_before(),
    "dropped after": dropped_after(),
    "expired token": graph_error(400, 190, 463),
}


@pytest.mark.parametrize("fault", LATER.values(), ids=LATER.keys())
async def test_passing_trouble_is_for_later(messenger, messenger_api, rahima, fault):
    messenger_api.fail("messages", fault)
    with pytest.raises(TryLater):
        await messenger.send(outgoing("7001"))
    assert await messenger.send(outgoing("7001"))


async def test_retry_after_is_passed_on(messenger, messenger_api, rahima):
    messenger_api.fail("messages", graph_error(429, 613, retry_after=40))
    with pytest.raises(TryLater) as caught:
        await messenger.send(outgoing("7001"))
    assert caught.value.seconds == 40


@pytest.mark.parametrize("fault", [graph_error(400, 100), graph_error(403, 200), graph_error(404, 2500), Fault(status=400, raw=b"<html>")])
async def test_what_the_api_refuses(messenger, messenger_api, rahima, fault):
    messenger_api.fail("messages", fault)
    with pytest.raises(Refused):
        await messenger.send(outgoing("7001"))


async def test_a_text_over_the_limit_is_refused(messenger, rahima):
    with pytest.raises(Refused):
        await messenger.send(outgoing("7001", "x" * 2001))


async def test_a_timeout_is_for_later(messenger_api, rahima, inbox):
    async with httpx.AsyncClient(timeout=0.1) as client:
        channel = Messenger(messenger_api.page_token, "s", "v", messenger_api.url, inbox, client)
        messenger_api.fail("messages", slow(1))
        with pytest.raises(TryLater):
            await channel.send(outgoing("7001"))
        await channel.close()
        assert not client.is_closed  # it is not ours


async def test_an_accepted_reply_with_an_unreadable_answer_is_not_sent_again(messenger, messenger_api, rahima):
    messenger_api.fail("messages", Fault(status=200, raw=b"<html>"), Fault(status=200, raw=b"[]"))
    assert await messenger.send(outgoing("7001")) is None
    assert await messenger.send(outgoing("7001")) is None


async def test_typing(messenger, messenger_api, rahima):
    await messenger.typing("7001")
    assert messenger_api.actions == [("7001", "typing_on")]


@pytest.mark.parametrize("fault", [server_error(), dropped_before(), graph_error(400, 551), graph_error(400, 190)])
async def test_typing_never_raises(messenger, messenger_api, rahima, fault):
    messenger_api.fail("messages", fault)
    await messenger.typing("7001")
    await messenger.typing("7999")
    await messenger.close()
    await messenger.typing("7001")
    assert messenger_api.actions == []


async def test_setup(messenger, messenger_api):
    bangla = [Button(title="bn menu", payload="menu"), Button(title="bn person", payload="person")]
    menu = {"bn": bangla, "en": [Button(title="Menu", payload="menu")]}
    await messenger.setup(menu, {"bn": "bn welcome", "en": "Welcome"})
    profile = messenger_api.profile
    assert profile["get_started"] == {"payload": "get_started"}
    greetings = {entry["locale"]: entry["text"] for entry in profile["greeting"]}
    assert greetings == {"default": "bn welcome", "bn_IN": "bn welcome", "en_US": "Welcome", "en_GB": "Welcome"}
    menus = {entry["locale"]: [item["title"] for item in entry["call_to_actions"]] for entry in profile["persistent_menu"]}
    assert menus == {"default": ["bn menu", "bn person"], "bn_IN": ["bn menu", "bn person"], "en_US": ["Menu"], "en_GB": ["Menu"]}
    assert messenger_api.calls[0].edge == "messenger_profile"


async def test_a_setup_that_is_refused_says_so(messenger, messenger_api):
    with pytest.raises(Refused) as caught:
        await messenger.setup({"bn": [Button(title="x", payload="menu")]}, {"bn": "x" * 161})
    assert "code 100" in str(caught.value)


async def test_many_replies_side_by_side(messenger, messenger_api, rahima):
    await asyncio.gather(*(messenger.send(outgoing("7001", str(number))) for number in range(20)))
    assert {sent.text for sent in rahima.received} == {str(number) for number in range(20)}
