"""`python -m bot run` itself: comes up, restarts what dies, stops together, says what is wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.settings import ROOT
from tests.house import free_port, wait_for

pytestmark = pytest.mark.timeout(300)  # where the model is not there yet, the first run trains it

OURS = ("TELEGRAM_", "MESSENGER_", "DATABASE_URL", "REDIS_URL", "SEAL_KEYS", "LOOKUP_KEY", "PUBLIC_URL", "RASA_URL", "VAR")


class Run:
    """A running `python -m bot run`; what it and its parts print is in `output`."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.ports = {name: free_port() for name in ("PORT", "RASA_PORT", "ACTIONS_PORT")}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        ports = {name: str(port) for name, port in self.ports.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=ROOT, env={**clean, "VAR": str(var), **ports, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['PORT']}"

    def up(self) -> Run:
        wait_for(lambda: "Sohojatri is up" in self.output or self.process.poll() is not None, 240, "the announcement")
        assert self.process.poll() is None, self.output
        return self

    def children(self) -> dict[str, int]:
        """By command (serve, rasa, actions): the process ids."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
                command = entry.joinpath("cmdline").read_bytes().decode().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid and "-m" in command:
                found[command[command.index("bot") + 1]] = int(entry.name)
        return found

    def stop(self, number: int = signal.SIGINT) -> int:
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(20)
        finally:
            for pid in self.children().values():
                os.kill(pid, signal.SIGKILL)
            if self.process.poll() is None:
                self.process.kill()
        self._reader.join(5)
        return code


def free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture(scope="module")
def run(var: Path) -> Iterator[Run]:
    """The first run of all, in a folder that does not exist yet. The tests below are in the order of its life."""
    running = Run(var)
    try:
        yield running.up()
    finally:
        if running.process.poll() is None:
            running.stop()


def test_it_comes_up_and_announces_its_addresses(run: Run) -> None:
    for address in (f"{run.url}/chat", f"{run.url}/readyz"):
        assert address in run.output
        wait_for(lambda address=address: httpx.get(address).is_success, 30, address)
    assert "Telegram" in run.output and "TELEGRAM_BOT_TOKEN" in run.output
    assert set(run.children()) == {"serve", "rasa", "actions"}


def test_the_first_run_makes_keys_and_says_where(run: Run, var: Path) -> None:
    keys = var / "keys"
    assert run.output.count(str(keys)) == 1
    assert re.search(r"Keys were made in .*keep a copy", run.output)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    for line in keys.read_text().splitlines():
        assert line.partition("=")[2] not in run.output, "a key is printed"


def test_it_listens_for_this_machine_only(run: Run) -> None:
    names = [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for name in {name for name in names if not name.startswith("127.")}:
        for port in run.ports.values():
            with socket.socket() as probe:
                assert probe.connect_ex((name, port)) != 0


@pytest.mark.parametrize("part", ["serve", "actions"])
def test_what_is_killed_is_started_again(run: Run, part: str) -> None:
    old = run.children()
    os.kill(old[part], signal.SIGKILL)
    new = wait_for(lambda: run.children().get(part) not in (None, old[part]) and run.children(), 20, f"{part} to be started again")
    health = f"{run.url}/healthz" if part == "serve" else f"http://127.0.0.1:{run.ports['ACTIONS_PORT']}/health"
    wait_for(lambda: httpx.get(health, timeout=1).is_success, 30, f"{part} to answer again")
    assert {name for name in new if new[name] != old[name]} == {part}, "only what died"
    assert re.search(rf"{'gateway' if part == 'serve' else part} ended with code -9; starting it again", run.output)


def test_a_second_run_beside_it_says_which_port_is_taken_and_leaves_it_alone(run: Run, var: Path) -> None:
    before = run.children()
    second = Run(var, PORT=str(run.ports["PORT"]))
    assert second.process.wait(60) == 1
    second.stop()
    (line,) = [line for line in second.lines if "cannot listen" in line]
    assert f"127.0.0.1:{run.ports['PORT']}" in line and "PORT" in line and "Traceback" not in second.output
    assert run.children() == before
    wait_for(
        lambda: httpx.get(f"{run.url}/readyz").is_success, 30, "the first run to be ready still"
    )  # 503 while Rasa takes over 2 s, as on a busy machine


def test_ctrl_c_stops_all_three_and_leaves_nothing(run: Run) -> None:
    children = run.children()
    assert len(children) == 3
    begun = time.monotonic()
    assert run.stop(signal.SIGINT) == 0
    assert time.monotonic() - begun < 12, "something had to be killed"
    assert not [name for name, pid in children.items() if alive(pid)]
    assert all(free(port) for port in run.ports.values())
    assert "Stopping" in run.output
    assert "Traceback" not in run.output.partition("Stopping")[2]


@pytest.mark.parametrize("parts", [1, 3], ids=["while it starts the first part", "while all three load"])
def test_a_second_run_trains_nothing_makes_no_keys_and_can_be_stopped_at_once(run: Run, var: Path, parts: int) -> None:
    assert run.process.poll() is not None, "runs after the first has ended"
    keys = (var / "keys").read_bytes()
    second = Run(var)
    children = wait_for(lambda: len(second.children()) >= parts and second.children(), 60, "parts to start")
    assert second.stop(signal.SIGTERM) == 0
    assert not [name for name, pid in children.items() if alive(pid)]
    assert all(free(port) for port in second.ports.values())
    assert "The model is up to date" in second.output and "Training" not in second.output
    assert "Keys were made" not in second.output and (var / "keys").read_bytes() == keys
    assert "Traceback" not in second.output


@pytest.mark.parametrize("setting", ["PORT", "RASA_PORT", "ACTIONS_PORT"])
def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        begun = time.monotonic()
        blocked = Run(tmp_path / "var", **{setting: str(port)})
        assert blocked.process.wait(60) == 1
        blocked.stop()
    assert time.monotonic() - begun < 30
    (line,) = [line for line in blocked.lines if "cannot listen" in line]
    assert line.startswith("run: ") and f"{setting}: " in line and f"127.0.0.1:{port}" in line
    assert "Traceback" not in blocked.output and "ended with code" not in blocked.output
    assert "Keys were made" in blocked.output, "they were, and no later run would say so"


def test_a_gateway_alone_on_a_taken_port_touches_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        environment = {**os.environ, "VAR": str(tmp_path), "PORT": str(stranger.getsockname()[1])}
        done = subprocess.run([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "cannot listen" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "sohojatri.db").exists(), "leases are given back at start: not by one that cannot serve"
