"""Guided questions asked without Rasa: what she types is read as the reader in Rasa would read it."""

from datetime import date

from actions import flows
from actions.scenes import Scene
from bot.flows import flow_plans, open_question
from bot.knowledge import knowledge
from bot.model import Answer, Flow
from bot.understanding.answering import answer, yields
from bot.understanding.commands import parse, read

TODAY = "2026-11-27"


class Guided:
    """One person in the middle of guided questions."""

    def __init__(self, language: str = "bn", today: str = TODAY) -> None:
        self.language, self.today = language, today
        self.flows: tuple[Flow, ...] = ()
        self.last: Answer | None = None

    @property
    def scene(self) -> Scene:
        return Scene(content=knowledge(), language=self.language, flows=self.flows, today=self.today, plans=flow_plans())

    def press(self, payload: str) -> str:
        command = parse(payload)
        assert command is not None, payload
        return self._take(flows.obey(self.scene, command))

    def say(self, text: str) -> str | None:
        """None: it is no answer and no command of guided questions."""
        command = read(text, knowledge().vocabulary)
        question = open_question(self.flows, self.today)
        value = answer(question.reads, text, knowledge().places, date.fromisoformat(self.today)) if question and yields(command) else None
        if value is not None and question is not None:
            return self._take(flows.give(self.scene, self.flows[0], question.id, value))
        found = flows.obey(self.scene, command) if command else None
        return None if found is None else self._take(found)

    def begin(self, name: str, text: str = "") -> str:
        return self._take(flows.start(self.scene, name, text))

    @property
    def asked(self) -> str | None:
        return self.flows[0].asked if self.flows and self.flows[0].open else None

    @property
    def answers(self) -> dict[str, str]:
        return dict(self.flows[0].answers) if self.flows else {}

    @property
    def buttons(self) -> list[str]:
        assert self.last is not None
        return [button.payload for button in self.last.replies[-1].buttons]

    def _take(self, answered: Answer | None) -> str:
        assert answered is not None
        self.last = answered
        if answered.flows is not None:
            self.flows = answered.flows
        return "\n".join(reply.text for reply in answered.replies)
