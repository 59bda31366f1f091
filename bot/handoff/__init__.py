"""The handoff to a human as a pure machine: cases, what can happen to them, clocks, and what follows. No I/O, no words of hers."""

from bot.handoff.case import HUMAN, QUIET, WAITS, Alert, Audience, Case, Closing, Duty, Entry, Holder, Stage, Transition
from bot.handoff.clocks import Clock
from bot.handoff.port import CaseDesk
from bot.handoff.views import CaseSummary, CaseView, LogLine, Message, Note, Sight, Waiting

__all__ = [
    "HUMAN", "QUIET", "WAITS", "Alert", "Audience", "Case", "CaseDesk", "CaseSummary", "CaseView", "Clock", "Closing", "Duty", "Entry",
    "Holder", "LogLine", "Message", "Note", "Sight", "Stage", "Transition", "Waiting",
]  # fmt: skip
