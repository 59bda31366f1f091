"""What can happen to a case. `by` and `to` are ids of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.handoff.clocks import Clock
from bot.model import Level


@dataclass(frozen=True, kw_only=True)
class Raised:
    """Danger found, a person asked for, a photo or voice note, or a dialogue that failed: opens a case, or raises the open one."""

    level: Level
    category: str | None
    reason: str  # flagged | asked_for_person | media | dialogue_failed
    channel: str
    hidden: bool = False  # found in a chat that plays something else: nothing is said there
    hours: str = ""  # Case.hours


@dataclass(frozen=True, kw_only=True)
class SheWrote:
    channel: str
    answered: bool = False  # the house has answered it with a fixed text of its own
    signal: str | None = None  # safe | stop | can_write | cannot_write | delete (while a human holds it) | hours.… (Case.hours)


@dataclass(frozen=True, kw_only=True)
class Offered:
    to: str


@dataclass(frozen=True, kw_only=True)
class Accepted:
    by: str
    team: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rejected:
    by: str


@dataclass(frozen=True, kw_only=True)
class TransferOffered:
    """To a person or a team. By its owner; or by a supervisor (`over`), whoever has it."""

    by: str
    to: str | None = None
    team: str | None = None
    over: bool = False


@dataclass(frozen=True, kw_only=True)
class TransferAccepted:
    by: str
    team: str | None = None  # the acceptor's


@dataclass(frozen=True, kw_only=True)
class TransferRejected:
    by: str


@dataclass(frozen=True, kw_only=True)
class CounsellorWrote:
    by: str


@dataclass(frozen=True, kw_only=True)
class CallbackAgreed:
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CallbackMissed:
    """She could not be reached; `at`: when it is tried again."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Closed:
    by: str
    outcome: str
    safety_checked: bool


@dataclass(frozen=True, kw_only=True)
class SecondPersonConfirmed:
    by: str


@dataclass(frozen=True, kw_only=True)
class LevelRaised:
    """By a human."""

    by: str
    level: Level


@dataclass(frozen=True, kw_only=True)
class LevelLowered:
    """Only ever by a human, who says why (in a note)."""

    by: str
    level: Level


@dataclass(frozen=True, kw_only=True)
class ClockFired:
    """OfferLapsed and TransferLapsed are the clocks `offer` and `transfer`."""

    name: Clock


@dataclass(frozen=True, kw_only=True)
class DutyChanged:
    """Somebody came on duty, or nobody is left."""


@dataclass(frozen=True, kw_only=True)
class StaffGone:
    """The account was disabled, or signed out for good."""

    staff: str


@dataclass(frozen=True, kw_only=True)
class Hidden:
    on: bool


@dataclass(frozen=True, kw_only=True)
class AskedToDelete:
    """She wants all of it deleted while a flagged case is open."""


Event = (
    Raised | SheWrote | Offered | Accepted | Rejected | TransferOffered | TransferAccepted | TransferRejected | CounsellorWrote
    | CallbackAgreed | CallbackMissed | Closed | SecondPersonConfirmed | LevelRaised | LevelLowered | ClockFired | DutyChanged
    | StaffGone | Hidden | AskedToDelete
)  # fmt: skip
