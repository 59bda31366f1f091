"""Who looked at which case: one line of the audit when a page is opened, and none for its live pieces soon after."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.desk.visit import Visit, audited
from bot.staff import Action

_FRESH = 600.0  # seconds
_MOST = 10_000


class Looked:
    """Kept in this process only: another gateway writes its own line, one too many rather than none."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: dict[tuple[str, str], float] = {}

    async def note(self, visit: Visit, case: str, *, anew: bool = False) -> None:
        assert visit.session is not None
        key, now = (visit.session.id, case), self._clock()
        if not anew and now - self._at.get(key, -_FRESH) < _FRESH:
            return
        await audited(visit, Action.CASE_VIEWED, case)
        if len(self._at) >= _MOST:
            self._at.clear()
        self._at[key] = now
