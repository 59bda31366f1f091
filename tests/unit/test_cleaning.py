"""A hidden chat is emptied by its channel; what fails is tried again, what cannot be done is let be."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.cleaning import Cleaner, Cleaning
from bot.errors import ContentError, TryLater, Unreachable
from bot.knowledge import DIRECTORY, read_yaml
from bot.model import State
from bot.safehours import load_safe_hours

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
CHAT = Cleaning(conversation="c", channel="telegram", recipient="ann", messages=("1", "2"), upto=2, pending=False)


class Store:
    def __init__(self) -> None:
        self.done: list[Cleaning] = []
        self.later: list[tuple[str, datetime]] = []

    def take_cleanings(self, seconds: float, limit: int) -> list[Cleaning]:
        return [CHAT]

    def cleaned(self, done: Cleaning) -> None:
        self.done.append(done)

    def clean_later(self, conversation: str, due_at: datetime) -> None:
        self.later.append((conversation, due_at))


class Channel:
    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.cleaned = error, list[tuple[str, tuple[str, ...]]]()

    async def clean(self, recipient: str, messages) -> None:
        if self.error:
            raise self.error
        self.cleaned.append((recipient, tuple(messages)))


async def test_the_channel_empties_it():
    store, channel = Store(), Channel()
    await Cleaner(store, {"telegram": channel}, lambda: NOW).clean()  # type: ignore[dict-item]
    assert channel.cleaned == [("ann", ("1", "2"))] and store.done == [CHAT] and store.later == []


@pytest.mark.parametrize(("error", "seconds"), [(TryLater(), 5), (TryLater(seconds=30), 30)])
async def test_a_platform_that_is_away_is_asked_again(error, seconds):
    store = Store()
    await Cleaner(store, {"telegram": Channel(error)}, lambda: NOW).clean()  # type: ignore[dict-item]
    assert store.later == [("c", NOW + timedelta(seconds=seconds))] and store.done == []


async def test_a_channel_that_is_switched_off_is_waited_for():
    store = Store()
    await Cleaner(store, {}, lambda: NOW).clean()
    assert store.later == [("c", NOW + timedelta(seconds=600))]


async def test_where_she_blocked_us_nothing_more_can_be_done():
    store = Store()
    await Cleaner(store, {"telegram": Channel(Unreachable())}, lambda: NOW).clean()  # type: ignore[dict-item]
    assert store.done == [CHAT]


# --- her hours, as knowledge/triage/hours.yml has them


@pytest.mark.parametrize(
    ("state", "hours"),
    [
        (State(), ""), (State(safe_hours="never", whereabouts="sa"), "never"), (State(safe_hours="morning"), "morning"),
        (State(safe_hours="evening", whereabouts="sa"), "evening@Asia/Riyadh"), (State(safe_hours="evening", whereabouts="abroad"), "evening"),
    ],
)  # fmt: skip
def test_her_hours_go_by_the_clock_where_she_is(state, hours):
    assert load_safe_hours().of(state) == hours


def test_a_zone_that_is_none_stops_the_start(tmp_path):
    import yaml

    content = read_yaml(DIRECTORY / "triage" / "hours.yml")
    (tmp_path / "triage").mkdir()
    changed = {**content, "zones": {"sa": "Asia/Mecca"}}
    (tmp_path / "triage" / "hours.yml").write_text(yaml.safe_dump(changed, allow_unicode=True))
    with pytest.raises(ContentError, match=r"zones\.sa"):
        load_safe_hours(tmp_path)
