"""What the desk is shown of cases. Opened from the seal; never log any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.handoff.case import Case
from bot.model import Level, Place


@dataclass(frozen=True, kw_only=True)
class CaseSummary:
    """One line of a list. No words of hers."""

    id: str
    level: Level
    category: str | None
    reason: str
    state: str  # of bot.handoff.Stage
    version: int
    opened_at: datetime
    queued_since: datetime
    owner: str | None
    offered_to: str | None
    transfer_to: str | None
    team: str | None
    channel: str
    language: str
    her_last_at: datetime
    callback_at: datetime | None
    unread: int  # messages of hers since its counsellor looked
    late: bool  # a clock of the policy has run out, or she was waited for too long
    due_at: datetime | None  # the next clock
    hidden: bool
    closing_by: str | None  # waits for a second person


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message as the counsellor sees it."""

    id: int
    conversation: str
    channel: str
    at: datetime
    author: str  # person | bot | house | counsellor
    staff: str | None  # which counsellor
    kind: str  # text | button | start | edit | media | left | reply
    text: str
    media: str | None
    file: str  # what came with it: "" nothing · waiting (to be fetched) · failed · its type, as image/jpeg: it can be opened
    buttons: tuple[str, ...]  # titles
    delivery: str  # in: received answered superseded · out: queued sending sent refused withdrawn
    refusal: str | None
    risk: Level  # what was found in it
    asked: bool  # below the flag
    category: str | None
    reasons: tuple[str, ...]  # rules or words that spoke


@dataclass(frozen=True, kw_only=True)
class Note:
    id: int
    staff: str
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class LogLine:
    id: int
    case: str
    kind: str
    at: datetime
    staff: str | None
    detail: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """All that the counsellor of a case sees."""

    case: Case  # its state, level, version, clocks
    unread: int
    language: str
    script: str
    place: Place  # in the 13 steps
    whereabouts: str | None = None  # bd | abroad | a country's code; None: not known
    channel: str  # where she wrote last
    conversations: tuple[tuple[str, str], ...]  # (conversation, channel) of all her channels
    messages: tuple[Message, ...]  # of all her channels, oldest first; the newest 300
    levels: tuple[LogLine, ...]  # opened, raised, lowered
    log: tuple[LogLine, ...]
    notes: tuple[Note, ...]
    earlier: tuple[CaseSummary, ...]  # her closed cases, newest first
    form: Mapping[str, object]  # piece → value


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """For the supervisor: how many wait for a human at a level, and since when the longest."""

    level: Level
    count: int
    longest_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a supervisor sees of the open cases of her team: the lists as far as they are shown, late ones first, and counts of all."""

    waiting: tuple[Waiting, ...]  # by level, critical first; call-backs too: nobody has them yet
    queue: tuple[CaseSummary, ...]
    held: tuple[CaseSummary, ...]
    confirm: tuple[CaseSummary, ...]  # closings that wait for a second person
    queued: int
    holding: int
    late: int
    loads: Mapping[str, int]  # staff → cases held
