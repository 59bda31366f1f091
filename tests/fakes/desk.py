"""The desk with a real store on SQLite and no cases: signing in, and a server on loopback for the browser."""

from __future__ import annotations

import asyncio
import base64
import itertools
import re
import socket
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import httpx
import pyotp
import uvicorn
from argon2 import PasswordHasher
from starlette.applications import Starlette

from bot.desk.desk import Desk, Parts
from bot.desk.passwords import Passwords
from bot.desk.visit import csrf_of
from bot.desk.words import load_words
from bot.errors import NoSuchCase
from bot.knowledge import DIRECTORY, read_yaml
from bot.staff import Role, Staff, Stage
from bot.storage import Accounts, Database, Sealer
from bot.storage.overview import Overview
from tests.databases import migrated

_ADDRESSES = itertools.count(1)  # each browser has its own
PASSWORD = "seven green boats sleep quietly"
KEYS = [base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)]


class Clock:
    """Real time, moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


def a_case(**fields: Any) -> Any:
    """A case as the permission check sees it."""
    given = {"owner": None, "offered_to": None, "transfer_to": None, "transfer_team": None, "team": None, "prefers": None, "state": None}
    return SimpleNamespace(**{**given, **fields})


class NoCases:
    """A CaseDesk without cases, whose log can be written by hand."""

    def __init__(self) -> None:
        self.log: list[Any] = []
        self.gone: list[str] = []
        self.duty: list[tuple[str, bool]] = []
        self.found: dict[str, Any] = {}

    def queue(self, team: str | None = None) -> list[Any]:
        return []

    def own(self, staff: str) -> list[Any]:
        return []

    def held(self, team: str | None = None) -> list[Any]:
        return []

    def take_next(self, staff: str) -> None:
        return None

    def last_event(self) -> int:
        return len(self.log)

    def events_after(self, id: int, limit: int = 200) -> list[Any]:
        return [line for line in self.log if line.id > id][:limit]

    def find(self, case: str) -> Any:
        if case not in self.found:
            raise NoSuchCase
        return self.found[case]

    def set_on_duty(self, staff: str, on: bool) -> None:
        self.duty.append((staff, on))

    def staff_gone(self, staff: str) -> list[str]:
        self.gone.append(staff)
        return []


async def the_bot() -> str:
    """The bot of the staff's group."""
    return "sohojatri_staff_bot"


class Bench:
    """A desk to try things on. `cases` may be a real one."""

    def __init__(self, folder: Path, *, cases: Any = None, secure: bool = False, **more: Any) -> None:
        self.url = migrated(folder / "desk.db")
        self.clock = Clock()
        self.database, self.sealer = Database(self.url), Sealer(f"1:{KEYS[0]}", KEYS[1])
        self.accounts = Accounts(self.database, self.sealer, clock=self.clock)
        self.cases = cases or NoCases()
        self._parts, self._more = self._made(secure), more
        self.again()
        self.secrets: dict[str, str] = {}
        self.codes: dict[str, str] = {}  # login → set-up code

    def again(self) -> None:
        """The desk as after a restart: the same store, nothing else kept."""
        self.desk = Desk(self._parts, **self._more)
        self.app = Starlette(routes=self.desk.mount())

    def _made(self, secure: bool) -> Parts:
        return Parts(
            store=self.accounts,
            cases=self.cases,
            overview=Overview(self.database, self.sealer, clock=self.clock),
            words=load_words(DIRECTORY),
            hours=read_yaml(DIRECTORY / "duty.yml"),
            clock=self.clock,
            passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
            secure=secure,
            telegram=the_bot,
        )

    def person(self, login: str, role: Role = Role.COUNSELLOR, *, team: str = "", language: str = "en", name: str | None = None) -> Staff:
        """Somebody who has set herself up."""
        staff, self.codes[login] = self.accounts.add(None, login=login, name=name or login.title(), role=role, team=team, language=language)
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        self.accounts.set_password(staff.id, hashed, first=True)
        self.secrets[login] = pyotp.random_base32()
        self.accounts.propose_totp(staff.id, self.secrets[login])
        self.accounts.confirm_totp(staff.id, 1, ["AAAA-BBBB-CCCC", "DDDD-EEEE-FFFF"], first=True)
        return staff

    def code(self, login: str) -> str:
        """The app's code; each call moves the clock to the next one, for none is good twice."""
        self.clock.advance(30)
        return pyotp.TOTP(self.secrets[login]).at(self.clock())

    def browser(self, **headers: str) -> Browser:
        return Browser(self, headers)

    def signed_in(self, login: str) -> Browser:
        browser = self.browser()
        assert browser.sign_in(login).status_code == 303
        return browser

    def entered(self, login: str, stage: Stage = Stage.FULL) -> Browser:
        """Signed in without the pages of the sign-in: quicker, where they are not what is tried."""
        account = self.accounts.named(login)
        assert account is not None
        browser = self.browser()
        token = self.accounts.open_session(account.staff.id, stage)
        browser.client.cookies.set("desk", token, domain="desk.test", path="/desk")
        browser.csrf = csrf_of(token)
        return browser

    def close(self) -> None:
        self.database.close()


