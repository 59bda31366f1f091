"""Where to go near her: by the district she names, or that she picks."""

from __future__ import annotations

from collections.abc import Sequence

from actions.items import MOST
from actions.speaking import button, ways
from bot.knowledge import Knowledge
from bot.model import Answer, Button, Reply
from bot.understanding.entities import Entity
from bot.understanding.nearby import asks_where, districts, only_a_place

_SHORT = 8  # words
_OPEN = frozenset({"hotlines", "legal_aid", "returnee_counselling", "returnee_health", "returnee_livelihood", "returnee_loan"})


def services_for(content: Knowledge, language: str, topic: str | None, text: str, entities: Sequence[Entity]) -> Answer | None:
    """The answer to "I am in Satkhira, where do I go"; None when the message asks for no place, or names none.

    In a long message a place is mostly told beside the question; there only topics of help listen to it."""
    near = content.services.nearby
    asked = asks_where(text, near) and (topic is None or topic in _OPEN or len(text.split()) <= _SHORT)
    if not asked and not only_a_place(text, entities, near):
        return None
    found = districts(text, entities, near)
    if len(found) == 1:
        return services(content, language, found[0])
    return _which(content, language, "near_several", _buttons(content, language, found)) if found else None


def services(content: Knowledge, language: str, district: str) -> Answer:
    """All that is known for one district, and whom to ask for the rest."""
    title = content.sentences["near_here"].fill(language, district=content.services.districts[district][language])
    lines = [service.line.text[language] for service in content.services.of(district)]
    danger = content.sentences["near_danger"][language]
    on = (button(content, language, "hotlines"), button(content, language, "near"))
    return Answer(replies=(Reply(text="\n".join([title, *lines])), Reply(text=danger, buttons=ways(content, language, *on))))


def divisions(content: Knowledge, language: str) -> Answer:
    """Asks for her district, beginning with the division."""
    buttons = [Button(title=name[language], payload=f"near.{id}") for id, name in content.services.divisions.items()]
    return _which(content, language, "near_which", buttons)


def division(content: Knowledge, language: str, id: str, page: int = 1) -> Answer:
    """The districts of a division, a page at a time."""
    ids = [district for district, where in content.services.division_of.items() if where == id]
    if not ids:
        return divisions(content, language)
    shown = ids[(page - 1) * MOST : page * MOST] or ids[:MOST]
    buttons = _buttons(content, language, shown)
    if ids[-1] not in shown:
        buttons.append(button(content, language, "more_districts", f"near.{id}.{page + 1}"))
    return _which(content, language, "near_district", buttons)


def _which(content: Knowledge, language: str, sentence: str, buttons: list[Button]) -> Answer:
    return Answer(replies=(Reply(text=content.sentences[sentence][language], buttons=ways(content, language, *buttons)),))


def _buttons(content: Knowledge, language: str, ids: Sequence[str]) -> list[Button]:
    return [Button(title=content.services.districts[id][language], payload=f"district.{id}") for id in ids[: MOST + 1]]
