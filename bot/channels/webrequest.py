"""What the page of the web chat may send: where it must come from, how large it may be, and what it may say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from bot.errors import BadUpdate
from bot.model import Inbound, Kind

MAX_BODY = 64 * 1024
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")


def same_origin(request: Request) -> bool:
    """Whether our own page asks. Browsers too old for Sec-Fetch-Site send Origin; a request with neither is refused."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    host = request.headers.get("origin", "").partition("://")[2]
    return bool(host) and host == request.headers.get("host")


async def body(request: Request) -> bytes | None:
    """The body, or None when it is over the limit: then no more of it is read."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            return None
    return bytes(raw)


def _clean(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def parse(raw: bytes) -> Inbound:
    """The event in a body, sender still empty. Raises BadUpdate with a code that the page understands."""
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadUpdate("bad_json") from None
    if not isinstance(fields, dict):
        raise BadUpdate("bad_json")
    id = fields.get("id")
    if not isinstance(id, str) or not UUID.fullmatch(id.lower()):
        raise BadUpdate("bad_id")
    kind, text, payload = _content(fields)
    return Inbound(channel="web", external_id=id.lower(), sender="", kind=kind, text=text, payload=payload)


def _content(fields: Mapping[str, Any]) -> tuple[Kind, str, str | None]:
    if fields.get("start") is True:
        ref = fields.get("ref")
        if ref is not None and not (isinstance(ref, str) and _REF.fullmatch(ref)):
            raise BadUpdate("bad_ref")
        return Kind.START, "", ref
    if "payload" in fields:
        payload, title = fields["payload"], fields.get("title", "")
        if not (isinstance(payload, str) and payload and len(payload.encode("utf-8", "replace")) <= 64):
            raise BadUpdate("bad_payload")
        if not (isinstance(title, str) and len(title) <= 80):
            raise BadUpdate("bad_payload")
        return Kind.BUTTON, _clean(title), _clean(payload)
    text = fields.get("text", "")
    if not isinstance(text, str):
        raise BadUpdate("bad_text")
    if not text.strip():
        raise BadUpdate("empty")
    return Kind.TEXT, _clean(text), None
