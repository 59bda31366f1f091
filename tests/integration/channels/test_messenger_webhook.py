import asyncio
import hashlib
import hmac
import json

import pytest
from starlette.applications import Starlette

from bot.channels.messenger import Messenger
from bot.model import Button, Kind
from tests.emulators.loopback import serving
from tests.integration.channels.conftest import outgoing, until

BODY = json.dumps({"object": "page", "entry": [{"messaging": [{"sender": {"id": "7"}, "message": {"mid": "m", "text": "hi"}}]}]}).encode()


@pytest.fixture
async def rahima(messenger_api, messenger_url):
    assert await asyncio.to_thread(messenger_api.subscribe, messenger_url)
    return messenger_api.user("7001")


async def test_the_handshake(http, messenger_url, messenger_api):
    query = {"hub.mode": "subscribe", "hub.verify_token": messenger_api.verify_token, "hub.challenge": "<b>42"}
    response = await http.get(messenger_url, params=query)
    assert (response.status_code, response.text) == (200, "<b>42")
    assert response.headers["content-type"].startswith("text/plain")


WRONG_QUERY = [{"hub.verify_token": token} for token in ("wrong", "", "\xff")] + [{"hub.mode": "x"}, {"hub.challenge": ""}]


@pytest.mark.parametrize("wrong", WRONG_QUERY)
async def test_a_wrong_handshake(http, messenger_url, messenger_api, wrong):
    query = {"hub.mode": "subscribe", "hub.verify_token": messenger_api.verify_token, "hub.challenge": "42"}
    assert (await http.get(messenger_url, params={**query, **wrong})).status_code == 403


async def test_no_query_at_all(http, messenger_url):
    assert (await http.get(messenger_url)).status_code == 403


async def test_events_are_stored_and_acknowledged(rahima, messenger_api, inbox):
    rahima.opens("carry_1")
    rahima.says("smart card koi pabo")
    rahima.sends("audio")
    rahima.edits("smart card")
    await until(lambda: len(inbox.stored) == 4)
    assert [event.kind for event in inbox.stored] == [Kind.START, Kind.TEXT, Kind.MEDIA, Kind.EDIT]
    await until(lambda: len(messenger_api.deliveries) == 4)
    assert {(delivery.status, delivery.answer) for delivery in messenger_api.deliveries} == {(200, "EVENT_RECEIVED")}


async def test_buttons(rahima, messenger, messenger_api, inbox):
    await messenger.setup({"bn": [Button(title="Menu", payload="menu")]}, {"bn": "Welcome"})
    rahima.says("hi")
    await messenger.send(outgoing("7001", "step 1", Button(title="Next", payload="next")))
    rahima.presses("next")
    rahima.presses("menu")
    await until(lambda: len(inbox.stored) == 3)
    assert [(event.kind, event.payload, event.text) for event in inbox.stored[1:]] == [
        (Kind.BUTTON, "next", "Next"),
        (Kind.BUTTON, "menu", "Menu"),
    ]


async def test_a_batch_of_several_entries_is_stored_in_one_call_in_order(rahima, messenger_api, inbox):
    with messenger_api.batch():
        rahima.says("one")
        messenger_api.user("7002").says("two")
        rahima.says("three")
    await until(lambda: messenger_api.deliveries)
    assert [(event.sender, event.text) for event in inbox.stored] == [("7001", "one"), ("7002", "two"), ("7001", "three")]
    assert inbox.calls == 1
    assert len(json.loads(messenger_api.deliveries[0].body)["entry"]) == 3


async def test_stored_before_acknowledged(rahima, messenger_api, inbox):
    inbox.broken = 2
    rahima.says("hi")
    await until(lambda: len(messenger_api.deliveries) == 3)
    assert [delivery.status for delivery in messenger_api.deliveries] == [500, 500, 200]
    assert [event.text for event in inbox.stored] == ["hi"]


async def test_a_repeated_batch_has_the_same_identities(rahima, messenger_api, inbox):
    with messenger_api.batch():
        rahima.says("hi")
        rahima.edits("hello")
        rahima.opens()
        rahima.returns("carry_1")
    await until(lambda: messenger_api.deliveries)
    messenger_api.repeat(messenger_api.deliveries[0])
    await until(lambda: inbox.calls == 2)
    assert len(inbox.stored) == 4


