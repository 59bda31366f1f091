"""An in-memory twin of the cases' storage: people who write, staff who work, a gateway that may die before or after each commit."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from bot.errors import CaseError
from bot.handoff import HUMAN, QUIET, WAITS, Case, Duty, Holder, Stage, Transition, events
from bot.handoff.machine import begin, decide
from bot.handoff.queue import may_take, offers, place
from bot.holding import load_rota
from bot.model import Level

ROTA = load_rota()
CATEGORIES = ("suicide", "captivity", "physical_violence", "fraud", None)
LEVELS = (Level.STANDARD, Level.URGENT, Level.CRITICAL)
STAFF = {"ann": "a", "bea": "a", "cat": "b", "dia": None}
UNASKED = (events.ClockFired, events.DutyChanged, events.Accepted, events.CallbackAgreed)


@dataclass
class Letter:
    """One message to her."""

    author: str  # bot | house | counsellor
    text: str
    state: str = "queued"  # queued | sent | withdrawn


@dataclass
class Person:
    name: str
    case: Case | None = None
    written: int = 0
    waiting: list[tuple[int, Level, str | None]] = field(default_factory=list)  # her messages without an answer: number, danger, category
    turn: tuple[int, bool] | None = None  # the message being answered, and whether the bot will speak
    answered: Counter[int] = field(default_factory=Counter)
    letters: list[Letter] = field(default_factory=list)

    @property
    def holder(self) -> Holder:
        return Holder.BOT if self.case is None or self.case.state is Stage.CLOSED else self.case.holder


class CaseWorld:
    """`step` does one random thing and checks all invariants."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = datetime(2026, 11, 27, 2, tzinfo=timezone.utc)
        self.people = [Person(name) for name in ("p1", "p2", "p3", "p4")]
        self.on_duty: set[str] = set()
        self.happened: set[str] = set()
        self.log: list[tuple[str, str]] = []  # (person, kind): what is on record
        self.refused = self.events = self.crashes = 0
        self.states: Counter[str] = Counter()

    @property
    def duty(self) -> Duty:
        return Duty(on_duty={staff: STAFF[staff] for staff in sorted(self.on_duty)}, rota=ROTA)

    def step(self) -> None:
        self.now += timedelta(seconds=self.random.choices((0, 1, 5, 20, 60, 200, 900, 4000), (8, 4, 4, 3, 2, 1, 1, 0.3))[0])
        self.random.choices(
            (self.writes, self.begins_turn, self.ends_turn, self.delivers, self.fires, self.shifts, self.offers, self.works, self.leaves),
            (3, 4, 4, 4, 5, 1, 2, 8, 0.3),
        )[0]()

    # --- her

    def writes(self) -> None:
        her = self.random.choice(self.people)
        her.written += 1
        danger = self.random.choices((Level.NONE, *LEVELS), (12, 1, 1, 0.5))[0]
        her.waiting.append((her.written, danger, self.random.choice(CATEGORIES)))

    def begins_turn(self) -> None:
        """The gateway reads who holds the conversation; much may happen until its answer is written."""
        her = self.random.choice(self.people)
        if her.waiting and her.turn is None:
            her.turn = (her.waiting[0][0], her.holder is Holder.BOT)

    def ends_turn(self) -> None:
        her = self.random.choice(self.people)
        if her.turn is None:
            return
        number, speaks = her.turn
        if self.dies():  # the message is still there: another turn begins
            her.turn = None
            return
        _, danger, category = her.waiting.pop(0)
        her.answered[number] += 1
        her.turn = None
        said = speaks and her.holder is not Holder.COUNSELLOR
        if said:
            her.letters.append(Letter("bot", f"answer to {number}"))
        signal = self.random.choice((None, None, None, None, "safe", "stop", "can_write", "cannot_write"))
        if her.holder is not Holder.BOT or (her.case is not None and her.case.state is not Stage.CLOSED):
            self.happen(her, events.SheWrote(channel=self.random.choice(("messenger", "telegram")), answered=said, signal=signal))
        if danger is not Level.NONE:
            reason = "flagged" if danger.flagged else self.random.choice(("asked_for_person", "media", "dialogue_failed"))
            raised = events.Raised(level=danger, category=category, reason=reason, channel="messenger")
            if her.case is None or her.case.state is Stage.CLOSED:
                made = begin(f"{her.name}-{number}", raised, self.now, self.duty, team=self.random.choice((None, "a", "b")))
                self.commit(her, None, raised, made)
            else:
                self.happen(her, raised)

    def delivers(self) -> None:
        her = self.random.choice(self.people)
        letter = next((letter for letter in her.letters if letter.state == "queued"), None)
        if letter is not None:
            assert letter.author != "bot" or her.holder is not Holder.COUNSELLOR, "the bot speaks while a human holds the conversation"
            letter.state = "sent"

    # --- what happens by itself, and at the desk

    def fires(self) -> None:
        for her in self.people:
            if her.case is None:
                continue
            for clock in [clock for clock, at in her.case.clocks.items() if at <= self.now]:
                self.happen(her, events.ClockFired(name=clock))
                self.happen(her, events.ClockFired(name=clock))  # another gateway saw it too

    def shifts(self) -> None:
        staff = self.random.choice(list(STAFF))
        self.on_duty ^= {staff}
        for her in self.people:
            if her.case is not None and her.case.state in WAITS:
                self.happen(her, events.DutyChanged())

    def offers(self) -> None:
        cases = {her.case.id: her for her in self.people if her.case is not None and her.case.state is not Stage.CLOSED}
        busy = frozenset(her.case.offered_to for her in cases.values() if her.case and her.case.offered_to)
        for case, staff in offers([her.case for her in cases.values() if her.case], self.now, self.duty, {}, busy):
            self.happen(cases[case.id], events.Offered(to=staff))

    def works(self) -> None:
        """Anybody tries anything; what the state does not allow must be refused."""
        her, staff = self.random.choice(self.people), self.random.choice(list(STAFF))
        if self.random.random() < 0.3:
            self.takes_next(staff)
        elif her.case is not None:
            once = f"{her.case.id}:{self.events}"
            event = self.anything(her.case, staff)
            self.happen(her, event, once=once)
            if self.random.random() < 0.1:
                self.happen(her, event, once=once)  # the button was pressed twice

    def takes_next(self, staff: str) -> None:
        mine = [her for her in self.people if her.case is not None and may_take(her.case, staff, STAFF[staff])]
        if mine:
            her = min(mine, key=lambda her: place(her.case, self.now) if her.case else (0,))
            assert her.case is not None
            if her.case.state is Stage.QUEUED:
                self.happen(her, events.Offered(to=staff))
            self.happen(her, events.Accepted(by=staff, team=STAFF[staff]))

    def anything(self, case: Case, staff: str) -> events.Event:
        by = case.owner if case.owner is not None and self.random.random() < 0.7 else staff
        other = self.random.choice(list(STAFF))
        if case.transfer_to is not None and self.random.random() < 0.3:
            return events.TransferAccepted(by=case.transfer_to, team=STAFF[case.transfer_to])
        if case.closing is not None and self.random.random() < 0.5:
            return events.SecondPersonConfirmed(by=other)
        level = self.random.choice((Level.STANDARD, Level.URGENT, Level.CRITICAL))
        later = self.now + timedelta(minutes=self.random.choice((-5, 10, 600)))
        return self.random.choice(
            (
                events.CounsellorWrote(by=by), events.CounsellorWrote(by=by), events.CounsellorWrote(by=by),
                events.Rejected(by=case.offered_to or by), events.Accepted(by=case.offered_to or by),
                events.TransferOffered(by=by, to=other), events.TransferOffered(by=by, team="b"),
                events.TransferOffered(by=by, to=other, over=True), events.TransferAccepted(by=case.transfer_to or other, team=STAFF[other]),
                events.TransferRejected(by=case.transfer_to or by), events.CallbackAgreed(by=by, at=later),
                events.CallbackMissed(by=by, at=later), events.Closed(by=by, outcome="resolved", safety_checked=True),
                events.Closed(by=by, outcome="", safety_checked=False), events.SecondPersonConfirmed(by=other),
                events.LevelRaised(by=by, level=level), events.LevelLowered(by=by, level=level), events.Hidden(on=self.random.random() < 0.3),
                events.AskedToDelete(),
            )
        )  # fmt: skip

    def leaves(self) -> None:
        staff = self.random.choice(list(STAFF))
        self.on_duty.discard(staff)
        for her in self.people:
            if her.case is not None and her.case.state is not Stage.CLOSED:
                self.happen(her, events.StaffGone(staff=staff))

    # --- storage

    def dies(self) -> bool:
        dead = self.random.random() < 0.03
        self.crashes += dead
        return dead

    def happen(self, her: Person, event: events.Event, *, once: str | None = None) -> None:
        """Until it is on record; a gateway that died after the commit tries again, and that changes nothing."""
        self.events += 1
        once = once or f"event {self.events}"
        again = True
        while again:
            if self.dies():
                continue
            again = False
            if once in self.happened or her.case is None:
                return
            before = her.case
            try:
                made = decide(before, event, self.now, self.duty)
            except CaseError:
                self.refused += 1
                assert her.case is before
                return
            if made.case is before:
                assert not (made.say or made.alerts or made.log)
                return
            self.commit(her, before, event, made)
            self.happened.add(once)
            again = self.dies()

    def commit(self, her: Person, before: Case | None, event: events.Event, made: Transition) -> None:
        held = her.holder
        her.case = made.case
        self.log.extend((her.name, entry.kind) for entry in made.log)
        self.states[made.case.state.value] += 1
        if made.case.holder is Holder.COUNSELLOR and held is not Holder.COUNSELLOR:
            for letter in her.letters:
                if letter.state == "queued" and letter.author != "counsellor":
                    letter.state = "withdrawn"
        her.letters.extend(Letter("house", text) for text in made.say)
        if isinstance(event, events.CounsellorWrote):
            her.letters.append(Letter("counsellor", "…"))
        check(before, event, made, self.now)


