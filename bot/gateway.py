"""One turn, as the policy it is: read for danger first, then who holds the conversation, then what she asked.

The gateway changes nothing itself: it returns an Outcome, which the store writes in one transaction with "answered".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.endings import Endings
from bot.errors import DialogueError
from bot.flows import Question
from bot.hiding import NOW, WORD
from bot.house import HOUSE, STANDING, House, Redeem, day_of, raised
from bot.knowledge import Knowledge
from bot.media import Pictures
from bot.model import Answer, Button, CaseRequest, Inbound, Kind, Level, Outcome, Payment, Picture, Reply, Risk, State, Turn
from bot.receipts import AGAIN, Ledger, Receipts
from bot.receipts import COMMANDS as RECEIPTS
from bot.replies import CAN_WRITE, OTHER, Replies
from bot.showing import Showing
from bot.understanding.answering import yields
from bot.understanding.commands import NEITHER, Command, parse, read
from bot.understanding.normalise import clean
from bot.understanding.paying import paid
from bot.understanding.risk import guessed
from bot.understanding.whereabouts import bare, whereabouts

log = logging.getLogger(__name__)

_GIVE_UP = 3  # a message whose handling failed so often is answered by the fixed text: Rasa may not survive it
_LINKS = frozenset({"step", "code", "topic", "hotlines", "person"})  # what a deep link may ask for
_ASKING = 64  # questions to the dialogue at the same time; the others wait here, before its time-out begins
_LATIN = "bn-latn"
_OTHER_LANGUAGE = "other"
_SHORT = 2  # words
_YES_NO = {"yes": CAN_WRITE[0], "step.1": CAN_WRITE[0], "no": CAN_WRITE[1], "step.2": CAN_WRITE[1]}


async def no_ledger(conversation: str) -> list[Payment]:
    return []


class Dialogue(Protocol):
    """What answers where nothing is fixed."""

    async def ask(self, conversation: str, message: str | Command, state: State) -> Answer: ...


class Gateway:
    """Decides one turn."""

    def __init__(
        self,
        *,
        dialogue: Dialogue,
        redeem: Redeem,
        ledger: Ledger = no_ledger,
        pictures: Pictures = Pictures({}),
        content: Knowledge,
        replies: Replies,
        assess: Callable[[str, Sequence[str]], Risk],  # of a text after those sent shortly before
        detect: Callable[[str, str | None], str],
        rate_per_minute: int,
        max_text: int,
    ) -> None:
        self._dialogue, self._content, self._assess, self._detect = dialogue, content, assess, detect
        self._rate, self._max_text = rate_per_minute, max_text
        self._house = House(content, replies, redeem)
        self._receipts = Receipts(content, ledger)
        self._showing, self._endings = Showing(pictures), Endings(content, ledger, self._receipts)
        self._room = asyncio.Semaphore(_ASKING)

    async def answer(self, turn: Turn) -> Outcome:
        """What one inbound message changes."""
        picture = await self._showing.picture(turn)
        outcome = await self._decided(turn, picture)
        return outcome if picture is None else replace(outcome, picture=picture)

    async def _decided(self, turn: Turn, picture: Picture | None) -> Outcome:
        text = clean(turn.inbound.text)
        risk = self._showing.weighed(turn, text, self._judged(turn, text), self._content)
        state, foreign = self._heard(turn, text)
        state = raised(self._located(turn, state, text), risk.flag)
        if turn.inbound.kind is Kind.LEFT:
            return Outcome(replies=(), state=state, unreachable=True)
        if turn.hidden:
            return self._house.hider.hidden(turn, state, risk, text)
        if turn.held:  # a human holds it: the bot is silent, whatever she writes
            case = _case(risk, "flagged") if risk.flag.flagged else None
            asked = _command(turn.inbound, text, self._content)
            signal = "delete" if asked is not None and asked.name in ("delete", "delete_yes") else None
            hide = True if self._hides(turn, text) else None
            return Outcome(replies=(), state=state, risk=risk, case=case, signal=signal, hide=hide)
        if (
            turn.inbound.kind is Kind.TEXT
            and WORD in turn.state.offered
            and not (risk.flag.flagged or read(text, self._content.vocabulary))
        ):
            return replace(self._house.hider.keeps_word(state, text), risk=risk)
        if turn.fixed:
            return await self._waiting(turn, state, risk, text)
        if risk.flag.flagged:
            return self._house.danger(state, risk, text, begun=turn.case.flagged, channel=turn.inbound.channel)
        if turn.inbound.kind is Kind.EDIT:  # an edit was answered when it was first written
            return Outcome(replies=(), state=state, risk=risk)
        if turn.inbound.kind is Kind.MEDIA and (question := self._showing.wanted(turn)):
            return await self._shown(turn, state, risk, question, picture)
        if turn.inbound.kind is Kind.MEDIA and not text:
            outcome = self._house.media(state, risk)
            return replace(outcome, replies=self._house.and_on(state, outcome.replies))
        outcome = await self._ordinary(turn, state, risk, text, foreign)
        return self._also(outcome, turn, text)

    def _judged(self, turn: Turn, text: str) -> Risk:
        """The danger in it. Commands are not read together with the rest, and of a command a guess says nothing: "next" typed four times
        tells of nothing, and "step 13" of no child."""
        if turn.inbound.kind is Kind.BUTTON:
            return Risk()
        words = self._content.vocabulary
        risk = self._assess(text, tuple(said for said in turn.before if read(said, words) is None))
        return Risk() if guessed(risk) and read(text, words) is not None else risk

    async def _shown(self, turn: Turn, state: State, risk: Risk, question: Question, picture: Picture | None) -> Outcome:
        """The picture that a guided question asked for."""
        flow = state.flows[0].name
        if picture is None:
            skip = Button(title=self._content.buttons["skip"][state.language], payload=f"say.{flow}.{question.id}.skip")
            return Outcome(replies=(self._house.say(state, "picture_failed", skip),), state=state, risk=risk)
        return await self._ask(turn, state, risk, Command("say", (flow, question.id, picture.id)))

    def _hides(self, turn: Turn, text: str) -> bool:
        command = _command(turn.inbound, text, self._content) if turn.inbound.kind in (Kind.TEXT, Kind.BUTTON) else None
        return command is not None and command.name in ("hide", NOW)

    def needs_numbers(self, text: str) -> bool:
        """Whether a message asks for numbers or tells of danger, read by itself: for when nothing is known of her."""
        text = clean(text)
        risk, command = self._assess(text, ()), read(text, self._content.vocabulary)
        return risk.flag.flagged or risk.ask or (command is not None and command.name in ("hotlines", "help"))

    async def _waiting(self, turn: Turn, state: State, risk: Risk, text: str) -> Outcome:
        """Her flagged case waits for a human: fixed texts only. What nothing here answers, the handoff acknowledges."""
        if risk.flag.flagged:
            if risk.flag.rank > turn.case.rank or risk.category not in (None, OTHER, turn.category):
                return self._house.danger(state, risk, text, begun=True)
            return Outcome(replies=(), state=state, risk=risk, case=_case(risk, "flagged"))
        command = self._answering(turn, text) or _command(turn.inbound, text, self._content)
        if turn.inbound.kind is not Kind.EDIT and command is not None and command.name in STANDING:
            return await self._house.stand_by(turn, state, risk, command)
        case = _case(risk, "media") if turn.inbound.kind is Kind.MEDIA else None
        return Outcome(replies=(), state=state, risk=risk, case=case)

    async def _ordinary(self, turn: Turn, state: State, risk: Risk, text: str, foreign: bool) -> Outcome:
        command = self._answering(turn, text) or _command(turn.inbound, text, self._content)
        if state.asking and turn.inbound.kind is Kind.TEXT and yields(command):
            # "3" or "training" may answer the question that waits: Rasa's reader sees both.
            command = self._showing.meant(turn, text, self._content)
        if command is not None and command.name in HOUSE:
            return await self._house.obey(turn, state, risk, command)
        if command is not None and command.name in RECEIPTS and command.arguments[1:] == ("correct",):
            begun = await self._receipts.correcting(turn, state, command.arguments[0])
            state, command = (begun, Command("flow", (AGAIN,))) if begun else (state, Command("receipts"))
        if command is not None and command.name in RECEIPTS:
            return replace(await self._receipts.obey(turn, state, command), risk=risk)
        if turn.recent > self._rate:  # after the house's commands: the numbers and a person are never muted
            replies = (self._house.say(state, "too_fast"),) if turn.recent == self._rate + 1 else ()
            return Outcome(replies=replies, state=state, risk=risk)
        if command is None and turn.inbound.kind is Kind.BUTTON:
            return self._said(state, risk, "old_button")
        if command is None and not any(letter.isalnum() for letter in text):
            return self._said(state, risk, "nothing")
        if command is None and foreign and not state.asking:  # a name in strange letters is an answer
            return Outcome(replies=(self._house.say(state, "speaks"),), state=state, risk=risk)
        return await self._ask(turn, state, risk, command or text[: self._max_text])

    def _said(self, state: State, risk: Risk, sentence: str) -> Outcome:
        return Outcome(replies=self._house.and_on(state, (self._house.say(state, sentence),)), state=state, risk=risk)

    async def _ask(self, turn: Turn, state: State, risk: Risk, message: str | Command) -> Outcome:
        if turn.failures >= _GIVE_UP:
            return self._house.dialogue_failed(state, risk)
        try:
            async with self._room:  # here and not round the turn: danger and numbers wait for nobody's question
                asked = replace(state, offered=turn.state.offered, today=day_of(turn.received_at))
                answer = await self._dialogue.ask(turn.conversation, message, asked)
        except DialogueError as error:
            log.warning("conversation %s: %s", turn.conversation, error)
            return self._house.dialogue_failed(state, risk)
        state = state if answer.place is None else state.at(answer.place)
        state = state if answer.flows is None else replace(state, flows=answer.flows)
        state = state if answer.agreed is None else replace(state, agreed=state.agreed | {answer.agreed})
        if any(button.payload == NEITHER for reply in answer.replies for button in reply.buttons):
            state = replace(state, offered=(NEITHER,))
        if answer.flag.flagged and not (answer.guessed and risk.sure):
            heard = replace(risk, flag=answer.flag, category=answer.category or risk.category, reasons=(*risk.reasons, "dialogue"))
            fixed = self._house.danger(state, heard, clean(turn.inbound.text), begun=turn.case.flagged, channel=turn.inbound.channel)
            # What guided questions brought to light is told first: she asked for it.
            return fixed if answer.flows is None else replace(fixed, replies=(*answer.replies, *fixed.replies))
        risk = replace(risk, ask=risk.ask or answer.ask or answer.flag.flagged)
        wanted = answer.person or answer.flag.flagged
        case = CaseRequest(level=Level.STANDARD, category=risk.category, reason="asked_for_person") if wanted else None
        replies = answer.replies if answer.flows is not None else self._house.and_on(state, answer.replies)
        signal = "stop" if isinstance(message, Command) and message.name == "stop" else None
        outcome = Outcome(replies=replies, state=state, risk=risk, case=case, signal=signal)
        return outcome if answer.ended is None else await self._endings.ended(turn, outcome, answer.ended)

    def _also(self, outcome: Outcome, turn: Turn, text: str) -> Outcome:
        """Puts the short lines that go with an answer before or after it."""
        if turn.inbound.kind is Kind.MEDIA:  # a person must look at it, whatever else is said
            outcome = replace(outcome, case=outcome.case or _case(outcome.risk, "media"))
        replies = outcome.replies
        if not replies or outcome.hide is not None or outcome.risk.flag.flagged:  # muted stays silent; a fixed reply to danger stands alone
            return outcome
        if len(text) > self._max_text:
            replies = (Reply(text=self._content.sentences["too_long"][outcome.state.language]), *replies)
        if turn.inbound.kind is Kind.MEDIA:
            return replace(outcome, replies=(Reply(text=self._content.sentences["media"][outcome.state.language]), *replies))
        if outcome.risk.ask and outcome.state.asking:  # before the question that waits: its buttons must stay the last
            replies = (Reply(text=self._content.sentences["soft_ask"][outcome.state.language]), *replies)
        elif outcome.risk.ask and NOW not in outcome.state.offered:  # how to hide is read in haste, and its buttons must stay
            replies = _and(replies, self._house.say(outcome.state, "soft_ask"))
        elif turn.inbound.kind is Kind.TEXT and not outcome.state.asking and not outcome.payments and paid(text):
            replies = _and(replies, self._house.say(outcome.state, "receipt_remind", self._house.guided(outcome.state, "receipt")))
        elif outcome.risk.flag is Level.STANDARD and not outcome.state.asking and outcome.case is None and self._first_of_its_kind(turn):
            replies = _and(replies, self._house.say(outcome.state, "offer_person"))
        return replace(outcome, replies=replies)

    def _first_of_its_kind(self, turn: Turn) -> bool:
        """Whether a person was not offered already: nobody knows of her trouble, and nothing she wrote lately was of this level."""
        return turn.case is Level.NONE and not any(self._assess(said, ()).flag is Level.STANDARD for said in turn.before)

    def _heard(self, turn: Turn, text: str) -> tuple[State, bool]:
        """Her state after hearing this message (the script she writes in, and the language we answer in unless she chose one), and
        whether it is in a language that is not ours."""
        state = turn.state
        if turn.inbound.kind is Kind.START and (link := _link(turn.inbound)) and link.name == "language" and not state.language_chosen:
            shown = link.arguments[0]  # the language of the page that she starts on, for fixed texts too; her choice may still come
            return replace(state, language=shown, script=_LATIN if (shown, state.script) == ("bn", _LATIN) else shown), False
        if turn.inbound.kind not in (Kind.TEXT, Kind.EDIT, Kind.MEDIA) or not any(letter.isalpha() for letter in text):
            return state, False  # "5000" is in no language
        script = self._detect(text, state.script)
        brief = script != "bn" and (self._common(text) or state.asking)
        if script == _OTHER_LANGUAGE or brief:
            return state, script == _OTHER_LANGUAGE
        language = state.language if state.language_chosen else "en" if script == "en" else "bn"
        return replace(state, script=script, language=language), False

    def _located(self, turn: Turn, state: State, text: str) -> State:
        """With where she says that she is, and without the last offer: this message answers it or passes it by."""
        if turn.inbound.kind not in (Kind.TEXT, Kind.EDIT, Kind.MEDIA):
            return replace(state, offered=()) if turn.inbound.kind is Kind.BUTTON else state
        return replace(state, whereabouts=whereabouts(text, self._content.places) or state.whereabouts, offered=())

    def _answering(self, turn: Turn, text: str) -> Command | None:
        """What a short typed answer to the first reply means: yes or 1 and no or 2 to whether she can write, a place to where she is."""
        offered = turn.state.offered
        if turn.inbound.kind is not Kind.TEXT or not offered:
            return None
        command = read(text, self._content.vocabulary)
        if command is not None and CAN_WRITE[0] in offered and (answer := _YES_NO.get(str(command))):
            return Command(answer)
        place = bare(text, self._content.places) if any(payload.startswith("here.") for payload in offered) else None
        return None if place is None else Command("here", (place,))

    def _common(self, text: str) -> bool:
        """Whether it is a command such as "next" or "step 5", which everybody types in Latin letters: it says nothing of her language."""
        command = read(text, self._content.vocabulary) if len(text.split()) <= _SHORT else None
        return command is not None and command.name != "start"


def _command(inbound: Inbound, text: str, content: Knowledge) -> Command | None:
    if inbound.kind is Kind.START:
        link = _link(inbound)
        return link if link and link.name in _LINKS else Command("start")
    if inbound.kind is Kind.BUTTON:
        return parse(inbound.payload or "")
    return read(text, content.vocabulary)


def _link(inbound: Inbound) -> Command | None:
    """The command in a deep link; these allow no dots: t.me/…?start=step-5."""
    return parse((inbound.payload or "").replace("-", "."))


def _and(replies: tuple[Reply, ...], line: Reply) -> tuple[Reply, ...]:
    """A line after an answer takes the answer's buttons over: Messenger shows those of the last message only."""
    ways = replies[-1].buttons
    known = {way.payload for way in ways}
    new = tuple(way for way in line.buttons if way.payload not in known)
    return (*replies[:-1], replace(replies[-1], buttons=()), replace(line, buttons=(*new, *ways)))


def _case(risk: Risk, reason: str) -> CaseRequest:
    level = risk.flag if risk.flag.flagged else Level.STANDARD
    return CaseRequest(level=level, category=risk.category, reason=reason)
