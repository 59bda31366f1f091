"""The pages of people who do casework, look over it and count it, with what they take from knowledge/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Protocol

from starlette.routing import Route

from bot.desk.caseform import CaseForm
from bot.desk.conversation import Content, Conversation
from bot.desk.deeds import Deeds
from bot.desk.details import Details
from bot.desk.figures import Figures, Names
from bot.desk.formlists import load_lists
from bot.desk.looked import Looked
from bot.desk.oversight import Oversight
from bot.desk.pages import Pages
from bot.desk.ports import Overview, Staffing
from bot.desk.queue import Queue
from bot.desk.reading import Reading
from bot.desk.review import Audit, Sample
from bot.desk.shelf import load_groups
from bot.handoff import CaseDesk
from bot.knowledge import DIRECTORY, LANGUAGES, Text, knowledge
from bot.masking import Masks
from bot.triage import load_lexicon


class Group(Protocol):
    """Pages that belong together."""

    def routes(self) -> Sequence[Route]: ...


@cache
def content() -> Content:
    """Loaded once a process."""
    reading = Reading(lexicon=load_lexicon(), masks=Masks(line.number for line in knowledge().hotlines))
    return Content(knowledge=knowledge(), groups=load_groups(DIRECTORY), reading=reading, lists=load_lists(DIRECTORY))


def pages_of(cases: CaseDesk, overview: Overview, store: Staffing, pages: Pages, clock: Callable[[], datetime]) -> tuple[Group, ...]:
    """Raises ContentError where a list or text is wrong."""
    found = content()
    conversation = Conversation(cases, store, pages, found, Looked(), clock)
    return (
        Queue(cases, overview, pages, clock),
        conversation,
        Deeds(cases, pages, conversation, found.lists.outcomes, clock),
        CaseForm(cases, pages, conversation, found),
        Oversight(overview, store, pages),
        Sample(overview, pages, found.reading),
        Audit(store, pages, found.reading, details(found)),
        Figures(overview, pages, _names(found), clock),
    )


def details(found: Content) -> Details:
    """What the codes of the audit are called, where knowledge/ has it."""
    sections = {section.id: _both(section.name) for section in found.lists.sections}
    outcomes = {id: _both(name) for id, name in found.lists.outcomes.items()}
    return Details(names={"outcome": outcomes, "section": sections})


def _names(found: Content) -> Names:
    """What the values of the figures are called, where knowledge/ has it; the rest are words of the desk."""
    contact = found.lists.section("contact")
    stages = next((field.choices for field in contact.fields if field.id == "stage"), {}) if contact else {}
    countries = {country.id: country.name for country in found.knowledge.countries.values()}
    named = {"district": found.knowledge.services.districts, "country": countries, "stage": stages, "outcome": found.lists.outcomes}
    return {dimension: {value: _both(name) for value, name in names.items()} for dimension, names in named.items()}


def _both(name: Text) -> dict[str, str]:
    return {language: name[language] for language in LANGUAGES}
