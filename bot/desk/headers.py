"""What every answer of the desk carries: nothing may frame it, keep it, tell where it was, or run what is not ours."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # browsers older than frame-ancestors
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
SAME = "same-origin"  # on pages with a form but without a token: old browsers name the page's address only so
FILES = "public, max-age=31536000, immutable"  # asked for by the hash of their content


class Headers:
    """Sets them on every response; only a file that is the same for everybody may be kept by the browser."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, **(_HTTPS if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                file, referrer = headers.get("Cache-Control") == FILES, headers.get("Referrer-Policy")
                for name, value in self._headers.items():
                    headers[name] = value
                if referrer == SAME:
                    headers["Referrer-Policy"] = SAME
                if file:
                    headers["Cache-Control"] = FILES
            await send(message)

        await self._app(scope, receive, sending)