class Browser:
    """An HTTP client that behaves like a browser on our own pages: cookies, the origin, the token of the last page."""

    def __init__(self, bench: Bench, headers: dict[str, str]) -> None:
        self.bench = bench
        self.client = httpx.Client(transport=_Transport(bench), base_url="http://desk.test", headers=headers)
        self.csrf = ""

    def get(self, path: str, **more: Any) -> httpx.Response:
        response = self.client.get(path, **more)
        found = re.search(r'name="csrf" content="([0-9a-f]*)"', response.text)
        self.csrf = found[1] if found else self.csrf
        return response

    def post(self, path: str, fields: dict[str, Any] | None = None, *, csrf: str | None = None, **more: Any) -> httpx.Response:
        headers = {"origin": "http://desk.test", "sec-fetch-site": "same-origin", **more.pop("headers", {})}
        sent = {**(fields or {}), "csrf": self.csrf if csrf is None else csrf}
        return self.client.post(path, data=sent, headers={name: value for name, value in headers.items() if value}, **more)

    def sign_in(self, login: str, password: str = PASSWORD, code: str | None = None) -> httpx.Response:
        self.get("/desk/sign-in")
        response = self.post("/desk/sign-in", {"login": login, "password": password})
        if response.status_code != 303:
            return response
        self.get("/desk/second")
        response = self.post("/desk/second", {"code": code or self.bench.code(login)})
        self.csrf = ""
        if response.status_code == 303:
            self.get("/desk/account")
        return response

    @property
    def cookie(self) -> str:
        return self.client.cookies.get("desk") or ""


class _Transport(httpx.BaseTransport):
    """Runs the application in this thread; the answer is read whole."""

    def __init__(self, bench: Bench) -> None:
        self._inner = httpx.ASGITransport(app=bench.app, client=(f"2001:db8::{next(_ADDRESSES):x}", 1))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def call() -> httpx.Response:
            outer = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            response = await self._inner.handle_async_request(outer)
            body = await response.aread()
            headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
            return httpx.Response(response.status_code, headers=headers, content=body)

        return asyncio.run(call())


class Server:
    """The bench's application on a port of loopback, for Chromium."""

    def __init__(self, bench: Bench, port: int = 0, *, lifespan: Literal["on", "off"] = "off") -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._bench = bench
        config = uvicorn.Config(bench.app, log_config=None, lifespan=lifespan, ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._bench.desk.close)
        self._server.should_exit = True
        self._thread.join(15)
        assert not self._thread.is_alive(), "the desk does not stop"

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._server.serve(sockets=[listener]))
        self.loop.close()
        listener.close()
