"""The desk's cookies: the session's token, the language before anybody signed in, and the browser that is known."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

_DEVICE_SECONDS = 180 * 86400
_LANGUAGE_SECONDS = 365 * 86400


class Cookies:
    """`secure`: the desk is reached over https. On plain localhost a browser takes neither Secure nor __Host-."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        prefix, self._path = ("__Host-", "/") if secure else ("", "/desk")
        self.session, self.device, self.language = (f"{prefix}desk{part}" for part in ("", "-known", "-language"))

    def token(self, cookies: Mapping[str, str]) -> str | None:
        return cookies.get(self.session) or None

    def grant(self, response: Response, token: str) -> None:
        """Until the browser closes; the server ends it earlier."""
        self._set(response, self.session, token, None)

    def end(self, response: Response) -> None:
        response.delete_cookie(self.session, path=self._path, secure=self._secure, httponly=True, samesite="strict")

    def know(self, response: Response, value: str) -> None:
        self._set(response, self.device, value, _DEVICE_SECONDS)

    def speak(self, response: Response, language: str) -> None:
        self._set(response, self.language, language, _LANGUAGE_SECONDS)

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(name, value, max_age=seconds, path=self._path, secure=self._secure, httponly=True, samesite="strict")
