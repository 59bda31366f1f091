"""Fetches a file from an address a platform gave, up to a size; only over https, and only from the hosts that serve its files."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx

from bot.errors import Refused, TryLater

MOST = 12 * 1024 * 1024  # bytes
_TIMEOUT = 7.0


async def fetch(address: str, *, hosts: Sequence[str], plain: str = "") -> bytes:
    """`hosts`: names, and "."-led endings of names; `plain`: scheme and host beside them, of an emulator. Redirects are not followed: they
    could lead into our own network. Raises Refused or TryLater, without the address."""
    parts = urlsplit(address)
    name = parts.hostname or ""
    ours = any(name == host or (host.startswith(".") and name.endswith(host)) for host in hosts)
    if not (parts.scheme == "https" and ours) and f"{parts.scheme}://{parts.netloc}" != (plain or "-"):
        raise Refused("A file stands at an address that is not the platform's.")
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client, client.stream("GET", address) as answer:
            if answer.status_code != 200:
                raise Refused(f"A file could not be fetched: status {answer.status_code}.")
            raw = bytearray()
            async for chunk in answer.aiter_bytes():
                raw += chunk
                if len(raw) > MOST:
                    raise Refused("A file is too large.")
            return bytes(raw)
    except httpx.HTTPError as error:
        raise TryLater(f"A file could not be fetched: {type(error).__name__}.") from None
