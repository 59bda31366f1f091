"""Against Rasa's own classes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import SealError, SettingError
from bot.storage.tracker_store import KEPT_TURNS, SealedTrackerStore

PLANTED = "planted-words-4711"
DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [greet]
slots:
  country: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  step: {type: float, influence_conversation: false, initial_value: 1, mappings: [{type: custom}]}
forms:
  receipt_form: {required_slots: [country]}
responses:
  utter_hello: [{text: hi}]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
"""
)


@pytest.fixture
def environment(url: str, keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    for name, value in {"DATABASE_URL": url, "SEAL_KEYS": keys[0], "LOOKUP_KEY": keys[1], "VAR": str(tmp_path / "var")}.items():
        monkeypatch.setenv(name, value)
    return url


@pytest.fixture
def store(environment: str) -> Iterator[SealedTrackerStore]:
    store = SealedTrackerStore(DOMAIN)
    yield store
    store.close()


def _said(text: str) -> UserUttered:
    parsed = {
        "text": text,
        "intent": {"name": "greet", "confidence": 0.9},
        "entities": [],
        "intent_ranking": [{"name": f"intent_{n}", "confidence": 1 / (n + 2)} for n in range(60)],
    }
    return UserUttered(text, parsed["intent"], [], parsed, timestamp=time.time())  # type: ignore[arg-type]


def _start() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def _turn(text: str) -> list[Event]:
    return [_said(text), ActionExecuted("utter_hello"), BotUttered("hi " + text), ActionExecuted("action_listen")]


async def _run(store: SealedTrackerStore, sender: str, turns: list[list[Event]]) -> DialogueStateTracker:
    """Each turn as Rasa does it: get, update, save."""
    for events in [_start(), *turns]:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        tracker.update_with_events(events, DOMAIN)
        await store.save(tracker)
    found = await store.retrieve(sender)
    assert found is not None
    return found


async def test_a_tracker_comes_back_as_it_went_in(store: SealedTrackerStore) -> None:
    tracker = await store.get_or_create_tracker("c1", append_action_listen=False)
    tracker.update_with_events([*_start(), *_turn("ভিসা"), SlotSet("country", "Jordan")], DOMAIN)
    await store.save(tracker)
    found = await store.retrieve("c1")
    assert found is not None
    assert [e.as_dict() for e in found.events] == [e.as_dict() for e in tracker.events]
    assert found.get_slot("country") == "Jordan"
    assert found.sender_id == "c1"


async def test_an_unknown_conversation_has_none(store: SealedTrackerStore) -> None:
    assert await store.retrieve("unknown") is None
    assert not await store.exists("unknown")


async def test_one_row_each(store: SealedTrackerStore, desk: Any) -> None:
    await _run(store, "c1", [_turn("a"), _turn("b")])
    await _run(store, "c2", [_turn("a")])
    assert sorted(await store.keys()) == ["c1", "c2"]
    assert len(desk.rows("trackers")) == 2


async def test_many_turns_keep_the_row_and_the_events_bounded(store: SealedTrackerStore, desk: Any) -> None:
    sizes = []
    for number in range(150):
        tracker = await store.get_or_create_tracker("c1", append_action_listen=False)
        tracker.update_with_events(([] if number else _start()) + _turn(f"message {number} " + "x" * 100), DOMAIN)
        await store.save(tracker)
        sizes.append(len(bytes(desk.rows("trackers")[0].events)))
    found = await store.retrieve("c1")
    assert found is not None
    assert sum(isinstance(e, UserUttered) for e in found.events) == KEPT_TURNS
    assert found.latest_message is not None and found.latest_message.text.startswith("message 149")  # type: ignore[union-attr]
    assert max(sizes[100:]) < 1.1 * max(sizes[:20])
    assert len(found.events) < 4 * KEPT_TURNS + 10


async def test_slots_set_long_ago_are_carried(store: SealedTrackerStore) -> None:
    turns = [[*_turn("a"), SlotSet("country", "Oman"), SlotSet("step", 5.0)]] + [_turn(str(n)) for n in range(40)]
    found = await _run(store, "c1", turns)
    assert found.get_slot("country") == "Oman"
    assert found.get_slot("step") == 5.0


async def test_the_last_of_several_values_is_carried(store: SealedTrackerStore) -> None:
    turns = [[*_turn(str(n)), SlotSet("step", float(n))] for n in range(5)] + [_turn("x") for _ in range(KEPT_TURNS + 1)]
    assert (await _run(store, "c1", turns)).get_slot("step") == 4.0


async def test_a_slot_put_back_to_its_first_value_is_not_carried(store: SealedTrackerStore) -> None:
    turns = [[*_turn("a"), SlotSet("country", "Oman")], [*_turn("b"), SlotSet("country", None)]] + [_turn("x") for _ in range(20)]
    found = await _run(store, "c1", turns)
    assert found.get_slot("country") is None
    assert sum(isinstance(e, SlotSet) for e in found.events) == 0


async def test_an_active_form_and_a_pause_outlive_the_cut(store: SealedTrackerStore) -> None:
    opening = [*_turn("a"), ActiveLoop("receipt_form"), ConversationPaused()]
    found = await _run(store, "c1", [opening] + [_turn("x") for _ in range(20)])
    assert found.active_loop_name == "receipt_form"
    assert found.is_paused()


async def test_rasa_does_not_start_a_session_again_after_the_cut(store: SealedTrackerStore) -> None:
    found = await _run(store, "c1", [_turn(str(n)) for n in range(40)])
    events = list(found.events)
    assert isinstance(events[0], ActionExecuted) and events[0].action_name == "action_session_start"
    assert isinstance(events[1], SessionStarted)
    assert found.applied_events()
    assert sum(isinstance(e, SessionStarted) for e in events) == 1
    assert found.latest_action_name == "action_listen"
    times = [e.timestamp for e in events]
    assert times == sorted(times)


async def test_only_the_running_session_is_kept(store: SealedTrackerStore) -> None:
    found = await _run(store, "c1", [_turn("before"), [*_start(), SlotSet("country", "Oman"), *_turn("after")]])
    assert [e.text for e in found.events if isinstance(e, UserUttered)] == ["after"]
    assert found.get_slot("country") == "Oman"


async def test_nothing_readable_is_in_the_database(store: SealedTrackerStore, desk: Any, environment: str) -> None:
    await _run(store, "c1", [[*_turn(PLANTED), SlotSet("country", PLANTED)]])
    if environment.startswith("sqlite"):
        folder = Path(environment.removeprefix("sqlite:///")).parent
        stored = b"".join(path.read_bytes() for path in folder.glob("store.db*"))
    else:
        stored = b"".join(bytes(row.events) for row in desk.rows("trackers"))
    assert len(stored) > 100
    assert PLANTED.encode() not in stored and b"utter_hello" not in stored


async def test_a_row_moved_to_another_conversation_does_not_open(store: SealedTrackerStore, desk: Any) -> None:
    await _run(store, "c1", [_turn("a")])
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE trackers SET conversation_id = 'c2'")
    with pytest.raises(SealError):
        await store.retrieve("c2")


async def test_an_error_of_the_database_surfaces(store: SealedTrackerStore, desk: Any) -> None:
    tracker = await store.get_or_create_tracker("c1")
    with desk.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE trackers RENAME TO gone")
    try:
        with pytest.raises(SQLAlchemyError):
            await store.save(tracker)
        with pytest.raises(SQLAlchemyError):
            await store.retrieve("c1")
        with pytest.raises(SQLAlchemyError):
            SealedTrackerStore(DOMAIN)
    finally:
        with desk.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO trackers")


def test_it_makes_no_keys(environment: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SEAL_KEYS")
    monkeypatch.delenv("LOOKUP_KEY")
    with pytest.raises(SettingError):
        SealedTrackerStore(DOMAIN)
    assert not (tmp_path / "var" / "keys").exists()


def test_rasa_makes_it_from_endpoints_yml(environment: str) -> None:
    made = TrackerStore.create(EndpointConfig(type="bot.storage.tracker_store.SealedTrackerStore"), domain=DOMAIN)
    assert isinstance(made, SealedTrackerStore)
    assert check_if_tracker_store_async(made)
    made.close()
