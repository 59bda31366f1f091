"""How long the storage of a turn takes, empty and with many conversations stored. Run by hand, never by pytest:

python -m tests.integration.storage.timing DATABASE_URL [CONVERSATIONS]

The database must be empty and made for this: nothing is deleted here.
"""

from __future__ import annotations

import base64
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, TypeVar

from sqlalchemy import func, insert, select

from bot.model import Inbound, Kind, Outcome, Place, Reply, State
from bot.storage import Database, Repository, Sealer
from bot.storage.migrate import upgrade
from bot.storage.tables import conversations, messages, people

T = TypeVar("T")
TURNS = 400
KEY = base64.b64encode(os.urandom(32)).decode()


class Stopwatch:
    def __init__(self) -> None:
        self.laps: dict[str, list[float]] = defaultdict(list)

    def time(self, name: str, call: Callable[[], T]) -> T:
        begun = time.perf_counter()
        result = call()
        self.laps[name].append(1000 * (time.perf_counter() - begun))
        return result

    def report(self) -> None:
        for name, laps in self.laps.items():
            laps.sort()
            sys.stdout.write(f"  {name:16} median {statistics.median(laps):7.2f} ms   p95 {laps[int(len(laps) * 0.95)]:7.2f} ms\n")


def measure(repository: Repository, label: str) -> None:
    watch = Stopwatch()
    for number in range(TURNS):
        watch.time("whole turn", lambda n=number: _turn(repository, watch, f"{label}{n}"))  # type: ignore[misc]
        watch.time("work", lambda: repository.work(datetime.now(timezone.utc), 50))
    sys.stdout.write(f"{label}\n")
    watch.report()


def _turn(repository: Repository, watch: Stopwatch, number: str) -> None:
    event = Inbound(channel="telegram", external_id=number, sender=f"s{number[-2:]}", kind=Kind.TEXT, text="পাসপোর্ট করতে কত টাকা")
    place = watch.time("receive", lambda: repository.receive([event]))[0].conversation
    watch.time("claim_turns", lambda: repository.claim_turns(place, "w", 30))
    turn = watch.time("next_turn", lambda: repository.next_turn(place))
    assert turn is not None
    outcome = Outcome(replies=(Reply(text="x" * 300), Reply(text="y" * 300)), state=State(place=Place(step=3), offered=("step:4",)))
    watch.time("finish", lambda: repository.finish(turn, outcome, "w"))
    watch.time("release_turns", lambda: repository.release_turns(place, "w"))
    watch.time("claim_sending", lambda: repository.claim_sending(place, "w", 30))
    while (outgoing := watch.time("next_outgoing", lambda: repository.next_outgoing(place))) is not None:
        message = outgoing.message
        watch.time("sent", lambda m=message: repository.sent(m, "77"))  # type: ignore[misc]
    watch.time("release_sending", lambda: repository.release_sending(place, "w"))


def fill(database: Database, sealer: Sealer, number: int) -> None:
    """Conversations with ten messages each, all answered and sent."""
    body = sealer.seal({"text": "x" * 200, "buttons": []}, context="filler")
    for begin in range(0, number, 2000):
        some = range(begin, min(begin + 2000, number))
        with database.write() as connection:
            first = (connection.execute(select(func.max(people.c.id))).scalar() or 0) + 1
            connection.execute(insert(people), [_person() for _ in some])
            connection.execute(insert(conversations), [_conversation(n, first + i, sealer) for i, n in enumerate(some)])
            connection.execute(insert(messages), [_message(n, m, body) for n in some for m in range(10)])


def _person() -> dict[str, Any]:
    state = {"language": "bn", "language_chosen": False, "script": "bn", "step": 1, "part": 0, "done": 0, "level": 0}
    return {**state, "created_at": 0.0, "seen_at": 0.0}


def _conversation(number: int, person: int, sealer: Sealer) -> dict[str, Any]:
    address = {"address_digest": sealer.digest("filler", str(number)), "address": b"x" * 40, "channel": "telegram"}
    rest = {"reachable": True, "last_inbound_at": 0.0, "holder": "bot", "wrong_codes": 0, "wrong_codes_since": 0.0, "created_at": 0.0}
    return {"id": f"filler{number:016}", "person_id": person, **address, **rest}


def _message(number: int, message: int, body: bytes) -> dict[str, Any]:
    inbound = message % 2 == 0
    who = {"direction": "in" if inbound else "out", "author": "person" if inbound else "bot", "kind": "text" if inbound else "reply"}
    fate = {"state": "answered" if inbound else "sent", "attempts": 1, "created_at": float(message), "done_at": 0.0}
    digest = os.urandom(32) if inbound else None
    return {"conversation_id": f"filler{number:016}", "body": body, "external_digest": digest, **who, **fate}


def main() -> None:
    url, number = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    upgrade(url)
    database, sealer = Database(url), Sealer(f"1:{KEY}", KEY)
    repository = Repository(database, sealer)
    with database.read() as connection:
        if connection.execute(select(func.count()).select_from(people)).scalar():
            raise SystemExit("The database is not empty: make one for this.")
    measure(repository, "empty ")
    fill(database, sealer, number)
    measure(repository, f"{number} conversations ")
    repository.close()


if __name__ == "__main__":
    main()
