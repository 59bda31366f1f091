"""How actions speak: an Answer of the house as Rasa responses, and the state the gateway sent with the message."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.knowledge import Knowledge
from bot.model import Answer, Button, Level, Place, Reply
from bot.understanding.entities import Entity


def state(tracker: Tracker) -> tuple[str, Place]:
    """Her language and her place, as they were when she wrote: the gateway sends both with every message, so that an answer given
    twice (after a crash) is the same answer."""
    metadata = tracker.latest_message.get("metadata") or {}
    place = Place(step=int(metadata.get("step", 0)), part=int(metadata.get("part", 0)), done=frozenset(metadata.get("done", ())))
    return ("en" if metadata.get("language") == "en" else "bn"), place


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of the first entity of that name in her latest message."""
    return next((str(found["value"]) for found in tracker.latest_message.get("entities") or () if found.get("entity") == name), None)


def heard(tracker: Tracker) -> tuple[str, list[Entity]]:
    """What she wrote, and the places and numbers found in it."""
    message = tracker.latest_message
    found = message.get("entities") or ()
    entities = [Entity(str(e["entity"]), str(e["value"]), int(e.get("start", 0)), int(e.get("end", 0))) for e in found]
    return str(message.get("text") or ""), entities


def speak(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    """Utters the replies, then the effects as one custom message (read by bot.dialogue)."""
    for reply in answer.replies:
        dispatcher.utter_message(text=reply.text, buttons=[{"title": b.title, "payload": b.payload} for b in reply.buttons])
    effects: dict[str, Any] = {}
    if answer.place is not None:
        effects["place"] = {"step": answer.place.step, "part": answer.place.part, "done": sorted(answer.place.done)}
    if answer.flag is not Level.NONE:
        effects["flag"] = answer.flag.value
    if answer.category is not None:
        effects["category"] = answer.category
    if answer.ask:
        effects["ask"] = True
    if answer.guessed:
        effects["guessed"] = True
    if answer.person:
        effects["person"] = True
    if answer.flows is not None:
        effects["flows"] = [asdict(flow) for flow in answer.flows]
    if answer.agreed is not None:
        effects["agreed"] = answer.agreed
    if answer.ended is not None:
        effects["ended"] = asdict(answer.ended)
    dispatcher.utter_message(json_message={"effects": effects})


def button(content: Knowledge, language: str, name: str, /, payload: str | None = None, **fill: object) -> Button:
    """One of the program's own buttons; its payload is its name unless given."""
    return Button(title=content.buttons[name].fill(language, **fill), payload=payload or name)


def ways(content: Knowledge, language: str, *first: Button) -> tuple[Button, ...]:
    """The given buttons, then the two that every reply has: a person, and the menu."""
    return (*first, button(content, language, "person"), button(content, language, "menu"))


def digits(language: str, number: int) -> str:
    """A number in the digits of the language."""
    return str(number) if language == "en" else "".join(chr(0x09E6 + int(digit)) for digit in str(number))


def sentence(content: Knowledge, language: str, name: str, /, *first: Button, **fill: object) -> Reply:
    """One of the program's own sentences, with ways on. (Positional only: {name} is also a field that is filled.)"""
    return Reply(text=content.sentences[name].fill(language, **fill), buttons=ways(content, language, *first))