def check(before: Case | None, event: events.Event, made: Transition, now: datetime) -> None:
    """The policy's invariants."""
    case = made.case
    assert (case.owner is not None) == (case.state in HUMAN), "exactly one holds it"
    assert (case.offered_to is not None) == (case.state is Stage.OFFERED)
    assert (case.transfer_to is None and case.transfer_team is None) or case.state in HUMAN
    assert case.closing is None or case.state in HUMAN
    assert made.log, "every transition is logged"
    if case.state is Stage.CLOSED:
        assert not case.clocks and case.outcome
        assert case.confirmed_by is not None or case.peak is not Level.CRITICAL
        assert case.safety_checked or not case.peak.flagged
    if case.state in WAITS:
        assert any(clock.value.startswith(("accept", "callback", "offer")) for clock in case.clocks), "nobody would ever look"
    assert case.version == (1 if before is None else before.version + 1)
    if before is not None and before.closing is not None and case.state is Stage.CLOSED:
        assert case.confirmed_by not in (before.closing.by, before.owner), "a second person"
    if before is not None and case.level.rank < before.level.rank:
        assert isinstance(event, events.LevelLowered), "the level never falls by itself"
    if isinstance(event, events.ClockFired):
        assert case.clocks.get(event.name, now + timedelta(1)) > now, "a clock that fires for ever"
    if case.hidden:
        assert not made.say
    if case.quiet or case.category in QUIET:
        assert case.quiet and not (made.say and isinstance(event, UNASKED)), "the bot never writes first"
    assert not (case.state in HUMAN and set(made.say) - {"counsellor_here"}), "the bot is silent"
