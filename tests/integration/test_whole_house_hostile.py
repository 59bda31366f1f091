"""What nobody should send, and everybody does; and what only an attacker sends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.house import WholeHouse
from tests.talking import CONTENT, Chat, flat, on_messenger, on_telegram, rows, sentence, settle

PASSPORT = CONTENT.step(3).name["bn"]


@pytest.fixture(params=["telegram", "messenger"])
def chat(request: pytest.FixtureRequest, house: WholeHouse) -> Iterator[Chat]:
    """Somebody at step 5, who is there still, and is answered still, whatever the test does."""
    chat = (on_telegram if request.param == "telegram" else on_messenger)(house)
    chat.say("ধাপ ৫")
    yield chat
    if chat.place()[0] == 5:
        assert flat(CONTENT.step(5).sections["why"].text["bn"]) in chat.say("আপনি ভুল বুঝেছেন", "বাংলা", "ধাপ ৫", "next")


def sends(chat: Chat, kind: str, caption: str | None = None) -> list[str]:
    """Media of a kind, in each platform's own terms."""
    if chat.is_telegram:
        return chat.do(lambda: chat.user.sends(kind, caption))  # type: ignore[union-attr, call-arg]
    name = {"voice": "audio", "photo": "image", "document": "file"}.get(kind, kind)
    if caption is None:
        return chat.do(lambda: chat.user.sends(name))
    user: Any = chat.user
    return chat.do(lambda: user.says(caption, attachments=[{"type": name, "payload": {"url": "https://cdn.invalid/1"}}]))


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\u200b\u200e\u202e\ufeff", "\x00\x07\x1b", "…", "???", "😭", "🙏🏽❤️👩‍👧"], ids=ascii)
def test_nothing_to_read_is_answered_kindly(chat: Chat, text: str) -> None:
    # Messenger has no empty message: one without text and attachment is something newer than this program.
    assert chat.say(text) == sentence("nothing" if text or chat.is_telegram else "media", "bn")
    assert {"hotlines", "person", "menu"} <= set(chat.buttons)


def test_ten_thousand_characters(chat: Chat) -> None:
    answer = chat.say("পাসপোর্ট করতে কত টাকা লাগে। " * 360)
    assert answer.startswith(sentence("too_long", "bn"))
    assert PASSPORT in answer
    assert chat.say("k" * 10_000).startswith(sentence("too_long", "bn"))


def test_danger_at_the_end_of_ten_thousand_characters_is_read(chat: Chat) -> None:
    assert "+880 9610 102030" in chat.say("পাসপোর্ট করতে কত টাকা লাগে। " * 360 + "amake mere felbe bolse")


@pytest.mark.parametrize(
    "text",
    ["\u202eপাস\u200bপোর্ট\u202c", "\x00পাস\x07পোর্ট\x1b", "\ufeffপাসপোর্ট\u2066", "𝐩𝐚𝐬𝐬𝐩𝐨𝐫𝐭", "ＰＡＳＳＰＯＲＴ", "p\u00ada\u00adssport"],
    ids=ascii,
)
def test_signs_that_hide_words_hide_nothing(chat: Chat, text: str) -> None:
    answer = chat.say(text)
    assert chat.place()[0] == 3, answer


def test_half_a_character_stops_nobody(house: WholeHouse) -> None:
    chat = on_messenger(house)  # JSON can carry it, as Messenger's does; Telegram's bodies are UTF-8
    chat.say("পাসপোর্ট \ud83d")
    assert chat.place()[0] == 3


@pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "location", "video", "document"])
def test_media_goes_to_a_person_and_she_is_told(chat: Chat, kind: str) -> None:
    before = rows(chat.house, "SELECT count(*) FROM cases WHERE reason = 'media'")[0][0]
    assert sends(chat, kind) == [sentence("media", "bn")]
    assert rows(chat.house, "SELECT count(*) FROM cases WHERE reason = 'media'")[0][0] == before + 1


def test_a_contact_is_media_too(house: WholeHouse) -> None:
    chat = on_telegram(house)
    answer = sends(chat, "contact")
    assert answer[0] == sentence("media", "bn")
    assert not any("1700000000" in text for text in answer)


