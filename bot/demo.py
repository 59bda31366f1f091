"""`python -m bot demo`: a throw-away desk with invented conversations, for anybody to look at. Seeded: always the same."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot import settings
from bot.demo_people import Person, enrol
from bot.knowledge import DIRECTORY, knowledge, read_yaml
from bot.model import CaseRequest, Inbound, Kind, Level, Outcome, Place, Reply, Risk
from bot.replies import Situation, load_replies
from bot.settings import Settings
from bot.staff import Role
from bot.storage import Accounts, Database, Repository, Sealer
from bot.storage.desk import Casework
from bot.storage.migrate import upgrade
from bot.storage.overview import Overview
from bot.triage import load_lexicon
from bot.understanding.risk import by_rules

CASES = 60
_OWNER = "demo"
_DISTRICTS = ("dhaka", "dhaka", "gazipur", "narayanganj", "cumilla", "cumilla", "manikganj", "faridpur", "jashore")
_OUTCOMES = ("resolved", "referred_confirmed", "referred_confirmed", "referred_unconfirmed", "she_ended", "no_answer")


class Calendar:
    """The time that the store believes: the past while it is filled, then real."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(timezone.utc)


def settings_for(folder: Path, port: int = 8090) -> Settings:
    """Nothing of the real house: a database and keys of its own, no channel but the web chat, no public address."""
    seal, lookup = (base64.b64encode(hashlib.sha256(name).digest()).decode() for name in (b"demo seal", b"demo lookup"))
    return settings.load({"VAR": str(folder), "PORT": str(port), "SEAL_KEYS": f"1:{seal}", "LOOKUP_KEY": lookup})


def fill(chosen: Settings, *, seed: int = 1, cases: int = CASES) -> list[Person]:
    """A new database; returns who can sign in."""
    chosen.var.mkdir(parents=True, exist_ok=True)
    for path in chosen.var.glob("sohojatri.db*"):
        path.unlink()
    upgrade(chosen.database_url)
    database, sealer, clock = Database(chosen.database_url), Sealer(chosen.seal_keys.reveal(), chosen.lookup_key.reveal()), Calendar()
    content = read_yaml(DIRECTORY / "desk" / "demo.yml")
    people = enrol(Accounts(database, sealer, clock=clock), content)
    _Filler(database, sealer, clock, content, people, random.Random(seed)).fill(cases)
    if cases:
        Overview(database, sealer).add_history(_history(content["stories"], random.Random(seed), 12 * cases))
    database.close()
    return people


def _history(stories: list[Mapping[str, Any]], dice: random.Random, number: int) -> list[dict[str, str | int]]:
    """Counts of the two years before, so that the figures have something to show."""
    now, made = datetime.now(timezone.utc), []
    for _ in range(number):
        story, at = dice.choice(stories), now - timedelta(days=dice.triangular(40, 700, 40))
        where = story["where"]
        count: dict[str, str | int] = {
            "month": at.strftime("%Y-%m"), "level": Level(story["level"]).rank, "category": story["category"] or "none",
            "channel": dice.choice(("web", "telegram", "telegram", "messenger")), "language": "en" if story["script"] == "en" else "bn",
            "district": dice.choice(_DISTRICTS), "country": "none" if where in ("bd", "unknown") else where, "stage": story["stage"],
            "outcome": dice.choice(_OUTCOMES), "answered": dice.choice(("under_2", "under_2", "under_5", "under_15", "under_60", "longer")),
        }  # fmt: skip
        made.append(count)
    return made


