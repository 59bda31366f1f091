"""What every webhook does with a request before its content is looked at."""

from __future__ import annotations

import hmac
import json

from starlette.requests import ClientDisconnect, Request

from bot.errors import BadUpdate


def same(given: str, expected: str) -> bool:
    """Compares a secret in constant time: how long it takes must not tell how much was right. An empty secret matches nothing."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


async def read(request: Request, limit: int) -> bytes | None:
    """The raw body, or None when it is longer than `limit` bytes; never holds more than that in memory."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > limit:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return None
    except ClientDisconnect:
        raise BadUpdate("The request broke off before its end.") from None
    return bytes(body)


def decode(body: bytes) -> object:
    """The JSON of a body. Raises BadUpdate, also for JSON too deep or with numbers too long to read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadUpdate("The body is not JSON.") from None  # the cause would quote the body
