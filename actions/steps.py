"""The walk through the 13 steps, and questions about one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.agencies import AGENCY_STEP, asked_of, outright
from actions.items import finer
from actions.services import services_for
from actions.speaking import button, digits, heard, sentence, speak, state, ways
from bot.flows import flow_plans
from bot.knowledge import PARTS, Knowledge, Step, knowledge
from bot.model import Answer, Button, Place, Reply
from bot.understanding.commands import STEPS, Command, aspect
from bot.understanding.entities import Entity
from bot.understanding.nearby import only_a_place

GUIDED = {AGENCY_STEP: ("agency_check",), "step_receipts": ("receipt",)}
_AT_AN_OFFICE = (1, 2, 6, 12)  # decision, registration, training, briefing: "where" is an office of her district
_MOSTLY = 0.4  # share of a message that an item's words must be to go before the step
_FIRST_HALF = 7  # steps shown on the first page of the list: quick replies and small screens hold no more


class ActionStepQuestion(Action):
    """Answers a question about one step from that step's content; her place in the walk does not move."""

    def name(self) -> str:
        return "action_step_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        language, place = state(tracker)
        content = knowledge()
        number = content.step_number(tracker.latest_message.get("intent", {}).get("name", ""))
        if number is not None:
            text, entities = heard(tracker)
            named = asked_of(tracker) if content.step(number).id == AGENCY_STEP else outright(tracker)
            speak(dispatcher, named or asked(content, language, place, number, text, entities))
        return []


def asked(content: Knowledge, language: str, place: Place, number: int, text: str, entities: Sequence[Entity]) -> Answer:
    """The answer to a question about this step: an office near her, an item whose words are most of it, or the step's section."""
    section = aspect(text, content.vocabulary)
    at_an_office = number in _AT_AN_OFFICE and section in (None, "where")
    near = at_an_office or only_a_place(text, entities, content.services.nearby)
    services = services_for(content, language, None, text, entities) if near else None
    item = finer(content, language, place, None, text, (), least=_MOSTLY)
    return services or item or question(content, language, place, number, section)


def question(content: Knowledge, language: str, place: Place, number: int, section: str | None) -> Answer:
    """The section of the step that was asked for, or its brief; with the way into the step and back to her own place."""
    step = content.step(number)
    text = _title(content, language, step) + "\n" + _sections(content, language, step, (section or "brief",))
    on = [button(content, language, "whole_step", f"step.{number}"), *_guided(step, language)]
    if place.step and place.step != number:
        on.append(button(content, language, "resume", step=digits(language, place.step)))
    return Answer(replies=(Reply(text=text, buttons=ways(content, language, *on)),))


def part(content: Knowledge, language: str, place: Place, step: int, index: int = 0) -> Answer:
    """One message of a step; she is there from now on."""
    here, last = content.step(step), len(PARTS) - 1
    title = _title(content, language, here) if index == 0 else content.sentences["part_title"].fill(
        language, step=digits(language, step), name=here.name[language], part=digits(language, index + 1), parts=digits(language, last + 1)
    )  # fmt: skip
    on: list[Button] = []
    if index < last:
        on.append(button(content, language, "next"))
    else:
        on.append(button(content, language, "done", f"done.{step}"))
    if index > 0:
        on.append(button(content, language, "back"))
    if step < STEPS:
        on.append(button(content, language, "next_step"))
    reply = Reply(text=f"{title}\n{_sections(content, language, here, PARTS[index])}", buttons=ways(content, language, *on))
    return Answer(replies=(reply,), place=replace(place, step=step, part=index))


def begin(content: Knowledge, language: str, place: Place, command: Command | None = None) -> Answer:
    """Starts at step 1; one who was elsewhere is asked first."""
    if not place.step:
        return part(content, language, place, 1)
    return welcome_back(content, language, place)


