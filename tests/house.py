"""The whole house as its users get it: three real processes, the real model, emulated Telegram and Messenger, a database of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT
from bot.training import QUIET
from tests.databases import migrated
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi

START = 90.0  # seconds; most of it Rasa loading TensorFlow on a busy machine
Part = str  # gateway | rasa | actions


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true value of `condition`. Fails the test after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            found = condition()
            if found:
                return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")


class WholeHouse:
    """Starts, kills and starts again the processes; each logs to a file under `folder`."""

    def __init__(self, folder: Path, telegram: TelegramApi, messenger: MessengerApi, **environment: str) -> None:
        self.folder, self.telegram, self.messenger = folder, telegram, messenger
        ports = {name: free_port() for name in ("PORT", "RASA_PORT", "ACTIONS_PORT")}
        self.url = f"http://127.0.0.1:{ports['PORT']}"
        self._health: dict[Part, str] = {
            "gateway": f"{self.url}/healthz",
            "rasa": f"http://127.0.0.1:{ports['RASA_PORT']}/",
            "actions": f"http://127.0.0.1:{ports['ACTIONS_PORT']}/health",
        }
        self._environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("TELEGRAM_", "MESSENGER_", "DATABASE_URL", "REDIS_URL"))
            },
            **QUIET,
            "VAR": str(folder),
            **{name: str(port) for name, port in ports.items()},
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "MESSENGER_PAGE_TOKEN": messenger.page_token,
            "MESSENGER_APP_SECRET": messenger.app_secret,
            "MESSENGER_VERIFY_TOKEN": messenger.verify_token,
            "MESSENGER_GRAPH_URL": messenger.url,
            "RATE_PER_MINUTE": "10000",
            "RASA_TIMEOUT": "15",  # several houses share the cores: a late answer is tried on its own, see test_whole_house_dying
            **environment,
        }
        self._processes: dict[Part, subprocess.Popen[bytes]] = {}
        self._migrated = False

    def set(self, **environment: str) -> None:
        """Settings for the parts that are started from now on."""
        self._environment.update(environment)

    def pid(self, name: Part) -> int:
        return self._processes[name].pid

    def start(self, *names: Part) -> None:
        """Starts the named parts (all three when none is named) and waits until they answer."""
        chosen = names or ("actions", "rasa", "gateway")
        if not self._migrated and {"rasa", "gateway"} & set(chosen):
            self._migrate()
            self._migrated = True
        for name in chosen:
            log = (self.folder / f"{name}.log").open("ab")
            command = [sys.executable, "-m", "bot", "serve" if name == "gateway" else name]
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        for name in chosen:
            wait_for(lambda name=name: httpx.get(self._health[name], timeout=2).is_success, START, f"{name} to come up; see {self.folder}")
        if "gateway" in chosen:
            self.messenger.subscribe(f"{self.url}/webhooks/messenger")

    def _migrate(self) -> None:
        database = self.folder / "sohojatri.db"
        if "DATABASE_URL" in self._environment:
            self.run("migrate")
        elif not database.exists():
            migrated(database)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """A command of `python -m bot` in this house."""
        return subprocess.run([sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=self._environment, capture_output=True, check=True)

    def kill(self, name: Part) -> None:
        """As a power cut would: SIGKILL, at once."""
        self._processes[name].kill()
        self._processes.pop(name).wait()

    def end(self, name: Part) -> None:
        """As a service manager does: SIGTERM, and time to end by itself."""
        process = self._processes.pop(name)
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()

    def stop(self) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


@contextlib.contextmanager
def whole_house(folder: Path, **environment: str) -> Iterator[WholeHouse]:
    """A running house with both emulators."""
    with TelegramApi() as telegram, MessengerApi() as messenger:
        house = WholeHouse(folder, telegram, messenger, **environment)
        try:
            house.start()
            yield house
        finally:
            house.stop()
