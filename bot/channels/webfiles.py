"""Pictures and papers of the web chat: what the page may send, and what it may fetch."""

from __future__ import annotations

import base64
import re
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.channels.chatpage import PRIVATE
from bot.channels.fetching import MOST
from bot.channels.webrequest import UUID
from bot.errors import PictureError, Refused
from bot.media import cleaned
from bot.model import Inbound, Kind, Paper

_DATA = "data:image/jpeg;base64,"
_ID = re.compile(r"[A-Za-z0-9_-]{16,22}")


class Papers(Protocol):
    """The papers made for the person of a web address. Synchronous: called in a thread."""

    def paper(self, address: str, id: str) -> Paper | None: ...


async def picture_event(request: Request) -> Inbound | tuple[int, str]:
    """The event of an uploaded picture, cleaned before it is stored, sender still empty; or status and code of why not."""
    id = request.query_params.get("id", "").lower()
    if not UUID.fullmatch(id):
        return 400, "bad_id"
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > MOST:
                return 413, "too_large"
        clean = await run_in_threadpool(cleaned, bytes(raw))
    except ClientDisconnect:
        return 400, "incomplete"
    except PictureError:
        return 400, "no_picture"
    reference = _DATA + base64.b64encode(clean).decode()
    return Inbound(channel="web", external_id=id, sender="", kind=Kind.MEDIA, media="photo", media_ref=reference)


async def decoded(reference: str) -> bytes:
    """The picture in a reference that picture_event made. Raises Refused."""
    if not reference.startswith(_DATA):
        raise Refused("The web chat brings its pictures along.")
    return base64.b64decode(reference[len(_DATA) :])


async def paper_response(papers: Papers | None, address: str, id: str) -> Response:
    """The file, to be saved and not opened in the page; 404 where it is another's, expired or deleted."""
    found = await run_in_threadpool(papers.paper, address, id) if papers and _ID.fullmatch(id) else None
    if found is None:
        return Response(status_code=404, headers=PRIVATE)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{found.name}"', "X-Content-Type-Options": "nosniff"}
    return Response(found.body, media_type="application/pdf", headers=headers)
