"""What the handoff says to a message that the gateway leaves unanswered leaves at once, not when a lease runs out."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from bot.model import Inbound, Kind, Outcome, Outgoing, Received, Reply, State
from bot.worker import Worker
from tests.fakes.turns import turn

LETTER = Outgoing(
    message=2, conversation="c1", channel="web", recipient="her", reply=Reply(text="queued"), attempts=0,
    last_inbound_at=datetime(2026, 11, 27, tzinfo=timezone.utc),
)  # fmt: skip


class Store:
    """One message waits; finishing it queues a text of the handoff's."""

    def receive_and_take(self, events, owner, seconds):
        return [Received(conversation="c1", message=1, new=True)], [turn("hello")]

    def take_turn(self, conversation, owner, seconds):
        return None

    def finish_and_go_on(self, turn, outcome, owner, seconds):
        return LETTER, False


class Silent:
    async def answer(self, turn):
        return Outcome(replies=(), state=State())


class Outbox:
    def __init__(self):
        self.delivered = asyncio.Event()
        self.letters = []

    async def deliver(self, conversation, letter=None):
        self.letters.append(letter)
        self.delivered.set()


async def test_a_text_of_the_handoff_is_delivered_at_once():
    outbox = Outbox()
    worker = Worker(store=Store(), gateway=Silent(), outbox=outbox, channels={}, owner="w", clock=lambda: LETTER.last_inbound_at)  # type: ignore[arg-type]
    worker._begun = True
    await worker.receive([Inbound(channel="web", external_id="1", sender="her", kind=Kind.TEXT, text="hello")])
    await asyncio.wait_for(outbox.delivered.wait(), 2)
    assert outbox.letters == [LETTER]
