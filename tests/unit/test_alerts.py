"""Alerts: each through each door once, tried again, told in one when many come; and what they say."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot.alerts import Alerts
from bot.errors import ContentError, Refused, TryLater
from bot.knowledge import DIRECTORY, read_yaml
from bot.model import Level
from bot.ringing import LANGUAGES, Ring, load_wording

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
CASE = "c" * 22


def ring(number: int = 1, **changes) -> Ring:
    return Ring(**{"id": number, "case": CASE, "kind": "new", "level": Level.CRITICAL, "waits_since": NOW, **changes})


class Store:
    """Gives what is due, as the real one."""

    def __init__(self, *rings: Ring) -> None:
        self.waiting, self.done, self.later, self.broken = list(rings), list[tuple[str, int]](), list[tuple[str, int, datetime]](), 0

    def take_rings(self, door: str, seconds: float, limit: int) -> list[Ring]:
        if self.broken:
            self.broken -= 1
            raise ConnectionError("away")
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def rung(self, door: str, alerts) -> None:
        self.done += [(door, alert) for alert in alerts]

    def ring_later(self, door: str, alerts, due_at: datetime) -> None:
        self.later += [(door, alert, due_at) for alert in alerts]


class Door:
    def __init__(self, error: Exception | None = None, pause: float = 0.05) -> None:
        self.error, self.pause, self.rang = error, pause, list[list[int]]()

    async def ring(self, rings) -> None:
        if self.error:
            raise self.error
        self.rang.append([each.id for each in rings])

    async def close(self) -> None: ...


async def run(alerts: Alerts, seconds: float = 0.15) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(alerts.run(stop))
    await asyncio.sleep(seconds)
    stop.set()
    await asyncio.wait_for(task, 2)


async def test_what_waits_is_told_in_one_and_noted(monkeypatch):
    store, door = Store(ring(1), ring(2), ring(3)), Door()
    await run(Alerts(store, {"telegram": door}, lambda: NOW))
    assert door.rang == [[1, 2, 3]] and store.done == [("telegram", 1), ("telegram", 2), ("telegram", 3)]


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [(TryLater(), 0, 1), (TryLater(), 2, 5), (TryLater(), 99, 10), (TryLater(seconds=30), 0, 30), (Refused(), 0, 60)],
)
async def test_what_did_not_get_out_is_tried_again(error, attempts, seconds):
    store = Store(ring(attempts=attempts))
    await run(Alerts(store, {"telegram": Door(error)}, lambda: NOW))
    assert store.done == [] and store.later == [("telegram", 1, NOW + timedelta(seconds=seconds))]


async def test_one_door_that_hangs_holds_no_other_up():
    class Hanging(Door):
        async def ring(self, rings) -> None:
            await asyncio.sleep(5)

    class Two(Store):
        def take_rings(self, door: str, seconds: float, limit: int) -> list[Ring]:
            return [ring()] if door not in [name for name, _ in self.done] else []

    store, mail = Two(), Door()
    alerts = Alerts(store, {"telegram": Hanging(), "email": mail}, lambda: NOW)
    task = asyncio.create_task(alerts.run(asyncio.Event()))
    await asyncio.sleep(0.1)
    task.cancel()
    assert mail.rang == [[1]]


async def test_a_store_that_is_away_stops_nothing(monkeypatch):
    monkeypatch.setattr("bot.alerts._LOOK", 0.01)
    store, door = Store(ring()), Door()
    store.broken = 3
    await run(Alerts(store, {"telegram": door}, lambda: NOW), 0.6)
    assert door.rang == [[1]]


async def test_past_the_store_one_door_is_enough_and_none_is_an_error():
    broken, whole = Door(TryLater()), Door()
    await Alerts(Store(), {"telegram": broken, "email": whole}, lambda: NOW).tell("database_away")
    assert whole.rang == [[0]]
    with pytest.raises(TryLater):
        await Alerts(Store(), {"telegram": broken}, lambda: NOW).tell("database_away")
    with pytest.raises(TryLater):
        await Alerts(Store(), {}, lambda: NOW).tell("database_away")


# --- what it says


@pytest.mark.parametrize("language", LANGUAGES)
def test_level_what_happened_waiting_time_and_a_link_and_nothing_else(language):
    wording = load_wording(language, "https://desk.example")
    text = wording.text([ring(waits_since=NOW - timedelta(minutes=12))], NOW)
    minutes = "12" if language == "en" else "১২"
    assert text.endswith(f"\nhttps://desk.example/desk/cases/{CASE}")
    assert minutes in text and wording.levels["critical"][1] in text and wording.kinds["new"] in text


def test_who_is_with_a_counsellor_does_not_wait():
    text = load_wording("en", "").text([ring(kind="nudge", waits_since=None)], NOW)
    assert "waiting" not in text


def test_the_most_dangerous_first_and_a_flood_in_one_message():
    wording = load_wording("en", "https://x")
    rings = [ring(n, level=Level.URGENT) for n in range(40)] + [ring(99, case="d" * 22)]
    text = wording.text(rings, NOW)
    assert text.startswith(wording.levels["critical"][0]) and "d" * 22 in text.split("\n\n")[0]
    assert "31 more" in text and len(text) < 4096


def test_of_the_program_itself():
    assert "/desk/cases" not in load_wording("bn", "https://x").text([ring(case=None, kind="database_away")], NOW)


def test_an_unknown_kind_still_calls():
    wording = load_wording("bn", "https://x")
    assert wording.kinds["other"] in wording.text([ring(kind="brand_new")], NOW)


def test_every_kind_that_the_handoff_rings_has_its_words():
    import ast
    from pathlib import Path

    kinds = set(read_yaml(DIRECTORY / "alerts.yml")["kinds"])
    said = set()
    for path in (*Path("bot/handoff").glob("*.py"), Path("bot/shelter.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg in ("kind", "why") and isinstance(node.value, ast.Constant):
                said.add((path.name, node.arg, node.value.value))
    rung = {value for name, arg, value in said if arg == "why"} | {"late", "priority", "offered", "transfer", "team", "confirm_close"}
    assert rung <= kinds, rung - kinds


@pytest.mark.parametrize("broken", ["levels: {", "kinds: {}", "lines: {}"])
def test_missing_words_stop_the_start(tmp_path, broken):
    import yaml

    content = read_yaml(DIRECTORY / "alerts.yml")
    name = broken.partition(":")[0]
    (tmp_path / "alerts.yml").write_text(yaml.safe_dump({**content, name: {"x": {"bn": "x", "en": "x"}}}, allow_unicode=True))
    with pytest.raises(ContentError, match=name):
        load_wording("bn", "", tmp_path)
