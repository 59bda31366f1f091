"""The end of the complaint's questions; the gateway makes the paper, for her payments are read there only."""

from __future__ import annotations

from actions.scenes import Scene
from actions.speaking import button, sentence
from bot.model import Answer, Flow


def written(here: Scene, flow: Flow) -> Answer:
    on = (button(here.content, here.language, "receipts"), button(here.content, here.language, "again", "flow.complaint"))
    return Answer(replies=(sentence(here.content, here.language, "complaint_ready", *on),), ended=flow)
