"""The page of the web chat and its two files, read once and served with the headers that keep it private."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import ContentError

LANGUAGES = ("bn", "en")
# fmt: off
WORDS = frozenset((
    "title", "tagline", "picture", "download", "exit", "exit_label", "exit_title", "language", "welcome", "welcome_text",
    "welcome_program", "welcome_private", "welcome_danger", "start", "placeholder", "input_label", "send",
    "log_label", "choices", "mine", "theirs", "sending", "waiting", "sent", "failed", "refused", "lost", "away",
    "offline", "back", "typing", "newer", "too_long", "busy", "noscript",
))
# fmt: on
# Nothing but our own two files may run or be asked, and no other site may frame the page or learn that it was open.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # browsers older than frame-ancestors
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE = {**HEADERS, "Cache-Control": "no-store"}
_FOREVER = "public, max-age=31536000, immutable"  # asked for by the hash of its content
_FOLDER = Path(__file__).resolve().parent / "page"
_TYPES = {"app.js": "text/javascript", "style.css": "text/css"}


class Phrase(Protocol):
    """One text in both languages."""

    def __getitem__(self, language: str) -> str: ...


@dataclass(frozen=True)
class Asset:
    """One file of the page."""

    body: bytes
    packed: bytes
    media_type: str
    version: str

    def response(self, request: Request) -> Response:
        cache = _FOREVER if request.query_params.get("v") == self.version else "no-cache"
        headers = {**HEADERS, "Cache-Control": cache, "Vary": "Accept-Encoding"}
        if accepts_gzip(request):
            return Response(self.packed, media_type=self.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(self.body, media_type=self.media_type, headers=headers)


class ChatPage:
    """Renders the page. Raises ContentError when a text of it is missing."""

    def __init__(self, texts: Mapping[str, Phrase], *, hotlines: Sequence[str], exit_url: str, max_text: int) -> None:
        words = {language: {key: _word(texts, key, language) for key in sorted(WORDS)} for language in LANGUAGES}
        self.assets = {name: _asset(name, media_type) for name, media_type in _TYPES.items()}
        environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters["phones"] = functools.partial(_phones, hotlines=hotlines)
        self._template = environment.from_string((_FOLDER / "chat.html").read_text(encoding="utf-8"))
        self._words = words
        self._fixed = {
            "words": json.dumps(words, ensure_ascii=False),
            "hotlines": json.dumps(list(hotlines)),
            "exit_url": exit_url,
            "max_text": max_text,
            "versions": {name: asset.version for name, asset in self.assets.items()},
        }

    def response(self, request: Request, *, session: bool, cursor: int) -> Response:
        """`cursor`: the id after which messages belong to the current visit."""
        language = "en" if request.query_params.get("lang") == "en" else "bn"
        html = self._template.render(self._fixed, t=self._words[language], language=language, session=session, cursor=cursor)
        body, headers = html.encode(), {**PRIVATE, "Vary": "Accept-Encoding"}
        if accepts_gzip(request):
            body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
        return Response(body, media_type="text/html", headers=headers)


def accepts_gzip(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.strip().partition(";")
        if coding.strip().lower() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0")
    return False


def _phones(text: str, hotlines: Sequence[str]) -> Markup:
    """One of our texts with its phone numbers to be pressed, for browsers in which the script does not run."""
    known = "|".join(re.escape(number) for number in sorted(hotlines, key=len, reverse=True))
    parts = re.split(rf"(\+\d[\d ]+\d{known and '|' + known})", text)
    link = Markup('<a href="tel:{}">{}</a>')
    return Markup("").join(link.format(part.replace(" ", ""), part) if number % 2 else part for number, part in enumerate(parts))


def _asset(name: str, media_type: str) -> Asset:
    body = (_FOLDER / name).read_bytes()
    return Asset(body, gzip.compress(body, 9, mtime=0), media_type, hashlib.sha256(body).hexdigest()[:16])


def _word(texts: Mapping[str, Phrase], key: str, language: str) -> str:
    try:
        return texts[key][language]
    except KeyError:
        raise ContentError(f"knowledge/words_web.yml: {key}.{language} is missing; write it in both languages.") from None
