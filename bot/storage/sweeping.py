"""What nobody asks for: papers whose time is over, clocks that ran out, somebody who came on duty or went, cases that are offered in turn.

Safe with many gateways.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from bot.errors import IllegalEvent, NoSuchCase
from bot.handoff import HUMAN, Case, Duty, Stage
from bot.handoff.events import ClockFired, DutyChanged, Event, Offered
from bot.handoff.queue import offers
from bot.handoff.waiting import may_be_called
from bot.storage import belongings, caserows, casework
from bot.storage.inbox import moment
from bot.storage.tables import OPEN, cases
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)
T = TypeVar("T")
Run = Callable[[Callable[[Transaction], T]], T]
_LIMIT = 200


def sweep(read: Run, write: Run) -> None:
    """Each thing in its own transaction: what was already done by another gateway is found so there, and left."""
    if read(belongings.expired):
        write(belongings.tidy)
    for case, clock in read(lambda tx: caserows.due(tx, _LIMIT)):
        _do(write, case, ClockFired(name=clock))
    changed, offered = read(_look)
    for case in changed:
        _do(write, case, DutyChanged())
    for case, staff in offered:
        _do(write, case, Offered(to=staff))


def _look(tx: Transaction) -> tuple[list[str], list[tuple[str, str]]]:
    """Cases that who is on duty moves, and offers to make."""
    open_cases = [case for _, case in casework.open_states(tx, Stage.QUEUED, Stage.OFFERED, Stage.CALLBACK)]
    if not open_cases:
        return [], []
    duty = casework.duty(tx)
    changed = [case.id for case in open_cases if _moved(case, duty, moment(tx.now))]
    return changed[:_LIMIT], [] if changed else _offers(tx, open_cases, duty)


def _moved(case: Case, duty: Duty, now: datetime) -> bool:
    if case.state is Stage.CALLBACK:
        return duty.staffed and not case.agreed and may_be_called(case, now)
    return not duty.staffed


def _offers(tx: Transaction, open_cases: list[Case], duty: Duty) -> list[tuple[str, str]]:
    if not any(case.state is Stage.QUEUED and case.level.flagged for case in open_cases):
        return []
    theirs = cases.c.state.in_([state.value for state in HUMAN])
    held = select(cases.c.owner_id, func.count()).where(OPEN, theirs).group_by(cases.c.owner_id)
    load = {owner: int(count) for owner, count in tx.connection.execute(held)}
    busy = frozenset(case.offered_to for case in open_cases if case.offered_to is not None)
    return [(case.id, staff) for case, staff in offers(open_cases, moment(tx.now), duty, load, busy)]


def _do(write: Run, case: str, event: Event) -> None:
    try:
        write(lambda tx: casework.happen(tx, case, event))
    except (IllegalEvent, NoSuchCase):  # another gateway, or somebody at the desk, was quicker
        log.info("case %s: %s came too late", case, type(event).__name__)
    except (ValueError, KeyError, TypeError) as error:  # a row that cannot be read must not stop the clocks of the others
        log.error("case %s: %s failed: %s", case, type(event).__name__, type(error).__name__)