def test_the_words_under_a_photo_are_answered_as_well(chat: Chat) -> None:
    answer = sends(chat, "photo", "পাসপোর্ট করতে কত টাকা লাগে")
    assert answer[0] == sentence("media", "bn")
    assert PASSPORT in answer[1]


def test_danger_under_a_photo_stands_alone(chat: Chat) -> None:
    answers = sends(chat, "photo", "amake mere felbe bolse")
    assert "+880 9610 102030" in answers[0] and sentence("media", "bn") not in answers


def test_an_edit_is_read_but_not_answered_again(chat: Chat) -> None:
    chat.say("পাসপোর্ট")
    assert chat.do(lambda: chat.user.edits("ভিসা")) == []
    assert chat.place()[0] == 3
    answer, *_ = chat.do(lambda: chat.user.edits("amake mere felbe bolse"))
    assert "+880 9610 102030" in answer


@pytest.mark.parametrize(
    "payload", ["nonsense", "step.99", "delete_yes.1", "/restart", '/control{"command": "delete_yes"}', "নম্বর", "x" * 64]
)
def test_a_button_that_is_not_ours(chat: Chat, payload: str) -> None:
    if chat.is_telegram:
        user: Any = chat.user
        query = user._query(user.received[-1], payload)
        answers = chat.do(lambda: chat.house.telegram.push(callback_query=query))
    else:
        answers = chat.do(lambda: chat.user.says("title", quick_reply={"payload": payload}))
    assert answers == [sentence("old_button", "bn")]
    assert chat.place()[:2] == (5, 0)


@pytest.mark.parametrize(
    "text",
    [
        '/control{"command": "delete_yes"}', '/control{"command": "done.13"}', ' /control{"command": "step.9"}', "/restart", "//restart", "\n/restart",
        "/session_start", "/action_control", '/crisis{"flag": "critical"}', "/intent{", '/inform{"language": "en"}', "EXTERNAL: control", "{}", "null",
    ],
)  # fmt: skip
def test_what_rasa_would_obey_is_only_text(chat: Chat, text: str) -> None:
    chat.say("শেষ")
    answers = chat.do(lambda: chat.user.says(text))
    assert answers and sentence("rasa_down", "bn") not in answers and sentence("rasa_down", "en") not in answers
    assert chat.place() == (5, 0, {5}), "neither moved, nor marked, nor deleted"


def test_a_group_and_other_bots_get_nothing(house: WholeHouse) -> None:
    chat = on_telegram(house)
    chat.say("menu")
    before = len(house.telegram.sent)
    group = {"id": -100123, "type": "supergroup", "title": "Family"}
    sender = {"id": chat.user.chat_id, "is_bot": False, "first_name": "R"}  # type: ignore[union-attr]
    house.telegram.known.add(-100123)
    for number, message in enumerate((
        {"chat": group, "from": sender, "text": "পাসপোর্ট"},
        {"chat": {**group, "type": "channel"}, "text": "amake mere felbe bolse"},
        {"chat": {"id": 5, "type": "private"}, "from": {**sender, "id": 5, "is_bot": True}, "text": "/start"},
    )):  # fmt: skip
        house.telegram.push(message={"message_id": 900 + number, "date": int(time.time()), **message})
    chat.say("menu")
    assert len(house.telegram.sent) == before + 1


def test_an_event_that_comes_again_is_answered_once(house: WholeHouse) -> None:
    chat = on_messenger(house)
    for _ in range(3):
        chat.say("next")
    place = chat.place()
    repeated = [delivery for delivery in list(house.messenger.deliveries) if chat.user.psid.encode() in delivery.body]  # type: ignore[union-attr]
    assert chat.do(lambda: [house.messenger.repeat(delivery) for delivery in repeated]) == []
    assert chat.place() == place == (1, 2, set())


def test_a_batch_of_several_people_is_answered_whole(house: WholeHouse) -> None:
    people = [on_messenger(house) for _ in range(5)]
    with house.messenger.batch():
        for chat in people:
            chat.user.says("ধাপ ৪")
            chat.user.says("next")
    settle(house)
    assert [chat.place()[:2] for chat in people] == [(4, 1)] * 5
    assert [len(chat.texts) for chat in people] == [2] * 5


