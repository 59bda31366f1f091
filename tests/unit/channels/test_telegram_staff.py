"""What is written in the staff's group: told from what is hers, and nothing of an update trusted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from bot.channels.telegram_staff import StaffUpdates, from_group, staff_event
from bot.relaying import StaffEvent, load_wording
from tests.unit.channels.json_values import anything, mutations

GROUP = -100123
CHAT = {"id": GROUP, "type": "supergroup", "is_forum": True}
APA = {"id": 501, "is_bot": False, "first_name": "Apa"}


def message(**fields: Any) -> dict[str, Any]:
    said = {"message_id": 5, "date": 1, "chat": CHAT, "from": APA, "message_thread_id": 7, "is_topic_message": True, "text": "hello"}
    return {"update_id": 42, "message": {**said, **fields}}


PRESS = {
    "update_id": 43,
    "callback_query": {"id": "q", "from": APA, "chat_instance": "1", "data": "accept", "message": message()["message"]},
}
REAL = [message(), message(reply_to_message={"message_id": 3, "chat": CHAT, "date": 1}), PRESS]


def test_a_text_in_a_topic():
    assert staff_event(message()) == StaffEvent(update=42, user="501", topic=7, message=5, text="hello")


def test_a_reply_says_to_what():
    assert staff_event(REAL[1]) == StaffEvent(update=42, user="501", topic=7, message=5, text="hello", reply_to=3)


def test_a_press_carries_its_payload():
    assert staff_event(PRESS) == StaffEvent(update=43, user="501", topic=7, message=5, payload="accept", query="q")


def test_a_reply_in_the_general_chat_is_in_no_topic():
    assert staff_event(message(is_topic_message=False)) == StaffEvent(update=42, user="501", topic=0, message=5, text="hello")


@pytest.mark.parametrize(
    "fields", [{"text": None}, {"text": "  "}, {"from": {"id": 1, "is_bot": True}}, {"from": None}, {"photo": [], "text": None}]
)
def test_everything_else_is_nothing(fields):
    assert staff_event(message(**fields)) is None


@pytest.mark.parametrize(
    ("update", "ours"),
    [
        *((real, True) for real in REAL),
        ({"update_id": 1, "edited_message": {"chat": CHAT}}, True),
        ({"update_id": 1, "my_chat_member": {"chat": CHAT}}, True),
        ({"update_id": 1, "message": {"chat": {"id": 1001, "type": "private"}, "text": "help"}}, False),
        ({"update_id": 1, "message": {"chat": {"id": -100999, "type": "supergroup"}}}, False),
        ([], False),
    ],
)
def test_what_is_of_the_group(update, ours):
    assert from_group(update, GROUP) is ours


@settings(max_examples=150)
@given(mutations(REAL) | anything)
def test_any_json_is_taken_or_passed_over(update):
    from_group(update, GROUP)
    event = staff_event(update)
    assert event is None or (isinstance(event.text, str) and event.user.lstrip("-").isdigit())


async def test_a_failure_is_told_to_a_webhook_and_survived_by_polling():
    async def fail(event: StaffEvent) -> None:
        raise ConnectionError

    updates = StaffUpdates(GROUP, fail)
    with pytest.raises(ConnectionError):
        await updates.take(message())
    assert await updates.taken(message()) is True


async def test_without_the_relay_the_group_is_only_kept_away():
    assert await StaffUpdates(GROUP, None).take(message()) is True
    assert await StaffUpdates(GROUP, None).take({"update_id": 1, "message": {"chat": {"id": 5}}}) is False


@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_words_are_complete(language):
    words = load_wording(language)
    assert {"resolved", "referred_confirmed"} <= set(words.outcomes)
    assert all(len(f"out.{id}") <= 64 for id in words.outcomes)
