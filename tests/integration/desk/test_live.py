"""The event stream, read as a browser reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.desk.cases import CaseFeed, looks
from bot.desk.live import Live, Pace
from bot.staff import Role, Staff, Stage
from tests.fakes.desk import Bench, a_case

QUICK = Pace(look=0.02, check=0.05, life=5)


def line(bench: Bench, kind: str = "raised", case: str = "c1") -> None:
    bench.cases.log.append(SimpleNamespace(id=len(bench.cases.log) + 1, kind=kind, case=case))


class Reader:
    """Takes events off a stream as they come."""

    def __init__(self, stream: AsyncIterator[str]) -> None:
        self._stream = stream

    async def next(self, seconds: float = 2.0) -> dict[str, str]:
        """The next event that is not only a sign of life; {} where the stream has ended."""

        async def read() -> dict[str, str]:
            async for chunk in self._stream:
                fields = dict(part.split(": ", 1) for part in chunk.strip().splitlines())
                if fields.get("event") != "here":
                    return fields
            return {}

        return await asyncio.wait_for(read(), seconds)


@pytest.fixture
def live(bench: Bench) -> Live:
    return Live(CaseFeed(bench.cases), bench.accounts, looks(bench.cases), QUICK)


@pytest.fixture
def rahima(bench: Bench) -> Staff:
    staff = bench.person("rahima")
    bench.cases.found["c1"] = a_case(owner=staff.id)
    return staff


def opened(bench: Bench, live: Live, staff: Staff, after: int | None = None) -> tuple[Reader, str]:
    token = bench.accounts.open_session(staff.id, Stage.FULL)
    return Reader(live._stream(staff, token, after)), token


def data(event: dict[str, str]) -> Any:
    return json.loads(event["data"])


async def test_what_happens_is_told_with_its_number(bench: Bench, live: Live, rahima: Staff) -> None:
    line(bench)
    reader, _ = opened(bench, live, rahima)
    assert await reader.next() == {"retry": "2000", "id": "1", "event": "ready", "data": "{}"}
    line(bench, "closed")
    event = await reader.next()
    assert event["id"] == "2" and data(event) == {"kind": "closed", "case": "c1"}


async def test_every_stream_hears_everything_once(bench: Bench, live: Live, rahima: Staff) -> None:
    readers = [opened(bench, live, rahima)[0] for _ in range(5)]
    for reader in readers:
        await reader.next()
    for _ in range(20):
        line(bench)
    for reader in readers:
        assert [(await reader.next())["id"] for _ in range(20)] == [str(number) for number in range(1, 21)]


async def test_who_comes_back_is_told_what_she_missed(bench: Bench, live: Live, rahima: Staff) -> None:
    for _ in range(450):
        line(bench)
    reader, _ = opened(bench, live, rahima, after=3)
    assert (await reader.next())["event"] == "ready"
    assert [int((await reader.next())["id"]) for _ in range(447)] == list(range(4, 451))


async def test_who_missed_too_much_looks_anew(bench: Bench, live: Live, rahima: Staff) -> None:
    for _ in range(600):
        line(bench)
    reader, _ = opened(bench, live, rahima, after=3)
    await reader.next()
    assert (await reader.next())["event"] == "resync"


async def test_the_case_of_another_is_not_named(bench: Bench, live: Live, rahima: Staff) -> None:
    other = bench.person("mitu", Role.ANALYST)
    reader, _ = opened(bench, live, other)
    await reader.next()
    line(bench, "raised")
    assert data(await reader.next()) == {"kind": "other", "case": None}


@pytest.mark.parametrize("how", ["disabled", "ended", "idle"])
async def test_the_stream_ends_with_the_session(bench: Bench, live: Live, rahima: Staff, how: str) -> None:
    reader, _token = opened(bench, live, rahima)
    await reader.next()
    if how == "disabled":
        bench.accounts.set_active(None, rahima.id, False)
    elif how == "ended":
        bench.accounts.close_sessions(None, rahima.id)
    else:
        bench.clock.advance(601)
    assert (await reader.next())["event"] == "ended"
    assert await reader.next() == {}


async def test_a_store_that_is_away_for_a_moment_ends_nothing(
    bench: Bench, live: Live, rahima: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, _ = opened(bench, live, rahima)
    await reader.next()
    with monkeypatch.context() as away:
        away.setattr(bench.cases, "events_after", lambda *_: 1 / 0)
        await asyncio.sleep(0.1)
    line(bench)
    assert (await reader.next())["id"] == "1"


async def test_a_slower_transaction_with_a_lower_number_is_not_jumped_over(bench: Bench, live: Live, rahima: Staff) -> None:
    reader, _ = opened(bench, live, rahima)
    await reader.next()
    bench.cases.log.append(SimpleNamespace(id=2, kind="raised", case="c1"))
    assert (await reader.next())["id"] == "2"
    bench.cases.log.insert(0, SimpleNamespace(id=1, kind="raised", case="c1"))
    assert (await reader.next())["id"] == "1"


async def test_being_woken_is_quicker_than_looking(bench: Bench, rahima: Staff) -> None:
    slow = Live(CaseFeed(bench.cases), bench.accounts, looks(bench.cases), Pace(look=30, check=0.05, life=60))
    reader, _ = opened(bench, slow, rahima)
    await reader.next()
    await asyncio.sleep(0.1)
    line(bench)
    slow.wake()
    assert (await reader.next())["id"] == "1"


async def test_of_too_many_streams_of_one_session_the_oldest_end(bench: Bench, live: Live, rahima: Staff) -> None:
    token = bench.accounts.open_session(rahima.id, Stage.FULL)
    readers = [Reader(live._stream(rahima, token, None)) for _ in range(14)]
    for reader in readers:
        await reader.next()
    assert [await reader.next() for reader in readers[:2]] == [{}, {}]
    line(bench)
    assert (await readers[2].next())["id"] == "1"


async def test_closing_ends_every_stream_and_lets_none_open(bench: Bench, live: Live, rahima: Staff) -> None:
    reader, _ = opened(bench, live, rahima)
    await reader.next()
    live.close()
    assert await reader.next() == {}
    late, _ = opened(bench, live, rahima)
    await late.next()
    assert await late.next() == {}
