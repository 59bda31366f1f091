"""A trained model in this process, for measuring: no server, no dialogue."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from bot.nlu.silence import silence

_SLASHES = re.compile(r"^[\s/]+")  # Rasa would take what follows for an intent


class Parser:
    """Understands texts as Rasa with this model would."""

    def __init__(self, model: Path) -> None:
        silence()
        self._agent = Agent.load(str(model))
        self._loop = asyncio.new_event_loop()

    def parse(self, text: str) -> dict[str, Any]:
        """Rasa's own answer: intent, intent_ranking, entities …"""
        return self._loop.run_until_complete(self._agent.parse_message(_SLASHES.sub("", text) or "."))
