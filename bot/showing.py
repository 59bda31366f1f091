"""What a message is to the guided question that waits: a plain answer to it, or the picture it asks for."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from bot.errors import PictureError
from bot.flows import Question, flow_plans, open_question, photo_wanted
from bot.house import day_of
from bot.knowledge import Knowledge
from bot.media import Pictures
from bot.model import Kind, Level, Picture, Risk, Turn
from bot.passing import passing
from bot.understanding.answering import FREE, Asked, bare, matches, told
from bot.understanding.commands import Command, read
from bot.understanding.risk import CONTEXT, guessed

_CHEATED = ("fraud", "wage_exploitation")  # categories: what a complaint is about, so that a guess of them says nothing new …
_MONEY = (None, "other", *_CHEATED)  # … and what such a tale may sound like short of critical danger
_PATIENCE = 8.0  # seconds; a turn has a lease of 20
_SHORT = 5  # words
_SEVERAL = 3  # questions that one message answers: then it is that

log = logging.getLogger(__name__)


class Showing:
    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    async def picture(self, turn: Turn) -> Picture | None:
        """None where none came, or it could not be had."""
        inbound = turn.inbound
        wanted = inbound.kind is Kind.MEDIA and inbound.media in ("photo", "file") and self.wanted(turn)
        if not wanted or not inbound.media_ref:  # for a counsellor it is fetched beside the turns: danger in its words waits for no picture
            return None
        try:
            return await asyncio.wait_for(self._pictures.take(inbound.channel, inbound.media_ref), _PATIENCE)
        except PictureError as error:
            log.warning("conversation %s: %s", turn.conversation, error)
        except asyncio.TimeoutError:
            log.warning("conversation %s: a picture took too long", turn.conversation)
        return None

    @staticmethod
    def weighed(turn: Turn, text: str, risk: Risk, content: Knowledge) -> Risk:
        """The risk of an answer to the question that waits. What rules say stands; a guess does not, where she wrote nothing but an answer
        ("with them", "I do not know"); several answers in one with less than critical danger, tales of lost money where her own words
        were asked for, and what only several answers read together seem to say, bring the soft line."""
        question = open_question(turn.state.flows, day_of(turn.received_at)) if turn.inbound.kind is Kind.TEXT and guessed(risk) else None
        if question is None:
            return risk
        passed = passing(text, content.vocabulary)
        past = (passed is not None and passed.alone) or instead(question.reads, text) is not None
        if past or bare(question.reads, text, content.places) or read(text, content.vocabulary) is not None:
            return Risk()
        several = question.reads.kind not in FREE and len(_answers(turn, text, content)) >= _SEVERAL
        if several and risk.flag is not Level.CRITICAL:
            return replace(risk, flag=Level.NONE, ask=True)
        told_of_money = risk.category in _CHEATED or (risk.flag is Level.URGENT and risk.category in _MONEY)
        mild = CONTEXT in risk.reasons or told_of_money
        softly = question.reads.kind in FREE and mild
        return replace(risk, flag=Level.NONE, ask=True) if softly else risk

    @staticmethod
    def wanted(turn: Turn) -> Question | None:
        """The question that a picture answers."""
        return photo_wanted(turn.state.flows, day_of(turn.received_at))

    @staticmethod
    def meant(turn: Turn, text: str, content: Knowledge) -> Command | None:
        """The command in a short text that is no answer to the question that waits: she does not know, or has no picture."""
        question = open_question(turn.state.flows, day_of(turn.received_at)) if turn.inbound.kind is Kind.TEXT else None
        if question is None:
            return None
        said = instead(question.reads, text)
        if said is not None:
            return Command("skip" if said == "skip" else "repeat")
        passed = passing(text, content.vocabulary)
        if passed is None or (not passed.alone and (question.reads.kind in FREE or text.rstrip().endswith("?"))):
            return None
        return passed.command


def _answers(turn: Turn, text: str, content: Knowledge) -> dict[str, str]:
    """What the message answers of the questions that are being asked."""
    plan = flow_plans()[turn.state.flows[0].name]
    return told([question.reads for question in plan.questions], text, content.places)


def instead(asked: Asked, text: str) -> str | None:
    """What she writes in place of a picture, if it is one of the things that are said then."""
    if asked.kind != "photo" or len(text.split()) > _SHORT:
        return None
    return next((one.id for one in asked.choices if matches((*one.phrases, *one.short), text)), None)
