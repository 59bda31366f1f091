"""The web chat without a network: what a body may say, where it may come from, sessions, streams, the start of a visit."""

from __future__ import annotations

import asyncio
import json
import re
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from bot.channels import chatpage
from bot.channels.chatpage import WORDS, ChatPage, accepts_gzip
from bot.channels.sessions import Sessions, address
from bot.channels.streams import SETTLING, Streams, Tail
from bot.channels.webentries import Entry, shown, visit_start
from bot.channels.webrequest import parse, same_origin
from bot.errors import BadUpdate, ContentError
from bot.model import Button, Inbound, Kind, Reply
from tests.fakes.webchat import Memory, channel, outgoing, texts

ID = "3f0e8a52-8c1b-4d7e-9a55-0b6f7c1d2e3f"
PAGE = Path(chatpage.__file__).parent / "page"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


def entry(id: int, minutes_ago: float = 0, **fields: Any) -> Entry:
    values = {"direction": "out", "text": "x", **fields}
    return Entry(id=id, at=NOON - timedelta(minutes=minutes_ago), **values)


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/chat", "query_string": b"", "headers": raw})


# What a body may say


def body(**fields: Any) -> bytes:
    return json.dumps({"id": ID, **fields}).encode()


def test_text_is_taken_as_typed() -> None:
    assert parse(body(text=" /restart\nপাসপোর্ট ")) == Inbound(
        channel="web", external_id=ID, sender="", kind=Kind.TEXT, text=" /restart\nপাসপোর্ট "
    )


def test_a_button_carries_payload_and_title() -> None:
    event = parse(body(payload="step.3", title="পাসপোর্ট"))
    assert (event.kind, event.payload, event.text) == (Kind.BUTTON, "step.3", "পাসপোর্ট")


@pytest.mark.parametrize("ref", [None, "poster_12-b"])
def test_start_may_carry_a_reference(ref: str | None) -> None:
    event = parse(body(start=True, ref=ref))
    assert (event.kind, event.payload, event.text) == (Kind.START, ref, "")


def test_an_id_in_capitals_is_the_same_id() -> None:
    assert parse(json.dumps({"id": ID.upper(), "text": "a"}).encode()).external_id == ID


def test_halves_of_surrogates_cannot_reach_the_store() -> None:
    assert parse(body(text="a").replace(b'"a"', b'"a\\ud83d"')).text.encode() == b"a?"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"\xff\xfe\xff", "bad_json"),
        (b"[" * 60_000, "bad_json"),
        (b"[]", "bad_json"),
        (b"null", "bad_json"),
        (b'{"text": "a"}', "bad_id"),
        (b'{"id": 7, "text": "a"}', "bad_id"),
        (b'{"id": "7", "text": "a"}', "bad_id"),
        (body(id=ID + "\n", text="a"), "bad_id"),
        (body(), "empty"),
        (body(text=""), "empty"),
        (body(text=" \n\t\u00a0"), "empty"),
        (body(text=["a"]), "bad_text"),
        (body(payload=""), "bad_payload"),
        (body(payload=None), "bad_payload"),
        (body(payload="ক" * 22), "bad_payload"),  # 66 bytes
        (body(payload="menu", title="x" * 81), "bad_payload"),
        (body(payload="menu", title=5), "bad_payload"),
        (body(start=True, ref="a b"), "bad_ref"),
        (body(start=True, ref="x" * 65), "bad_ref"),
        (body(start=True, ref=5), "bad_ref"),
        (body(start="yes"), "empty"),
    ],
)
def test_what_is_wrong_has_a_code(raw: bytes, code: str) -> None:
    with pytest.raises(BadUpdate, match=f"^{code}$"):
        parse(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "text", "payload", "title", "start", "ref"]), JSON | st.just(ID)))
def test_only_a_valid_event_or_a_code_comes_out(fields: dict[str, Any]) -> None:
    try:
        event = parse(json.dumps(fields).encode())
    except BadUpdate as error:
        assert re.fullmatch("empty|bad_[a-z]+", str(error))
    else:
        event.text.encode()
        assert event.external_id == ID and event.kind in (Kind.TEXT, Kind.BUTTON, Kind.START)


