"""The values that travel between the layers: frozen, keyword-only, without behaviour that needs I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Protocol


class Kind(str, Enum):
    """What an inbound event is."""

    TEXT = "text"  # she typed
    BUTTON = "button"  # she pressed one of our buttons; `payload` is what the button carries
    START = "start"  # opened the chat (Telegram /start, Messenger get-started, web first load); `payload` is the deep-link payload
    EDIT = "edit"  # she changed an earlier message: read for danger, not answered again
    MEDIA = "media"  # voice, photo, video, sticker, file, contact, location; `media` says which, `text` is the caption
    LEFT = "left"  # she blocked the bot or deleted the chat


class Level(str, Enum):
    """How dangerous her situation is (the policy in knowledge/triage/)."""

    NONE = "none"
    STANDARD = "standard"
    URGENT = "urgent"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    @property
    def flagged(self) -> bool:
        """Critical and urgent get a fixed reply and a case at once."""
        return self in (Level.URGENT, Level.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One event from a channel, as parsed; nothing of it is trusted."""

    channel: str  # telegram | messenger | web
    external_id: str  # the platform's id of this event: a second delivery has the same
    sender: str  # the platform's id of her; sealed at rest
    kind: Kind
    text: str = ""
    payload: str | None = None  # of a button or deep link, exactly as the channel gave it
    media: str | None = None  # voice | photo | video | sticker | file | contact | location | other
    media_ref: str | None = None  # what the platform needs to fetch it; sealed
    platform_id: str | None = None  # the platform's id of her message, where it can be deleted by it; sealed


@dataclass(frozen=True, kw_only=True)
class Button:
    title: str  # what she reads; at most 20 characters (Messenger)
    payload: str  # at most 64 bytes (Telegram); see bot.understanding.commands


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One message to her. A channel splits it, before it is stored, when it is over its limits."""

    text: str
    buttons: tuple[Button, ...] = ()
    file: str | None = None  # a paper of hers that is sent with it, by its id
    lasting: bool = False  # another reply follows, and its buttons must stay (Messenger takes those of all but the last away)


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What she paid, as she told it."""

    id: str
    amount: int
    currency: str
    day: str  # ISO, or "" where she does not know
    to: str
    what: str
    proof: str  # paper | message | none | ""
    picture: str | None = None  # the id of the picture of its receipt


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture she sent, made anew by us: without what her phone wrote into it."""

    id: str
    kind: str  # image/jpeg
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A file made for her."""

    id: str  # random: whoever has it and her session may fetch it, until it expires
    name: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where she is in the walk."""

    step: int = 0  # 1..13; 0: not started
    part: int = 0  # which message of the step she read last, from 0
    done: frozenset[int] = frozenset()  # steps she marked done


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Guided questions that she has begun, as far as she got (knowledge/flows/ says what is asked)."""

    name: str
    answers: tuple[tuple[str, str], ...] = ()  # question → answer, in the order given; "" skipped, "?" she does not know
    asked: str | None = None  # the question that waits for its answer
    open: bool = True  # False: she put it aside, and what she writes does not answer it
    since: str = ""  # day (ISO) on which it was asked: what she writes days later is no answer to it by itself

    def answer(self, question: str) -> str | None:
        return dict(self.answers).get(question)


@dataclass(frozen=True, kw_only=True)
class State:
    """What is remembered of a person between turns, whatever the channel."""

    language: str = "bn"  # bn | en: the language of our replies
    language_chosen: bool = False  # she chose it; detection no longer changes it
    script: str = "bn"  # bn | bn-latn | en: how she wrote last
    place: Place = field(default_factory=Place)
    level: Level = Level.NONE  # the highest found; only a human lowers it
    offered: tuple[str, ...] = ()  # payloads of the last offer (yes / 1 / 2 answer it)
    whereabouts: str | None = None  # where she is: None (not known) | bd | abroad | a country's ISO code, as in knowledge/places.yml
    flows: tuple[Flow, ...] = ()  # begun and not finished, the current one first
    agreed: frozenset[str] = frozenset()  # what she allowed to be kept: receipts, complaint, …
    safe_hours: str = ""  # when she may be written to first: bot.handoff.hours.CHOICES; empty: she did not say
    safe_word: str | None = None  # her own, which opens a hidden chat
    today: str = ""  # day (ISO, Dhaka) of the turn, for the dialogue; not remembered

    def at(self, place: Place) -> State:
        return replace(self, place=place)

    @property
    def asking(self) -> bool:
        """A guided question waits for what she writes next."""
        return bool(self.flows and self.flows[0].open)


