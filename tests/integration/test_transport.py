"""httpx over aiohttp, against real sockets."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from bot.transport import Transport, transport

SECRET = "123:token"


class Server:
    """Answers each request on each connection with what `answer` writes."""

    def __init__(self, answer: Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]) -> None:
        self._answer = answer
        self.connections = 0
        self.heads: list[bytes] = []

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/bot{SECRET}/x?y=%2F"

    def stop(self) -> None:
        self._server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.heads.append(head)
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
                await self._answer(await reader.readexactly(length), writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def reply(body: bytes, headers: bytes = b"", status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, headers, len(body), body)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=Transport(4), timeout=5) as client:
        yield client


async def serving(answer: Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]) -> tuple[Server, str]:
    server = Server(answer)
    return server, await server.start()


async def test_a_call_and_its_answer(client: httpx.AsyncClient) -> None:
    async def echo(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(body, b"X-Kind: echo\r\nContent-Type: application/json\r\n", b"201 Created"))

    server, url = await serving(echo)
    for text in ("one", "সালাম"):
        answer = await client.post(url, json={"text": text})
        assert (answer.status_code, answer.headers["x-kind"], answer.json()) == (201, "echo", {"text": text})
    assert server.connections == 1
    assert server.heads[0].startswith(b"POST /bot123:token/x?y=%2F HTTP/1.1\r\n")
    for header in (b"host: 127.0.0.1", b"content-type: application/json"):
        assert server.heads[0].lower().count(header) == 1
    server.stop()


async def test_forms_errors_and_packed_answers(client: httpx.AsyncClient) -> None:
    async def packed(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(gzip.compress(body), b"Content-Encoding: gzip\r\n", b"429 Too Many Requests"))

    server, url = await serving(packed)
    answer = await client.post(url, data={"text": "a b"})
    assert (answer.status_code, answer.text) == (429, "text=a+b")
    server.stop()


async def test_redirections_are_not_followed(client: httpx.AsyncClient) -> None:
    async def elsewhere(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", b"Location: http://127.0.0.1:9/\r\n", b"302 Found"))

    server, url = await serving(elsewhere)
    assert (await client.get(url)).status_code == 302
    server.stop()


async def hang_up(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def break_off(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(reply(b"x" * 100)[:-50])
    await writer.drain()
    writer.close()


async def babble(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"no HTTP at all\r\n\r\n")


async def sleep(body: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(2)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(hang_up, httpx.ReadError), (break_off, httpx.ReadError), (babble, httpx.ReadError), (sleep, httpx.ReadTimeout)],
)
async def test_what_goes_wrong_is_an_error_of_httpx_that_tells_no_address(
    client: httpx.AsyncClient, answer: Callable[..., Awaitable[None]], error: type[Exception]
) -> None:
    server, url = await serving(answer)
    with pytest.raises(error) as caught:
        await client.post(url, json={}, timeout=0.3)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    server.stop()


async def test_nobody_listens(client: httpx.AsyncClient) -> None:
    server, url = await serving(hang_up)
    server.stop()
    await asyncio.sleep(0.01)
    with pytest.raises(httpx.ConnectError):
        await client.get(url)


async def test_a_connection_that_the_server_closed_is_not_used_again(client: httpx.AsyncClient) -> None:
    async def once(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"done"))
        await writer.drain()
        writer.close()

    server, url = await serving(once)
    for _ in range(5):
        assert (await client.get(url)).text == "done"
        await asyncio.sleep(0.01)
    assert server.connections == 5
    server.stop()


async def test_a_call_that_is_given_up_leaves_a_usable_client(client: httpx.AsyncClient) -> None:
    async def slow_then_quick(body: bytes, writer: asyncio.StreamWriter) -> None:
        if body == b"slow":
            await asyncio.sleep(2)
        writer.write(reply(body))

    server, url = await serving(slow_then_quick)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.post(url, content=b"slow"), 0.1)
    assert (await client.post(url, content=b"quick")).text == "quick"
    server.stop()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxies_are_left_to_httpx(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for given in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(given, raising=False)
        monkeypatch.delenv(given.upper(), raising=False)
    assert isinstance(transport(), Transport)
    monkeypatch.setenv(name, "http://127.0.0.1:3128")
    assert transport() is None


async def by_httpx(carrier: Transport, address: str) -> bytes:
    request = httpx.Request("GET", address, extensions={"timeout": {"connect": 5, "pool": 5, "read": 0.2}})
    return (await carrier.handle_async_request(request)).content


async def by_form(carrier: Transport, address: str) -> bytes:
    return (await carrier.call("POST", address, {"text": "hi"}, connect=5, read=0.2))[1]


@pytest.mark.parametrize("call", [by_httpx, by_form])
async def test_the_time_limit_of_a_call_does_not_outlive_it(call: Callable[[Transport, str], Awaitable[bytes]]) -> None:
    """aiohttp starts its clock for reading when all is written. Where the answer came first, that clock ran on in the resting connection,
    and the next call found itself timed out: she got "I cannot answer just now", and a message that Telegram had taken was sent again."""

    async def answer(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"done"))

    server, url = await serving(answer)
    carrier = Transport(1)
    for _ in range(3):
        assert await call(carrier, url) == b"done"
        assert carrier._session is not None and carrier._session.connector is not None
        (resting,) = (connection for kept in carrier._session.connector._conns.values() for connection, _ in kept)
        resting.start_timeout()  # what it does when all is written, late
        await asyncio.sleep(0.3)
    assert server.connections == 1
    await carrier.aclose()
    server.stop()


async def test_an_answer_that_trickles_ends_with_the_time_limit(client: httpx.AsyncClient) -> None:
    async def trickle(body: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in (reply(b"x" * 50)[:-50], *[b"x"] * 50):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)

    server, url = await serving(trickle)
    with pytest.raises(httpx.ReadTimeout):
        await client.get(url, timeout=httpx.Timeout(0.1))
    server.stop()


async def test_a_call_without_a_body_says_so(client: httpx.AsyncClient) -> None:
    """Rasa complained of a body that it had not read whenever it was asked whether it lives."""

    async def answer(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"alive"))

    server, url = await serving(answer)
    assert (await client.get(url)).text == "alive"
    assert b"transfer-encoding" not in server.heads[0].lower() and b"content-length" not in server.heads[0].lower()
    server.stop()