def restart(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    return part(content, language, place, 1)


def welcome_back(content: Knowledge, language: str, place: Place) -> Answer:
    buttons = (_resume(content, language, place), button(content, language, "steps"), button(content, language, "restart"))
    return Answer(replies=(sentence(content, language, "welcome_back", *buttons, **_at(content, language, place)),))


def next_(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    if not place.step:
        return part(content, language, place, 1)
    if place.part < len(PARTS) - 1:
        return part(content, language, place, place.step, place.part + 1)
    return next_step(content, language, place, command)


def next_step(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    if place.step >= STEPS:
        return Answer(replies=(sentence(content, language, "last", *_progress_buttons(content, language, place)),))
    return part(content, language, place, place.step + 1)


def back(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    if place.part > 0:
        return part(content, language, place, place.step, place.part - 1)
    if place.step > 1:
        return part(content, language, place, place.step - 1, len(PARTS) - 1)
    return Answer(replies=(sentence(content, language, "first", button(content, language, "begin"), button(content, language, "steps")),))


def repeat(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    return part(content, language, place, place.step, place.part) if place.step else steps(content, language, place, command)


def jump(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    return part(content, language, place, command.number or place.step or 1)


def where(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    if not place.step and not place.done:
        return Answer(
            replies=(sentence(content, language, "not_started", button(content, language, "begin"), button(content, language, "steps")),)
        )
    here = content.sentences["here"].fill(language, **_at(content, language, place)) + "\n" if place.step else ""
    return Answer(replies=(_progress(content, language, place, here, here_first=True),))


def steps(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    """The list of all 13, marked where done, with buttons for one half of it."""
    second = command.name == "more_steps"
    lines = [f"{'✅' if s.number in place.done else '▫️'} {digits(language, s.number)}. {s.name[language]}" for s in content.steps]
    shown = content.steps[_FIRST_HALF:] if second else content.steps[:_FIRST_HALF]
    buttons = [Button(title=f"{digits(language, s.number)}. {s.name[language]}"[:20], payload=f"step.{s.number}") for s in shown]
    buttons.append(button(content, language, "steps") if second else button(content, language, "more_steps"))
    text = content.sentences["list_title"][language] + "\n" + "\n".join(lines)
    return Answer(replies=(Reply(text=text, buttons=ways(content, language, *buttons)),))


def done(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    number = command.number or place.step
    if not number:
        return where(content, language, place, command)
    after = replace(place, done=place.done | {number})
    if len(after.done) == STEPS:
        return Answer(replies=(sentence(content, language, "all_done", button(content, language, "steps")),), place=after)
    said = content.sentences["done"].fill(language, step=digits(language, number), name=content.step(number).name[language]) + "\n"
    return Answer(replies=(_progress(content, language, after, said),), place=after)


def not_done(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    number = command.number or place.step
    if not number:
        return where(content, language, place, command)
    after = replace(place, done=place.done - {number})
    said = content.sentences["undone"].fill(language, step=digits(language, number)) + "\n"
    return Answer(replies=(_progress(content, language, after, said),), place=after)


def ask(content: Knowledge, language: str, place: Place, command: Command) -> Answer:
    """A button that asks for one section: ask.3.cost."""
    section = command.arguments[1] if len(command.arguments) > 1 else None
    return question(content, language, place, command.number or 1, section if section in content.headings else None)


WALK: dict[str, Callable[[Knowledge, str, Place, Command], Answer]] = {
    "begin": begin, "restart": restart, "next": next_, "next_step": next_step, "back": back, "repeat": repeat, "resume": repeat,
    "step": jump, "where": where, "steps": steps, "more_steps": steps, "done": done, "not_done": not_done, "ask": ask,
}  # fmt: skip


def _guided(step: Step, language: str) -> list[Button]:
    """The guided questions that belong to a step."""
    plans = flow_plans()
    return [Button(title=plans[name].name[language], payload=f"flow.{name}") for name in GUIDED.get(step.id, ()) if name in plans]


def _title(content: Knowledge, language: str, step: Step) -> str:
    return content.sentences["step_title"].fill(language, step=digits(language, step.number), name=step.name[language])


def _sections(content: Knowledge, language: str, step: Step, names: tuple[str, ...]) -> str:
    pieces = []
    for name in names:
        heading = "" if name == "brief" else content.headings[name][language] + ":\n"
        pieces.append(heading + step.sections[name].text[language])
    return "\n\n".join(pieces)


def _at(content: Knowledge, language: str, place: Place) -> dict[str, str]:
    return {"step": digits(language, place.step), "name": content.step(place.step).name[language]}


def _resume(content: Knowledge, language: str, place: Place) -> Button:
    return button(content, language, "resume", step=digits(language, place.step))


def _progress(content: Knowledge, language: str, place: Place, before: str, *, here_first: bool = False) -> Reply:
    left = [f"{digits(language, s.number)}. {s.name[language]}" for s in content.steps if s.number not in place.done]
    count = content.sentences["progress"].fill(language, count=digits(language, len(place.done)), left=digits(language, len(left)))
    names = content.sentences["left"].fill(language, names=", ".join(left)) if left else ""
    return Reply(
        text=f"{before}{count}\n{names}".strip(), buttons=ways(content, language, *_progress_buttons(content, language, place, here_first))
    )


def _progress_buttons(content: Knowledge, language: str, place: Place, here_first: bool = False) -> list[Button]:
    """On: the first step after hers (or from hers) that is not done, else the first of all; and the list."""
    first = max(place.step, 1) if here_first else place.step + 1
    open_ = [number for number in (*range(first, STEPS + 1), *range(1, first)) if number not in place.done]
    if not open_:
        return [button(content, language, "steps")]
    title = "resume" if open_[0] == place.step else "go_step"
    return [button(content, language, title, f"step.{open_[0]}", step=digits(language, open_[0])), button(content, language, "steps")]
