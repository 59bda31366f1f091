"""Where she stands when guided questions are asked or end: what the actions for them are built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rasa_sdk import Tracker

from actions.speaking import state
from bot.flows import Plan, country_names, flow_of, flow_plans
from bot.knowledge import Knowledge, knowledge
from bot.model import Answer, Flow, Place
from bot.spoken import spoken

MOST = 5  # begun and not finished, kept at the same time


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an answer is built from."""

    content: Knowledge
    language: str
    place: Place = field(default_factory=Place)
    flows: tuple[Flow, ...] = ()
    agreed: frozenset[str] = frozenset()
    today: str = ""
    plans: Mapping[str, Plan]

    def others(self, name: str) -> tuple[Flow, ...]:
        """All but the named one, put aside."""
        return tuple(replace(flow, open=False) for flow in self.flows if flow.name != name)[: MOST - 1]

    def flow(self, name: str) -> Flow | None:
        return next((flow for flow in self.flows if flow.name == name), None)


End = Callable[[Scene, Flow], Answer]  # what is said when all is answered; `flows` is seen to by the engine


def scene(tracker: Tracker) -> Scene:
    """Where she stands, as the gateway sent it with the message."""
    language, place = state(tracker)
    metadata = tracker.latest_message.get("metadata") or {}
    flows = tuple(flow_of(flow) for flow in metadata.get("flows") or ())
    today = str(metadata.get("today") or "")
    agreed = frozenset(str(one) for one in metadata.get("agreed") or ())
    return Scene(content=knowledge(), language=language, place=place, flows=flows, agreed=agreed, today=today, plans=flow_plans())


def shown(here: Scene, plan: Plan, question: str, value: str) -> str:
    """An answer in words."""
    asked = plan.question(question)
    title = asked.title(value) if asked else None
    if title is not None:
        return title[here.language]
    if asked is not None and asked.reads.kind == "country":
        return country_names()[value][here.language]
    return spoken(here.language, value) if asked is not None and asked.reads.kind in ("money", "number") else value
