"""Rasa's memory of a conversation: one sealed row each, of bounded size.

Named in endpoints.yml as `tracker_store: {type: bot.storage.tracker_store.SealedTrackerStore}`. What fails here raises; note that
Rasa itself then goes on in memory (FailSafeTrackerStore), so the launcher and /readyz must look.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, ConversationPaused, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

import bot.settings
from bot.storage.engine import Database
from bot.storage.sealing import Sealer
from bot.storage.tables import trackers
from bot.threads import off_loop

KEPT_TURNS = 2  # user turns; every turn reads, weighs and carries to the action server all that is kept, so this bounds its cost


class SealedTrackerStore(TrackerStore):
    """Reads the database and the keys from the settings; makes neither. Raises at start where it cannot read the table."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        settings = bot.settings.load(create_keys=False)
        self._sealer = Sealer(settings.seal_keys.reveal(), settings.lookup_key.reveal())
        self._database = Database(settings.database_url)
        with self._database.read() as connection:
            connection.execute(select(trackers.c.conversation_id).limit(1))

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        events = [event.as_dict() for event in self._kept(tracker)]
        # Rasa's loop must not stand still while another process writes.
        await off_loop(self._write, tracker.sender_id, events)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        events = await off_loop(self._read, sender_id)
        if events is None:
            return None
        tracker = self.init_tracker(sender_id)
        tracker.recreate_from_dialogue(Dialogue.from_parameters({"name": sender_id, "events": events}))
        return tracker

    async def keys(self) -> Iterable[str]:
        return await off_loop(self._keys)

    def close(self) -> None:
        self._database.close()

    def _write(self, sender_id: str, events: list[dict[str, Any]]) -> None:
        packed = zlib.compress(json.dumps(events, separators=(",", ":")).encode(), 1)
        sealed = self._sealer.seal(packed, context=_context(sender_id))
        with self._database.note() as connection:
            connection.execute(
                _upsert(connection.dialect.name), {"conversation_id": sender_id, "events": sealed, "updated_at": time.time()}
            )

    def _read(self, sender_id: str) -> list[dict[str, Any]] | None:
        with self._database.read() as connection:
            sealed = connection.execute(_events(), {"place": sender_id}).scalar()
        if sealed is None:
            return None
        events: list[dict[str, Any]] = json.loads(zlib.decompress(self._sealer.unseal(sealed, context=_context(sender_id))))
        return events

    def _keys(self) -> list[str]:
        with self._database.read() as connection:
            return list(connection.execute(select(trackers.c.conversation_id)).scalars())

    def _kept(self, tracker: DialogueStateTracker) -> list[Event]:
        """The events of the running session, of its last turns only; what went before is summed up in front of them."""
        events = _session(list(tracker.events))
        turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
        if len(turns) <= KEPT_TURNS:
            return events
        cut = turns[-KEPT_TURNS]
        return self._summary(tracker.sender_id, events[:cut]) + events[cut:]

    def _summary(self, sender_id: str, past: list[Event]) -> list[Event]:
        """Events that bring a new tracker to where `past` left it. It begins as a session does, else Rasa would start one each turn."""
        before = self.init_tracker(sender_id)
        for event in past:
            before.update(event)
        at = past[-1].timestamp
        slots = [slot for slot in before.slots.values() if slot.value != slot.initial_value]
        summary: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at), SessionStarted(timestamp=at)]
        summary += [SlotSet(slot.name, slot.value, timestamp=at) for slot in slots]
        if before.active_loop_name:
            summary.append(ActiveLoop(before.active_loop_name, timestamp=at))
        if before.is_paused():
            summary.append(ConversationPaused(timestamp=at))
        return [*summary, ActionExecuted(ACTION_LISTEN_NAME, timestamp=at)]


def _session(events: list[Event]) -> list[Event]:
    """From where the newest session began, as Rasa's own stores give them back."""
    for index in range(len(events) - 1, 0, -1):
        before = events[index - 1]
        if isinstance(events[index], SessionStarted) and isinstance(before, ActionExecuted):
            return events[index - 1 :]
    return events


@cache
def _events() -> Any:
    return select(trackers.c.events).where(trackers.c.conversation_id == bindparam("place"))


@cache
def _upsert(dialect: str) -> Any:
    made = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(trackers)
    newer = {"events": made.excluded.events, "updated_at": made.excluded.updated_at}
    return made.on_conflict_do_update(index_elements=["conversation_id"], set_=newer)


def _context(sender_id: str) -> str:
    return f"trackers.events:{sender_id}"
