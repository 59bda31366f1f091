"""The emulators themselves: other suites rely on their refusing what the platforms refuse."""

import asyncio
import json

import pytest

from tests.emulators.faults import flood, graph_error
from tests.integration.channels.conftest import until


@pytest.fixture
def call(http, telegram_api):
    """One call of the Telegram API, as (status, body)."""

    async def call(method, token=None, **params):
        response = await http.post(f"{telegram_api.url}/bot{token or telegram_api.token}/{method}", json=params)
        return response.status_code, response.json()

    return call


@pytest.fixture
def graph(http, messenger_api):
    """One call of the Graph API, as (status, code, subcode)."""

    async def call(edge="messages", token=None, **body):
        headers = {"Authorization": f"Bearer {token or messenger_api.page_token}"}
        response = await http.post(f"{messenger_api.url}/me/{edge}", json=body, headers=headers)
        error = response.json().get("error", {})
        return response.status_code, error.get("code"), error.get("error_subcode")

    return call


def keyboard(data, title="x"):
    return {"inline_keyboard": [[{"text": title, "callback_data": data}]]}


async def test_telegram_knows_its_token_and_methods(call, http, telegram_api):
    assert (await call("getMe"))[1]["result"]["username"] == "sohojatri_bot"
    assert (await call("getMe", token="1:other"))[0] == 401
    assert (await call("getEverything"))[0] == 404
    assert (await http.get(f"{telegram_api.url}/bot{telegram_api.token}/GETME")).json()["ok"] is True


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n"}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": "\U0001f600" * 2049}, "message is too long"),
        ({"text": "x", "reply_markup": keyboard("x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard("")}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard("x", "")}, "text is empty"),
        ({"text": "x", "reply_markup": "{"}, "can't parse"),
        ({"text": "x", "chat_id": 1}, "chat not found"),
        ({"text": "x", "chat_id": "nobody"}, "not a number"),
    ],
)
async def test_telegram_refuses(call, telegram_api, params, description):
    telegram_api.user(5).says("hi")
    status, body = await call("sendMessage", **{"chat_id": 5, **params})
    assert (status, description in body["description"]) == (400, True)
    assert telegram_api.sent == []


async def test_telegram_takes_what_is_just_within_its_limits(call, telegram_api):
    telegram_api.user(5).says("hi")
    status, body = await call("sendMessage", chat_id=5, text="\U0001f600" * 2048, reply_markup=json.dumps(keyboard("x" * 64)))
    assert (status, telegram_api.sent[0].message_id) == (200, body["result"]["message_id"])
    assert (await call("deleteMessage", chat_id=5, message_id=body["result"]["message_id"]))[0] == 200
    assert telegram_api.user(5).received == []
    assert (await call("deleteMessage", chat_id=5, message_id=body["result"]["message_id"]))[0] == 400


async def test_updates_stay_until_a_higher_offset_is_asked_for(call, telegram_api):
    first, second = telegram_api.user(5).says("one"), telegram_api.user(5).says("two")
    for offset in (None, 0, first):
        found = (await call("getUpdates", offset=offset or 0))[1]["result"]
        assert [update["update_id"] for update in found] == [first, second]
    assert [update["update_id"] for update in (await call("getUpdates", offset=0, limit=1))[1]["result"]] == [first]
    assert [update["update_id"] for update in (await call("getUpdates", offset=second))[1]["result"]] == [second]
    assert [update["update_id"] for update in (await call("getUpdates"))[1]["result"]] == [second]
    third = telegram_api.user(5).says("three")
    assert [update["update_id"] for update in (await call("getUpdates", offset=-1))[1]["result"]] == [third]
    assert telegram_api.waiting == 1


async def test_a_long_poll_ends_with_the_first_update(call, telegram_api):
    waiting = asyncio.create_task(call("getUpdates", timeout=5))
    await until(lambda: telegram_api.called("getUpdates"))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    update = telegram_api.user(5).says("hi")
    assert (await asyncio.wait_for(waiting, 1))[1]["result"][0]["update_id"] == update


async def test_a_second_poll_ends_the_first(call, telegram_api):
    first = asyncio.create_task(call("getUpdates", timeout=5))
    await until(lambda: telegram_api.called("getUpdates"))
    await call("getUpdates", timeout=0)
    assert (await asyncio.wait_for(first, 1))[0] == 409


async def test_polling_is_refused_while_a_webhook_is_set(call):
    await call("setWebhook", url="https://gateway.invalid/x", secret_token="s")
    assert (await call("getUpdates"))[0] == 409
    await call("deleteWebhook")
    assert (await call("getUpdates"))[0] == 200


@pytest.mark.parametrize("wrong", [{"url": "http://gateway.invalid/"}, {"secret_token": "no spaces"}, {"max_connections": 101}])
async def test_wrong_webhooks_are_refused(call, telegram_api, wrong):
    assert (await call("setWebhook", **{"url": "https://gateway.invalid/", **wrong}))[0] == 400
    assert telegram_api.webhook is None


@pytest.mark.parametrize("wrong", [{"command": "Menu", "description": "x"}, {"command": "menu", "description": ""}])
async def test_wrong_commands_are_refused(call, wrong):
    assert (await call("setMyCommands", commands=[wrong]))[0] == 400


async def test_only_allowed_updates_come(call, telegram_api):
    await call("getUpdates", allowed_updates=["message"])
    telegram_api.user(5).says("hi")
    telegram_api.user(5).blocks()
    assert telegram_api.waiting == 1


async def test_she_can_press_only_what_she_sees(call, telegram_api, messenger_api):
    telegram_api.user(5).says("hi")
    await call("sendMessage", chat_id=5, text="x", reply_markup=keyboard("next"))
    telegram_api.user(5).presses("next")
    for user in (telegram_api.user(5), messenger_api.user("7")):
        with pytest.raises(LookupError):
            user.presses("menu")


async def test_a_fault_is_met_once(call, telegram_api):
    telegram_api.fail("getMe", flood(3))
    status, body = await call("getMe")
    assert (status, body["parameters"]) == (429, {"retry_after": 3})
    assert (await call("getMe"))[0] == 200


async def test_waiting_for_what_does_not_happen_ends(telegram_api, messenger_api):
    for api in (telegram_api, messenger_api):
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(api.wait_sent, 1, 0.05)


def reply(**fields):
    return {"recipient": {"id": "7"}, "messaging_type": "RESPONSE", "message": {"text": "x", **fields}}


POSTBACK = {"type": "postback", "title": "x" * 20, "payload": "x" * 1000}


def template(**fields):
    payload = {"template_type": "button", "text": "x" * 640, "buttons": [POSTBACK] * 3, **fields}
    return {"recipient": {"id": "7"}, "messaging_type": "RESPONSE", "message": {"attachment": {"type": "template", "payload": payload}}}


def quick(title="x", payload="x", count=1):
    return [{"content_type": "text", "title": title, "payload": payload}] * count


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (reply(text=""), (100, 2018034)),
        (reply(text="x" * 2001), (100, None)),
        (reply(quick_replies=quick(count=14)), (100, None)),
        (reply(quick_replies=quick(title="x" * 21)), (100, None)),
        (reply(quick_replies=quick(payload="x" * 1001)), (100, None)),
        (template(text="x" * 641), (100, None)),
        (template(text=""), (100, None)),
        (template(buttons=[POSTBACK] * 4), (100, None)),
        (template(buttons=[]), (100, None)),
        (template(buttons=[{**POSTBACK, "title": "x" * 21}]), (100, None)),
        ({**template(), "message": {**template()["message"], "text": "x"}}, (100, None)),
        (reply(text="x", attachment={"type": "image", "payload": {}}), (100, None)),
        ({**reply(), "messaging_type": "MESSAGE_TAG"}, (100, None)),
        ({**reply(), "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, (100, None)),
        ({**reply(), "messaging_type": None}, (100, None)),
        ({**reply(), "recipient": {"id": "8"}}, (100, 2018001)),
        ({"recipient": {"id": "7"}, "sender_action": "dance"}, (100, None)),
        ({**reply(), "sender_action": "typing_on"}, (100, 2018005)),
    ],
)
async def test_messenger_refuses(graph, messenger_api, body, error):
    messenger_api.user("7").says("hi")
    assert await graph(**body) == (400, *error)
    assert messenger_api.sent == []


async def test_messenger_takes_what_is_just_within_its_limits(graph, messenger_api):
    messenger_api.user("7").says("hi")
    assert (await graph(**reply(text="x" * 2000, quick_replies=quick("x" * 20, "x" * 1000, 13))))[0] == 200
    assert len(messenger_api.user("7").buttons) == 13
    assert (await graph(**template()))[0] == 200
    assert len(messenger_api.user("7").lasting) == 3


async def test_messenger_closes_its_windows(graph, messenger_api):
    rahima = messenger_api.user("7")
    rahima.says("hi")
    human = {**reply(), "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    rahima.silent_for(25)
    assert await graph(**reply()) == (400, 10, 2018278)
    assert (await graph(**human))[0] == 200
    rahima.silent_for(24 * 7 + 1)
    assert await graph(**human) == (400, 10, 2018278)
    rahima.says("again")
    assert (await graph(**reply()))[0] == 200


async def test_messenger_knows_its_token_and_edges(graph, messenger_api):
    messenger_api.user("7").says("hi")
    assert (await graph(**reply(), token="other"))[:2] == (401, 190)
    assert (await graph("everything"))[0] == 400


async def test_a_menu_needs_a_get_started_button_and_a_default(graph, messenger_api):
    items = [{"type": "postback", "title": "Menu", "payload": "menu"}]
    menu = [{"locale": "default", "call_to_actions": items}]
    assert await graph("messenger_profile", persistent_menu=menu) == (400, 100, 2018145)
    started = {"get_started": {"payload": "get_started"}}
    assert (await graph("messenger_profile", **started, persistent_menu=[{**menu[0], "locale": "bn_IN"}]))[0] == 400
    assert (await graph("messenger_profile", **started, persistent_menu=[{**menu[0], "call_to_actions": items * 21}]))[0] == 400
    assert (await graph("messenger_profile", **started, persistent_menu=menu))[0] == 200
    assert messenger_api.profile["persistent_menu"] == menu


async def test_messenger_does_not_subscribe_a_webhook_that_fails_the_handshake(messenger_api, messenger_url):
    messenger_api.verify_token = "another"
    assert not await asyncio.to_thread(messenger_api.subscribe, messenger_url)


async def test_a_graph_fault_is_met_once(graph, messenger_api):
    messenger_api.user("7").says("hi")
    messenger_api.fail("messages", graph_error(400, 10, 2018278))
    assert await graph(**reply()) == (400, 10, 2018278)
    assert (await graph(**reply()))[0] == 200
