"""Buttons to anything that has an id: a step, an item, a country, a district, a topic, or a command."""

from __future__ import annotations

from collections.abc import Iterable

from actions.speaking import button, digits
from bot.flows import flow_plans
from bot.knowledge import Knowledge
from bot.model import Button

LISTED = (
    "cost_loan", "job_offer", "destination", "complaint", "wages_abroad", "returnee_livelihood", "returnee_loan", "returnee_health",
    "returnee_counselling", "legal_aid", "child_online",
)  # fmt: skip


def way_to(content: Knowledge, language: str, id: str) -> Button | None:
    """The button to it; None when nothing of that id can be shown (any more)."""
    number = content.step_number(id)
    if number is not None:
        return Button(title=f"{digits(language, number)}. {content.step(number).name[language]}"[:20], payload=f"step.{number}")
    if id.startswith("flow."):
        return Button(title=flow_plans()[id.partition(".")[2]].name[language], payload=id)
    if id in content.buttons:
        return button(content, language, id)
    if id == "steps_start":
        return button(content, language, "begin")
    if id in LISTED:
        return Button(title=content.topics[id].name[language], payload=f"topic.{id}")
    if id in content.items:
        return Button(title=content.items[id].name[language], payload=f"item.{id}")
    return _to_place(content, language, id)


def ways_to(content: Knowledge, language: str, ids: Iterable[str]) -> list[Button]:
    """The buttons to those of them that can be shown; a person and the menu are under every reply anyway."""
    return [way for way in (way_to(content, language, id) for id in ids if id not in ("person", "menu")) if way is not None]


def _to_place(content: Knowledge, language: str, id: str) -> Button | None:
    kind, _, which = id.partition(".")
    if kind == "country" and which in content.countries:
        return Button(title=content.countries[which].name[language], payload=id)
    if kind == "district" and which in content.services.districts:
        return Button(title=content.services.districts[which][language], payload=id)
    return None
