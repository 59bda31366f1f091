"""What a message is to the guided question that waits: a plain answer to it, or the picture it asks for."""

from __future__ import annotations

import asyncio
import logging

from bot.errors import PictureError
from bot.flows import Question, open_question
from bot.house import day_of
from bot.media import Pictures
from bot.model import Kind, Picture, Turn
from bot.understanding.answering import bare
from bot.understanding.entities import Gazetteer

_PATIENCE = 8.0  # seconds; a turn has a lease of 20

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
    def plain_answer(turn: Turn, text: str, places: Gazetteer) -> bool:
        """Whether she wrote an answer to the question that waits, and not one word more."""
        question = open_question(turn.state.flows, day_of(turn.received_at))
        return question is not None and bare(question.reads, text, places)

    @staticmethod
    def wanted(turn: Turn) -> Question | None:
        """The question that waits for a picture."""
        question = open_question(turn.state.flows, day_of(turn.received_at))
        return question if question is not None and question.reads.kind == "photo" else None