# Where it may come from


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://chat.example", "host": "chat.example"}, False),
        ({"origin": "https://chat.example", "host": "chat.example"}, True),
        ({"origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"}, True),
        ({"origin": "http://127.0.0.1:8081", "host": "127.0.0.1:8080"}, False),
        ({"origin": "https://chat.example.evil", "host": "chat.example"}, False),
        ({"origin": "https://[", "host": "chat.example"}, False),
        ({"origin": "null", "host": "chat.example"}, False),
        ({"origin": "", "host": ""}, False),
        ({"host": "chat.example"}, False),
        ({}, False),
    ],
)
def test_only_our_own_page_is_obeyed(headers: dict[str, str], allowed: bool) -> None:
    assert same_origin(request(**headers)) is allowed


# Sessions


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def sessions(clock: Clock | None = None, *, secure: bool = True, per_hour: int = 3) -> Sessions:
    return Sessions(secure=secure, per_hour=per_hour, clock=clock or Clock())


def test_a_token_has_256_random_bits_and_its_address_does_not_show_it() -> None:
    made = sessions()
    first, second = made.make("m1", "1.1.1.1"), made.make("m2", "1.1.1.1")
    assert first and second and first != second and len(first) == 43
    assert re.fullmatch("[0-9a-f]{64}", address(first)) and first not in address(first)


@pytest.mark.parametrize(("secure", "name"), [(True, "__Secure-chat"), (False, "chat")])
def test_only_a_well_formed_cookie_of_our_name_is_a_token(secure: bool, name: str) -> None:
    made = sessions(secure=secure)
    assert made.token({name: "a" * 43}) == "a" * 43
    assert made.token({name: "a" * 42}) is None
    assert made.token({name: "a" * 42 + "é"}) is None
    assert made.token({name + "x": "a" * 43}) is None


def test_new_sessions_are_limited_for_each_internet_address_and_hour() -> None:
    clock = Clock()
    made = sessions(clock)
    assert all(made.make(f"m{n}", "1.1.1.1") for n in range(3))
    assert made.make("m4", "1.1.1.1") is None
    assert made.make("m5", "2.2.2.2")
    clock.forward(minutes=61)
    assert made.make("m6", "1.1.1.1")


def test_a_first_message_that_comes_again_gets_the_same_token_and_costs_nothing() -> None:
    clock = Clock()
    made = sessions(clock, per_hour=1)
    token = made.make("m1", "1.1.1.1")
    clock.forward(minutes=9)
    assert made.make("m1", "9.9.9.9") == token
    clock.forward(minutes=52)
    assert made.make("m1", "1.1.1.1") not in (token, None)


# The start of a visit


def test_nothing_stored_starts_at_nothing() -> None:
    assert visit_start([], NOON) == 0


def test_a_running_visit_is_shown_from_its_first_message() -> None:
    assert visit_start([entry(11, 40), entry(15, 12), entry(16, 2)], NOON) == 10  # 28 minutes are not silence yet


def test_what_lies_before_half_an_hour_of_silence_is_not_shown_again() -> None:
    assert visit_start([entry(4, 90), entry(7, 33), entry(15, 3), entry(16, 2)], NOON) == 7


def test_after_half_an_hour_of_silence_nothing_is_shown() -> None:
    assert visit_start([entry(4, 35), entry(7, 30)], NOON) == 7


# Streams


def test_a_reader_gets_each_entry_once() -> None:
    tail = Tail(3)
    assert tail.fresh([entry(3), entry(4), entry(5)], 0) == [entry(4), entry(5)]
    assert tail.fresh([entry(4), entry(5), entry(6)], 1) == [entry(6)]


def test_a_lower_id_that_becomes_visible_late_is_not_jumped_over() -> None:
    tail = Tail(0)
    assert tail.fresh([entry(1), entry(3)], 0) == [entry(1), entry(3)]
    assert tail.floor == 0
    assert tail.fresh([entry(1), entry(2), entry(3)], 1) == [entry(2)]


def test_the_floor_follows_when_entries_have_settled() -> None:
    tail = Tail(0)
    tail.fresh([entry(1), entry(3)], 0)
    tail.fresh([entry(4)], SETTLING - 1)
    tail.fresh([], SETTLING)
    assert tail.floor == 3


