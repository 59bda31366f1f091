"""What the gateway says by itself, without Rasa: fixed replies to danger, the numbers, a person, language, her code, deletion.

These must work when everything else is down.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from bot.flows import flow_plans
from bot.handoff.hours import CHOICES
from bot.hiding import NOW, Hider
from bot.knowledge import Knowledge
from bot.model import Button, CaseRequest, Level, Outcome, Reply, Risk, State, Turn
from bot.replies import ABROAD, ANOTHER, BD, HERSELF, OTHER, UNKNOWN, Replies, Situation, script_of
from bot.safehours import safe_hours
from bot.understanding.commands import CODE_DIGITS, Command
from bot.understanding.whom import of_another

_SIGNALS = {"safe": "safe", "can_write": "can_write", "cannot_write": "cannot_write"}  # command → what it says to the handoff
_DHAKA = timezone(timedelta(hours=6))
Redeem = Callable[[str, str], Awaitable[tuple[str, State]]]  # (conversation, code) → ('ok' | 'wrong' | 'too_many', her state then)


class House:
    """Fixed answers; each is one Outcome, so that a turn done twice after a crash is done once."""

    def __init__(self, content: Knowledge, replies: Replies, redeem: Redeem) -> None:
        self._content, self._replies, self._redeem = content, replies, redeem
        self.hider = Hider(replies)
        self._places = {BD, ABROAD, *(id for kind, id in content.places.names.values() if kind == "country")}
        self._do: dict[str, Callable[[Turn, State, Command], Awaitable[Outcome]]] = {
            "person": self._person, "hotlines": self._hotlines, "help": self._hotlines, "language": self._language, "carry": self._carry,
            "code": self._code, "delete": self._delete, "delete_yes": self._delete_yes, "safe": self._safe,
            "here": self._here, "can_write": self._writing, "cannot_write": self._writing, "hide": self._hide,
            "hide_now": self._hide, "hide_word": self._hide_word, "hours": self._hours,
        }  # fmt: skip

    async def obey(self, turn: Turn, state: State, risk: Risk, command: Command) -> Outcome:
        """Does a command of HOUSE."""
        outcome = replace(await self._do[command.name](turn, state, command), risk=risk)
        outcome = replace(outcome, signal=_SIGNALS.get(command.name, outcome.signal))
        return outcome if outcome.forget or outcome.hide else replace(outcome, replies=self.and_on(outcome.state, outcome.replies))

    async def stand_by(self, turn: Turn, state: State, risk: Risk, command: Command) -> Outcome:
        """Does a command of STANDING while her flagged case waits: its buttons lead nowhere but to fixed texts."""
        if command.name == "stop":
            outcome = Outcome(replies=(self.say(state, "stopped"),), state=state, risk=risk, signal="stop")
        else:
            outcome = replace(await self._do[command.name](turn, state, command), risk=risk)
            outcome = replace(outcome, signal=_SIGNALS.get(command.name, outcome.signal))
        if command.name in ("safe", "delete") or outcome.hide:  # the dialogue is back; she is asked for a yes or no
            return outcome
        return replace(outcome, replies=tuple(self._fixed(outcome.state, reply) for reply in outcome.replies))

    def _fixed(self, state: State, reply: Reply) -> Reply:
        kept = [button for button in reply.buttons if button.payload.partition(".")[0] in STANDING and button.payload != "safe"]
        choosing = any(button.payload.startswith(("here.", "hours.")) for button in kept)  # all are shown
        return replace(reply, buttons=(*(kept if choosing else kept[:2]), self._button(state, "safe")))

    def danger(self, state: State, risk: Risk, said: str = "", *, begun: bool = False, channel: str = "") -> Outcome:
        """The fixed reply of the policy to what she `said`, and a case for a human; the level stays with her. `begun`: a flagged case of
        hers is open, so she had a first reply and is asked nothing twice."""
        situation = Situation(risk.flag, risk.category or OTHER, ANOTHER if of_another(said) else HERSELF, state.whereabouts or UNKNOWN)
        replies = self._replies.replies(situation, script_of(state), begun=begun)
        return Outcome(
            replies=replies if begun else self.hider.hinted(replies, state, channel),
            state=replace(raised(state, risk.flag), offered=self._replies.offers(situation, begun=begun)),
            risk=risk,
            case=CaseRequest(level=risk.flag, category=risk.category, reason="flagged"),
        )

    def dialogue_failed(self, state: State, risk: Risk) -> Outcome:
        """Rasa is down or slow: she gets numbers, a human gets the message."""
        case = CaseRequest(level=Level.STANDARD, category=risk.category, reason="dialogue_failed")
        return Outcome(replies=self.and_on(state, (self.say(state, "rasa_down"),)), state=state, risk=risk, case=case)

    def media(self, state: State, risk: Risk) -> Outcome:
        case = CaseRequest(level=Level.STANDARD, category=risk.category, reason="media")
        return Outcome(replies=(self.say(state, "media"),), state=state, risk=risk, case=case)

    def and_on(self, state: State, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """The replies with a way back to the guided question that they left waiting."""
        if not (state.asking and replies and replies[-1].buttons):
            return replies
        button = self._button(state, "go_on", f"flow.{state.flows[0].name}")
        return (*replies[:-1], replace(replies[-1], buttons=(button, *replies[-1].buttons)))

    def guided(self, state: State, name: str) -> Button:
        """Begins guided questions."""
        return Button(title=flow_plans()[name].name[state.language], payload=f"flow.{name}")

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
        language, where = state.language, state.whereabouts
        blocks = {ABROAD: (ABROAD, where)} if where not in (None, BD) else {BD: (BD,), ABROAD: (ABROAD,)}
        pieces = []
        for block, places in blocks.items():  # who is abroad sees nothing that does not work there
            lines = [f"{h.number} · {h.name[language]}" for h in self._content.hotlines if h.place in places]
            pieces.append("\n".join([self._content.sentences[f"hotlines_{block}"][language] + ":", *lines]))
        pieces.extend(message.text[language] for message in self._content.topics["hotlines"].messages)
        elsewhere = self._replies.titled(language, "here.abroad") if where in (None, ABROAD) else ()
        buttons = (self._button(state, "person"), *elsewhere, self._button(state, "menu"))
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
            kept = replace(fresh, level=state.level, safe_hours=state.safe_hours, safe_word=state.safe_word)
            return Outcome(replies=(self.say(fresh, "delete_kept"),), state=kept, forget=True)
        return Outcome(replies=(self.say(fresh, "deleted"),), state=fresh, forget=True)

    async def _safe(self, turn: Turn, state: State, command: Command) -> Outcome:
        """ "You misunderstood": the menu comes back, the level stays (somebody else may be holding the phone)."""
        return Outcome(replies=(self.say(state, "menu", *self._on(state)),), state=state)

    async def _here(self, turn: Turn, state: State, command: Command) -> Outcome:
        """Where she is: remembered, and answered with the numbers that work there. The level stays."""
        place = command.arguments[0]
        if place not in self._places:
            return Outcome(replies=(self.say(state, "old_button"),), state=state)
        waiting = tuple(payload for payload in turn.state.offered if not payload.startswith("here."))
        state = replace(state, whereabouts=place, offered=(*waiting, "here.abroad") if place == ABROAD else waiting)
        reply = self._replies.placed(place, script_of(state))
        return Outcome(replies=(replace(reply, buttons=(*reply.buttons, self._button(state, "menu"))),), state=state)

    async def _writing(self, turn: Turn, state: State, command: Command) -> Outcome:
        """Whether she can write now, as the first reply asked. Nobody writes to her until she does where she cannot."""
        script, person = script_of(state), ("person",) if command.name == "can_write" else ()
        hours = ("hours",) if command.name == "cannot_write" else ()
        buttons = self._replies.titled(script, *person, "hotlines", "hide", *hours)
        state = replace(state, offered=tuple(payload for payload in turn.state.offered if payload.startswith("here.")))
        return Outcome(replies=(Reply(text=self._replies.answers[command.name][script], buttons=buttons),), state=state)

    async def _hide(self, turn: Turn, state: State, command: Command) -> Outcome:
        """The chat is cleaned as far as this channel lets us, and plays a neutral one."""
        return self.hider.hide(turn, state, now=command.name == NOW)

    async def _hide_word(self, turn: Turn, state: State, command: Command) -> Outcome:
        return self.hider.asks_word(state)

    async def _hours(self, turn: Turn, state: State, command: Command) -> Outcome:
        """When she may be written to first: asked, or answered."""
        script, texts = script_of(state), safe_hours()
        if not command.arguments:
            buttons = self._replies.titled(script, *(f"hours.{choice}" for choice in CHOICES))
            return Outcome(replies=(Reply(text=texts.ask[script], buttons=buttons),), state=state)
        state = replace(state, safe_hours=command.arguments[0])
        reply = Reply(text=texts.kept[command.arguments[0]][script], buttons=self._replies.titled(script, "hotlines", "hours"))
        return Outcome(replies=(reply,), state=state, signal=f"hours.{texts.of(state)}")

    def _on(self, state: State) -> list[Button]:
        return [self._button(state, "whole_step", "resume")] if state.place.step else [self._button(state, "begin")]

    def _button(self, state: State, name: str, payload: str | None = None) -> Button:
        return Button(title=self._content.buttons[name][state.language], payload=payload or name)


def day_of(moment: datetime) -> str:
    """The day (ISO) it is in Bangladesh."""
    return moment.astimezone(_DHAKA).date().isoformat()


def raised(state: State, flag: Level) -> State:
    """The level belongs to her, whoever holds the conversation: it only rises here."""
    return replace(state, level=max(state.level, flag, key=lambda level: level.rank))


HOUSE = frozenset(
    "person hotlines help language carry code delete delete_yes safe here can_write cannot_write hide hide_now hide_word hours".split()
)  # what is answered here, whatever else is down
STANDING = HOUSE - {"person"} | {"stop"}  # … and what is, while her flagged case waits for a human: asked for again, a person is on the way
