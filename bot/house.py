"""What the gateway says by itself, without Rasa: fixed replies to danger, the numbers, a person, language, her code, deletion.

These must work when everything else is down.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.knowledge import Knowledge
from bot.model import Button, CaseRequest, Level, Outcome, Reply, Risk, State, Turn
from bot.triage import Replies, first_reply
from bot.understanding.commands import CODE_DIGITS, Command

Redeem = Callable[[str, str], Awaitable[tuple[str, State]]]  # (conversation, code) → ('ok' | 'wrong' | 'too_many', her state then)


class House:
    """Fixed answers; each is one Outcome, so that a turn done twice after a crash is done once."""

    def __init__(self, content: Knowledge, replies: Replies, redeem: Redeem) -> None:
        self._content, self._replies, self._redeem = content, replies, redeem
        self._do: dict[str, Callable[[Turn, State, Command], Awaitable[Outcome]]] = {
            "person": self._person, "hotlines": self._hotlines, "help": self._hotlines, "language": self._language, "carry": self._carry,
            "code": self._code, "delete": self._delete, "delete_yes": self._delete_yes, "safe": self._safe,
        }  # fmt: skip

    async def obey(self, turn: Turn, state: State, risk: Risk, command: Command) -> Outcome:
        """Does a command of HOUSE."""
        return replace(await self._do[command.name](turn, state, command), risk=risk)

    def danger(self, state: State, risk: Risk) -> Outcome:
        """The fixed reply of the policy, and a case for a human; the level stays with her."""
        reply = first_reply(self._content, self._replies, state, risk)
        return Outcome(
            replies=(reply,),
            state=raised(state, risk.flag),
            risk=risk,
            case=CaseRequest(level=risk.flag, category=risk.category, reason="flagged"),
        )

    def dialogue_failed(self, state: State, risk: Risk) -> Outcome:
        """Rasa is down or slow: she gets numbers, a human gets the message."""
        case = CaseRequest(level=Level.STANDARD, category=risk.category, reason="dialogue_failed")
        return Outcome(replies=(self.say(state, "rasa_down"),), state=state, risk=risk, case=case)

    def media(self, state: State, risk: Risk) -> Outcome:
        case = CaseRequest(level=Level.STANDARD, category=risk.category, reason="media")
        return Outcome(replies=(self.say(state, "media"),), state=state, risk=risk, case=case)

    def say(self, state: State, sentence: str, *first: Button, **fill: object) -> Reply:
        """One of the program's sentences, with the ways that work without Rasa."""
        buttons = (*first, self._button(state, "hotlines"), self._button(state, "person"), self._button(state, "menu"))
        return Reply(text=self._content.sentences[sentence].fill(state.language, **fill), buttons=buttons)

    async def _person(self, turn: Turn, state: State, command: Command) -> Outcome:
        text = "\n\n".join(message.text[state.language] for message in self._content.topics["human"].messages)
        buttons = (self._button(state, "hotlines"), self._button(state, "menu"))
        case = CaseRequest(level=Level.STANDARD, category=None, reason="asked_for_person")
        return Outcome(replies=(Reply(text=text, buttons=buttons),), state=state, case=case)

    async def _hotlines(self, turn: Turn, state: State, command: Command) -> Outcome:
        language = state.language
        pieces = []
        for place in ("bd", "abroad"):
            lines = [f"{h.number} · {h.name[language]}" for h in self._content.hotlines if h.place == place]
            pieces.append("\n".join([self._content.sentences[f"hotlines_{place}"][language] + ":", *lines]))
        pieces.extend(message.text[language] for message in self._content.topics["hotlines"].messages)
        buttons = (self._button(state, "person"), self._button(state, "menu"))
        return Outcome(replies=(Reply(text="\n\n".join(pieces), buttons=buttons),), state=state)

    async def _language(self, turn: Turn, state: State, command: Command) -> Outcome:
        chosen = command.arguments[0] if command.arguments else ("bn" if state.language == "en" else "en")
        state = replace(state, language=chosen, language_chosen=True)
        return Outcome(replies=(self.say(state, "language", *self._on(state)),), state=state)

    async def _carry(self, turn: Turn, state: State, command: Command) -> Outcome:
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        reply = self.say(state, "carry", *self._on(state), code=f"{code[:4]} {code[4:]}")
        return Outcome(replies=(reply,), state=state, code=code)

    async def _code(self, turn: Turn, state: State, command: Command) -> Outcome:
        result, carried = await self._redeem(turn.conversation, command.arguments[0])
        state = carried if result == "ok" else state
        sentence = {"ok": "carried", "wrong": "code_wrong", "too_many": "code_too_many"}[result]
        return Outcome(replies=(self.say(state, sentence, *self._on(state)),), state=state)

    async def _delete(self, turn: Turn, state: State, command: Command) -> Outcome:
        text = self._content.sentences["delete_sure"][state.language]
        buttons = (Button(title=self._content.buttons["delete"][state.language], payload="delete_yes"), self._button(state, "keep", "menu"))
        return Outcome(replies=(Reply(text=text, buttons=buttons),), state=state)

    async def _delete_yes(self, turn: Turn, state: State, command: Command) -> Outcome:
        fresh = State(language=state.language, language_chosen=state.language_chosen, script=state.script)
        if turn.case.flagged:  # what a human must still look at stays; all else goes
            return Outcome(replies=(self.say(fresh, "delete_kept"),), state=replace(fresh, level=state.level), forget=True)
        return Outcome(replies=(self.say(fresh, "deleted"),), state=fresh, forget=True)

    async def _safe(self, turn: Turn, state: State, command: Command) -> Outcome:
        """ "You misunderstood": the menu comes back, the level stays (somebody else may be holding the phone)."""
        return Outcome(replies=(self.say(state, "menu", *self._on(state)),), state=state)

    def _on(self, state: State) -> list[Button]:
        return [self._button(state, "whole_step", "resume")] if state.place.step else [self._button(state, "begin")]

    def _button(self, state: State, name: str, payload: str | None = None) -> Button:
        return Button(title=self._content.buttons[name][state.language], payload=payload or name)


def raised(state: State, flag: Level) -> State:
    """The level belongs to her, whoever holds the conversation: it only rises here."""
    return replace(state, level=max(state.level, flag, key=lambda level: level.rank))


HOUSE = frozenset({"person", "hotlines", "help", "language", "carry", "code", "delete", "delete_yes", "safe"})
