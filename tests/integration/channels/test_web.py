"""The web chat over real HTTP: every status, headers, event streams, resuming, size, and who may ask."""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.channels.sessions import address
from bot.channels.web import Pace
from bot.model import Button, Kind, Reply
from tests.fakes.webchat import Memory, WebServer, now

SOON = 5.0  # seconds after which a test stops waiting


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def server(memory: Memory) -> Iterator[WebServer]:
    running = WebServer(memory).start()
    yield running
    running.stop()


@pytest.fixture
def client(server: WebServer) -> Iterator[httpx.Client]:
    with her_browser(server) as made:
        yield made


def her_browser(server: WebServer) -> httpx.Client:
    """A new connection for each request: after 413 and 500 the server closes the one that was used."""
    headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=SOON, limits=httpx.Limits(max_keepalive_connections=0))


def post(client: httpx.Client, id: str | None = None, **fields: Any) -> httpx.Response:
    return client.post("/chat/messages", json={"id": id or str(uuid.uuid4()), **(fields or {"text": "hello"})})


def address_of(client: httpx.Client) -> str:
    return address(client.cookies["chat"])


class Stream:
    """An open event stream, read event by event."""

    def __init__(self, client: httpx.Client, query: str = "", **headers: str) -> None:
        self._context = client.stream("GET", "/chat/events" + query, headers=headers)
        self.response = self._context.__enter__()
        self._lines = self.response.iter_lines()

    def next(self, *, beats: bool = False) -> dict[str, str]:
        """The next event; {} when the stream has ended."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(":")
            if line and name:
                fields[name] = value.strip()
            elif not line and fields:
                if beats or fields.get("event") != "beat":
                    return fields
                fields = {}
        return {}

    def entry(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.next()["data"])
        return loaded

    def close(self) -> None:
        self._context.__exit__(None, None, None)


# The page


def test_to_look_at_the_page_sets_nothing(client: httpx.Client, memory: Memory) -> None:
    response = client.get("/chat")
    assert response.status_code == 200 and "set-cookie" not in response.headers and memory.events == []
    assert 'data-session="no" data-cursor="0"' in response.text


def test_page_api_and_refusals_carry_the_headers_that_keep_them_private(client: httpx.Client) -> None:
    for response in (client.get("/chat"), post(client), post(client, text=""), client.get("/chat/messages"), client.post("/chat/leave")):
        headers = response.headers
        policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "connect-src": "'self'",
            "img-src": "'self' data:",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "geolocation=()" in headers["permissions-policy"]


def test_nothing_runs_inline_and_nothing_comes_from_elsewhere(client: httpx.Client) -> None:
    html = client.get("/chat").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=\"/chat/)", html)
    addresses = re.findall(r"""(?:src|href|action)="([^"]*)""", html)
    assert {a for a in addresses if not a.startswith(("/chat", "tel:", "data:image/svg+xml,"))} == {
        "https://www.google.com/search?q=weather"
    }
    css = client.get("/chat/style.css").text
    assert "url(" not in css and "@import" not in css


def test_all_of_the_page_is_under_60_kilobytes(client: httpx.Client) -> None:
    html = client.get("/chat", headers={"Accept-Encoding": "identity"})
    files = [client.get(path, headers={"Accept-Encoding": "identity"}) for path in assets(html.text)]
    assert len(files) == 2
    assert sum(len(response.content) for response in (html, *files)) < 60_000


def assets(html: str) -> list[str]:
    return re.findall(r'"(/chat/[a-z.]+\?v=[0-9a-f]+)"', html)


def test_files_are_kept_for_ever_under_their_hash_and_asked_again_without(client: httpx.Client) -> None:
    for path in assets(client.get("/chat").text):
        assert "immutable" in client.get(path).headers["cache-control"]
        assert client.get(path[:-1]).headers["cache-control"] == "no-cache"
        assert client.get(path).headers["content-type"].startswith("text/javascript" if ".js" in path else "text/css")


@pytest.mark.parametrize("path", ["/chat", "/chat/app.js", "/chat/style.css"])
def test_gzip_is_sent_to_who_asks(client: httpx.Client, path: str) -> None:
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content and len(raw) < len(plain.content) / 2
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_the_page_comes_in_bangla_or_english(client: httpx.Client) -> None:
    assert '<html lang="bn">' in client.get("/chat").text and "বের হোন</span>" in client.get("/chat").text
    assert '<html lang="en">' in client.get("/chat?lang=en").text and "Exit</span>" in client.get("/chat?lang=en").text
    assert '<html lang="bn">' in client.get('/chat?lang="><b>').text


# Sending


def test_what_is_acknowledged_is_stored(client: httpx.Client, memory: Memory) -> None:
    id = str(uuid.uuid4())
    response = post(client, id, text="পাসপোর্ট")
    assert response.status_code == 202 and response.json() == {"ok": True, "id": 1}
    [event] = memory.events
    assert (event.channel, event.external_id, event.kind, event.text) == ("web", id, Kind.TEXT, "পাসপোর্ট")


def test_a_repeat_is_harmless(client: httpx.Client, memory: Memory) -> None:
    id = str(uuid.uuid4())
    answers = [post(client, id, text="a") for _ in range(3)]
    assert {answer.json()["id"] for answer in answers} == {1} and len(memory.events) == 1


def test_a_first_message_whose_answer_was_lost_does_not_make_two_persons(server: WebServer, memory: Memory) -> None:
    id = str(uuid.uuid4())
    with her_browser(server) as lost, her_browser(server) as again:
        assert post(lost, id, text="help").status_code == post(again, id, text="help").status_code == 202
        assert address_of(lost) == address_of(again) and len(memory.events) == 1


def test_buttons_and_start_are_stored_as_what_they_are(client: httpx.Client, memory: Memory) -> None:
    post(client, start=True, ref="poster-1")
    post(client, payload="step.3", title="পাসপোর্ট")
    assert [(event.kind, event.payload, event.text) for event in memory.events] == [
        (Kind.START, "poster-1", ""),
        (Kind.BUTTON, "step.3", "পাসপোর্ট"),
    ]
    assert len({event.sender for event in memory.events}) == 1


def test_long_text_is_taken_whole_up_to_64_kilobytes(client: httpx.Client, memory: Memory) -> None:
    assert post(client, text="a" * 60_000).status_code == 202
    assert len(memory.events[0].text) == 60_000
    refused = post(client, text="a" * 66_000)
    assert (refused.status_code, refused.json()) == (413, {"error": "too_large"})
    assert len(memory.events) == 1


def test_ten_megabytes_in_chunks_are_cut_off(server: WebServer, memory: Memory) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), SOON) as raw:
        raw.sendall(f"POST /chat/messages HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {server.url}\r\n".encode())
        raw.sendall(b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            for _ in range(160):
                raw.sendall(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
                sent += 0x10000
        except OSError:
            pass  # the server closed before all was sent
        else:
            assert raw.recv(64).startswith(b"HTTP/1.1 413")
    assert memory.events == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"text": ""}, "empty"), ({"text": "  "}, "empty"), ({"payload": ""}, "bad_payload"), ({"start": True, "ref": "/"}, "bad_ref")],
)
def test_wrong_content_is_refused_with_a_code(client: httpx.Client, memory: Memory, fields: dict[str, Any], code: str) -> None:
    response = post(client, **fields)
    assert (response.status_code, response.json()) == (400, {"error": code})
    assert "set-cookie" not in response.headers and memory.events == []


def test_only_json_is_read(client: httpx.Client, memory: Memory) -> None:
    content = json.dumps({"id": str(uuid.uuid4()), "text": "a"})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
        assert client.post("/chat/messages", content=content, headers={"Content-Type": kind}).status_code == 415
    assert memory.events == []
    assert client.post("/chat/messages", content=content, headers={"Content-Type": "application/json; charset=utf-8"}).status_code == 202


@pytest.mark.parametrize("path", ["/chat/messages", "/chat/leave"])
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_other_sites_are_refused(server: WebServer, memory: Memory, path: str, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        response = stranger.post(path, json={"id": str(uuid.uuid4()), "text": "a"}, headers=headers)
    assert (response.status_code, response.json()) == (403, {"error": "wrong_origin"})
    assert "set-cookie" not in response.headers and memory.events == []


def test_no_other_site_may_read_the_answers(client: httpx.Client) -> None:
    response = client.options("/chat/messages", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert response.status_code == 405 and not any(name.startswith("access-control") for name in response.headers)


def test_when_the_store_fails_nothing_is_acknowledged_and_the_same_message_may_come_again(client: httpx.Client, memory: Memory) -> None:
    id = str(uuid.uuid4())
    memory.broken = True
    response = post(client, id)
    assert response.status_code == 500 and "set-cookie" not in response.headers
    memory.broken = False
    assert post(client, id).status_code == 202 and len(memory.events) == 1


# The session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: httpx.Client, memory: Memory) -> None:
    response = post(client)
    name, _, attributes = response.headers["set-cookie"].partition("=")
    parts = {part.strip().lower() for part in attributes.split(";")[1:]}
    assert name == "chat" and parts == {"httponly", "samesite=strict", "path=/chat", "max-age=2592000"}
    token = client.cookies["chat"]
    assert len(token) == 43 and memory.events[0].sender == address(token) and token not in response.text
    assert "set-cookie" not in post(client).headers


def test_over_https_the_cookie_is_secure(memory: Memory) -> None:
    server = WebServer(memory, secure=True).start()
    try:
        with her_browser(server) as client:
            cookie = post(client).headers["set-cookie"]
    finally:
        server.stop()
    assert cookie.startswith("__Secure-chat=") and "; secure" in cookie.lower() and "path=/chat" in cookie.lower()


def test_a_token_that_nobody_was_given_is_not_taken_over(client: httpx.Client, memory: Memory) -> None:
    planted = "p" * 43
    client.cookies.set("chat", planted, domain="127.0.0.1", path="/chat")
    assert 'data-session="no"' in client.get("/chat").text
    assert client.get("/chat/messages").status_code == client.get("/chat/events").status_code == 401
    response = post(client)
    assert response.status_code == 202 and planted not in response.headers["set-cookie"]
    assert memory.events[0].sender != address(planted)


def test_a_restarted_server_knows_her_again(server: WebServer, client: httpx.Client, memory: Memory) -> None:
    post(client)
    server.stop()
    server.start()
    assert 'data-session="yes"' in client.get("/chat").text
    assert post(client).status_code == 202 and len({event.sender for event in memory.events}) == 1


def test_new_sessions_are_limited_and_running_ones_are_not(memory: Memory) -> None:
    server = WebServer(memory, sessions_per_hour=2).start()
    try:
        with her_browser(server) as first, her_browser(server) as second, her_browser(server) as third:
            assert [post(client).status_code for client in (first, second, third)] == [202, 202, 429]
            forged = {"X-Forwarded-For": "8.8.8.8"}
            refused = third.post("/chat/messages", json={"id": str(uuid.uuid4()), "text": "a"}, headers=forged)
            assert (refused.status_code, refused.json()) == (429, {"error": "too_many_sessions"})
            assert int(refused.headers["retry-after"]) > 0 and "set-cookie" not in refused.headers
            assert post(first).status_code == 202
    finally:
        server.stop()


def test_behind_our_own_proxy_its_word_counts_and_not_what_a_visitor_wrote_before_it(memory: Memory) -> None:
    server = WebServer(memory, sessions_per_hour=1, forwarded=True).start()
    statuses = []
    try:
        for chain in ("1.1.1.1", "2.2.2.2", "7.7.7.7, 2.2.2.2"):
            with her_browser(server) as client:
                client.headers["X-Forwarded-For"] = chain
                statuses.append(post(client).status_code)
    finally:
        server.stop()
    assert statuses == [202, 202, 429]


def test_leaving_ends_the_session(client: httpx.Client, memory: Memory) -> None:
    post(client)
    response = client.post("/chat/leave", content=b"", headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert response.status_code == 204 and "chat" not in client.cookies
    assert client.get("/chat/messages").status_code == 401
    post(client)
    assert len({event.sender for event in memory.events}) == 2


def test_leaving_without_a_session_is_no_error(client: httpx.Client) -> None:
    assert client.post("/chat/leave").status_code == 204


def test_leaving_stops_open_streams(client: httpx.Client) -> None:
    post(client)
    stream = Stream(client, "?after=1")
    assert stream.next()["event"] == "ready"
    client.post("/chat/leave")
    assert stream.next() == {}


# What a visit shows


def test_a_reload_shows_the_current_visit_and_a_later_visit_starts_clean() -> None:
    clock = [now()]
    memory = Memory(lambda: clock[0])
    server = WebServer(memory).start()
    try:
        with her_browser(server) as client:
            post(client, text="yesterday")
            clock[0] += timedelta(hours=20)
            assert 'data-session="yes" data-cursor="1"' in client.get("/chat").text
            post(client, text="today")
            clock[0] += timedelta(minutes=29)
            assert 'data-cursor="1"' in client.get("/chat").text
            clock[0] += timedelta(minutes=1)
            assert 'data-cursor="2"' in client.get("/chat").text
    finally:
        server.stop()


# Polling


def test_polling_gives_what_is_new(client: httpx.Client, memory: Memory) -> None:
    id = str(uuid.uuid4())
    post(client, id, text="একটা প্রশ্ন")
    memory.reply(address_of(client), "উত্তর", (Button(title="মেনু", payload="menu"),))
    answer = client.get("/chat/messages?after=0").json()
    assert [(entry["direction"], entry["text"], entry["client_id"]) for entry in answer["entries"]] == [
        ("in", "একটা প্রশ্ন", id),
        ("out", "উত্তর", None),
    ]
    assert answer["entries"][1]["buttons"] == [{"title": "মেনু", "payload": "menu"}] and answer["more"] is False
    assert client.get("/chat/messages?after=2").json() == {"entries": [], "more": False}


def test_polling_says_when_there_is_more(client: httpx.Client, memory: Memory) -> None:
    post(client)
    for number in range(120):
        memory.reply(address_of(client), str(number))
    first = client.get("/chat/messages?after=0").json()
    rest = client.get(f"/chat/messages?after={first['entries'][-1]['id']}").json()
    assert (len(first["entries"]), first["more"], len(rest["entries"]), rest["more"]) == (100, True, 21, False)


@pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "٣", "9" * 19, "1;drop"])
def test_a_wrong_cursor_is_refused(client: httpx.Client, cursor: str) -> None:
    post(client)
    assert client.get("/chat/messages", params={"after": cursor}).json() == {"error": "bad_cursor"}
    assert client.get("/chat/events", params={"after": cursor}).status_code == 400


def test_nobody_sees_the_messages_of_another(server: WebServer, memory: Memory) -> None:
    with her_browser(server) as hers, her_browser(server) as other:
        post(hers, text="secret")
        post(other, text="hello")
        assert [entry["text"] for entry in other.get("/chat/messages?after=0").json()["entries"]] == ["hello"]


# Event streams


def test_a_stream_starts_at_once_and_brings_what_was_missed(client: httpx.Client, memory: Memory) -> None:
    post(client, text="a")
    memory.reply(address_of(client), "b\nc")
    stream = Stream(client)
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert "no-store" in stream.response.headers["cache-control"]
    assert stream.next() == {"retry": "2000", "event": "ready", "data": "{}"}
    event = stream.next()
    assert event["id"] == "1" and json.loads(event["data"])["text"] == "a"
    assert stream.entry()["text"] == "b\nc"
    stream.close()


def test_a_reply_wakes_the_stream_at_once(memory: Memory) -> None:
    server = WebServer(memory, pace=Pace(look=60)).start()
    try:
        with her_browser(server) as client:
            post(client)
            stream = Stream(client, "?after=1")
            stream.next()
            until = time.monotonic() + SOON
            while memory.reads == 0 and time.monotonic() < until:  # its first look; the next one would be in 15 s
                time.sleep(0.02)
            started = time.monotonic()
            server.say(memory, address_of(client), Reply(text="answer"))
            assert stream.entry()["text"] == "answer"
            assert time.monotonic() - started < 1
            stream.close()
    finally:
        server.stop()


def test_what_another_process_wrote_is_found_without_a_wake(client: httpx.Client, memory: Memory) -> None:
    post(client)
    stream = Stream(client, "?after=1")
    stream.next()
    memory.reply(address_of(client), "from elsewhere")
    assert stream.entry()["text"] == "from elsewhere"
    stream.close()


def test_typing_is_shown(server: WebServer, client: httpx.Client) -> None:
    post(client)
    stream = Stream(client, "?after=1")
    stream.next()
    server.call(server.web.typing, address_of(client))
    assert stream.next()["event"] == "typing"
    stream.close()


def test_a_stream_resumes_after_the_last_event_it_had(client: httpx.Client, memory: Memory) -> None:
    post(client, text="a")
    for text in ("b", "c", "d"):
        memory.reply(address_of(client), text)
    first = Stream(client)
    first.next()
    assert [first.entry()["text"] for _ in range(2)] == ["a", "b"]
    first.close()
    again = Stream(client, "?after=0", **{"Last-Event-ID": "2"})
    again.next()
    assert [again.entry()["text"] for _ in range(2)] == ["c", "d"]
    again.close()


def test_a_long_conversation_comes_whole_and_once(client: httpx.Client, memory: Memory) -> None:
    post(client)
    for number in range(250):
        memory.reply(address_of(client), str(number))
    stream = Stream(client)
    stream.next()
    assert [stream.entry()["id"] for _ in range(251)] == list(range(1, 252))
    stream.close()


def test_a_message_that_becomes_visible_after_a_higher_one_still_comes(server: WebServer, client: httpx.Client, memory: Memory) -> None:
    post(client)
    stream = Stream(client, "?after=1")
    stream.next()
    memory.reply(address_of(client), "late transaction's neighbour", id=7)
    assert stream.entry()["id"] == 7
    memory.reply(address_of(client), "late", id=5)
    assert stream.entry()["id"] == 5
    stream.close()


def test_a_silent_stream_shows_that_it_lives_and_ends_after_its_life(memory: Memory) -> None:
    server = WebServer(memory, pace=Pace(look=0.05, beat=0.2, life=0.9)).start()
    try:
        with her_browser(server) as client:
            post(client)
            with client.stream("GET", "/chat/events?after=1") as response:
                text = response.read().decode()
    finally:
        server.stop()
    assert 2 <= text.count(": heartbeat\n") <= 5


def test_the_fourth_stream_of_a_session_ends_the_first(client: httpx.Client) -> None:
    post(client)
    streams = []
    for _ in range(4):
        streams.append(Stream(client, "?after=1"))
        streams[-1].next()
    assert streams[0].next()["event"] == "crowded" and streams[0].next() == {}
    for stream in streams[1:]:
        stream.close()


def test_a_stream_without_a_session_is_refused(client: httpx.Client) -> None:
    assert client.get("/chat/events").status_code == 401


def test_a_stream_that_its_reader_left_is_given_up(server: WebServer, client: httpx.Client) -> None:
    post(client)
    her = address_of(client)
    stream = Stream(client, "?after=1")
    stream.next()
    assert server.call(server.web._streams.count, her) == 1
    stream.close()
    until = time.monotonic() + SOON
    while server.call(server.web._streams.count, her) and time.monotonic() < until:
        time.sleep(0.02)
    assert server.call(server.web._streams.count, her) == 0


def test_open_streams_do_not_hold_up_a_stop(server: WebServer, client: httpx.Client) -> None:
    post(client)
    stream = Stream(client, "?after=1")
    stream.next()
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 2
    assert stream.next() == {}
    server.start()
