"""The pages of people who do casework, with what they take from knowledge/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Protocol

from starlette.routing import Route

from bot.desk.caseform import CaseForm
from bot.desk.conversation import Content, Conversation
from bot.desk.deeds import Deeds
from bot.desk.formlists import load_lists
from bot.desk.looked import Looked
from bot.desk.pages import Pages
from bot.desk.ports import Staffing
from bot.desk.queue import Queue
from bot.desk.shelf import load_groups
from bot.handoff import CaseDesk
from bot.knowledge import DIRECTORY, knowledge
from bot.triage import load_lexicon


class Group(Protocol):
    """Pages that belong together."""

    def routes(self) -> Sequence[Route]: ...


@cache
def content() -> Content:
    """Loaded once a process."""
    return Content(knowledge=knowledge(), groups=load_groups(DIRECTORY), lexicon=load_lexicon(), lists=load_lists(DIRECTORY))


def pages_of(cases: CaseDesk, store: Staffing, pages: Pages, clock: Callable[[], datetime]) -> tuple[Group, ...]:
    """Raises ContentError where a list or text is wrong."""
    found = content()
    conversation = Conversation(cases, store, pages, found, Looked(), clock)
    return (
        Queue(cases, pages, clock),
        conversation,
        Deeds(cases, pages, conversation, found.lists.outcomes, clock),
        CaseForm(cases, pages, conversation, found.lists, found.knowledge),
    )
