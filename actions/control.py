"""Commands: menu and what is said round the walk."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import agencies, flows
from actions.listing import FINER
from actions.scenes import scene
from actions.speaking import button, digits, entity, heard, sentence, speak, state
from actions.steps import WALK, repeat, welcome_back
from actions.topics import again, doubted, finest, topic, topic_list
from bot.knowledge import Knowledge, knowledge
from bot.model import Answer, Button, Place, Reply
from bot.understanding.commands import NEITHER, Command, parse


class ActionControl(Action):
    """Does what a command says. A control message in which no command was found gets the menu."""

    def name(self) -> str:
        return "action_control"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        command = parse(entity(tracker, "command") or "menu") or Command("menu")
        if command.name == "no" and doubted(tracker):
            command = Command(NEITHER)
        here = scene(tracker)
        text, entities = heard(tracker)
        fine = None if entity(tracker, "command") else finest(knowledge(), language, place, None, text, entities)
        lost = None if entity(tracker, "command") else agencies.outright(tracker) or flows.astray(here, text)
        answer = fine or lost or flows.obey(here, command) or agencies.obey(here, command) or obey(knowledge(), language, place, command)
        speak(dispatcher, answer)
        return []


def obey(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    """The answer to one command."""
    if command.name in WALK:
        return WALK[command.name](content, language, place, command)
    if command.name == "topic" and command.arguments[0] in content.topics:
        return topic(content, language, place, command.arguments[0])
    if command.name == NEITHER:
        return again(content, language)
    if command.name == "topics":
        return topic_list(content, language)
    if command.name in FINER:
        return FINER[command.name](content, language, place, command)
    if command.name in ("stop", "yes", "no"):
        if command.name == "yes" and place.step:
            return repeat(content, language, place, command)
        name = {"stop": "stopped", "yes": "yes", "no": "no"}[command.name]
        return Answer(replies=(sentence(content, language, name, *_on(content, language, place)),))
    if command.name == "start":
        return welcome_back(content, language, place) if place.step else greeting(content, language)
    if command.name == "privacy":
        return topic(content, language, place, "privacy")
    return menu(content, language, place)


def menu(content: Knowledge, language: str, place: Place) -> Answer:
    names = ("steps", "topics", "person", "hotlines", "carry", "privacy", "language")
    buttons = (*_on(content, language, place), *(button(content, language, name, _payload(name, language)) for name in names))
    return Answer(replies=(Reply(text=content.sentences["menu"][language], buttons=buttons),))


def greeting(content: Knowledge, language: str) -> Answer:
    """One screen, five buttons."""
    names = ("begin", "steps", "hotlines", "person", "language")
    buttons = tuple(button(content, language, name, _payload(name, language)) for name in names)
    return Answer(replies=(Reply(text=content.topics["greeting"].messages[0].text[language], buttons=buttons),))


def _payload(name: str, language: str) -> str:
    return f"language.{'bn' if language == 'en' else 'en'}" if name == "language" else name


def _on(content: Knowledge, language: str, place: Place) -> list[Button]:
    if place.step:
        return [button(content, language, "resume", step=digits(language, place.step))]
    return [button(content, language, "begin")]
