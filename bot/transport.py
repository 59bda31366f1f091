"""httpx's calls carried by aiohttp, which Rasa brings along: measured, a call then costs a third of what it does by httpcore."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.request import getproxies

import aiohttp
import httpx
from async_timeout import timeout
from yarl import URL


def transport(connections: int = 100) -> Transport | None:
    """For an httpx.AsyncClient. None, which is httpx's own, where the environment names a proxy: that one knows what to do with it."""
    return None if getproxies() else Transport(connections)


class Transport(httpx.AsyncBaseTransport):
    """Reads answers whole. Errors are httpx's, without words or cause: those would quote the address, and Telegram's holds the token.

    The time limit for reading is one for the whole call, and ends with it. aiohttp's own (`sock_read`) belongs to the connection: where
    an answer comes before aiohttp knows that all was written, as on a busy machine, it runs on and fails whatever call comes next there.
    """

    def __init__(self, connections: int = 100) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread() or None  # an empty one would be sent, in pieces, and read by nobody
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        limits = request.extensions.get("timeout", {})
        pool, connect, read = limits.get("pool"), limits.get("connect"), limits.get("read")
        both = None if pool is None or connect is None else pool + connect
        if body is not None and read is not None:
            read += limits.get("write") or 0.0
        try:
            async with self._call(request.method, str(request.url), body, both, connect, read, headers) as answer:
                status, given, content = answer.status, list(answer.raw_headers), await answer.read()
        except asyncio.TimeoutError:
            raise httpx.ReadTimeout("", request=request) from None
        except aiohttp.ClientConnectorError:
            raise httpx.ConnectError("", request=request) from None
        except (aiohttp.ClientError, OSError):
            raise httpx.ReadError("", request=request) from None
        return httpx.Response(status, headers=given, content=content, request=request)

    async def call(
        self,
        method: str,
        address: str,
        body: bytes | Mapping[str, str] | None = None,
        *,
        headers: Sequence[tuple[str, str]] = (),
        connect: float,
        read: float,
    ) -> tuple[int, bytes]:
        """Status and content of the answer to bytes or a form, without httpx's requests and responses, which cost as much again.

        `read` is the limit in seconds of the whole call, waiting for a connection and an answer that trickles included.
        Raises asyncio.TimeoutError, aiohttp.ClientError or OSError; their words may quote the address.
        """
        async with self._call(method, address, body, connect, connect, read, headers) as answer:
            return answer.status, await answer.read()

    @asynccontextmanager
    async def _call(
        self,
        method: str,
        address: str,
        body: bytes | Mapping[str, str] | None,
        both: float | None,  # seconds for a free connection and for connecting, together …
        connect: float | None,  # … for connecting …
        read: float | None,  # … and for all of it, until the answer is there
        headers: Sequence[tuple[str, str]] = (),
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        session = self._session or self._open()
        limits = aiohttp.ClientTimeout(total=None, connect=both, sock_connect=connect)
        async with (
            timeout(read),
            session.request(
                method, URL(address, encoded=True), headers=headers or None, data=body, timeout=limits, allow_redirects=False
            ) as answer,
        ):
            yield answer

    async def aclose(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        # httpx's context: it trusts the same authorities, wherever the system keeps its own.
        connector = aiohttp.TCPConnector(limit=self._connections, ssl=httpx.create_ssl_context())
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        return self._session
