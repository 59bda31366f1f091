"""The case as the machine sees it: frozen values, no words of hers. Times are aware and UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from bot.handoff.clocks import Clock
from bot.model import Level
from bot.rota import Rota


class Stage(str, Enum):
    """Where a case stands. Nobody has a case: the bot holds the conversation."""

    QUEUED = "queued"
    OFFERED = "offered"
    WITH_COUNSELLOR = "with_counsellor"
    WAITING_FOR_HER = "waiting_for_her"
    CALLBACK = "callback"
    CLOSED = "closed"


class Holder(str, Enum):
    """Who speaks to her; kept with each of her conversations."""

    BOT = "bot"
    QUEUE = "queue"  # fixed texts only
    COUNSELLOR = "counsellor"  # the bot is silent


class Audience(str, Enum):
    ON_DUTY = "on_duty"
    OWNER = "owner"  # one counsellor: Alert.staff
    SUPERVISOR = "supervisor"
    DUTY_MANAGER = "duty_manager"


HUMAN = (Stage.WITH_COUNSELLOR, Stage.WAITING_FOR_HER)
WAITS = (Stage.QUEUED, Stage.OFFERED, Stage.CALLBACK)  # for a human
# After these the bot never writes first: somebody else may be looking at her phone.
QUIET = frozenset({"captivity", "trafficking", "physical_violence", "sexual_violence"})


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A close that waits for the second person."""

    by: str  # staff
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the desk holds of one person's trouble. One open case a person, whatever her channels."""

    id: str
    level: Level
    peak: Level  # the highest it ever was: closing is judged by it
    category: str | None
    reason: str  # flagged | asked_for_person | dialogue_failed | media
    state: Stage
    version: int  # grows with every event
    opened_at: datetime
    state_since: datetime
    queued_since: datetime  # its place in the queue; an offer that fails does not cost it
    front: bool = False  # before the others of its level
    owner: str | None = None  # staff who has it; she may be waited for
    offered_to: str | None = None  # staff
    declined: frozenset[str] = frozenset()  # staff who let an offer of it pass since it was queued
    transfer_to: str | None = None  # staff asked to take it over, while the owner still has it
    transfer_team: str | None = None  # or any of a team
    team: str | None = None  # who should take it; None: anybody
    prefers: str | None = None  # staff who knows her
    callback_at: datetime | None = None
    agreed: bool = False  # the call-back was agreed with a counsellor; else nobody was on duty
    misses: int = 0  # call-backs that did not come about
    channel: str = ""  # where she wrote last
    her_last_at: datetime
    counsellor_last_at: datetime | None = None
    said_at: datetime | None = None  # when a fixed text was last ordered
    may_write: bool = False  # she said that it is safe to write to her
    hours: str = ""  # in which she may be written to first (bot.handoff.hours); empty: she did not say
    quiet: bool = False  # the bot never writes first
    stood_down: bool = False  # "you misunderstood": the dialogue is back, the case stays
    hidden: bool = False  # the chat plays something else; nothing is said to her
    safety_checked: bool = False
    outcome: str | None = None
    closing: Closing | None = None
    confirmed_by: str | None = None
    asked_to_delete: bool = False  # she wants all gone; whoever closes decides
    clocks: Mapping[Clock, datetime] = field(default_factory=dict)  # what happens by itself, and when

    @property
    def holder(self) -> Holder:
        if self.state in HUMAN:
            return Holder.COUNSELLOR
        if self.state in WAITS and self.level.flagged and not self.stood_down:
            return Holder.QUEUE
        return Holder.BOT

    def but(self, **changes: object) -> Case:
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who works now, and when somebody will."""

    on_duty: Mapping[str, str | None] = field(default_factory=dict)  # staff → team
    rota: Rota

    @property
    def staffed(self) -> bool:
        return bool(self.on_duty)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Tells people of ours. No words of hers: a kind, and the case."""

    audience: Audience
    kind: str
    staff: str | None = None  # of audience owner


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the log. Codes and numbers only."""

    kind: str
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    staff: str | None = None  # who did it, if one of ours


@dataclass(frozen=True, kw_only=True)
class Transition:
    """What an event makes of a case; all of it is written in one transaction."""

    case: Case
    say: tuple[str, ...] = ()  # ids of fixed texts in knowledge/triage/holding.yml
    alerts: tuple[Alert, ...] = ()
    log: tuple[Entry, ...] = ()

    @property
    def clocks(self) -> Mapping[Clock, datetime]:
        """All that run from now on: they replace those before."""
        return self.case.clocks
