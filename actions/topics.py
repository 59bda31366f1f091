"""Everything round the steps: one short answer a topic, from knowledge/topics/."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.speaking import button, digits, speak, state, ways
from bot.knowledge import Knowledge, knowledge
from bot.model import Answer, Button, Place, Reply
from bot.understanding.risk import CRISIS, by_topic

LISTED = (
    "cost_loan", "job_offer", "destination", "complaint", "wages_abroad", "returnee_livelihood", "returnee_loan", "returnee_health",
    "returnee_counselling", "legal_aid", "child_online",
)  # fmt: skip


class ActionTopic(Action):
    """Answers a message from the topic named as its intent."""

    def name(self) -> str:
        return "action_topic"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        name = tracker.latest_message.get("intent", {}).get("name", "")
        speak(dispatcher, topic(knowledge(), language, place, name if name in knowledge().topics else "unknown"))
        return []


class ActionCrisis(Action):
    """The classifier takes the message for a disclosure that the word list did not find."""

    def name(self) -> str:
        return "action_crisis"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        risk = by_topic(CRISIS, float(tracker.latest_message.get("intent", {}).get("confidence", 0)))
        answer = topic(knowledge(), language, place, "human")
        speak(dispatcher, Answer(replies=answer.replies, flag=risk.flag, ask=risk.ask, person=risk.ask))
        return []


class ActionUnsure(Action):
    """The message may be several things: the two likeliest as buttons, then a person and the menu."""

    def name(self) -> str:
        return "action_unsure"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, _ = state(tracker)
        ranking = [str(entry["name"]) for entry in tracker.latest_message.get("intent_ranking") or ()]
        # Too doubtful to be classified is never certain: where danger is likeliest, the soft line goes with the question.
        speak(dispatcher, replace(unsure(knowledge(), language, ranking), ask=ranking[:1] == [CRISIS]))
        return []


def topic(content: Knowledge, language: str, place: Place, name: str) -> Answer:
    found = content.topics[name]
    on = [way for way in (_way(content, language, id) for id in found.next) if way is not None][:3]
    if place.step:
        on = [*on[:2], button(content, language, "resume", step=digits(language, place.step))]
    texts = [message.text[language] for message in found.messages]
    replies = (*(Reply(text=text) for text in texts[:-1]), Reply(text=texts[-1], buttons=ways(content, language, *on)))
    return Answer(replies=replies, person=name == "human")


def unsure(content: Knowledge, language: str, ranking: list[str]) -> Answer:
    likely = [way for way in (_way(content, language, name) for name in ranking) if way is not None][:2]
    text = content.topics["unknown"].messages[0].text[language]
    return Answer(replies=(Reply(text=text, buttons=ways(content, language, *likely)),))


def topic_list(content: Knowledge, language: str) -> Answer:
    buttons = [Button(title=content.topics[name].name[language], payload=f"topic.{name}") for name in LISTED]
    return Answer(replies=(Reply(text=content.sentences["topics"][language], buttons=ways(content, language, *buttons)),))


def _way(content: Knowledge, language: str, name: str) -> Button | None:
    """A button to a step, a topic or a command, by its id."""
    number = content.step_number(name)
    if number is not None:
        return Button(title=f"{digits(language, number)}. {content.step(number).name[language]}"[:20], payload=f"step.{number}")
    if name in content.buttons:
        return button(content, language, name)
    if name == "steps_start":
        return button(content, language, "begin")
    if name in LISTED:
        return Button(title=content.topics[name].name[language], payload=f"topic.{name}")
    return None
