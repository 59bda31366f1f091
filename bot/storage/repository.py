"""All that the gateway and the desk may ask of the database. Synchronous: call it from threads, as many as you like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from functools import partial
from typing import Literal, TypeVar

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.cleaning import Cleaning
from bot.keeping import Wanted
from bot.model import Inbound, Level, Outcome, Outgoing, Paper, Payment, Picture, Received, Reply, State, Turn
from bot.ringing import Ring
from bot.storage import belongings, carrying, casework, hiding, inbox, keeping, leases, outbox, ringing, sweeping, turns
from bot.storage.engine import Database
from bot.storage.sealing import Sealer
from bot.storage.transaction import Transaction, attempted

T = TypeVar("T")


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Repository:
    """Each method is one transaction. What answers True or a row has been committed when it returns."""

    def __init__(self, database: Database, sealer: Sealer, *, clock: Callable[[], datetime] = _utc) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def close(self) -> None:
        self._database.close()

    def ping(self) -> None:
        """Raises where the database does not answer."""
        with self._database.read() as connection:
            connection.execute(select(1))

    def receive(self, events: list[Inbound]) -> list[Received]:
        """Stores events, each once (channel, sender, external id); new=False marks what was stored before."""
        if not events:
            return []
        return self._run(self._database.write, lambda tx: inbox.receive(tx, events))

    def receive_and_take(self, events: list[Inbound], owner: str, seconds: float) -> tuple[list[Received], list[Turn]]:
        """receive, and take_turn in every conversation where something new came, in one transaction."""

        def take(tx: Transaction) -> tuple[list[Received], list[Row]]:
            received = inbox.receive(tx, events)
            places = dict.fromkeys(each.conversation for each in received if each.new)
            return received, [row for row in (inbox.take(tx, place, owner, seconds) for place in places) if row is not None]

        received, rows = self._run(self._database.write, take)
        return received, [inbox.turn_of(self._sealer, row) for row in rows]

    def take_turn(self, conversation: str, owner: str, seconds: float) -> Turn | None:
        """claim_turns and next_turn in one. None: no message waits, or another answers; the right is not kept then."""
        row = self._run(self._database.note, lambda tx: inbox.take(tx, conversation, owner, seconds))
        return None if row is None else inbox.turn_of(self._sealer, row)

    def claim_turns(self, conversation: str, owner: str, seconds: float) -> bool:
        """Takes the right to answer in this conversation. False while anybody holds it, the owner too."""
        return self._run(self._database.note, lambda tx: leases.claim(tx, leases.TURN, conversation, owner, seconds))

    def release_turns(self, conversation: str, owner: str) -> bool:
        """Gives the right back. True when a message waits again: claim once more rather than leave it to `work`."""
        return self._run(self._database.note, lambda tx: leases.release_turns(tx, conversation, owner))

    def take_outgoing(self, conversation: str, owner: str, seconds: float) -> Outgoing | None:
        """claim_sending and next_outgoing in one. None: nothing is due, or another sends; the right is not kept then."""
        return self._run(self._database.note, lambda tx: outbox.take(tx, conversation, owner, seconds))

    def go_on_sending(self, conversation: str, owner: str, seconds: float) -> Outgoing | None:
        """The next reply that is due, under the right renewed. None: nothing more, and the right is given back."""
        return self._run(self._database.note, lambda tx: outbox.go_on(tx, conversation, owner, seconds))

    def claim_sending(self, conversation: str, owner: str, seconds: float) -> bool:
        return self._run(self._database.note, lambda tx: leases.claim(tx, leases.SEND, conversation, owner, seconds))

    def release_sending(self, conversation: str, owner: str) -> bool:
        """True when a reply is due again: claim once more."""
        return self._run(self._database.note, lambda tx: leases.release_sending(tx, conversation, owner))

    def release_all(self, owner: str) -> None:
        """At start: gives back what this worker held in an earlier life."""
        self._run(self._database.note, lambda tx: leases.release_all(tx, owner))

    def next_turn(self, conversation: str) -> Turn | None:
        """The oldest unanswered message; each call is recorded as one attempt at it. Needs the turn lease."""
        row = self._run(self._database.note, lambda tx: inbox.waiting(tx, conversation))
        return None if row is None else inbox.turn_of(self._sealer, row)

    def finish(self, turn: Turn, outcome: Outcome, owner: str) -> list[Outgoing]:
        """Writes all that the turn changes, or raises LostLease and writes nothing. Returns the replies to send, if she can be reached."""
        return self._run(self._database.write, lambda tx: turns.finish(tx, turn, outcome, owner))

    def finish_and_go_on(self, turn: Turn, outcome: Outcome, owner: str, seconds: float) -> tuple[Outgoing | None, bool]:
        """finish, release_turns and take_outgoing in one transaction: the reply to send now, and whether another message waits."""

        def go_on(tx: Transaction) -> tuple[Outgoing | None, bool]:
            queued = turns.finish(tx, turn, outcome, owner)
            waits = leases.release_turns(tx, turn.conversation, owner)
            return outbox.take(tx, turn.conversation, owner, seconds) if queued else None, waits

        return self._run(self._database.write, go_on)

    def add_outgoing(self, conversation: str, replies: tuple[Reply, ...], author: str = "bot") -> list[Outgoing]:
        """Queues replies that answer no message."""
        return self._run(self._database.write, lambda tx: outbox.add(tx, conversation, replies, author))

    def next_outgoing(self, conversation: str) -> Outgoing | None:
        """The oldest unsent reply if it is due, marked as being sent. Needs the sending lease."""
        return self._run(self._database.note, lambda tx: outbox.next_outgoing(tx, conversation))

    def sent(self, message: int, platform_id: str | None) -> None:
        self._run(self._database.write, lambda tx: outbox.sent(tx, message, platform_id))

    def sent_and_go_on(self, letter: Outgoing, platform_id: str | None, owner: str, seconds: float) -> Outgoing | None:
        """sent and go_on_sending in one transaction. A power cut may take this back: then what she has is sent once more."""

        def go_on(tx: Transaction) -> Outgoing | None:
            outbox.sent(tx, letter.message, platform_id)
            return outbox.go_on(tx, letter.conversation, owner, seconds)

        return self._run(self._database.note, go_on)

    def retry(self, message: int, due_at: datetime) -> None:
        self._run(self._database.write, lambda tx: outbox.retry(tx, message, due_at.timestamp()))

    def refuse(self, message: int, reason: str) -> None:
        """Gives the reply up for good; `reason` is a code of ours, not what the platform wrote."""
        self._run(self._database.write, lambda tx: outbox.refuse(tx, message, reason))

    def unreachable(self, conversation: str) -> None:
        """Gives up all that is queued for her; nothing is sent until she writes again."""
        self._run(self._database.write, lambda tx: outbox.unreachable(tx, conversation))

    def work(self, now: datetime, limit: int) -> tuple[list[str], list[str]]:
        """Conversations that wait for a turn, and conversations that wait for sending, that no live lease covers."""
        return self._run(self._database.read, lambda tx: leases.work(tx, now.timestamp(), limit))

    def sweep(self) -> None:
        """Deletes papers whose time is over, fires the clocks of cases that are due, and offers what waits to who is on duty. Replies it
        orders are found by `work`."""
        sweeping.sweep(partial(self._run, self._database.read), partial(self._run, self._database.write))

    def take_rings(self, door: str, seconds: float, limit: int) -> list[Ring]:
        """Alerts that this door has to ring now; nobody else gets them for so many seconds."""
        if not self._run(self._database.read, lambda tx: ringing.waiting(tx, door, 1)):
            return []
        return self._run(self._database.write, lambda tx: ringing.take(tx, door, seconds, limit))

    def rung(self, door: str, alerts: Sequence[int]) -> None:
        self._run(self._database.write, lambda tx: ringing.rung(tx, door, alerts))

    def ring_later(self, door: str, alerts: Sequence[int], due_at: datetime) -> None:
        self._run(self._database.write, lambda tx: ringing.later(tx, door, alerts, due_at.timestamp()))

    def take_cleanings(self, seconds: float, limit: int) -> list[Cleaning]:
        """Hidden chats to be cleaned now; nobody else gets them for so many seconds."""
        if not self._run(self._database.read, hiding.waits):
            return []
        return self._run(self._database.write, lambda tx: hiding.take(tx, seconds, limit))

    def cleaned(self, done: Cleaning) -> None:
        self._run(self._database.write, lambda tx: hiding.cleaned(tx, done))

    def clean_later(self, conversation: str, due_at: datetime) -> None:
        self._run(self._database.write, lambda tx: hiding.later(tx, conversation, due_at.timestamp()))

    def ended(self, channel: str, address: str) -> bool:
        """Whether the chat of this address was hidden."""
        return self._run(self._database.read, lambda tx: hiding.ended(tx, channel, self._sealer.digest("address", channel, address)))

    def take_wanted(self, seconds: float, limit: int) -> list[Wanted]:
        """Files of hers to fetch now; nobody else gets them for so many seconds."""
        if not self._run(self._database.read, keeping.waits):
            return []
        return self._run(self._database.write, lambda tx: keeping.take(tx, seconds, limit))

    def keep_media(self, message: int, file: Picture) -> None:
        self._run(self._database.write, lambda tx: keeping.keep(tx, message, file))

    def media_later(self, message: int, due_at: datetime) -> None:
        self._run(self._database.write, lambda tx: keeping.later(tx, message, due_at.timestamp()))

    def media_failed(self, message: int, reason: str) -> None:
        self._run(self._database.write, lambda tx: keeping.failed(tx, message, reason))

    def ring(self, kind: str, level: Level = Level.CRITICAL, *, unless: float = 0.0) -> None:
        """An alert of the program itself, unless the same was rung in the last so many seconds."""
        self._run(self._database.write, lambda tx: casework.ring(tx, kind, level, unless=unless))

    def unsent(self, seconds: float) -> int:
        """Replies that have waited longer to be sent."""
        return self._run(self._database.read, lambda tx: leases.unsent(tx, seconds))

    def new_code(self, conversation: str) -> str | None:
        """Eight digits that carry her place to another channel: once, within 24 hours. None: no such conversation."""
        return self._run(self._database.write, lambda tx: carrying.new_code(tx, conversation))

    def redeem(self, conversation: str, code: str) -> Literal["ok", "wrong", "too_many"]:
        """Joins this conversation to the person whose code it is; five wrong ones an hour, then too_many."""
        return self._run(self._database.write, lambda tx: carrying.redeem(tx, conversation, code))

    def forget(self, conversation: str) -> Literal["deleted", "kept"]:
        """Deletes all of her; kept: a flagged case is open, and what its counsellor needs stays."""
        return self._run(self._database.write, lambda tx: carrying.forget(tx, conversation))

    def history(self, conversation: str, after: int, limit: int) -> list[tuple[int, str, Reply | str, datetime]]:
        """(message, 'in' | 'out', her text or our reply, when) with ids above `after`, oldest first, without what was refused."""
        return self._run(self._database.read, lambda tx: turns.history(tx, conversation, after, limit))

    def latest(self, conversation: str, limit: int) -> list[tuple[int, str, Reply | str, datetime]]:
        """The last messages, as history gives them."""
        return self._run(self._database.read, lambda tx: turns.latest(tx, conversation, limit))

    def state(self, conversation: str) -> State:
        """What is remembered of her whose conversation it is."""
        return self._run(self._database.read, lambda tx: inbox.state(tx, conversation))

    def conversation_of(self, channel: str, address: str) -> str | None:
        return self._run(self._database.read, lambda tx: inbox.conversation_of(tx, channel, address))

    def payments(self, conversation: str) -> list[Payment]:
        """What she told of payments of hers, by day."""
        return self._run(self._database.read, lambda tx: belongings.payments_of(tx, conversation))

    def paper(self, id: str, conversation: str) -> Paper | None:
        """A file made for her whose conversation it is; None where it is another's, expired or deleted."""
        return self._run(self._database.read, lambda tx: belongings.paper(tx, id, conversation))

    def picture(self, message: int) -> Picture | None:
        """The picture that came with a message, for who may see the message."""
        return self._run(self._database.read, lambda tx: belongings.picture_of(tx, message))

    def counts(self) -> dict[str, float]:
        """received, queued, oldest_seconds."""
        return self._run(self._database.read, lambda tx: leases.counts(tx))

    def _run(self, begin: Callable[[], AbstractContextManager[Connection]], work: Callable[[Transaction], T]) -> T:
        return attempted(begin, self._sealer, self._clock, work)
