"""The processes that are measured: started, watched for memory and processor time, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.errors import SohojatriError

_PATIENCE = 180.0  # seconds to come up; loading TensorFlow takes most of it
_GRACE = 15.0  # seconds to end
_MB = 1024  # kB


class NotUp(SohojatriError):
    """A process that was to be measured did not come up."""


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    health: str  # address that answers when it is up


class Processes:
    """Runs programs in one folder and environment; each logs to a file under `logs`."""

    def __init__(self, programs: Sequence[Program], *, folder: Path, environment: Mapping[str, str], logs: Path) -> None:
        self._programs, self._folder, self._environment, self._logs = programs, folder, dict(environment), logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Returns when all answer. Raises NotUp."""
        for program in self._programs:
            with (self._logs / f"{program.name}.log").open("ab") as log:
                self._running[program.name] = subprocess.Popen(
                    list(program.command), cwd=self._folder, env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
        for program in self._programs:
            self._wait(program)

    def stop(self) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def memory(self) -> dict[str, float]:
        """MB by program: the proportional share (PSS) where the system tells it, else the resident size."""
        return {name: _memory(process.pid) / _MB for name, process in self._running.items()}

    def seconds(self) -> dict[str, float]:
        """Processor time by program since it began; empty where the system does not tell it."""
        found = {name: _seconds(process.pid) for name, process in self._running.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _wait(self, program: Program) -> None:
        until, process = time.monotonic() + _PATIENCE, self._running[program.name]
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(program.health, timeout=2).is_success:
                    return
            time.sleep(0.1)
        tail = (self._logs / f"{program.name}.log").read_text(errors="replace")[-2000:]
        raise NotUp(f"{program.name} did not come up. The last it said:\n{tail}")


def free_ports(number: int) -> list[int]:
    """All taken at once, so that they differ."""
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _memory(process: int) -> float:
    """kB."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return float(subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=True, text=True).stdout)


def _seconds(process: int) -> float | None:
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None
