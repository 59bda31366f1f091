"""The daily sample and the figures, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event

from bot.errors import IllegalEvent
from bot.model import CaseRequest, Level, Outcome, Reply, Risk
from bot.storage import Casework, Sealer
from bot.storage.overview import Overview

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 10, 6, tzinfo=timezone.utc)  # in Bangladesh


@pytest.fixture
def work(desk: Any, sealer: Sealer) -> Casework:
    return Casework(desk.database, sealer, clock=desk.clock)


@pytest.fixture
def overview(desk: Any, sealer: Sealer) -> Overview:
    desk.clock.now = NOON
    return Overview(desk.database, sealer, clock=desk.clock, keep=timedelta(0))


def wrote(desk: Any, sender: str, level: Level | None = None, *, category: str = "fraud", channel: str = "telegram") -> str:
    conversation: str = desk.say("words of hers", sender=sender, channel=channel)
    turn = desk.turn(conversation)
    flagged = level is not None and level.flagged
    risk = Risk(flag=level, category=category) if flagged and level else Risk()
    case = CaseRequest(level=level, category=category, reason="flagged" if flagged else "asked_for_person") if level else None
    desk.repository.finish(turn, Outcome(replies=(Reply(text="an answer"),), state=turn.state, risk=risk, case=case), "w")
    desk.repository.release_turns(conversation, "w")
    return conversation


# The sample


def test_one_conversation_of_yesterday_the_same_all_day_and_another_for_a_colleague(desk: Any, overview: Overview) -> None:
    places = {wrote(desk, f"ann{number}") for number in range(12)}
    day, none, *_ = overview.sample("boss")
    assert (day, none) == ("2026-03-09", None), "today's are not yesterday's"
    desk.clock.now = NOON + DAY
    day, conversation, said, verdict = overview.sample("boss")
    assert day == "2026-03-10" and conversation in places and verdict is None
    assert [message.text for message in said] == ["words of hers", "an answer"]
    desk.clock.advance(10 * 3600)
    assert overview.sample("boss")[1] == conversation
    assert len({overview.sample(f"boss{number}")[1] for number in range(12)}) > 3
    chosen = {(NOON + DAY * number, overview.sample("boss")[1]) for number in range(3)}
    assert len(chosen) == 3


def test_the_choice_stays_when_others_are_deleted(desk: Any, overview: Overview) -> None:
    places = [wrote(desk, f"ann{number}") for number in range(8)]
    desk.clock.now = NOON + DAY
    chosen = overview.sample("boss")[1]
    for place in places:
        if place != chosen:
            desk.repository.forget(place)
    assert overview.sample("boss")[1] == chosen


def test_what_was_flagged_or_has_a_case_is_no_sample(desk: Any, overview: Overview) -> None:
    wrote(desk, "ann", Level.CRITICAL)
    wrote(desk, "bea", Level.STANDARD)
    desk.clock.now = NOON + DAY
    assert overview.sample("boss")[1] is None
    with pytest.raises(IllegalEvent):
        overview.judge("boss", "2026-03-10", None)


def test_a_verdict_is_given_once_and_only_on_its_day(desk: Any, overview: Overview) -> None:
    wrote(desk, "ann")
    desk.clock.now = NOON + DAY
    assert overview.judge("boss", "2026-03-01", None) is None and overview.sample("boss")[3] is None
    assert overview.judge("boss", "2026-03-10", None) is None
    assert overview.sample("boss")[3] == "ok" and overview.sample("other")[3] is None
    with pytest.raises(IllegalEvent):
        overview.judge("boss", "2026-03-10", Level.CRITICAL)


def test_missed_danger_becomes_a_case_and_nothing_is_said_to_her(desk: Any, overview: Overview, work: Casework) -> None:
    place = wrote(desk, "ann")
    desk.deliver(place)
    desk.clock.now = NOON + DAY
    case = overview.judge("boss", "2026-03-10", Level.URGENT)
    assert case is not None
    found = work.find(case)
    assert (found.level, found.reason) == (Level.URGENT, "review")
    assert desk.deliver(place) == []
    assert [line.id for line in work.queue()] == [case]
    assert [row.kind for row in desk.rows("alerts")] != []


# Figures


def test_each_case_is_counted_once_by_its_highest_level_and_what_the_form_says(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann")
    wrote(desk, "a", Level.URGENT)
    desk.clock.advance(100)
    taken = work.take_next("ann")
    assert taken is not None
    case = taken.case.id
    work.set_level(case, "ann", Level.CRITICAL, "")
    work.set_level(case, "ann", Level.URGENT, "a film")
    work.put_form(case, "ann", {"contact": {"district": "dhaka", "stage": "abroad", "name": "Kulsum"}})
    wrote(desk, "b", Level.STANDARD, channel="web")
    desk.clock.advance(61)

    def counts(dimension: str, until: str = "2026-04") -> dict[tuple[str, str], int]:
        overview.years()
        return overview.counts(2026, dimension, until)

    assert overview.years() == [2026]
    assert counts("level") == {("2026-03", "3"): 1, ("2026-03", "1"): 1}
    assert counts("answered") == {("2026-03", "under_2"): 1, ("2026-03", "never"): 1}
    assert counts("district") == {("2026-03", "dhaka"): 1, ("2026-03", "none"): 1}
    assert counts("channel") == {("2026-03", "telegram"): 1, ("2026-03", "web"): 1}
    assert counts("outcome") == {("2026-03", "none"): 2}
    work.put_form(case, "ann", {"contact": {"district": "gazipur"}})
    desk.clock.advance(61)
    assert counts("district") == {("2026-03", "gazipur"): 1, ("2026-03", "none"): 1}
    assert counts("level", "2026-03") == {}, "a month that has not ended"
    with pytest.raises(KeyError):
        overview.counts(2026, "case_id", "2026-04")


def test_nothing_in_the_figures_says_who_it_was(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann")
    wrote(desk, "a", Level.URGENT)
    taken = work.take_next("ann")
    assert taken is not None
    work.put_form(taken.case.id, "ann", {"contact": {"district": "dhaka", "name": "Kulsum", "phone": "01700"}})
    desk.clock.advance(61)
    overview.years()
    (row,) = desk.rows("figures")
    assert "Kulsum" not in str(row) and "01700" not in str(row)


def test_what_waits_is_counted_for_the_team_that_may_take_it(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann", team="a")
    wrote(desk, "a", Level.CRITICAL, category="suicide")
    wrote(desk, "b", Level.STANDARD)
    assert sorted((level.value, state) for level, state, _ in overview.waiting(None)) == [("critical", "queued"), ("standard", "queued")]
    work.transfer(work.queue()[0].id, "ann", "x", to_team="b", over=True)
    assert [level.value for level, _, _ in overview.waiting("a")] == ["standard"]
    assert len(overview.waiting("b")) == 2


# What supervisors look at all day


def test_the_lists_are_cut_and_the_counts_are_not(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann", "bea", team="a")
    for number in range(5):
        wrote(desk, f"she{number}", Level.CRITICAL if number == 4 else Level.URGENT)
    held = [work.take_next("ann"), work.take_next("ann")]
    desk.clock.advance(120)
    sight = overview.at_work(None, 2)
    assert (len(sight.queue), sight.queued, len(sight.held), sight.holding) == (2, 3, 2, 2)
    assert [(row.level, row.count) for row in sight.waiting] == [(Level.CRITICAL, 0), (Level.URGENT, 3), (Level.STANDARD, 0)]
    assert dict(sight.loads) == {"ann": 2} and sight.late == 0
    assert {line.id for line in sight.held} == {view.case.id for view in held if view is not None}
    assert all(line.unread == 1 for line in (*sight.queue, *sight.held))
    desk.clock.advance(3600)
    assert overview.at_work(None, 1).late >= 3 and overview.at_work(None, 1).queue[0].late


def test_another_teams_are_neither_shown_nor_counted(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann", team="a")
    wrote(desk, "she", Level.URGENT)
    wrote(desk, "another", Level.URGENT)
    assert work.take_next("ann") is not None
    ours, theirs = overview.at_work("a", 9), overview.at_work("b", 9)
    assert (ours.queued, ours.holding, theirs.queued, theirs.holding) == (1, 1, 1, 0)
    assert dict(theirs.loads) == {} and theirs.held == ()


def test_a_closing_that_waits_for_a_second_person_is_shown_as_such(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann")
    wrote(desk, "she", Level.CRITICAL, category="suicide")
    taken = work.take_next("ann")
    assert taken is not None and not work.close(taken.case.id, "ann", "resolved", True)
    assert [line.closing_by for line in overview.at_work(None, 9).confirm] == ["ann"]


def test_what_is_to_be_erased_is_seen_at_once_and_found_without_reading_all_cases(desk: Any, overview: Overview, work: Casework) -> None:
    desk.staff("ann")
    conversation = wrote(desk, "she", Level.URGENT)
    taken = work.take_next("ann")
    assert taken is not None and overview.to_erase() == []
    assert desk.repository.forget(conversation) == "kept"
    work.close(taken.case.id, "ann", "resolved", True)
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT") and "asked_to_delete" in statement and desk.database.engine.dialect.name == "sqlite":
            raw = connection.connection.dbapi_connection
            plans.extend(row[3] for row in raw.execute("EXPLAIN QUERY PLAN " + statement, parameters))

    event.listen(desk.database.engine, "before_cursor_execute", explain)
    assert [line.id for line in overview.to_erase()] == [taken.case.id]
    event.remove(desk.database.engine, "before_cursor_execute", explain)
    assert all("ix_cases_to_erase" in line for line in plans) and bool(plans) == (desk.database.engine.dialect.name == "sqlite")
