"""Which item within a topic a message asks for: by the words of the items, in the one Latin spelling of both scripts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.understanding.risk import phrases, spelled

_OWN = 1.25  # the weight of words of the message's own topic: what may be chosen anywhere is told in words that mean one thing


@dataclass(frozen=True)
class Choice:
    """The words of one item. Phrases are written as those of danger are: "*" a gap, "~" any ending."""

    id: str
    topics: frozenset[str]  # its own, and others whose messages may mean it
    said: re.Pattern[str] | None  # choose it within its topics
    anywhere: re.Pattern[str] | None  # choose it whatever the topic was taken for


def choice(id: str, topics: Iterable[str], said: Sequence[str], anywhere: Sequence[str]) -> Choice:
    """Raises ValueError for a phrase without words. What chooses anywhere chooses within the topics too."""
    return Choice(id, frozenset(topics), phrases([*said, *anywhere]), phrases(anywhere))


def choose(text: str, topic: str | None, choices: Iterable[Choice], least: float = 0.0) -> str | None:
    """The item whose words cover most of the message, those of its own topic counting a little more.

    `least`: the share of the message that must be covered; where another answer is likely, only a message that says little else counts."""
    message = spelled(text)
    best, found = 0.0, None
    for one in choices:
        own = topic in one.topics
        pattern = one.said if own else one.anywhere
        covered = max((match.end() - match.start() for match in pattern.finditer(message)), default=0) if pattern else 0
        if covered >= max(least * len(message), 1) and covered * (_OWN if own else 1) > best:
            best, found = covered * (_OWN if own else 1), one.id
    return found
