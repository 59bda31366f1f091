"""100,000 random events with crashes: no sequence breaks an invariant of the policy."""

from __future__ import annotations

import pytest

from bot.handoff import Stage
from tests.fakes.caseworld import CaseWorld

EVENTS = 100_000
WORLDS = 10


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_sequence_of_events_breaks_the_policy(seed: int) -> None:
    world = CaseWorld(seed)
    while world.events < EVENTS / WORLDS:
        world.step()
    assert world.crashes > 100 and world.refused > 500
    assert set(world.states) == {stage.value for stage in Stage}, "all states were reached"
    for her in world.people:
        done = set(range(1, her.written + 1)) - {number for number, _, _ in her.waiting}
        assert set(her.answered) == done and set(her.answered.values()) <= {1}, "no message is lost or answered twice"
    kinds = {kind for _, kind in world.log}
    assert {"accepted", "offer_lapsed", "transfer_accepted", "closed", "lowered", "callback_missed", "owner_gone"} <= kinds
