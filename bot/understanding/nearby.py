"""Whether a message asks where to go near her, and in which district she is. Pure."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.entities import Entity, in_a_sentence
from bot.understanding.normalise import fold, words
from bot.understanding.risk import phrases, spelled
from bot.understanding.romanise import plain

_LONGEST = 3  # words in the name of an upazila
_ENDINGS = tuple(sorted({plain(end) for end in "e te t r er ta ke theke i y ay ey yer".split()}, key=len, reverse=True))
_STEM = 4  # letters that must be left of a name without its ending


@dataclass(frozen=True, kw_only=True)
class Nearby:
    upazilas: Mapping[str, frozenset[str]]  # key of a name → districts that have one of it
    guarded: frozenset[str]  # keys of names that are everyday words: they count only beside one of `marks`
    asking: re.Pattern[str]  # "where do I go", "which office"
    offices: re.Pattern[str]  # names of offices, which with a place ask for them
    around: frozenset[str]  # words that say nothing beside a place: I, in, live
    marks: frozenset[str]  # words that say that a name is a place: upazila, thana, sadar


def nearby(
    upazilas: Mapping[str, Iterable[str]],
    guarded: Iterable[str],
    *,
    asking: Sequence[str],
    offices: Sequence[str],
    around: Sequence[str],
    marks: Sequence[str],
) -> Nearby:
    """Builds it; `upazilas` maps district → names. Raises ValueError for a phrase without words."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for district, names in upazilas.items():
        for form in (form for name in names for form in _forms(name)):
            found[_key(form)].add(district)
    asks, offers = phrases(asking), phrases(offices)
    if asks is None or offers is None:
        raise ValueError("asking and offices need phrases")
    return Nearby(
        upazilas={key: frozenset(districts) for key, districts in found.items()},
        guarded=frozenset(_key(form) for word in guarded for form in _forms(word)),
        asking=asks, offices=offers, around=frozenset(_key(word) for word in around), marks=frozenset(_key(word) for word in marks),
    )  # fmt: skip


def asks_where(text: str, near: Nearby) -> bool:
    message = spelled(text)
    return bool(near.asking.search(message) or near.offices.search(message))


def only_a_place(text: str, entities: Iterable[Entity], near: Nearby) -> bool:
    """ "I am in Satkhira, where do I go", "Tala upazila": a place, and otherwise only words that ask where or say nothing."""
    spans = [(entity.start, entity.end) for entity in entities if entity.name == "district" and _truly(text, entity)]
    rest = "".join(character for index, character in enumerate(text) if not any(start <= index < end for start, end in spans))
    keys = near.asking.sub("", spelled(rest)).split()
    left = [key for key in keys if key not in near.around and key not in near.marks]
    if spans or not left:
        return bool(spans) and not left
    marked = any(key in near.marks for key in keys)
    return any(name in near.upazilas and (marked or name not in near.guarded) for name in _stems(" ".join(left)))


def _truly(text: str, entity: Entity) -> bool:
    """Whether a district is meant: in the one spelling "bola" (to say) and Bhola are the same."""
    return (
        not entity.value.startswith("bh")
        or text[entity.start : entity.start + 1].lower() in ("v", "\u09ad")
        or (text[entity.start : entity.start + 2].lower() == "bh")
    )


def districts(text: str, entities: Iterable[Entity], near: Nearby) -> tuple[str, ...]:
    """The districts she may mean: the one she names, else those that have the upazila she names; none when she names no place."""
    named = tuple(dict.fromkeys(entity.value for entity in entities if entity.name == "district" and _truly(text, entity)))
    if named:
        return named[:1]
    keys = [plain(word) for word in words(fold(text))]
    return tuple(sorted(_named(keys, near)))


def _named(keys: Sequence[str], near: Nearby) -> frozenset[str]:
    """The districts of the longest upazila name among the words."""
    marked = any(key in near.marks for key in keys)
    for length in range(_LONGEST, 0, -1):
        for start in range(len(keys) - length + 1):
            for name in _stems(" ".join(keys[start : start + length])):
                if name in near.upazilas and (marked or name not in near.guarded):
                    return near.upazilas[name]
    return frozenset()


def _forms(name: str) -> list[str]:
    """A name, and as it stands in a sentence."""
    return [name, *in_a_sentence(name)]


def _stems(joined: str) -> list[str]:
    """The words as they are, and without an ending: talay, shyamnogore."""
    return [joined, *(joined[: -len(end)] for end in _ENDINGS if joined.endswith(end) and len(joined) - len(end) >= _STEM)]


@functools.lru_cache(maxsize=8192)  # of names in the content, never of what she writes
def _key(name: str) -> str:
    return " ".join(plain(word) for word in words(fold(name)))