async def test_echoes_and_receipts_are_acknowledged_and_not_stored(rahima, messenger_api, inbox):
    between = {"sender": {"id": "7001"}, "recipient": {"id": messenger_api.page_id}, "timestamp": 1}
    messenger_api.push({**between, "message": {"mid": "m", "text": "ours", "is_echo": True}}, {**between, "read": {"watermark": 1}})
    messenger_api.push_body({"object": "page", "entry": [{"id": "1", "standby": [{**between, "message": {"mid": "m", "text": "x"}}]}]})
    await until(lambda: len(messenger_api.deliveries) == 2)
    assert ([delivery.status for delivery in messenger_api.deliveries], inbox.calls) == ([200, 200], 0)


async def test_an_unreadable_event_is_logged_without_its_words_and_the_others_are_stored(rahima, messenger_api, inbox, caplog):
    with messenger_api.batch():
        rahima.says("one")
        messenger_api.push({"sender": {"id": "7001"}, "message": {"mid": 5, "text": "planted words"}})
        rahima.says("two")
    await until(lambda: messenger_api.deliveries)
    assert ([event.text for event in inbox.stored], messenger_api.deliveries[0].status) == (["one", "two"], 200)
    assert "Skipped 1 Messenger events" in caplog.text
    assert "planted" not in caplog.text


async def test_a_failed_storing_is_logged_without_words(rahima, messenger_api, inbox, caplog):
    inbox.broken = 1
    rahima.says("hi")
    await until(lambda: inbox.stored)
    assert "RuntimeError" in caplog.text
    assert "planted" not in caplog.text


def signed(body, secret="emulated-app-secret"):
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


async def test_the_signature_is_over_the_raw_bytes(http, messenger_url, inbox):
    spaced = b" " + BODY.replace(b": ", b":   ")
    assert (await http.post(messenger_url, content=spaced, headers=signed(spaced))).status_code == 200
    assert (await http.post(messenger_url, content=spaced, headers=signed(BODY))).status_code == 403
    assert inbox.calls == 1


WRONG = {
    "none": {},
    "empty": {"X-Hub-Signature-256": ""},
    "no digest": {"X-Hub-Signature-256": "sha256="},
    "other secret": signed(BODY, "other"),
    "bare digest": {"X-Hub-Signature-256": signed(BODY)["X-Hub-Signature-256"][7:]},
    "not ASCII": {"X-Hub-Signature-256": b"sha256=\xff"},
    "SHA-1 alone": {"X-Hub-Signature": "sha1=" + hmac.new(b"emulated-app-secret", BODY, "sha1").hexdigest()},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_signature_is_refused_before_parsing(http, messenger_url, inbox, headers):
    for body in (BODY, b"{broken"):
        assert (await http.post(messenger_url, content=body, headers=headers)).status_code == 403
    assert inbox.calls == 0


async def test_without_an_app_secret_nothing_is_let_in(messenger_api, inbox, http):
    channel = Messenger(messenger_api.page_token, "", "", messenger_api.url, inbox)
    async with serving(Starlette(routes=channel.routes())) as url:
        assert (await http.post(f"{url}/webhooks/messenger", content=BODY, headers=signed(BODY, ""))).status_code == 403
        query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "42"}
        assert (await http.get(f"{url}/webhooks/messenger", params=query)).status_code == 403
    await channel.close()
    assert inbox.calls == 0


BROKEN = {
    "empty": (b"", 400),
    "cut": (b"{", 400),
    "no text": (b"\xff\xfe\xfa", 400),
    "string": (b'"x"', 400),
    "list": (b"[]", 400),
    "deep": (b"[" * 200_000, 400),
    "long number": (b"9" * 500_000, 400),
    "no object": (b"{}", 404),
    "other object": (b'{"object": "user"}', 404),
    "no entry": (b'{"object": "page"}', 400),
    "wrong entry": (b'{"object": "page", "entry": {}}', 400),
}


@pytest.mark.parametrize(("body", "status"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_body(http, messenger_url, inbox, body, status):
    response = await http.post(messenger_url, content=body, headers=signed(body))
    assert (response.status_code, inbox.calls) == (status, 0)


async def test_a_body_of_10_megabytes_is_refused(http, messenger_url, inbox):
    async def chunks():
        for _ in range(160):
            yield b" " * 65536

    body = b" " * (160 * 65536)
    for content in (body, chunks()):
        response = await http.post(messenger_url, content=content, headers=signed(body))
        assert (response.status_code, inbox.calls) == (413, 0)
