"""Everything round the steps: one short answer a topic, from knowledge/topics/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.agencies import outright
from actions.flows import astray, begun_by
from actions.items import MOST, finer, item_of_country, texts_of, told
from actions.scenes import scene
from actions.services import services_for
from actions.speaking import button, heard, speak, state, ways
from actions.ways import ways_to
from bot.knowledge import Knowledge, knowledge
from bot.model import Answer, Button, Place, Reply
from bot.understanding.commands import NEITHER
from bot.understanding.entities import Entity
from bot.understanding.risk import CRISIS, by_topic

_NOTHING = ("out_of_scope", "unknown")  # topics of what is none of ours
_ALONE = ("human", "privacy", "greeting")  # topics that are never answered by anything finer …
_GIVE_WAY = ("privacy", "greeting")  # … but for words that mean one thing, where these are not certain: who asks for a person gets her
_CERTAIN = 0.8


class ActionTopic(Action):
    """Answers a message from the topic named as its intent."""

    def name(self) -> str:
        return "action_topic"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        text, entities = heard(tracker)
        intent = tracker.latest_message.get("intent", {})
        name, certain = intent.get("name", ""), float(intent.get("confidence") or 0) >= _CERTAIN
        begun = begun_by(scene(tracker), name, text)
        lost = astray(scene(tracker), text) if name in _NOTHING and begun is None else None
        found = outright(tracker) or (warned(knowledge(), language, name, entities, begun) if begun else lost)
        about = name if name in knowledge().topics else "unknown"
        speak(dispatcher, found or asked(knowledge(), language, place, about, text, entities, certain=certain))
        return []


class ActionCrisis(Action):
    """The classifier takes the message for a disclosure that the word list did not find."""

    def name(self) -> str:
        return "action_crisis"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        risk = by_topic(CRISIS, float(tracker.latest_message.get("intent", {}).get("confidence", 0)))
        text, entities = heard(tracker)
        answer = finest(knowledge(), language, place, CRISIS, text, entities) or topic(knowledge(), language, place, "human")
        speak(dispatcher, Answer(replies=answer.replies, flag=risk.flag, ask=risk.ask, person=risk.ask, guessed=risk.flag.flagged))
        return []


class ActionUnsure(Action):
    """The message may be several things: the two likeliest as buttons; where that did not help, a person and the menu."""

    def name(self) -> str:
        return "action_unsure"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        text, entities = heard(tracker)
        ranking = [str(entry["name"]) for entry in tracker.latest_message.get("intent_ranking") or ()]
        # Too doubtful to be classified is never certain: where danger is likeliest, the soft line goes with the question.
        fine = outright(tracker) or finest(knowledge(), language, place, None, text, entities)
        answer = fine or astray(scene(tracker), text) or (again if doubted(tracker) else unsure)(knowledge(), language, ranking)
        speak(dispatcher, replace(answer, ask=ranking[:1] == [CRISIS]))
        return []


def asked(
    content: Knowledge, language: str, place: Place, name: str, text: str, entities: Sequence[Entity], *, certain: bool = True
) -> Answer:
    """The answer to a message taken for this topic: as fine as the content has it."""
    alone = name in _ALONE and (certain or name not in _GIVE_WAY)
    fine = None if alone else finest(content, language, place, name, text, entities)
    return fine or topic(content, language, place, name)


def warned(content: Knowledge, language: str, name: str, entities: Sequence[Entity], begun: Answer) -> Answer:
    """Guided questions that a story began, after what is known of the country she named: it must not wait for their end."""
    item = item_of_country(content, name, [entity.value for entity in entities if entity.name == "country"])
    if item is None:
        return begun
    return replace(begun, replies=(*(Reply(text=text) for text in texts_of(content, language, item)), *begun.replies))


def finest(content: Knowledge, language: str, place: Place, name: str | None, text: str, entities: Sequence[Entity]) -> Answer | None:
    """Where to go near her, an item or a country; None when nothing so fine was asked."""
    countries = [entity.value for entity in entities if entity.name == "country"]
    return services_for(content, language, name, text, entities) or finer(content, language, place, name, text, countries)


def topic(content: Knowledge, language: str, place: Place, name: str) -> Answer:
    """The overview of a topic, with the ways into its items."""
    found = content.topics[name]
    on = ways_to(content, language, found.next)[:MOST]
    answer = told(content, language, place, [message.text[language] for message in found.messages], on, found.as_of)
    return replace(answer, person=name == "human")


def unsure(content: Knowledge, language: str, ranking: list[str]) -> Answer:
    """The first time: did she mean one of these?"""
    likely = ways_to(content, language, ranking)[:2]
    neither = (button(content, language, NEITHER),) if likely else ()
    text = content.topics["unknown"].messages[0].text[language]
    return Answer(replies=(Reply(text=text, buttons=ways(content, language, *likely, *neither)),))


def again(content: Knowledge, language: str, ranking: Sequence[str] = ()) -> Answer:
    """The second time: guessing on would only tire her. A person, the numbers, the questions there are, the menu."""
    names = ("person", "hotlines", "topics", "menu")
    buttons = tuple(button(content, language, name) for name in names)
    return Answer(replies=(Reply(text=content.sentences["unsure_again"][language], buttons=buttons),))


def doubted(tracker: Tracker) -> bool:
    """Whether the answer before this message asked her which of two topics she meant."""
    return bool((tracker.latest_message.get("metadata") or {}).get("unsure"))


def topic_list(content: Knowledge, language: str) -> Answer:
    """The groups of questions: more than ten buttons help nobody."""
    buttons = [Button(title=group.name[language], payload=f"group.{group.id}") for group in content.groups]
    return Answer(replies=(Reply(text=content.sentences["topics"][language], buttons=ways(content, language, *buttons)),))


def group(content: Knowledge, language: str, id: str) -> Answer:
    """What one group of questions holds."""
    found = next((one for one in content.groups if one.id == id), None)
    if found is None:
        return topic_list(content, language)
    on = ways_to(content, language, found.members)
    return Answer(replies=(Reply(text=content.sentences["topics"][language], buttons=ways(content, language, *on)),))
