"""Several threads (gateways) at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

from bot.errors import LostLease
from bot.model import CaseRequest, Inbound, Kind, Level, Outcome, Reply, State
from bot.storage import Database, Repository, Sealer

T = TypeVar("T")


def _at_once(jobs: list[Callable[[], T]]) -> list[T]:
    barrier = Barrier(len(jobs))

    def start(job: Callable[[], T]) -> T:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(start, jobs))


def _others(desk: Any, url: str, keys: tuple[str, str], number: int) -> list[Repository]:
    """Gateways of their own: separate engines, so that SQLite's file lock is tested and not only our queue."""
    return [Repository(Database(url), Sealer(*keys), clock=desk.clock) for _ in range(number)]


def test_the_first_event_of_a_sender_makes_one_conversation(desk: Any, url: str, keys: tuple[str, str]) -> None:
    gateways = _others(desk, url, keys, 4)
    for round_ in range(5):
        events = [Inbound(channel="telegram", external_id=str(n), sender=f"s{round_}", kind=Kind.TEXT) for n in range(4)]
        received = _at_once([lambda g=g, e=e: g.receive([e])[0] for g, e in zip(gateways, events, strict=True)])  # type: ignore[misc]
        assert len({r.conversation for r in received}) == 1
    assert len(desk.rows("people")) == len(desk.rows("conversations")) == 5
    _close(gateways)


def test_one_event_delivered_to_all_is_new_to_one(desk: Any, url: str, keys: tuple[str, str]) -> None:
    gateways = _others(desk, url, keys, 4)
    for _ in range(5):
        event = desk.event()
        received = _at_once([lambda g=g, e=event: g.receive([e])[0] for g in gateways])  # type: ignore[misc]
        assert sorted(r.new for r in received) == [False, False, False, True]
        assert len({r.message for r in received}) == 1
    _close(gateways)


def test_one_of_many_gets_a_lease(desk: Any, url: str, keys: tuple[str, str]) -> None:
    gateways = _others(desk, url, keys, 4)
    conversation = desk.say()
    for _ in range(5):
        owners = [str(n) for n in range(4)]
        got = _at_once([lambda g=g, o=o: g.claim_turns(conversation, o, 600) for g, o in zip(gateways, owners, strict=True)])  # type: ignore[misc]
        assert sorted(got) == [False, False, False, True]
        gateways[0].release_all(owners[got.index(True)])
    _close(gateways)


def test_one_of_many_gets_in_with_a_code(desk: Any, url: str, keys: tuple[str, str]) -> None:
    gateways = _others(desk, url, keys, 3)
    code = str(desk.repository.new_code(desk.say(sender="ann")))
    places = [desk.say(sender=f"s{n}") for n in range(3)]
    answers = _at_once([lambda g=g, p=p: g.redeem(p, code) for g, p in zip(gateways, places, strict=True)])  # type: ignore[misc]
    assert sorted(answers) == ["ok", "wrong", "wrong"]
    _close(gateways)


def test_two_channels_of_hers_open_one_case(desk: Any, url: str, keys: tuple[str, str]) -> None:
    first, second = desk.say(sender="ann"), desk.say(sender="bea")
    desk.repository.redeem(second, str(desk.repository.new_code(first)))
    gateways = _others(desk, url, keys, 2)
    turns = [(place, desk.turn(place)) for place in (first, second)]
    request = CaseRequest(level=Level.CRITICAL, category=None, reason="flagged")
    outcome = Outcome(replies=(Reply(text="a"),), state=State(level=Level.CRITICAL), case=request)
    _at_once([lambda g=g, t=t: g.finish(t, outcome, "w") for g, (_, t) in zip(gateways, turns, strict=True)])  # type: ignore[misc]
    assert len(desk.rows("cases")) == 1
    assert [e.kind for e in desk.rows("events", "id")] == ["opened", "callback", "she_wrote", "repeated"]
    _close(gateways)


def test_everything_at_once_neither_hangs_nor_fails(desk: Any, url: str, keys: tuple[str, str]) -> None:
    gateways = _others(desk, url, keys, 4)
    jobs: list[Callable[[], int]] = [partial(_bustle, g, random.Random(n)) for n, g in enumerate(gateways)]
    assert sum(_at_once(jobs)) > 0
    for row in desk.rows("messages", "id"):
        assert row.state in ("received", "answered", "queued", "sending", "sent", "refused", "withdrawn")
    owners = {row.id: row.person_id for row in desk.rows("conversations")}
    assert all(case.person_id == owners[case.conversation_id] for case in desk.rows("cases"))
    assert {row.id for row in desk.rows("people")} == set(owners.values())
    _close(gateways)


def _bustle(gateway: Repository, dice: random.Random) -> int:
    done = 0
    for step in range(40):
        senders = dice.sample(["ann", "bea", "cat", "dot"], 3)
        events = [Inbound(channel="web", external_id=f"{dice.random()}", sender=s, kind=Kind.TEXT) for s in senders]
        place = gateway.receive(events)[0].conversation
        match = dice.randrange(5)
        if match == 0:
            code = gateway.new_code(place)
            gateway.redeem(gateway.receive(events)[1].conversation, str(code))
        elif match == 1 and step > 20:
            gateway.forget(place)
        elif gateway.claim_turns(place, f"{id(gateway)}", 30):
            done += _turn(gateway, place, f"{id(gateway)}")
            gateway.release_turns(place, f"{id(gateway)}")
    return done


def _turn(gateway: Repository, place: str, owner: str) -> int:
    turn = gateway.next_turn(place)
    if turn is None:
        return 0
    request = CaseRequest(level=Level.STANDARD, category=None, reason="media")
    try:
        gateway.finish(turn, Outcome(replies=(Reply(text="a"),), state=turn.state, case=request), owner)
    except LostLease:
        return 0
    outgoing = gateway.next_outgoing(place)
    if outgoing is not None:
        gateway.sent(outgoing.message, None)
    return 1


def _close(gateways: list[Repository]) -> None:
    for gateway in gateways:
        gateway.close()


def test_a_crossed_transaction_is_run_again_and_not_for_ever(desk: Any) -> None:
    from bot.storage.transaction import Crossed

    tries: list[int] = []

    def work(_tx: Any) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Crossed
        return "done"

    assert desk.repository._run(desk.database.write, work) == "done"
    tries.clear()

    def never(_tx: Any) -> None:
        tries.append(1)
        raise Crossed

    try:
        desk.repository._run(desk.database.write, never)
    except Crossed:
        assert len(tries) == 5
    else:
        raise AssertionError
