"""The process dies at every single call that leaves it, before the call takes effect and after; then a second life finishes the work."""

from __future__ import annotations

import base64
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.knowledge import knowledge
from bot.model import Inbound
from bot.storage import Database, Repository, Sealer
from bot.storage.tables import cases, codes, conversations, events, messages, metadata, people
from tests.databases import migrated
from tests.fakes.lives import OWNER, Boundary, Life, Person, World
from tests.integration.storage.conftest import migrated_postgres_url, postgres_url  # noqa: F401 - fixtures

SEALER = Sealer("1:" + base64.b64encode(os.urandom(32)).decode(), base64.b64encode(os.urandom(32)).decode())
SENTENCES = knowledge().sentences
CODE = re.compile(r"(?<!\d)\d{4} \d{4}(?!\d)")

Step = Callable[[World], list[list[Inbound]]]  # what the platforms deliver then, in batches; work ends before the next step


def say(*texts: str, person: Person, batch: bool = False) -> Step:
    """Several texts in a row, none waiting for the answer to the one before; in a `batch`, as one delivery."""

    def step(world: World) -> list[list[Inbound]]:
        said = [person.says(text) for text in texts]
        return [said] if batch else [[event] for event in said]

    return step


def press(payload: str, person: Person) -> Step:
    return lambda world: [[person.presses(payload)]]


def redeem(person: Person, giver: Person) -> Step:
    """Types the code that the other phone shows."""
    return lambda world: [[person.says(CODE.findall(world.texts(giver.sender)[-1])[-1])]]


def three_texts() -> list[Step]:
    ann = Person("telegram", "ann")
    return [say("পাসপোর্ট কই করব", "amake mere felbe bolse", "ticket koto", person=ann)]


def three_texts_in_one_delivery() -> list[Step]:
    ann = Person("messenger", "ann")
    return [say("first?", "he will kill me tonight", "third?", person=ann, batch=True)]


def two_people() -> list[Step]:
    ann, bea = Person("telegram", "ann"), Person("messenger", "bea")
    return [lambda world: [[ann.says("one")], [bea.says("two")], [ann.says("next")], [bea.says("step 4")]]]


def carried_by_code() -> list[Step]:
    ann, again = Person("telegram", "ann"), Person("messenger", "ann-on-messenger")
    return [say("step 5", "done", "carry", person=ann), redeem(again, ann), say("next", person=again)]


def case_carried_by_code() -> list[Step]:
    ann, again = Person("telegram", "ann"), Person("messenger", "ann-on-messenger")
    return [say("step 5", "carry", person=ann), say("he will kill me tonight", person=again), redeem(again, ann), say("next", person=ann)]


def deletion() -> list[Step]:
    ann = Person("telegram", "ann")
    return [say("step 5", person=ann), press("delete_yes", ann), say("where am i", person=ann)]


def deletion_with_an_open_case() -> list[Step]:
    ann = Person("telegram", "ann")
    return [say("step 5", "amake mere felbe bolse", person=ann), press("delete_yes", ann), say("where am i", person=ann)]


def another_language() -> list[Step]:
    ann = Person("telegram", "ann")
    return [say("english", "step 2", person=ann), say("ভাষা", person=ann)]


def the_walk() -> list[Step]:
    ann = Person("telegram", "ann")
    return [say("begin", "next", "next", "next", person=ann)]


SCENARIOS = [three_texts, carried_by_code, deletion, another_language, the_walk]
MORE = [three_texts_in_one_delivery, two_people, case_carried_by_code, deletion_with_an_open_case]


@dataclass
class Play:
    """A scenario as it goes on over several lives: what was not acknowledged comes again."""

    steps: list[Step]
    world: World
    waiting: list[list[Inbound]] = field(default_factory=list)
    unsure: list[list[Inbound]] = field(default_factory=list)  # acknowledged last: a poll that confirms it may have been lost

    async def go(self, life: Life) -> bool:
        """Whether it came to its end in this life."""
        life.begin()
        for batch in self.unsure:
            await life.deliver(batch)
        await life.idle()
        while (self.waiting or self.steps) and not life.boundary.dead:
            if not self.waiting:
                self.waiting = self.steps.pop(0)(self.world)
            while self.waiting and await life.deliver(self.waiting[0]):
                self.unsure = [self.waiting.pop(0)]
            if not self.waiting:
                await life.idle()
        await life.idle()
        await life.end()
        return not life.boundary.dead


@dataclass(frozen=True)
class End:
    """How a play ended: what reached whom, and what is stored, in terms that do not differ from run to run."""

    texts: dict[str, list[str]]
    stored: dict[str, Any]


