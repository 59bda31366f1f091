"""What nobody asks for: clocks that ran out, somebody who came on duty or went, cases that are offered in turn. Safe with many gateways."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import func, select

from bot.errors import IllegalEvent, NoSuchCase
from bot.handoff import Case, Duty, Stage
from bot.handoff.events import ClockFired, DutyChanged, Event, Offered
from bot.handoff.queue import offers
from bot.storage import caserows, casework
from bot.storage.inbox import moment
from bot.storage.tables import cases
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)
T = TypeVar("T")
Run = Callable[[Callable[[Transaction], T]], T]
_LIMIT = 200


def sweep(read: Run, write: Run) -> None:
    """Each thing in its own transaction: what was already done by another gateway is found so there, and left."""
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
    changed = [case.id for case in open_cases if _moved(case, duty)]
    return changed[:_LIMIT], [] if changed else _offers(tx, open_cases, duty)


def _moved(case: Case, duty: Duty) -> bool:
    return not case.agreed if case.state is Stage.CALLBACK and duty.staffed else case.state is not Stage.CALLBACK and not duty.staffed


def _offers(tx: Transaction, open_cases: list[Case], duty: Duty) -> list[tuple[str, str]]:
    if not any(case.state is Stage.QUEUED and case.level.flagged for case in open_cases):
        return []
    held = (
        select(cases.c.owner_id, func.count()).where(cases.c.state.in_(("with_counsellor", "waiting_for_her"))).group_by(cases.c.owner_id)
    )
    load = {owner: int(count) for owner, count in tx.connection.execute(held)}
    busy = frozenset(case.offered_to for case in open_cases if case.offered_to is not None)
    return [(case.id, staff) for case, staff in offers(open_cases, moment(tx.now), duty, load, busy)]


def _do(write: Run, case: str, event: Event) -> None:
    try:
        write(lambda tx: casework.happen(tx, case, event))
    except (IllegalEvent, NoSuchCase):  # another gateway, or somebody at the desk, was quicker
        log.info("case %s: %s came too late", case, type(event).__name__)
