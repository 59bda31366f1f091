"""Renders the desk's templates, and serves its own files."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, NoMatchFound, Route

from bot.desk import navigation
from bot.desk.formats import Formats, filters
from bot.desk.headers import FILES
from bot.desk.permissions import allowed
from bot.desk.visit import Visit, visit
from bot.desk.words import Words
from bot.knowledge import LANGUAGES

MOUNT = "/desk"
_FOLDER = Path(__file__).resolve().parent
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}
_ERRORS = (400, 403, 404, 405, 409, 413, 415, 500)


@dataclass(frozen=True)
class _File:
    body: bytes
    packed: bytes
    media_type: str
    version: str


class Pages:
    """`show` is all a page needs: it adds words, navigation, the person and the token of the session."""

    def __init__(self, words: Words, clock: Callable[[], datetime]) -> None:
        self.words = words
        self.formats = {language: Formats(words[language].formats, clock) for language in LANGUAGES}
        self._routes: dict[str, Route] = {}
        self._files = {path.name: _file(path) for path in sorted((_FOLDER / "static").iterdir()) if path.suffix in _TYPES}
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(filters(self.formats))
        self._environment.globals.update(path=self.path, file=self._address)

    def know(self, routes: Sequence[BaseRoute]) -> None:
        """The routes that path() may name, once all are there."""
        self._routes = {route.name: route for route in routes if isinstance(route, Route)}

    def path(self, name: str, **params: object) -> str:
        """The address of a route by its name."""
        try:
            return MOUNT + str(self._routes[name].url_path_for(name, **params))
        except (KeyError, NoMatchFound):
            raise LookupError(f"no route {name} with {sorted(params)}") from None

    def show(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page or a part of one."""
        html = self._environment.get_template(template).render(**self._given(visit(request)), **values)
        return Response(html, status_code=status, media_type="text/html")

    def error(self, request: Request, status: int) -> Response:
        code = status if status in _ERRORS else 500
        if "hx-request" in request.headers:
            return Response(status_code=code)
        return self.show(request, "error.html", code, code=code)

    def again(self, request: Request) -> Response:
        """Asks for the same page once more, from ours."""
        return self.show(request, "again.html")

    def static(self, request: Request) -> Response:
        file = self._files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        headers = {"Vary": "Accept-Encoding"}
        if request.query_params.get("v") == file.version:
            headers["Cache-Control"] = FILES
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.packed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(file.body, media_type=file.media_type, headers=headers)

    def routes(self) -> list[Route]:
        return [Route("/static/{name}", self.static, name="static")]

    def _given(self, visit: Visit) -> dict[str, Any]:
        staff = visit.session.staff if visit.session else None
        return {
            "t": self.words[visit.language],
            "language": visit.language,
            "visit": visit,
            "me": staff,
            "csrf": visit.csrf,
            "nav": [entry for entry in navigation.ENTRIES if staff and allowed(entry.route, staff.role)],
            "may": lambda route: staff is not None and allowed(route, staff.role),
            "word": lambda block, name: self.words.get(visit.language, block, name) or name,
        }

    def _address(self, name: str) -> str:
        return f"{MOUNT}/static/{name}?v={self._files[name].version}"


def _file(path: Path) -> _File:
    body = path.read_bytes()
    return _File(body, gzip.compress(body, 9, mtime=0), _TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:16])
