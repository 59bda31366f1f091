"""The database is away: nothing is lost, danger gets numbers, a human is told, and all comes in order afterwards."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from datetime import datetime, timedelta, timezone

import pytest

from bot.errors import StoreAway, TryLater, Unreachable
from bot.holding import holding
from bot.model import Inbound, Kind, Received
from bot.shelter import Shelter
from bot.storage import Sealer
from bot.storage.spool import Spool
from bot.worker import Worker

KEYS = [base64.b64encode(os.urandom(32)).decode() for _ in range(2)]


def event(number: int, text: str = "hello", channel: str = "telegram", sender: str = "ann") -> Inbound:
    return Inbound(channel=channel, external_id=str(number), sender=sender, kind=Kind.TEXT, text=text)


class Store:
    """Away until it is brought back; knows every event once, in the order in which they came."""

    def __init__(self) -> None:
        self.away, self.events, self.rung, self.poison = False, list[Inbound](), list[str](), ""

    def receive(self, events: list[Inbound]) -> list[Received]:
        self.ping()
        if any(self.poison and self.poison in each.text for each in events):
            raise ValueError("no database can hold that")
        self.events.extend(each for each in events if each not in self.events)
        return [Received(conversation="c", message=number, new=True) for number, _ in enumerate(events)]

    def ping(self) -> None:
        if self.away:
            raise ConnectionError

    def ring(self, kind: str) -> None:
        self.rung.append(kind)


class Channel:
    name = "telegram"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.error: Exception | None = None

    async def send(self, outgoing):
        if self.error:
            raise self.error
        self.sent.append((outgoing.recipient, outgoing.reply.text))


class House:
    def __init__(self, folder) -> None:
        self.now = datetime(2026, 11, 27, tzinfo=timezone.utc)
        self.store, self.channel, self.told = Store(), Channel(), 0
        self.kinds, self.nobody = list[str](), False
        self.path = folder / "spool" / "8080.log"
        self.spool = Spool(self.path, Sealer(f"1:{KEYS[0]}", KEYS[1]))
        shelter = Shelter(
            self.spool, self.store, {"telegram": self.channel}, holding(), lambda text: "kill" in text, lambda: self.now, self.tell
        )
        self.worker = Worker(store=self.store, gateway=None, outbox=None, channels={}, owner="w", clock=lambda: self.now, shelter=shelter)  # type: ignore[arg-type]

    async def tell(self, kind: str) -> None:
        self.told += 1
        self.kinds.append(kind)
        if self.nobody:
            raise TryLater

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.store.events]


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


async def test_what_comes_while_the_store_is_away_comes_in_later_in_order(house: House) -> None:
    house.store.away = True
    for number in range(120):
        assert await house.worker.receive([event(number, f"m{number}")]) == []
    house.store.away = False
    await house.worker.receive([event(120, "m120")])
    assert house.texts == [f"m{number}" for number in range(121)]
    assert not house.spool.waiting and house.store.rung == ["degraded"]


async def test_what_comes_behind_kept_messages_waits_behind_them(house: House) -> None:
    house.store.away = True
    await house.worker.receive([event(1, "first")])
    await house.worker.receive([event(2, "second")])
    assert house.texts == [] and house.spool.waiting


async def test_an_event_delivered_again_is_stored_once(house: House) -> None:
    house.store.away = True
    await house.worker.receive([event(1)])
    await house.worker.receive([event(1)])
    house.store.away = False
    await house.worker.receive([event(2, "next")])
    assert house.texts == ["hello", "next"]


async def test_danger_gets_the_numbers_past_the_store_and_chatter_does_not(house: House) -> None:
    house.store.away = True
    await house.worker.receive([event(1, "he will kill me"), event(2, "what is the visa fee", sender="bea")])
    await house.worker.receive([event(3, "he will kill me tonight")])
    assert [to for to, _ in house.channel.sent] == ["ann"], "once, not to every line"
    text = house.channel.sent[0][1]
    assert {"999", "109"} <= set(text.replace(",", " ").split()) and "+880 9610 102030" in text
    house.now += timedelta(minutes=11)
    await house.worker.receive([event(4, "kill")])
    assert len(house.channel.sent) == 2


async def test_numbers_that_cannot_be_sent_lose_nothing(house: House) -> None:
    house.store.away, house.channel.error = True, Unreachable()
    await house.worker.receive([event(1, "kill")])
    assert house.spool.waiting


async def test_the_web_page_is_told_so_that_it_shows_the_numbers(house: House) -> None:
    house.store.away = True
    with pytest.raises(StoreAway):
        await house.worker.receive([event(1, "kill", channel="web")])
    house.store.away = False
    await house.worker.receive([event(2)])
    assert house.texts == ["kill", "hello"] and house.channel.sent == []


async def test_a_human_is_told_once_and_again_after_a_while(house: House) -> None:
    house.store.away = True
    for number in range(5):
        await house.worker.receive([event(number)])
    assert house.told == 1
    house.now += timedelta(minutes=11)
    await house.worker.receive([event(9)])
    assert house.told == 2


async def test_who_reached_nobody_tries_again_with_the_next_message(house: House) -> None:
    house.store.away, house.nobody = True, True
    await house.worker.receive([event(1)])
    house.nobody = False
    await house.worker.receive([event(2)])
    await house.worker.receive([event(3)])
    assert house.told == 2


async def test_with_the_disk_full_too_numbers_come_and_a_human_is_told_and_nothing_is_acknowledged(house: House, monkeypatch) -> None:
    def full(events: list[Inbound]) -> None:
        raise OSError(28, "No space left on device")

    house.store.away = True
    monkeypatch.setattr(house.spool, "keep", full)
    with pytest.raises(StoreAway):
        await house.worker.receive([event(1, "he will kill me")])
    assert house.kinds == ["disk_full"] and len(house.channel.sent) == 1
    house.store.away = False
    await house.worker.receive([event(1, "he will kill me")])
    assert house.texts == ["he will kill me"], "the platform brings it again"


async def test_a_slow_door_of_the_alerts_holds_no_message_up(house: House, monkeypatch) -> None:
    monkeypatch.setattr("bot.shelter._TELLING", 0.05)

    async def slow(kind: str) -> None:
        await asyncio.sleep(3)

    house.worker._shelter.tell, house.store.away = slow, True  # type: ignore[union-attr]
    begun = time.monotonic()
    await house.worker.receive([event(1)])
    assert time.monotonic() - begun < 1 and house.spool.waiting


async def test_what_no_store_takes_is_put_aside_and_holds_up_nobody(house: House) -> None:
    house.store.away, house.store.poison = True, "poison"
    await house.worker.receive([event(1, "one"), event(2, "poison"), event(3, "three")])
    house.store.away = False
    await house.worker.receive([event(4, "four")])
    assert house.texts == ["one", "three", "four"]
    assert house.path.with_suffix(".aside").exists() and not house.spool.waiting


async def test_the_file_is_private_sealed_and_survives_a_line_cut_off(house: House) -> None:
    house.store.away = True
    await house.worker.receive([event(1, "zyxqamarwa")])
    assert house.path.stat().st_mode & 0o077 == 0
    assert b"zyxqamarwa" not in base64.b64decode(house.path.read_bytes())
    with house.path.open("ab") as file:
        file.write(b"YWJj")  # the process died while it wrote
    await house.worker.receive([event(2, "after the crash")])
    house.store.away = False
    await house.worker.receive([event(3, "back")])
    assert house.texts == ["zyxqamarwa", "after the crash", "back"]


async def test_that_all_is_back_is_told_even_where_nobody_waited_so_long(house: House, monkeypatch) -> None:
    monkeypatch.setattr("bot.worker._STORING_AWAY", 0.05)
    house.store.away = True
    await house.worker.receive([event(1)])
    house.store.away = False
    receive = house.store.receive

    def slow(events: list[Inbound]) -> list[Received]:
        time.sleep(0.2)
        return receive(events)

    monkeypatch.setattr(house.store, "receive", slow)
    await house.worker.receive([event(2)])
    await asyncio.sleep(1.0)
    assert house.store.rung == ["degraded"] and house.texts[0] == "hello"
