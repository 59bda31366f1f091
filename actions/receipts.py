"""The end of a payment's questions: it is told again in one line; the gateway keeps it."""

from __future__ import annotations

from actions.scenes import Scene
from actions.speaking import button, sentence
from bot.model import Answer, Button, Flow, State
from bot.receipts import line, payment_of


def told(here: Scene, flow: Flow) -> Answer:
    payment = payment_of(flow)
    another = Button(title=here.plans["receipt"].name[here.language], payload="flow.receipt")
    on = (button(here.content, here.language, "receipts"), another)
    reply = sentence(here.content, here.language, "receipt_kept", *on, line=line(State(language=here.language), payment))
    return Answer(replies=(reply,), ended=flow)