@dataclass(frozen=True, kw_only=True)
class Risk:
    """What the assessment of one message found."""

    flag: Level = Level.NONE
    ask: bool = False  # below the flag: the normal answer and one soft line
    category: str | None = None
    reasons: tuple[str, ...] = ()  # the rules or words that spoke, for the counsellor
    # The danger model judged it and was not near to acting: then no other guess acts. How it was judged, not what was found.
    sure: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """Asks the store to open a case for a human, or to raise the open one."""

    level: Level
    category: str | None
    reason: str  # flagged | asked_for_person | dialogue_failed | media


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the dialogue says to one message, and what it would change. Only the gateway changes anything."""

    replies: tuple[Reply, ...]
    place: Place | None = None  # where she is now, if she moved
    flag: Level = Level.NONE  # the dialogue itself took the message for a disclosure
    category: str | None = None  # … of this kind
    ask: bool = False  # … or thinks it may be one
    guessed: bool = False  # … by its topic alone
    person: bool = False  # she asks for a human
    flows: tuple[Flow, ...] | None = None  # her guided questions from now on, if they changed
    agreed: str | None = None  # she has just allowed this to be kept
    ended: Flow | None = None  # guided questions that she has answered: what is to be done with them is the gateway's


@dataclass(frozen=True, kw_only=True)
class Received:
    conversation: str
    message: int
    new: bool  # False: the platform delivered it before


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One stored inbound message that waits for its answer."""

    message: int
    conversation: str
    inbound: Inbound
    state: State
    received_at: datetime
    recent: int  # messages from her in the last minute, this one included
    held: bool  # a human holds the conversation: the bot is silent
    fixed: bool = False  # her flagged case waits for a human: only fixed texts
    case: Level = Level.NONE  # of her open case, if any
    category: str | None = None  # … and what it is about
    before: tuple[str, ...] = ()  # what she typed in the last half hour and nobody acted on, at most three texts, oldest first
    hidden: bool = False  # the chat plays a neutral one: nothing of ours is said
    failures: int  # earlier attempts at this turn that ended in a crash or an error


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All that a turn changes; written in one transaction with 'answered'."""

    replies: tuple[Reply, ...]
    state: State
    risk: Risk = field(default_factory=Risk)
    case: CaseRequest | None = None
    signal: str | None = None  # what the message says to the handoff: safe | stop | can_write | cannot_write
    hide: bool | None = None  # True: the chat is cleaned and plays a neutral one from now on; False: it is itself again
    clean: bool = False  # only cleaned, up to this message
    unreachable: bool = False  # she left: send nothing until she writes again
    code: str | None = None  # a new carry code of hers, already told in the replies; the store keeps its digest only
    picture: Picture | None = None  # came with the message: to be kept
    payments: tuple[Payment, ...] = ()  # to be kept, or to replace those of the same id
    unpaid: tuple[str, ...] = ()  # ids of payments to be deleted
    papers: tuple[Paper, ...] = ()  # made for her; replies carry them
    forget: bool = False  # delete what is known of her, except these replies and what an open flagged case needs


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One stored reply that waits for delivery; one call of the channel's API."""

    message: int
    conversation: str
    channel: str
    recipient: str
    reply: Reply
    attempts: int  # calls made before this one
    last_inbound_at: datetime  # when she wrote last (Messenger's 24-hour window)
    attachment: Paper | None = None  # what reply.file stands for, where it is still there
    by_counsellor: bool = False  # a human wrote it, who may answer for 7 days there


class Channel(Protocol):
    """A door to the world: verifies, parses, renders, sends. It decides nothing."""

    name: str

    def fit(self, reply: Reply) -> tuple[Reply, ...]:
        """Splits a reply into ones that each fit one API call; buttons stay on the last. Pure."""

    async def typing(self, recipient: str) -> None:
        """Shows that an answer is being written, where the platform can; never raises."""

    async def clean(self, recipient: str, messages: Sequence[str]) -> None:
        """Takes messages of both sides (the platform's ids) off her screen, as far as the platform lets us. Raises TryLater."""

    async def send(self, outgoing: Outgoing) -> str | None:
        """Hands one reply over and returns the platform's id of it. Raises TryLater, Unreachable or Refused."""

    async def fetch(self, reference: str) -> bytes:
        """The file behind a media_ref of this channel. Raises DeliveryError."""


class Inbox(Protocol):
    """What a channel hands its events to: stored when it returns."""

    async def receive(self, events: list[Inbound]) -> list[Received]: ...