def _stored(database: Database, now: float) -> dict[str, Any]:
    with database.read() as connection:
        rows = {table.name: list(connection.execute(select(table))) for table in (people, conversations, messages, cases, events, codes)}
    # Of what she had deleted only emptied rows stay for two days, so that an event delivered again is still known.
    emptied = [row for row in rows["messages"] if row.state == "superseded"]
    assert all(row.direction == "in" and row.risk_flag is None and row.risk_reasons is None for row in emptied)
    rows["messages"] = [row for row in rows["messages"] if row.state != "superseded"]
    persons = {row.id: (row.language, row.language_chosen, row.script, row.step, row.part, row.done, row.level) for row in rows["people"]}
    assert not [row for row in rows["conversations"] if max(row.turn_until or 0, row.send_until or 0) > now], "a lease is left"
    assert {row.state for row in rows["messages"]} <= {"answered", "sent"}
    return {
        "people": Counter(persons.values()),
        "conversations": Counter((row.channel, row.reachable, persons[row.person_id]) for row in rows["conversations"]),
        "messages": Counter((row.direction, row.kind, row.state, row.position, row.risk_flag) for row in rows["messages"]),
        "cases": Counter((row.level, row.category, row.state, row.reason, row.version, persons[row.person_id]) for row in rows["cases"]),
        "events": Counter(row.kind for row in rows["events"]),
        "codes": Counter(row.used_at is not None for row in rows["codes"]),
    }


def _end(world: World, database: Database) -> End:
    """Replies that reached her twice count once here; `_repeated` looks at them."""
    once = {out.message: out for out in world.sent}.values()
    texts: dict[str, list[str]] = {out.recipient: [] for out in once}
    for out in once:
        texts[out.recipient].append(CODE.sub("#### ####", out.reply.text))
    return End(texts, _stored(database, world.now.timestamp()))


def _repeated(world: World) -> set[int]:
    """The replies that came twice; each right after itself and unchanged."""
    counts = Counter(out.message for out in world.sent)
    for message, count in counts.items():
        copies = [out for out in world.sent if out.message == message]
        assert count <= 2
        assert len({out.reply for out in copies}) == 1
    for recipient in {out.recipient for out in world.sent}:
        order = [out.message for out in world.sent if out.recipient == recipient]
        assert order == sorted(order), "out of order"
    return {message for message, count in counts.items() if count == 2}


class Stage:
    """One database, emptied for each play."""

    def __init__(self, database: Database, every: int) -> None:
        self._database = database
        self.every = every  # which calls one dies at: all, or every so manieth where that is slow

    async def play(
        self, scenario: Callable[[], list[Step]], boundary: Boundary, *, busy: int = 0, heir: str = OWNER, again: bool = False
    ) -> tuple[End, set[int], bool]:
        """(the end, replies that reached her but were not on record when the process died, whether it died).

        `again`: it dies at the end, all done; and the last delivery, whose acknowledgement was lost with it, comes again.
        """
        self._empty()
        world = World(busy=busy)
        store = Repository(self._database, SEALER, clock=world.clock)
        play, unrecorded = Play(scenario(), world), set()
        ended = await play.go(Life(store, world, boundary))
        if not ended:
            unrecorded = {out.message for out in world.sent} - world.recorded
            assert all(count == 1 for count in Counter(out.recipient for out in world.sent if out.message in unrecorded).values())
            if heir != OWNER:
                world.now += timedelta(seconds=100)  # another gateway waits until the leases of the dead run out
            assert await play.go(Life(store, world, Boundary(), heir))
        if again:
            assert await play.go(Life(store, world, Boundary()))
        assert not (play.waiting or play.steps)
        _same_answers(world)
        assert _repeated(world) == unrecorded
        return _end(world, self._database), unrecorded, not ended

    def _empty(self) -> None:
        with self._database.note() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())


def _same_answers(world: World) -> None:
    """Asked again the same from the same state, the dialogue says the same: what is repeated after a crash is a copy."""
    answers: dict[Any, Any] = {}
    for message, state, answer in world.asked:
        assert answers.setdefault((message, state), answer) == answer


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    memory = Path("/dev/shm")  # nobody cuts the power here, so a disk would only cost time
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        url = migrated(Path(folder) / "stage.db") if request.param == "sqlite" else request.getfixturevalue("migrated_postgres_url")
        database = Database(url)
        yield Stage(database, every=1 if request.param == "sqlite" else 6)
        database.close()


async def _die_everywhere(stage: Stage, scenario: Callable[[], list[Step]], every: int = 1, **how: Any) -> None:
    boundary = Boundary()
    clean, unrecorded, died = await stage.play(scenario, boundary, **how)
    assert not unrecorded and not died
    deaths = repeats = 0
    for at in range(1, len(boundary.calls) + 1, every * stage.every):
        for after in (False, True):
            last = Boundary(at, after=after)
            end, unrecorded, died = await stage.play(scenario, last, **how)
            assert end == clean, last.where
            deaths += died
            repeats += len(unrecorded)
    assert deaths >= len(boundary.calls) / (every * stage.every)
    assert repeats > 0 or every * stage.every > 1  # the one ambiguity was met: sent, and not on record


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_a_death_at_any_call_loses_and_repeats_nothing(stage: Stage, scenario: Callable[[], list[Step]]) -> None:
    await _die_everywhere(stage, scenario)


@pytest.mark.parametrize("scenario", MORE, ids=lambda scenario: scenario.__name__)
async def test_nor_does_one_at_every_third_call_of_what_happens_less_often(stage: Stage, scenario: Callable[[], list[Step]]) -> None:
    await _die_everywhere(stage, scenario, every=3)


