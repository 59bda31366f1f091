"""Talking with a running house as its users do: say or press something, wait until the house has nothing left to do, read the answer."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from itertools import count
from typing import Any

from bot.knowledge import Knowledge, knowledge
from bot.storage import Sealer
from tests.emulators.messenger_user import MessengerUser
from tests.emulators.telegram_user import TelegramUser
from tests.house import WholeHouse, wait_for

CONTENT: Knowledge = knowledge()
PATIENCE = 20.0  # seconds
_chats, _psids = count(7_319_000_001), count(24_680_000_000_001)


def flat(text: str) -> str:
    """Without the line breaks and blanks that splitting a message changes."""
    return " ".join(text.split())


def sentence(which: str, language: str, /, **fill: object) -> str:
    """One of the program's own, as `flat` gives it."""
    text = CONTENT.sentences[which]
    return flat(text.fill(language, **fill) if fill else text[language])


def rows(house: WholeHouse, query: str, *values: object) -> list[tuple[Any, ...]]:
    """From the house's own database, which is open for reading beside it."""
    with contextlib.closing(sqlite3.connect(f"file:{house.folder / 'sohojatri.db'}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(query, values).fetchall()


def idle(house: WholeHouse) -> bool:
    """Everything that was said is stored, answered and delivered."""
    if house.telegram.waiting or house.messenger.waiting:
        return False
    ((left,),) = rows(house, "SELECT count(*) FROM messages WHERE state IN ('received', 'queued', 'sending')")
    return not left


def settle(house: WholeHouse, seconds: float = PATIENCE) -> None:
    wait_for(lambda: idle(house), seconds, "the house to have answered everything")


class Chat:
    """One person's conversation over one channel."""

    def __init__(self, house: WholeHouse, user: TelegramUser | MessengerUser) -> None:
        self.house, self.user = house, user

    @property
    def is_telegram(self) -> bool:
        return isinstance(self.user, TelegramUser)

    @property
    def texts(self) -> list[str]:
        """All that she got, oldest first."""
        return [flat(sent.text) for sent in self.user.received]

    @property
    def buttons(self) -> list[str]:
        return self.user.buttons

    def do(self, act: Callable[[], Any]) -> list[str]:
        """What she gets for an act of hers."""
        before = len(self.user.received)
        act()
        settle(self.house)
        return self.texts[before:]

    def say(self, *texts: str) -> str:
        """The answer, its messages joined; several texts are sent without waiting in between."""
        return flat(" ".join(self.do(lambda: [self.user.says(text) for text in texts])))

    def press(self, payload: str) -> str:
        return flat(" ".join(self.do(lambda: self.user.presses(payload))))

    def place(self) -> tuple[int, int, set[int]]:
        """Step and part where she is, and the steps marked done, as stored. Presses nothing."""
        channel, address = ("telegram", str(self.user.chat_id)) if isinstance(self.user, TelegramUser) else ("messenger", self.user.psid)
        digest = sealer(self.house).digest("address", channel, address)
        query = "SELECT p.step, p.part, p.done FROM people p JOIN conversations c ON c.person_id = p.id WHERE c.channel = ? AND c.address_digest = ?"
        ((step, part, done),) = rows(self.house, query, channel, digest)
        return step, part, {number for number in range(1, 14) if done >> number & 1}


def sealer(house: WholeHouse) -> Sealer:
    """With the keys that the house made for itself."""
    keys = dict(line.split("=", 1) for line in (house.folder / "keys").read_text().splitlines())
    return Sealer(keys["SEAL_KEYS"], keys["LOOKUP_KEY"])


def on_telegram(house: WholeHouse) -> Chat:
    """A new person."""
    return Chat(house, house.telegram.user(next(_chats)))


def on_messenger(house: WholeHouse) -> Chat:
    return Chat(house, house.messenger.user(str(next(_psids))))