def test_a_read_cut_by_its_limit_goes_on_behind_it() -> None:
    tail = Tail(0)
    tail.fresh([entry(1), entry(2)], 0, full=True)
    assert tail.floor == 2


async def test_a_wake_between_two_waits_is_not_lost() -> None:
    streams = Streams(3)
    with streams.open("a") as line:
        streams.wake("a")
        await asyncio.wait_for(line.wait(60), 1)
        started = time.monotonic()
        await line.wait(0.05)
        assert time.monotonic() - started >= 0.04


async def test_the_fourth_stream_ends_the_oldest_of_the_same_session_only() -> None:
    streams = Streams(3)
    with streams.open("b") as other, streams.open("a") as first, streams.open("a") as second, streams.open("a"), streams.open("a") as last:
        assert first.ended and first.crowded
        assert not (second.ended or last.ended or other.ended)
        assert streams.count("a") == 3
    assert streams.count("a") == streams.count("b") == 0


async def test_leaving_ends_her_streams_and_nobody_elses() -> None:
    streams = Streams(3)
    with streams.open("a") as hers, streams.open("b") as other:
        streams.end("a")
        assert hers.ended and not other.ended and not hers.crowded


async def test_a_closed_server_ends_all_streams_and_opens_none() -> None:
    streams = Streams(3)
    with streams.open("a") as line:
        streams.close()
        with streams.open("b") as late:
            assert line.ended and late.ended


async def test_typing_is_told_once() -> None:
    memory = Memory()
    web = channel(memory)
    with web._streams.open("a") as line:
        await web.typing("a")
        assert line.take_typing() and not line.take_typing()


async def test_send_keeps_the_text_to_itself_and_returns_no_platform_id() -> None:
    assert await channel(Memory()).send(outgoing("a", Reply(text="secret"))) is None


def test_a_long_reply_is_not_split() -> None:
    reply = Reply(text="ক" * 4000, buttons=(Button(title="Menu", payload="menu"),))
    assert channel(Memory()).fit(reply) == (reply,)


def test_an_entry_is_shown_with_its_buttons() -> None:
    fields = shown(entry(7, text="হ্যাঁ", buttons=(Button(title="মেনু", payload="menu"),), client_id=None))
    assert fields["buttons"] == [{"title": "মেনু", "payload": "menu"}]
    assert (fields["id"], fields["text"], fields["direction"]) == (7, "হ্যাঁ", "out")


# Texts and files


def test_every_text_is_there_in_both_languages_and_none_is_unused() -> None:
    assert set(texts()) == WORDS
    page = "".join((PAGE / name).read_text(encoding="utf-8") for name in ("chat.html", "app.js"))
    assert [key for key in WORDS if not re.search(rf"""["'. ]{key}\b""", page)] == []
    for key, phrase in texts().items():
        assert set(phrase) == {"bn", "en"} and all(phrase.values()), key
        assert ("{max}" in phrase["bn"]) == ("{max}" in phrase["en"]) == (key == "too_long"), key
        assert key in ("language", "exit_title") or re.search("[\u0980-\u09ff]", phrase["bn"]), key


def test_phone_numbers_are_the_same_in_both_languages_and_in_ascii_digits() -> None:
    for key, phrase in texts().items():
        numbers = [sorted(re.findall(r"\+?\d[\d ]*\d", phrase[language])) for language in ("bn", "en")]
        assert numbers[0] == numbers[1], key


@pytest.mark.parametrize("language", ["bn", "en"])
def test_a_missing_text_stops_the_start_with_its_name(language: str) -> None:
    broken = {**texts(), "exit": {key: text for key, text in texts()["exit"].items() if key != language}}
    with pytest.raises(ContentError, match=rf"exit\.{language}"):
        ChatPage(broken, hotlines=(), exit_url="https://x.example", max_text=10)


@pytest.mark.parametrize(
    ("accepted", "packed"), [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("", False)]
)
def test_gzip_only_when_asked(accepted: str, packed: bool) -> None:
    assert accepts_gzip(request(accept_encoding=accepted)) is packed