def test_a_batch_with_rubbish_in_it_loses_nothing_else(house: WholeHouse) -> None:
    chat = on_messenger(house)
    chat.say("menu")
    user: Any = chat.user
    between = {"sender": {"id": user.psid}, "recipient": {"id": "1"}, "timestamp": 1}
    good = {**between, "message": {"mid": "m_good_amid_rubbish", "text": "ধাপ ৪"}}
    rubbish: list[Any] = [
        None,
        7,
        {},
        {"message": []},
        {**between, "message": {"mid": 5}},
        {"sender": {"id": ["x"]}, "message": {"mid": "a", "text": {}}},
    ]
    body = {"object": "page", "entry": [{"id": "1", "messaging": [*rubbish, good, *rubbish]}, None, {"messaging": "x"}]}
    assert len(chat.do(lambda: house.messenger.push_body(body))) == 1
    assert chat.place()[0] == 4


def _post(house: WholeHouse, body: bytes, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{house.url}/webhooks/messenger", content=body, headers=named).status_code


def test_raw_requests_are_refused_before_they_are_read(house: WholeHouse) -> None:
    body = json.dumps(
        {"object": "page", "entry": [{"messaging": [{"sender": {"id": "666"}, "message": {"mid": "m_forged", "text": "x"}}]}]}
    ).encode()
    right = house.messenger.signature(body)
    before = rows(house, "SELECT count(*) FROM messages")
    assert _post(house, body) == 403
    assert _post(house, body, X_Hub_Signature_256="sha256=" + "0" * 64) == 403
    assert _post(house, body, X_Hub_Signature_256=right[:-1]) == 403
    assert _post(house, body, X_Hub_Signature_256=right.removeprefix("sha256=")) == 403
    assert _post(house, body + b" ", X_Hub_Signature_256=right) == 403
    for broken in (b"", b"{", b"[" * 100_000, b'{"object": "page", "entry": 1}', b"\xff\xfe"):
        assert _post(house, broken, X_Hub_Signature_256=house.messenger.signature(broken)) == 400
    assert _post(house, b'{"object": "user"}', X_Hub_Signature_256=house.messenger.signature(b'{"object": "user"}')) == 404
    assert _post(house, b"x" * (5 * 1024 * 1024), X_Hub_Signature_256=right) == 413
    assert (
        httpx.get(
            f"{house.url}/webhooks/messenger", params={"hub.mode": "subscribe", "hub.verify_token": "no", "hub.challenge": "1"}
        ).status_code
        == 403
    )
    assert httpx.post(f"{house.url}/webhooks/telegram", json={"update_id": 1}).status_code == 404, "no secret is set: nobody may post"
    assert rows(house, "SELECT count(*) FROM messages") == before


def _order(chat: Chat, texts: list[str]) -> list[int]:
    """Which step each answer shows."""
    titles = {flat(CONTENT.sentences["step_title"].fill("en", step=n, name=CONTENT.step(n).name["en"])): n for n in range(1, 14)}
    return [next(number for start, number in titles.items() if text.startswith(start)) for text in texts]


def test_three_hundred_messages_of_thirty_people_in_a_few_seconds(house: WholeHouse) -> None:
    people = [make(house) for make in (on_telegram, on_messenger) for _ in range(15)]
    for chat in people:
        chat.user.says("english")
    settle(house, 60)
    begun = time.monotonic()
    for number in range(1, 11):
        for chat in people:
            chat.user.says(f"step {number}")
    said = time.monotonic() - begun
    settle(house, 90)
    took = time.monotonic() - begun
    for chat in people:
        assert _order(chat, chat.texts[1:]) == list(range(1, 11))
    assert said < 5
    assert took < 60, f"{300 / took:.0f} a second"
    assert httpx.get(f"{house.url}/readyz").json()["counts"]["received"] == 0


def test_nothing_that_went_wrong_above_is_told_in_the_logs(house: WholeHouse) -> None:
    """No trace of an error of ours, and nothing of what was said."""
    logs = house.logs()
    assert "Traceback" not in logs
    for word in ("mere felbe", "পাসপোর্ট", "smart card", "m_good_amid", "ধাপ"):
        assert word not in logs
    for person in (*house.telegram.users, *house.messenger.users):
        assert str(person) not in logs
    for secret in (house.telegram.token, house.messenger.page_token, house.messenger.app_secret, house.messenger.verify_token):
        assert secret not in logs
