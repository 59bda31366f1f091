"""The end of a returnee's intake: she sees what is passed on, and a counsellor is asked for. Who does not feel safe gets numbers first."""

from __future__ import annotations

from actions.scenes import Scene, shown
from actions.speaking import button, sentence
from bot.flows import NOT_ASKED
from bot.model import Answer, Flow, Level

_AFRAID = "no"  # the answer to "safe"


def taken(here: Scene, flow: Flow) -> Answer:
    plan, answers = here.plans[flow.name], dict(flow.answers)
    labels = {question.id: question.label for question in plan.questions if question.label is not None}
    lines = [
        f"\u2022 {labels[question][here.language]}: {shown(here, plan, question, value)}"  # type: ignore[index]
        for question, value in answers.items()
        if question in labels and value not in NOT_ASKED
    ]
    name = "intake_done" if lines else "intake_empty"
    on = (button(here.content, here.language, "near"), button(here.content, here.language, "topics"))
    reply = sentence(here.content, here.language, name, *on, told="\n".join(lines))
    if answers.get("safe") == _AFRAID:
        return Answer(replies=(reply,), flag=Level.URGENT, category="other")
    return Answer(replies=(reply,), person=True)