async def test_another_gateway_takes_over(stage: Stage) -> None:
    await _die_everywhere(stage, carried_by_code, every=6, heir="gateway:8081")


async def test_a_death_while_the_platform_is_busy(stage: Stage) -> None:
    await _die_everywhere(stage, three_texts, every=4, busy=2)


# What the clean runs must say: the comparison above is worth nothing where both are wrong.


async def _clean(stage: Stage, scenario: Callable[[], list[Step]]) -> End:
    return (await stage.play(scenario, Boundary()))[0]


async def test_three_texts_are_answered_in_order_the_disclosure_by_the_fixed_reply(stage: Stage) -> None:
    end = await _clean(stage, three_texts)
    texts = end.texts["ann"]
    assert [text.partition(":")[0] for text in texts if "first" in text or "second" in text] == ["পাসপোর্ট কই করব"] * 2
    assert "999" in texts[2] and "Where are you now?" in texts[3]  # the first reply, and after it where she is
    assert len(texts) == 5 and "999" in texts[4]  # the third text is answered by the fixed text for who waits
    assert sum(end.stored["cases"].values()) == 1 and end.stored["events"]["opened"] == 1


async def test_where_she_is_is_asked_once_remembered_and_answered_with_its_numbers(stage: Stage) -> None:
    ann = Person("telegram", "ann")
    end = await _clean(
        stage,
        lambda: [
            say("he will kill me tonight", person=ann),
            lambda world: [[ann.presses("here.abroad")]],
            say("saudi", person=ann),
            say("numbers", person=ann),
        ],
    )
    first, where, abroad, country, hotlines = end.texts["ann"]
    assert "999" in first and "+880 9610 102030" in first
    assert where.startswith("Where are you now?")
    assert "+880 9610 102030" in abroad and "999" not in abroad
    assert "In Saudi Arabia" in country and "999" in country
    assert "109 ·" not in hotlines and "16135 ·" not in hotlines and "997 ·" in hotlines


async def test_a_code_carries_place_and_marks(stage: Stage) -> None:
    end = await _clean(stage, carried_by_code)
    assert end.texts["ann-on-messenger"][0] == SENTENCES["carried"]["bn"]
    assert len(end.stored["people"]) == 1 and sum(end.stored["people"].values()) == 1
    ((_, _, _, step, part, done, _),) = end.stored["people"]
    assert (step, part, done) == (5, 1, 1 << 5)
    assert end.stored["codes"] == {True: 1}


async def test_a_deletion_leaves_one_empty_person(stage: Stage) -> None:
    end = await _clean(stage, deletion)
    assert end.texts["ann"][1] == SENTENCES["deleted"]["bn"]
    assert end.texts["ann"][2].startswith(SENTENCES["not_started"]["en"])
    assert end.stored["messages"].total() == 4  # "delete_yes", "where am i", and the two answers
    ((_, _, _, step, part, done, level),) = end.stored["people"]
    assert (step, part, done, level) == (0, 0, 0, 0)


async def test_what_she_writes_right_behind_her_deletion_is_answered(stage: Stage) -> None:
    ann = Person("telegram", "ann")
    end = await _clean(
        stage, lambda: [say("step 5", person=ann), lambda world: [[ann.presses("delete_yes"), ann.says("he will kill me tonight")]]]
    )
    assert len(end.texts["ann"]) == 4 and "999" in end.texts["ann"][2]


async def test_what_she_has_deleted_does_not_come_back_when_a_poll_was_not_confirmed(stage: Stage) -> None:
    ann = Person("telegram", "ann")
    end, *_ = await stage.play(lambda: [lambda world: [[ann.says("step 5"), ann.presses("delete_yes")]]], Boundary(), again=True)
    # Whether the answer to the first leaves before it is deleted with her words is a matter of milliseconds.
    assert end.texts["ann"][-1] == SENTENCES["deleted"]["bn"] and len(end.texts["ann"]) <= 2
    ((_, _, _, step, *_),) = end.stored["people"]
    assert step == 0


async def test_a_deletion_keeps_an_open_case(stage: Stage) -> None:
    end = await _clean(stage, deletion_with_an_open_case)
    assert any(text in (SENTENCES["delete_kept"]["bn"], SENTENCES["delete_kept"]["en"]) for text in end.texts["ann"])
    assert sum(end.stored["cases"].values()) == 1


async def test_three_times_next_is_exactly_three_parts(stage: Stage) -> None:
    ((_, _, _, step, part, _, _),) = (await _clean(stage, the_walk)).stored["people"]
    assert (step, part) == (1, 3)


async def test_the_language_changes_once_and_back(stage: Stage) -> None:
    end = await _clean(stage, another_language)
    ((language, chosen, *_),) = end.stored["people"]
    assert (language, chosen) == ("bn", True)
    assert SENTENCES["language"]["en"] in end.texts["ann"] and SENTENCES["language"]["bn"] in end.texts["ann"]