class _Filler:
    def __init__(
        self, database: Database, sealer: Sealer, clock: Calendar, content: Mapping[str, Any], people: list[Person], dice: random.Random
    ) -> None:
        self._clock, self._content, self._dice = clock, content, dice
        self._store, self._cases = Repository(database, sealer, clock=clock), Casework(database, sealer, clock=clock)
        self._replies, self._lexicon = load_replies(knowledge().hotlines), load_lexicon()
        self._workers = [person.id for person in people if person.role is Role.COUNSELLOR]
        self._supervisors = [person.id for person in people if person.role is Role.SUPERVISOR]
        self._on_duty = [person.id for person, entry in zip(people, content["staff"], strict=True) if entry["duty"]]
        self._begun = datetime.now(timezone.utc).replace(microsecond=0)
        self._number = 0
        self._senders: dict[str, tuple[str, str]] = {}  # conversation → (sender, channel)

    def fill(self, cases: int) -> None:
        """Closed ones first and longest ago; then those of today, in every state; then who asked the bot only."""
        stories = self._content["stories"]
        open_now = min(22, cases // 2)
        for number in range(cases - open_now):
            self._closed(stories[number % len(stories)], days=self._dice.uniform(1, 160))
        for staff in self._on_duty:
            self._at(minutes=180)
            self._cases.set_on_duty(staff, False)
            self._cases.set_on_duty(staff, True)
        for number in range(open_now - 1, -1, -1):  # those that go on waiting come last: until then "the next" is the one just made
            self._open(stories[(number * 5 + 1) % len(stories)], number)
        for number in range(12):
            self._plain(self._content["plain"][number % len(self._content["plain"])], hours=self._dice.uniform(3, 40))
        self._clock.at = None

    # --- states

    def _closed(self, story: Mapping[str, Any], *, days: float) -> None:
        self._at(days=days)
        for staff in self._on_duty:
            self._cases.set_on_duty(staff, True)
        case, conversation = self._begin(story)
        staff = self._dice.choice(self._workers)
        self._later(seconds=self._dice.choice((40, 70, 200, 600, 2400)))
        if not self._take(staff, case):
            return
        self._talk(story, case, conversation, staff, len(story["talk"]))
        self._form(story, case, staff)
        if not self._cases.close(case, staff, self._dice.choice(_OUTCOMES), True):
            self._later(seconds=300)
            self._cases.confirm_close(case, self._supervisors[0])

    def _open(self, story: Mapping[str, Any], number: int) -> None:
        """Among them: waiting, held by each counsellor, passed on, call-backs, waiting for the second person, hidden."""
        self._at(minutes=self._dice.uniform(1, 55) + number % 3)
        case, conversation = self._begin(story, ("web", "telegram", "messenger")[number % 3])
        if number % 22 < 8:
            return  # waits
        staff = self._workers[number % 2]
        self._later(seconds=30)
        if not self._take(staff, case):
            return
        self._talk(story, case, conversation, staff, 1 + number % 3)
        if number % 2:
            self._cases.note(case, staff, self._dice.choice(self._content["notes"]))
            self._form(story, case, staff)
        self._then(case, staff, number)

    def _then(self, case: str, staff: str, number: int) -> None:
        note = self._content["notes"][number % len(self._content["notes"])]
        other = next(one for one in self._workers if one != staff)
        what = number % 7
        if what == 0:
            self._cases.callback(case, staff, self._begun + timedelta(hours=3 + number))
        elif what == 1:
            self._cases.transfer(case, staff, note, to_staff=other)
        elif what == 2:
            self._cases.hide(case, staff)
        elif what == 3:
            self._cases.close(case, staff, "referred_confirmed", True)

    def _plain(self, lines: list[str], *, hours: float) -> None:
        self._at(hours=hours)
        sender, topics = self._sender(), list(knowledge().topics.values())
        for line in lines:
            reply = topics[len(line) % len(topics)].messages[0].text.bn
            self._hear(sender, "web", line, Risk(), None, (Reply(text=reply),), "bn", None)
            self._later(seconds=40)

    # --- steps

    def _begin(self, story: Mapping[str, Any], channel: str | None = None) -> tuple[str, str]:
        sender, level = self._sender(), Level(story["level"])
        channel = channel or self._dice.choice(("web", "telegram", "messenger"))
        conversation, before = "", {line.id for line in self._cases.queue()}
        for number, line in enumerate(story["say"]):
            last = number == len(story["say"]) - 1
            found = by_rules(line, self._lexicon)
            flagged = last and level.flagged
            risk = Risk(flag=level, category=story["category"], reasons=found.reasons or ("model",)) if flagged else Risk()
            reason = story.get("reason", "flagged" if flagged else "asked_for_person")
            case = CaseRequest(level=level, category=story["category"], reason=reason) if last else None
            first = self._first(story) if flagged else ()
            conversation = self._hear(
                sender, channel, line, risk, case, first, story["script"], story["where"], story.get("media")
            )  # fmt: skip
            self._later(seconds=15)
        (new,) = {line.id for line in self._cases.queue()} - before
        return new, conversation

    def _first(self, story: Mapping[str, Any]) -> tuple[Reply, ...]:
        place = story["where"]
        return self._replies.replies(Situation(Level(story["level"]), story["category"], "herself", place), story["script"], begun=False)

    def _hear(
        self, sender: str, channel: str, text: str, risk: Risk, case: CaseRequest | None, replies: tuple[Reply, ...], script: str,
        where: str | None, media: str | None = None,
    ) -> str:  # fmt: skip
        self._number += 1
        kind = Kind.MEDIA if media else Kind.TEXT
        event = Inbound(channel=channel, external_id=f"demo-{self._number}", sender=sender, kind=kind, text=text, media=media)
        (received,) = self._store.receive([event])
        self._senders[received.conversation] = (sender, channel)
        turn = self._store.take_turn(received.conversation, _OWNER, 60)
        if turn is None:
            return received.conversation
        language = "en" if script == "en" else "bn"
        place = Place(step=self._number % 14, part=0, done=frozenset(range(1, self._number % 14)))
        state = replace(turn.state, language=language, script=script, place=place, whereabouts=None if where == "unknown" else where)
        self._store.finish(turn, Outcome(replies=replies, state=state, risk=risk, case=case), _OWNER)
        self._store.release_turns(received.conversation, _OWNER)
        self._deliver(received.conversation)
        return received.conversation

    def _talk(self, story: Mapping[str, Any], case: str, conversation: str, staff: str, lines: int) -> None:
        for number, line in enumerate(story["talk"][:lines]):
            self._later(seconds=self._dice.uniform(20, 80))
            if number % 2 == 0:
                self._cases.say(case, staff, line)
                self._deliver(conversation)
            else:
                self._hear(*self._senders[conversation], line, Risk(), None, (), story["script"], story["where"])

    def _form(self, story: Mapping[str, Any], case: str, staff: str) -> None:
        district = self._dice.choice(_DISTRICTS)
        contact: dict[str, object] = {"who": "herself", "stage": story["stage"], "again": "first", "district": district}
        if story["where"] not in ("bd", "unknown"):
            contact["country"] = story["where"]
        self._cases.put_form(case, staff, {"contact": contact, "issue": story["issue"], "done": {"what": ["listened", "information"]}})

    def _take(self, staff: str, case: str) -> bool:
        """False: nobody was on duty, and it became a call-back."""
        taken = self._cases.take_next(staff)
        assert taken is None or taken.case.id == case
        return taken is not None

    def _deliver(self, conversation: str) -> None:
        while (letter := self._store.take_outgoing(conversation, _OWNER, 60)) is not None:
            self._store.sent(letter.message, None)
            self._store.release_sending(conversation, _OWNER)

    # --- time, and who she is

    def _at(self, **ago: float) -> None:
        self._clock.at = self._begun - timedelta(**ago)

    def _later(self, *, seconds: float) -> None:
        """Never beyond the present."""
        self._clock.at = min(self._now() + timedelta(seconds=seconds), self._begun - timedelta(seconds=1))

    def _now(self) -> datetime:
        assert self._clock.at is not None
        return self._clock.at

    def _sender(self) -> str:
        self._number += 1
        return f"invented-{self._number}"
