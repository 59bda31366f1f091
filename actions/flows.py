"""Guided questions: one asked at a time, each to be skipped, taken back or put aside; the answers are kept with her, not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.agencies import named
from actions.complaints import written
from actions.costs import counted
from actions.intake import taken
from actions.offers import judged
from actions.receipts import told
from actions.scenes import End, Scene, scene, shown
from actions.speaking import button, entity, sentence, speak, ways
from bot.flows import NOT_ASKED, SKIPPED, UNKNOWN, Plan, Question, applies, open_question
from bot.model import Answer, Button, Flow, Reply
from bot.understanding import answering
from bot.understanding.commands import Command
from bot.understanding.risk import CRISIS

ENDS: Mapping[str, End] = {
    "offer_check": judged,
    "agency_check": named,
    "cost_check": counted,
    "receipt": told,
    "receipt_again": told,
    "complaint": written,
    "intake": taken,
}


class ActionFlow(Action):
    """Takes her answer to the question that waits, and asks the next."""

    def name(self) -> str:
        return "action_flow"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        here = scene(tracker)
        question = open_question(here.flows, here.today)
        value = entity(tracker, "answer")
        if question is None:
            answer = Answer(replies=(sentence(here.content, here.language, "flow_reask"),))
        elif value is None:
            answer = ask(here, here.flows[0], said=_misread(here, question))
        else:
            answer = give(here, _also(here, question, tracker), question.id, value)
        ranking = [str(entry["name"]) for entry in tracker.latest_message.get("intent_ranking") or ()]
        speak(dispatcher, replace(answer, ask=answer.ask or ranking[:1] == [CRISIS]))
        return []


def astray(here: Scene, text: str) -> Answer | None:
    """Asks again, saying what kind of answer is meant, where what she wrote is neither an answer nor a question of hers."""
    question = open_question(here.flows, here.today)
    if question is None or question.reads.kind in answering.FREE or answering.is_question(text):
        return None
    return ask(here, here.flows[0], said=_misread(here, question))


def obey(here: Scene, command: Command) -> Answer | None:
    """What a command does to guided questions; None where it speaks of something else."""
    name = command.arguments[0] if command.arguments else ""
    if command.name == "flow" and name in here.plans:
        return _turn(here, name, command.arguments[1] if len(command.arguments) > 1 else "")
    if command.name == "drop":
        return _dropped(here, name)
    if command.name == "say" and name in here.plans:
        return _pressed(here, *command.arguments)
    flow = here.flows[0] if here.flows and here.flows[0].open else None
    return _typed(here, flow, command.name) if flow is not None and flow.name in here.plans else None


def start(here: Scene, name: str, text: str = "") -> Answer:
    """Begins, or goes on where she was. What she has told already is not asked."""
    begun = here.flow(name)
    plan = here.plans[name]
    if begun is not None:
        return ask(here, begun, said="" if begun.asked else plan.intro[here.language])
    flow = Flow(name=name, answers=(*_allowed(here, plan), *_heard(here, plan, text).items()))
    noted = ", ".join(shown(here, plan, question, value) for question, value in flow.answers if question not in dict(_allowed(here, plan)))
    intro = plan.intro[here.language]
    if noted:
        intro += "\n" + here.content.sentences["flow_noted"].fill(here.language, told=noted)
    return ask(here, flow, said=intro)


def begun_by(here: Scene, topic: str, text: str) -> Answer | None:
    """A told story may begin guided questions by itself: where it answers enough of them."""
    for plan in here.plans.values():
        fits = plan.starts is not None and plan.starts.topic == topic and here.flow(plan.id) is None
        if fits and plan.starts and len(_heard(here, plan, text)) >= plan.starts.told:
            return start(here, plan.id, text)
    return None


def give(here: Scene, flow: Flow, question: str, value: str) -> Answer:
    """Takes an answer, in place of an earlier one to the same question; what hung on that one is forgotten."""
    plan = here.plans[flow.name]
    asked = plan.question(question)
    if asked is not None and asked.reads.kind == "date":
        value = _day(value, here.today)
    answers = {**dict(flow.answers), question: value}
    if asked is None or asked.consent is None:
        thanks = asked.thanks[here.language] if asked is not None and asked.thanks is not None and value not in NOT_ASKED else ""
        return ask(here, replace(flow, answers=tuple(_applying(plan, answers).items())), said=thanks)
    if value != "yes":
        return Answer(replies=(sentence(here.content, here.language, "flow_not_kept"),), flows=here.others(flow.name))
    return replace(ask(here, replace(flow, answers=tuple(answers.items()))), agreed=asked.consent)


def ask(here: Scene, flow: Flow, said: str = "") -> Answer:
    """The next question, or the end."""
    plan = here.plans[flow.name]
    question = plan.next(dict(flow.answers))
    if question is None:
        ended = ENDS[flow.name](here, flow)
        return replace(ended, flows=here.others(flow.name))
    options = [
        Button(title=option.title[here.language], payload=f"say.{plan.id}.{question.id}.{option.id}")
        for option in question.options
        if option.button
    ]
    if not question.must:
        options.append(button(here.content, here.language, "skip", f"say.{plan.id}.{question.id}.skip"))
    if _back(here, flow) is not None:
        options.append(button(here.content, here.language, "question_back", f"flow.{plan.id}.back"))
    options.append(button(here.content, here.language, "put_aside", f"flow.{plan.id}.aside"))
    text = "\n\n".join(piece for piece in (said, question.ask[here.language]) if piece)
    asked = replace(flow, asked=question.id, open=True, since=here.today)
    return Answer(replies=(Reply(text=text, buttons=ways(here.content, here.language, *options)),), flows=(asked, *here.others(flow.name)))


def _turn(here: Scene, name: str, where: str) -> Answer:
    flow = here.flow(name)
    if where == "back" and flow is not None:
        return ask(here, _back(here, flow) or flow)
    if where == "aside" and flow is not None:
        return _aside(here, flow)
    return start(here, name)


def _pressed(here: Scene, name: str, question: str, value: str) -> Answer:
    """A button of a question, perhaps of one asked long ago."""
    flow, plan = here.flow(name), here.plans[name]
    asked = plan.question(question)
    if flow is None or asked is None:
        return start(here, name)
    if value == "skip" and not asked.must:
        return give(here, flow, question, SKIPPED)
    fits = asked.title(value) is not None or asked.reads.kind == "photo"
    return give(here, flow, question, value) if fits else ask(here, flow)


def _typed(here: Scene, flow: Flow, command: str) -> Answer | None:
    question = here.plans[flow.name].question(flow.asked)
    if question is None:
        return None
    said = next((option.id for option in question.options if option.says == command), None)
    if said is not None:
        return give(here, flow, question.id, said)
    if command in ("skip", "unknown", "next"):
        if question.must:
            return ask(here, flow, said=here.content.sentences["flow_must"][here.language])
        return give(here, flow, question.id, UNKNOWN if command == "unknown" else SKIPPED)
    if command == "back":
        return ask(here, _back(here, flow) or flow)
    if command == "stop":
        return _aside(here, flow)
    return ask(here, flow) if command in ("repeat", "resume", "yes", "no") else None


def _back(here: Scene, flow: Flow) -> Flow | None:
    """Without the last answer that was given to a question; None where there is none to take back."""
    plan, kept = here.plans[flow.name], list(flow.answers)
    while kept:
        question = plan.question(kept.pop()[0])
        if question is not None and question.consent is None and not question.silent:
            return replace(flow, answers=tuple(kept))
    return None


def _allowed(here: Scene, plan: Plan) -> tuple[tuple[str, str], ...]:
    """What she allowed before is not asked again."""
    return tuple((question.id, "yes") for question in plan.questions if question.consent in here.agreed)


def _day(value: str, today: str) -> str:
    """A button says today or yesterday; kept is the day it was then."""
    if value not in ("today", "yesterday"):
        return value
    return (date.fromisoformat(today) - timedelta(days=value == "yesterday")).isoformat()


def _aside(here: Scene, flow: Flow) -> Answer:
    on = (
        button(here.content, here.language, "go_on", f"flow.{flow.name}"),
        button(here.content, here.language, "drop", f"drop.{flow.name}"),
    )
    kept = (replace(flow, open=False), *here.others(flow.name))
    return Answer(replies=(sentence(here.content, here.language, "flow_aside", *on),), flows=kept)


def _dropped(here: Scene, name: str) -> Answer:
    on = (button(here.content, here.language, "again", f"flow.{name}"),) if name in here.plans else ()
    return Answer(replies=(sentence(here.content, here.language, "flow_dropped", *on),), flows=here.others(name))


def _also(here: Scene, question: Question, tracker: Tracker) -> Flow:
    """The flow with what her answer tells beside: "in Dubai, for housework"."""
    flow, text = here.flows[0], str(tracker.latest_message.get("text") or "")
    if question.reads.kind in answering.FREE:
        return flow
    told = _heard(here, here.plans[flow.name], text)
    known = {*dict(flow.answers), question.id}
    return replace(flow, answers=(*flow.answers, *((id, value) for id, value in told.items() if id not in known)))


def _misread(here: Scene, question: Question) -> str:
    return question.hint[here.language] if question.hint else here.content.sentences["flow_reask"][here.language]


def _heard(here: Scene, plan: Plan, text: str) -> dict[str, str]:
    """What a story answers; who tells how much she is to pay has told that she is to pay. (Where an answer hangs on one of several, it
    does not tell which.)"""
    heard = answering.told([question.reads for question in plan.questions], text, here.content.places) if text else {}
    for question in plan.questions:
        if question.id in heard:
            heard = {**{other: min(wanted) for other, wanted in question.when.items() if len(wanted) == 1}, **heard}
    return _applying(plan, heard)


def _applying(plan: Plan, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers in the order given, without those to questions that would not be asked now. A picture that she sent unasked stays."""
    kept: dict[str, str] = dict(answers)
    for question in plan.questions:
        if question.id in kept and not applies(question, kept) and question.reads.kind != "photo":
            del kept[question.id]
    return kept
