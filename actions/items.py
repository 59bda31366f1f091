"""Answers finer than a topic: one item of it, or what is told of one country; chosen by what she wrote or pressed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions.speaking import button, digits, ways
from actions.ways import ways_to
from bot.items import ASPECTS, Country, Item
from bot.knowledge import Knowledge
from bot.model import Answer, Button, Place, Reply
from bot.understanding.choosing import choose
from bot.understanding.risk import spelled

MOST = 7  # buttons of its own under a reply: with the way back, a person and the menu they are ten
OTHER_COUNTRY = "dest_other"  # the item for countries of which nothing is verified
_ABROAD = ("wages_abroad",)  # topics of women who are there already: they need the complaint path first
_BY_COUNTRY = ("destination", *_ABROAD)


def finer(
    content: Knowledge, language: str, place: Place, topic: str | None, text: str, countries: Sequence[str], least: float = 0.0
) -> Answer | None:
    """The item or country that a message of this topic asks for; None when the topic's overview answers it."""
    chosen = choose(text, topic, (item.choice for item in content.items.values()), least)
    item = content.items[chosen] if chosen else item_of_country(content, topic, countries)
    if item is not None:
        return tell(content, language, place, item, countries)
    known = next((id for id in countries if id in content.countries), None)
    if known is not None and topic in (None, *_BY_COUNTRY, "hotlines") and content.embassy.search(spelled(text)):
        return country(content, language, place, known, "help")
    if known is not None and topic in _BY_COUNTRY:
        return country(content, language, place, known, "complain" if topic in _ABROAD else None)
    if countries and topic == "destination" and OTHER_COUNTRY in content.items:
        return tell(content, language, place, content.items[OTHER_COUNTRY])
    return None


def item_of_country(content: Knowledge, topic: str | None, countries: Iterable[str]) -> Item | None:
    """The item of this topic that is told of one of these countries."""
    return next((item for item in content.items.values() if item.topic == topic and item.countries & set(countries)), None)


def texts_of(content: Knowledge, language: str, item: Item) -> list[str]:
    return dated(content, language, [message.text[language] for message in item.messages], item.as_of)


def tell(content: Knowledge, language: str, place: Place, item: Item, countries: Iterable[str] = ()) -> Answer:
    """An item in its messages; with the country she named as a way on."""
    named = next((f"country.{id}" for id in countries if id in content.countries), None)
    on = ways_to(content, language, dict.fromkeys((*([named] if named else ()), *item.next)))
    return told(content, language, place, [message.text[language] for message in item.messages], on[:3], item.as_of)


def country(content: Knowledge, language: str, place: Place, id: str, aspect: str | None = None) -> Answer:
    """What is told of a country: its rules and what is risky now, or where to complain and who helps there."""
    here = content.countries[id]
    shown = {None: ("rules", "risk"), "complain": ("complain", "help")}.get(aspect, (aspect,))
    texts = [here.aspects[name].text[language] for name in ASPECTS if name in shown]
    others = (("complain", "complain_there"), ("help", "help_there"), ("rules", "rules_there"))
    on = [button(content, language, title, f"country.{id}.{name}") for name, title in others if name not in shown]
    return told(content, language, place, texts, [*on, button(content, language, "countries")], here.as_of)


def countries(content: Knowledge, language: str, page: int = 1) -> Answer:
    """The list of countries, a page at a time."""
    shown, more = _page(list(content.countries.values()), page)
    buttons = ways_to(content, language, (f"country.{one.id}" for one in shown))
    if more:
        buttons.append(button(content, language, "more_countries", f"countries.{page + 1}"))
    else:
        buttons.extend(ways_to(content, language, (OTHER_COUNTRY,)))
    return Answer(replies=(Reply(text=content.sentences["country"][language], buttons=ways(content, language, *buttons)),))


def told(content: Knowledge, language: str, place: Place, texts: list[str], on: list[Button], as_of: str | None) -> Answer:
    """Several short messages; under the last what comes next, and of when the news is where it can go stale."""
    texts = dated(content, language, texts, as_of)
    if place.step:
        on = [*on[: MOST - 1], button(content, language, "resume", step=digits(language, place.step))]
    return Answer(replies=(*(Reply(text=text) for text in texts[:-1]), Reply(text=texts[-1], buttons=ways(content, language, *on))))


def dated(content: Knowledge, language: str, texts: list[str], as_of: str | None) -> list[str]:
    """The texts, the last with when the news is of, where it can go stale."""
    if not as_of:
        return texts
    return [*texts[:-1], f"{texts[-1]}\n{content.sentences['as_of'].fill(language, when=_when(content, language, as_of))}"]


def _page(entries: list[Country], page: int) -> tuple[list[Country], bool]:
    start = (page - 1) * MOST
    shown = entries[start : start + MOST] or entries[:MOST]
    return shown, start + MOST < len(entries)


def _when(content: Knowledge, language: str, as_of: str) -> str:
    """ "2025-10" as October 2025, in the language and its digits."""
    year, _, month = as_of.partition("-")
    return " ".join([*([content.months[int(month) - 1][language]] if month else []), digits(language, int(year))])
