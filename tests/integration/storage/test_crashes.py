"""Whatever stops when: nothing is lost, nothing is answered twice, the order is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.errors import LostLease
from bot.model import Inbound, Kind, Outcome, Reply, Turn
from bot.storage import Database, Repository, Sealer
from bot.storage.migrate import upgrade
from bot.storage.tables import metadata

SENDERS = st.sampled_from(["ann", "bea"])
OWNERS = st.sampled_from(["w1", "w2"])


class Helpline(RuleBasedStateMachine):
    """Two workers that may stop at any point; a platform that remembers what reached her."""

    def __init__(self, url: str, keys: tuple[str, str], clock: Any) -> None:
        super().__init__()
        self.clock = clock
        self.database = Database(url)
        self.repository = Repository(self.database, Sealer(*keys), clock=clock)
        self.said: dict[str, list[str]] = defaultdict(list)  # by conversation, what she wrote, in order
        self.places: dict[str, str] = {}
        self.turns: dict[str, Turn] = {}  # by owner, what it is working on
        self.reached: dict[str, list[str]] = defaultdict(list)  # by conversation, in order, repeats too
        self.repeats_allowed = 0
        self.events: list[Inbound] = []

    @rule(sender=SENDERS)
    def she_writes(self, sender: str) -> None:
        text = f"m{len(self.events)}"
        event = Inbound(channel="telegram", external_id=text, sender=sender, kind=Kind.TEXT, text=text)
        received = self.repository.receive([event])[0]
        assert received.new
        self.events.append(event)
        self.places[sender] = received.conversation
        self.said[received.conversation].append(text)

    @rule(data=st.data())
    def the_platform_repeats_itself(self, data: st.DataObject) -> None:
        if self.events:
            assert not self.repository.receive([data.draw(st.sampled_from(self.events))])[0].new

    @rule(sender=SENDERS, owner=OWNERS)
    def a_turn_begins(self, sender: str, owner: str) -> None:
        place = self.places.get(sender)
        if place is None or owner in self.turns or not self.repository.claim_turns(place, owner, 30):
            return
        turn = self.repository.next_turn(place)
        if turn is None:
            self.repository.release_turns(place, owner)
        else:
            self.turns[owner] = turn

    @rule(owner=OWNERS)
    def a_turn_ends(self, owner: str) -> None:
        """The worker may have been asleep so long that another took over: then it must not write."""
        turn = self.turns.pop(owner, None)
        if turn is None:
            return
        replies = tuple(Reply(text=f"{turn.inbound.text}.{n}") for n in range(2))
        try:
            self.repository.finish(turn, Outcome(replies=replies, state=turn.state), owner)
        except LostLease:
            return
        self.repository.release_turns(turn.conversation, owner)

    @rule(owner=OWNERS)
    def a_worker_is_killed_and_starts_again(self, owner: str) -> None:
        self.turns.pop(owner, None)
        self.repository.release_all(owner)

    @rule(seconds=st.sampled_from([1, 31]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(sender=SENDERS, owner=OWNERS, fate=st.sampled_from(["sent", "sent", "sent", "busy", "killed before", "killed after"]))
    def a_reply_is_sent(self, sender: str, owner: str, fate: str) -> None:
        place = self.places.get(sender)
        if place is None or not self.repository.claim_sending(place, owner, 10):
            return
        outgoing = self.repository.next_outgoing(place)
        if outgoing is not None and fate in ("sent", "killed after"):
            self.reached[place].append(outgoing.reply.text)
        if outgoing is not None and fate == "sent":
            self.repository.sent(outgoing.message, None)
        if outgoing is not None and fate == "busy":
            self.repository.retry(outgoing.message, self.clock.advance(0).replace(microsecond=0))
        if fate.startswith("killed"):
            self.repeats_allowed += fate == "killed after"
            self.clock.advance(11)
        else:
            self.repository.release_sending(place, owner)

    @invariant()
    def what_reached_her_is_in_order_and_repeated_only_after_a_kill(self) -> None:
        repeats = 0
        for place, reached in self.reached.items():
            once = list(dict.fromkeys(reached))
            repeats += len(reached) - len(once)
            expected = [f"{text}.{n}" for text in self.said[place] for n in range(2)]
            assert once == expected[: len(once)]
        assert repeats <= self.repeats_allowed

    def teardown(self) -> None:
        try:
            self._drain()
            self.what_reached_her_is_in_order_and_repeated_only_after_a_kill()
            for place, said in self.said.items():
                assert len(set(self.reached[place])) == 2 * len(said)
            assert self.repository.counts()["received"] == self.repository.counts()["queued"] == 0
        finally:
            self.database.close()

    def _drain(self) -> None:
        """A healthy worker, found work by `work` alone, finishes all that is left."""
        self.turns.clear()
        self.clock.advance(3600)
        for _ in range(500):
            turns, sends = self.repository.work(self.clock.now, 10)
            if not turns and not sends:
                return
            for place in turns:
                self.a_turn_begins(next(s for s, p in self.places.items() if p == place), "w3")
                self.a_turn_ends("w3")
            for place in sends:
                self.a_reply_is_sent(next(s for s, p in self.places.items() if p == place), "w3", "sent")
        raise AssertionError("work is never done")


def _empty(url: str) -> None:
    engine = sqlalchemy.create_engine(url, future=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    engine.dispose()


def test_random_crashes_on_sqlite(keys: tuple[str, str], clock: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(10**6))

        def make() -> Helpline:
            url = f"sqlite:///{folder}/{next(numbers)}.db"
            upgrade(url)
            return Helpline(url, keys, type(clock)())

        _run(make, 30)


def test_random_crashes_on_postgresql(migrated_postgres_url: str, keys: tuple[str, str], clock: Any) -> None:
    def make() -> Helpline:
        _empty(migrated_postgres_url)
        return Helpline(migrated_postgres_url, keys, type(clock)())

    _run(make, 15)


def _run(make: Any, examples: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        make,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )


WORKER = """
import sys
from bot.model import *
from bot.storage import *
repository = Repository(Database(sys.argv[1]), Sealer(sys.argv[2], sys.argv[3]))
for n in range(10**6):
    received = repository.receive([Inbound(channel="web", external_id=str(n), sender="ann", kind=Kind.TEXT, text=str(n))])[0]
    print("stored", received.message, flush=True)
    repository.claim_turns(received.conversation, "w", 30)
    turn = repository.next_turn(received.conversation)
    repository.finish(turn, Outcome(replies=(Reply(text="a"), Reply(text="b")), state=turn.state), "w")
    print("answered", turn.message, flush=True)
    repository.release_turns(received.conversation, "w")
"""


@pytest.mark.parametrize("lines", [5, 6, 23, 40])
def test_a_killed_process_loses_nothing_it_acknowledged(url: str, desk: Any, keys: tuple[str, str], lines: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", WORKER, url, *keys], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert process.stdout is not None
    told = [process.stdout.readline().split() for _ in range(lines)]
    os.kill(process.pid, signal.SIGKILL)
    told += [line.split() for line in process.stdout.read().splitlines() if len(line.split()) == 2]
    process.wait()
    process.stdout.close()
    rows = {row.id: row for row in desk.rows("messages", "id")}
    replies: dict[int, list[int]] = defaultdict(list)
    for row in rows.values():
        if row.direction == "out":
            replies[row.reply_to].append(row.position)
    assert {int(number) for word, number in told if word == "stored"} <= set(rows)
    assert {rows[int(number)].state for word, number in told if word == "answered"} == {"answered"}
    for row in rows.values():
        if row.direction == "in":
            assert replies[row.id] == ([0, 1] if row.state == "answered" else [])
