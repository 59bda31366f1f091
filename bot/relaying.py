"""Values and words of the staff's Telegram group, in which cases are answered: knowledge/relay.yml. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.errors import ContentError
from bot.handoff import Case, Stage
from bot.knowledge import DIRECTORY, read_yaml, take
from bot.model import Button

TEXTS = (
    "waiting", "held", "hidden", "silent", "confirming", "hers", "media", "not_linked", "linked", "wrong_code", "not_yours", "refused",
    "more_dangerous", "on_duty_now", "taken", "whom", "nobody", "note_wanted", "passed", "outcome_wanted", "safety_wanted", "incomplete",
)  # fmt: skip
BUTTONS = ("accept", "pass", "close", "confirm", "safe.yes", "safe.no")


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One open case, or one that was closed, and where it stands in the group."""

    case: Case
    topic: int  # 0: none yet
    number: int
    shown: str  # what its last card said
    read_to: int


@dataclass(frozen=True, kw_only=True)
class Hers:
    """One message of hers. Sealed in the store; told in the topic and nowhere else."""

    id: int
    text: str
    media: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the next answer in a topic is for."""

    do: str  # pass | close
    by: str  # staff
    what: str  # staff to pass it to | outcome
    reply_to: int = 0  # the message that asks


@dataclass(frozen=True, kw_only=True)
class StaffEvent:
    """What somebody in the group wrote or pressed."""

    update: int
    user: str  # her Telegram account
    topic: int  # 0: none
    message: int
    text: str = ""
    reply_to: int = 0
    payload: str | None = None
    query: str | None = None


class Forum(Protocol):
    """The group. Each call raises DeliveryError."""

    async def create(self, title: str) -> int: ...
    async def rename(self, topic: int, title: str) -> None: ...
    async def remove(self, topic: int) -> None: ...
    async def say(self, topic: int, text: str, buttons: Sequence[Button] = ()) -> int: ...
    async def delete(self, message: int) -> None: ...
    async def answer(self, query: str, text: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Wording:
    texts: Mapping[str, str]
    buttons: Mapping[str, str]
    outcomes: Mapping[str, str]

    def pressed(self, *names: str) -> tuple[Button, ...]:
        return tuple(Button(title=self.buttons[name], payload=name) for name in names)

    def card(self, case: Case, link: str) -> tuple[str, tuple[Button, ...]]:
        """What stands in the topic while the case is in this state, and what can be done."""
        if case.closing is not None:
            name = "confirming"
            buttons: tuple[str, ...] = ("confirm",)
        elif case.state is Stage.WITH_COUNSELLOR:
            name, buttons = "held", ("pass", "close")
        elif case.state is Stage.WAITING_FOR_HER:
            name, buttons = "silent", ("pass", "close")
        else:
            name, buttons = "waiting", ("accept",)
        buttons = ("accept", *buttons) if case.transfer_to or case.transfer_team else buttons
        text = self.texts[name].format(link=link)
        return f"{self.texts['hidden']}\n{text}" if case.hidden else text, self.pressed(*buttons)


def state_of(case: Case) -> str:
    """What a card depends on: a new one is shown when it changes."""
    parts = (case.state.value, case.owner, case.transfer_to or case.transfer_team, case.closing is not None, case.hidden)
    return ":".join("" if part in (None, False) else str(part)[:12] for part in parts)


def load_wording(language: str, directory: Path = DIRECTORY) -> Wording:
    """Raises ContentError naming field and cure."""
    path = directory / "relay.yml"
    content, form = read_yaml(path), read_yaml(directory / "desk" / "case_form.yml")
    texts, buttons = take(path, content, "texts", dict), take(path, content, "buttons", dict)
    made = Wording(
        texts={name: _said(path, f"texts.{name}", texts.get(name), language) for name in TEXTS},
        buttons={name: _said(path, f"buttons.{name}", buttons.get(name), language) for name in BUTTONS},
        outcomes={str(id): _said(path, f"outcomes.{id}", name, language) for id, name in take(path, form, "outcomes", dict).items()},
    )
    for name, text in made.texts.items():
        try:
            text.format(link="", text="", title="")
        except (KeyError, IndexError, ValueError):
            raise ContentError(f"{path}: texts.{name}: a brace is not filled; write only link, text or title.") from None
    return made


def _said(path: Path, where: str, entry: Any, language: str) -> str:
    if not isinstance(entry, Mapping) or not isinstance(entry.get(language), str) or not entry[language].strip():
        raise ContentError(f"{path}: {where}: the text under {language}: is missing.")
    return str(entry[language]).strip()
