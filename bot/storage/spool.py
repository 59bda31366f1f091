"""Messages kept on disk while the database is away: sealed, appended, and brought in later in the order in which they came."""

from __future__ import annotations

import base64
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bot.errors import SealError
from bot.model import Inbound, Kind
from bot.storage.sealing import Sealer

log = logging.getLogger(__name__)

_CONTEXT = "spool"
_CHUNK = 50


class Spool:
    """One file of one gateway. A line is one event: sealed JSON in base64."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self._path, self._sealer = path, sealer
        self._lock = threading.Lock()
        # Bringing in may wait long for the store; what comes meanwhile is kept in a file of its own and does not wait for that.
        self._bringing, self._coming = threading.Lock(), path.with_suffix(".coming")

    @property
    def waiting(self) -> bool:
        return any(path.exists() and path.stat().st_size > 0 for path in (self._coming, self._path))

    def keep(self, events: list[Inbound]) -> None:
        """On the disk when it returns."""
        lines = b"".join(base64.b64encode(self._sealer.seal(asdict(event), context=_CONTEXT)) + b"\n" for event in events)
        with self._lock:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                if file.tell() and not self._ends_whole():
                    file.write(b"\n")  # behind a line that a crash cut off
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            directory = os.open(self._path.parent, os.O_RDONLY)
            os.fsync(directory)  # the new name too
            os.close(directory)

    def bring_in(self, store: Callable[[list[Inbound]], object], alive: Callable[[], None]) -> int:
        """Hands all that is kept to `store`, oldest first, and then forgets it; the store knows what it has already.

        Raises where the store is still away: nothing is forgotten then. What a store that is `alive` will not take is put aside.
        """
        count = 0
        with self._bringing:
            while self._take_up():
                events = self._read()
                for start in range(0, len(events), _CHUNK):
                    self._hand(events[start : start + _CHUNK], store, alive)
                self._coming.unlink()
                count += len(events)
        return count

    def _take_up(self) -> bool:
        """Whether there is something to bring in: what a failed try has left, else what was kept since."""
        with self._lock:
            if not self._coming.exists() and self._path.exists():
                os.replace(self._path, self._coming)
            return self._coming.exists()

    def _hand(self, events: list[Inbound], store: Callable[[list[Inbound]], object], alive: Callable[[], None]) -> None:
        try:
            store(events)
            return
        except Exception:
            alive()
        for event in events:
            try:
                store([event])
            except Exception as error:
                alive()
                log.error("A kept message cannot be stored (%s): put aside in %s", type(error).__name__, self._aside.name)
                with os.fdopen(os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                    file.write(base64.b64encode(self._sealer.seal(asdict(event), context=_CONTEXT)) + b"\n")

    @property
    def _aside(self) -> Path:
        return self._path.with_suffix(".aside")

    def _read(self) -> list[Inbound]:
        events = []
        for line in self._coming.read_bytes().splitlines():
            try:
                fields = self._sealer.unseal_json(base64.b64decode(line), context=_CONTEXT)
                events.append(Inbound(**{**fields, "kind": Kind(fields["kind"])}))
            except (SealError, ValueError):  # cut off by a crash, before it was acknowledged
                log.error("A kept message cannot be read; it was never acknowledged")
        return events

    def _ends_whole(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
