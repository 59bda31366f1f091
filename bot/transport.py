"""httpx's calls carried by aiohttp, which Rasa brings along: measured, a call then costs a third of what it does by httpcore."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.request import getproxies

import aiohttp
import httpx
from yarl import URL


def transport(connections: int = 100) -> Transport | None:
    """For an httpx.AsyncClient. None, which is httpx's own, where the environment names a proxy: that one knows what to do with it."""
    return None if getproxies() else Transport(connections)


class Transport(httpx.AsyncBaseTransport):
    """Reads answers whole. Errors are httpx's, without words or cause: those would quote the address, and Telegram's holds the token."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body, session = await request.aread(), self._session or self._open()
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        address = URL(str(request.url), encoded=True)
        try:
            async with session.request(
                request.method, address, headers=headers, data=body, timeout=_timeout(request), allow_redirects=False
            ) as answer:
                content = await answer.read()
        except asyncio.TimeoutError:
            raise httpx.ReadTimeout("", request=request) from None
        except aiohttp.ClientConnectorError:
            raise httpx.ConnectError("", request=request) from None
        except (aiohttp.ClientError, OSError):
            raise httpx.ReadError("", request=request) from None
        return httpx.Response(answer.status, headers=list(answer.raw_headers), content=content, request=request)

    async def post_form(self, address: str, form: Mapping[str, str], *, connect: float, read: float) -> tuple[int, bytes]:
        """Status and content of the answer to a form, without httpx's requests and responses, which cost as much again.

        Raises asyncio.TimeoutError, aiohttp.ClientError or OSError; their words may quote the address.
        """
        timeout = aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=read)
        session = self._session or self._open()
        async with session.post(URL(address, encoded=True), data=form, timeout=timeout, allow_redirects=False) as answer:
            return answer.status, await answer.read()

    async def aclose(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        # httpx's context: it trusts the same authorities, wherever the system keeps its own.
        connector = aiohttp.TCPConnector(limit=self._connections, ssl=httpx.create_ssl_context())
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        return self._session


def _timeout(request: httpx.Request) -> aiohttp.ClientTimeout:
    """httpx counts waiting for a free connection, connecting and each read apart; aiohttp the first two together too."""
    limits = request.extensions.get("timeout", {})
    pool, connect = limits.get("pool"), limits.get("connect")
    both = None if pool is None or connect is None else pool + connect
    return aiohttp.ClientTimeout(total=None, connect=both, sock_connect=connect, sock_read=limits.get("read"))
