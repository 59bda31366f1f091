"""Notes, forms and people beside the cases; who may see which case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Row

from bot.errors import NoSuchCase
from bot.handoff import Case, Stage
from bot.storage import caserows, caseviews, casework
from bot.storage.tables import OPEN, cases, forms, notes, staff
from bot.storage.transaction import Transaction


def member(tx: Transaction, id: str) -> Row:
    """An active one of the staff. Raises NoSuchCase: who is not active sees nothing."""
    row = tx.connection.execute(select(staff).where(staff.c.id == id, staff.c.active)).first()
    if row is None:
        raise NoSuchCase
    return row


def found(tx: Transaction, id: str) -> tuple[Row, Case]:
    both = caserows.load(tx, id)
    if both is None:
        raise NoSuchCase
    return both


def mine(tx: Transaction, id: str, by: str) -> tuple[Row, Case]:
    """Hers: held, offered, being passed to her or her team, or a call-back she agreed on. Raises NoSuchCase."""
    person, (row, case) = member(tx, id=by), found(tx, id)
    asked = case.transfer_team is not None and case.transfer_team == (person.team or None)
    back = case.state is Stage.CALLBACK and case.prefers == by
    if by in (case.owner, case.offered_to, case.transfer_to) or asked or back:
        return row, case
    raise NoSuchCase


def own(tx: Transaction, by: str) -> list[tuple[Row, Case]]:
    """As `mine`, all of them; and what waits for the second person after she closed it."""
    team = member(tx, by).team or None
    hers = or_(cases.c.owner_id == by, cases.c.offered_to == by, cases.c.transfer_to == by)
    perhaps = or_(hers, cases.c.more.like(f'%"prefers":"{by}"%'), cases.c.more.like('%"transfer_team"%'))  # _is_hers decides
    both = caserows.all_of(tx, select(cases).where(OPEN, perhaps))
    return [(row, case) for row, case in both if _is_hers(case, by, team)]


def _is_hers(case: Case, by: str, team: str | None) -> bool:
    asked = case.transfer_team is not None and case.transfer_team == team
    return by in (case.owner, case.offered_to, case.transfer_to) or asked or (case.state is Stage.CALLBACK and case.prefers == by)


def add_note(tx: Transaction, case: str, by: str, text: str) -> int:
    sealed = tx.sealer.seal(text, context=caseviews.note_context(case))
    values = {"case_id": case, "staff_id": by, "body": sealed, "created_at": tx.now}
    id = int(tx.connection.execute(insert(notes), values).inserted_primary_key[0])
    casework.log(tx, case, "note", {"note": id}, staff=by)
    return id


def put_form(tx: Transaction, case: str, by: str, pieces: Mapping[str, Any]) -> None:
    tx.connection.execute(delete(forms).where(forms.c.case_id == case, forms.c.piece.in_(list(pieces))))
    rows = [
        {"case_id": case, "piece": piece, "staff_id": by, "updated_at": tx.now,
         "body": tx.sealer.seal([value], context=caseviews.form_context(case, piece))}
        for piece, value in pieces.items() if value is not None
    ]  # fmt: skip
    if rows:
        tx.connection.execute(insert(forms), rows)
    casework.log(tx, case, "form", {"pieces": len(pieces)}, staff=by)


def set_on_duty(tx: Transaction, id: str, on: bool) -> None:
    member(tx, id)
    since = tx.now if on else None
    tx.connection.execute(update(staff).where(staff.c.id == id).values(on_duty=on, on_duty_since=since))


def left_by(tx: Transaction, id: str) -> list[str]:
    """Open cases that somebody who is gone holds or was asked to take."""
    hers = or_(cases.c.owner_id == id, cases.c.offered_to == id, cases.c.transfer_to == id)
    return list(tx.connection.execute(select(cases.c.id).where(OPEN, hers)).scalars())
