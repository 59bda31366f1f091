"""Sessions of the web chat: a random token in a cookie, never kept on this side; the database sees only its SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from starlette.responses import Response

PATH = "/chat"
LIFETIME = timedelta(days=30)
_HOUR = timedelta(hours=1)
_REPEAT = timedelta(minutes=10)  # how long a first message may be repeated and still reach the session that it made
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url
_KEPT = 10_000  # entries of a table in memory before old ones go


def address(token: str) -> str:
    """What stands for her in the database: a token cannot be made from it again."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Makes tokens, within a limit for each internet address, and remembers which ones the store knows."""

    def __init__(self, *, secure: bool, per_hour: int, clock: Callable[[], datetime]) -> None:
        # Path=/chat rules out __Host-; __Secure- still keeps plain-http pages of the same name from planting a token.
        self.cookie = "__Secure-chat" if secure else "chat"
        self._secure = secure
        self._per_hour = per_hour
        self._clock = clock
        self._made: dict[str, list[datetime]] = {}  # internet address → when its sessions were made; in memory only
        self._first: dict[str, tuple[str, datetime]] = {}  # id of a first message → the token made for it
        self._known: dict[str, None] = {}

    def token(self, cookies: Mapping[str, str]) -> str | None:
        token = cookies.get(self.cookie, "")
        return token if _TOKEN.fullmatch(token) else None

    def make(self, message: str, ip: str) -> str | None:
        """A new token, or None when too many were made from `ip`.

        A first message whose answer was lost comes again without a cookie: it gets the token it was given before, so
        that what she wrote is not stored under two persons.
        """
        now = self._clock()
        token, at = self._first.get(message, ("", now))
        if token and now - at < _REPEAT:
            return token
        recent = [at for at in self._made.get(ip, ()) if now - at < _HOUR]
        if len(recent) >= self._per_hour:
            return None
        token = secrets.token_urlsafe(32)
        self._made[ip] = [*recent, now]
        self._first[message] = (token, now)
        self._prune(now)
        return token

    def knows(self, address: str) -> bool:
        return address in self._known

    def remember(self, address: str) -> None:
        self._known.pop(address, None)
        self._known[address] = None
        while len(self._known) > _KEPT:
            self._known.pop(next(iter(self._known)))

    def forget(self, address: str) -> None:
        """It opens nothing any more; the store says so too."""
        self._known.pop(address, None)

    def grant(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.cookie, token, max_age=int(LIFETIME.total_seconds()), path=PATH, secure=self._secure, httponly=True, samesite="strict"
        )

    def end(self, response: Response) -> None:
        response.delete_cookie(self.cookie, path=PATH, secure=self._secure, httponly=True, samesite="strict")

    def _prune(self, now: datetime) -> None:
        if len(self._made) > _KEPT:
            self._made = {ip: times for ip, times in self._made.items() if now - times[-1] < _HOUR}
        if len(self._first) > _KEPT:
            self._first = {message: made for message, made in self._first.items() if now - made[1] < _REPEAT}
