"""A handoff from the first word to the last, with the real gateway killed at each step: nothing is lost or doubled, and the bot is silent."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import insert

from bot.storage import Casework, Database
from bot.storage.tables import staff
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi
from tests.house import WholeHouse, wait_for
from tests.talking import Chat, on_messenger, on_telegram, rows, sealer, settle

DANGER = "i want to die"


@pytest.fixture
def house(tmp_path: Any) -> Iterator[WholeHouse]:
    """The gateway alone, for nothing here needs Rasa."""
    with TelegramApi() as telegram, MessengerApi() as messenger:
        running = WholeHouse(tmp_path, telegram, messenger)
        try:
            running.start("gateway")
            yield running
        finally:
            running.stop()


@pytest.fixture
def work(house: WholeHouse) -> Iterator[Casework]:
    """The desk, as another process on the same database."""
    database = Database(f"sqlite:///{house.folder / 'sohojatri.db'}")
    with database.write() as connection:
        people = [
            {"id": id, "name": b"", "role": "counsellor", "language": "en", "active": True, "on_duty": False}
            for id in ("ann", "bea", "dia")
        ]
        connection.execute(insert(staff), people)
    yield Casework(database, sealer(house))
    database.close()


class Handoff:
    """Two people on two platforms, and the desk; after each step the gateway dies, a little later each time."""

    def __init__(self, house: WholeHouse, work: Casework) -> None:
        self.house, self.work = house, work
        self.people: list[Chat] = [on_telegram(house), on_messenger(house)]
        self.cases: list[str] = []
        self.kills = 0

    def step(self, act: Callable[[], Any]) -> None:
        act()
        time.sleep(0.05 * (self.kills % 4))  # before, in the middle of, and after what follows from it
        self.house.kill("gateway")
        self.kills += 1
        self.house.start("gateway")
        settle(self.house, 30)

    def all_say(self, text: str) -> None:
        for chat in self.people:
            chat.user.says(text)

    def each(self, move: Callable[[str], Any]) -> None:
        for case in self.cases:
            move(case)

    def take(self, by: str) -> None:
        until = time.monotonic() + 20
        while len(self.cases) < len(self.people) and time.monotonic() < until:
            view = self.work.take_next(by)
            if view is not None:
                self.cases.append(view.case.id)
            time.sleep(0.05)
        assert len(self.cases) == len(self.people)


def once(texts: list[str], part: str) -> int:
    return sum(part in text for text in texts)


def by_the_bot(house: WholeHouse) -> list[tuple[Any, ...]]:
    """What the bot sent after a case was accepted and before it was closed."""
    return rows(
        house,
        """SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN cases k ON k.person_id = c.person_id
        JOIN events a ON a.case_id = k.id AND a.kind = 'accepted' JOIN events z ON z.case_id = k.id AND z.kind = 'closed'
        WHERE m.author = 'bot' AND m.state = 'sent' AND m.done_at > a.at + 1 AND m.created_at < z.at""",
    )


def repeats(house: WholeHouse) -> int:
    """Deliveries begun again because the gateway did not live to record the first."""
    return int(rows(house, "SELECT coalesce(sum(attempts - 1), 0) FROM messages WHERE direction = 'out' AND attempts > 0")[0][0])


def test_a_handoff_with_the_gateway_killed_at_every_step(house: WholeHouse, work: Casework) -> None:
    story = Handoff(house, work)
    story.step(lambda: story.all_say(DANGER))
    assert [once(chat.texts, "999") >= 1 for chat in story.people] == [True, True], "the first reply came"
    story.step(lambda: story.all_say("hello?"))
    story.step(lambda: work.set_on_duty("ann", True))  # alone: what is offered to another is not hers to take
    story.step(lambda: story.take("ann"))
    story.step(lambda: [work.set_on_duty(id, True) for id in ("bea", "dia")])
    heard = [len(chat.texts) for chat in story.people]
    story.step(lambda: story.all_say("are you there"))
    assert [len(chat.texts) for chat in story.people] == heard, "the bot is silent"
    story.step(lambda: story.each(lambda case: work.say(case, "ann", "I am Ann")))
    story.step(lambda: story.all_say("number"))
    story.step(lambda: story.each(lambda case: work.transfer(case, "ann", "night shift", to_staff="bea")))
    story.step(lambda: story.each(lambda case: work.accept_transfer(case, "bea")))
    story.step(lambda: story.each(lambda case: work.say(case, "bea", "I am Bea")))
    story.step(lambda: story.each(lambda case: work.close(case, "bea", "resolved", True)))
    story.step(lambda: story.each(lambda case: work.confirm_close(case, "dia")))
    assert by_the_bot(house) == []
    for chat in story.people:
        assert 1 <= once(chat.texts, "I am Ann") <= 2 and 1 <= once(chat.texts, "I am Bea") <= 2
        order = [text for text in dict.fromkeys(chat.texts) if text in ("I am Ann", "I am Bea")]
        assert order == ["I am Ann", "I am Bea"]
    doubled = sum(once(chat.texts, said) - 1 for chat in story.people for said in ("I am Ann", "I am Bea"))
    assert doubled <= repeats(house), "a repeat that no unrecorded delivery explains"
    story.step(lambda: story.all_say("helpline"))
    assert all("1098" in chat.texts[-1] for chat in story.people), "the bot is back"
    nothing_is_left(house)


def nothing_is_left(house: WholeHouse) -> None:
    assert rows(house, "SELECT count(*) FROM messages WHERE direction = 'in' AND state <> 'answered'") == [(0,)]
    assert rows(house, "SELECT count(*) FROM messages WHERE direction = 'out' AND state NOT IN ('sent', 'withdrawn')") == [(0,)]
    said = rows(house, "SELECT count(*) FROM messages WHERE direction = 'in' GROUP BY conversation_id")
    assert said == [(5,), (5,)], "each message of theirs is there once"
    assert rows(house, "SELECT count(*), count(DISTINCT person_id) FROM cases") == [(2, 2)]
    assert rows(house, "SELECT count(*) FROM clocks") == [(0,)]
    for kind, times in (("opened", 2), ("accepted", 2), ("transfer_accepted", 2), ("closed", 2), ("counsellor_wrote", 4)):
        assert rows(house, "SELECT count(*) FROM events WHERE kind = ?", kind) == [(times,)], kind


def test_clocks_that_ran_out_while_the_gateway_was_down_fire_when_it_is_back(house: WholeHouse, work: Casework) -> None:
    chat = on_telegram(house)
    work.set_on_duty("ann", True)
    chat.user.says(DANGER)
    settle(house)
    house.kill("gateway")
    with sqlite3.connect(house.folder / "sohojatri.db") as connection:
        connection.execute("UPDATE clocks SET due_at = ?", (datetime.now(timezone.utc).timestamp() - 1,))
    house.start("gateway")
    late = "SELECT audience FROM alerts WHERE kind = 'late' ORDER BY audience"
    wait_for(lambda: len(rows(house, late)) >= 3, 10, "the alarms")
    assert {audience for (audience,) in rows(house, late)} == {"on_duty", "supervisor", "duty_manager"}


def test_a_disclosure_rings_within_ten_seconds(house: WholeHouse, work: Casework) -> None:
    work.set_on_duty("ann", True)
    for chat in (on_telegram(house), on_messenger(house)):
        begun, before = time.monotonic(), rows(house, "SELECT count(*) FROM alerts")[0][0]
        chat.user.says(DANGER)
        wait_for(lambda before=before: rows(house, "SELECT count(*) FROM alerts")[0][0] > before, 10, "the alert")
        assert time.monotonic() - begun < 10


def test_the_database_away_keeps_what_she_writes_and_gives_numbers(house: WholeHouse) -> None:
    chat = on_telegram(house)
    chat.user.says("helpline")
    settle(house)
    place, aside = house.folder / "sohojatri.db", house.folder / "aside"
    with sqlite3.connect(place, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")  # as a disk that hangs would: every write runs into its time-out
        chat.user.says(DANGER)
        wait_for(lambda: once(chat.texts, "+880 9610 102030") >= 2, 40, "the numbers past the database")
        wait_for(lambda: any((house.folder / "spool").glob("*.log")), 20, "the message on disk")
        connection.execute("ROLLBACK")
    wait_for(lambda: rows(house, "SELECT count(*) FROM cases WHERE level = 3") == [(1,)], 30, "the kept message to come in")
    settle(house, 30)
    assert rows(house, "SELECT count(*) FROM alerts WHERE kind = 'degraded'") == [(1,)]
    assert not aside.exists() and DANGER not in "".join(path.read_text() for path in (house.folder / "spool").glob("*"))
