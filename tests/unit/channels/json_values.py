"""JSON of every shape, and real bodies with one place of them replaced, for hostile input."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from bot.model import Inbound, Kind

MEDIA = {"voice", "photo", "video", "sticker", "file", "contact", "location", "other"}

# Text with every code point: halves of surrogate pairs too, which "\ud800" in JSON becomes.
texts = st.text(st.characters(), max_size=20) | st.text(st.characters(categories=["Cs"]), max_size=3)
scalars = st.none() | st.booleans() | st.integers() | st.integers(10**20, 10**40) | st.floats() | texts
keys = texts | st.sampled_from(["id", "text", "chat"])
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


def places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a body, itself included."""
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(body)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def mutations(bodies: list[Any]) -> st.SearchStrategy[Any]:
    """One of the bodies with up to three of its values replaced by anything."""

    @st.composite
    def mutation(draw: st.DrawFn) -> Any:
        body = draw(st.sampled_from(bodies))
        for _ in range(draw(st.integers(1, 3))):
            body = replaced(body, draw(st.sampled_from(places(body))), draw(anything))
        return body

    return mutation()


def assert_valid(event: Inbound) -> None:
    """An Inbound that every layer can take: right types, and text that UTF-8 can carry."""
    assert isinstance(event, Inbound)
    assert isinstance(event.kind, Kind)
    for value in (event.channel, event.external_id, event.sender, event.text):
        assert isinstance(value, str)
        value.encode()
    assert event.external_id and event.sender
    for optional in (event.payload, event.media, event.media_ref):
        assert optional is None or isinstance(optional, str)
        (optional or "").encode()
    assert (event.kind is Kind.MEDIA) <= (event.media in MEDIA)
    assert (event.kind is Kind.BUTTON) <= bool(event.payload)
