"""People of the desk: rows to Staff and Account, and the changes an admin makes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from bot.errors import LastAdmin, LoginTaken
from bot.staff import Account, Action, Role, Staff
from bot.storage import audit, contacts, signing_in
from bot.storage.desk_tables import staff_credentials, staff_sessions
from bot.storage.sealing import Sealer
from bot.storage.staff_reading import moment, name_context, one, staff_of
from bot.storage.tables import staff
from bot.storage.transaction import Transaction, token


def add(tx: Transaction, by: str | None, login: str, name: str, role: Role, team: str, language: str) -> tuple[Staff, str]:
    digest = signing_in.login_digest(tx.sealer, login)
    if tx.connection.execute(select(staff_credentials.c.staff_id).where(staff_credentials.c.login_digest == digest)).first():
        raise LoginTaken
    id = token()
    values = {"id": id, "name": tx.sealer.seal(name, context=name_context(id)), "role": role.value, "team": team, "language": language}
    tx.connection.execute(insert(staff), {**values, "active": True, "on_duty": False, "on_duty_since": None})
    sealed = tx.sealer.seal(login, context=_login(id))
    row = {"staff_id": id, "login_digest": digest, "login": sealed, "totp_step": 0, "changed_at": tx.now}
    try:
        tx.connection.execute(insert(staff_credentials), row)
    except IntegrityError:  # added by another admin at the same moment
        raise LoginTaken from None
    code = signing_in.new_setup_code(tx, id)
    audit.append(tx, by, Action.STAFF_ADDED, id, role=role.value)
    return one(tx, id), code


def accounts(tx: Transaction, id: str | None = None) -> list[Account]:
    """Everybody, or the one."""
    seen = select(staff_sessions.c.staff_id, func.max(staff_sessions.c.seen_at).label("seen_at")).group_by(staff_sessions.c.staff_id)
    seen = seen.subquery()
    columns = (staff_credentials.c.login, staff_credentials.c.password, staff_credentials.c.totp, seen.c.seen_at)
    joined = staff.join(staff_credentials, staff_credentials.c.staff_id == staff.c.id).outerjoin(seen, seen.c.staff_id == staff.c.id)
    query = select(staff, *columns).select_from(joined)
    rows = tx.connection.execute(query if id is None else query.where(staff.c.id == id))
    found = [_account(tx.sealer, row) for row in rows]
    return sorted(found, key=lambda account: (not account.staff.active, account.staff.name.casefold()))


def named(tx: Transaction, login: str) -> Account | None:
    digest = signing_in.login_digest(tx.sealer, login)
    row = tx.connection.execute(select(staff_credentials.c.staff_id).where(staff_credentials.c.login_digest == digest)).first()
    return accounts(tx, row.staff_id)[0] if row else None


def change(tx: Transaction, by: str | None, id: str, name: str, role: Role, team: str) -> Staff:
    before = one(tx, id, lock=True)
    if before.role is Role.ADMIN and role is not Role.ADMIN:
        _keep_an_admin(tx, id)
    values = {"name": tx.sealer.seal(name, context=name_context(id)), "role": role.value, "team": team}
    moved = (before.role, before.team) != (role, team)
    tx.connection.execute(update(staff).where(staff.c.id == id).values(**values, **(_off_duty() if moved else {})))
    if moved:
        _end_sessions(tx, id)
    audit.append(tx, by, Action.STAFF_CHANGED, id, role=role.value, was=before.role.value, renamed=str(name != before.name).lower())
    return one(tx, id)


def set_active(tx: Transaction, by: str | None, id: str, active: bool) -> Staff:
    before = one(tx, id, lock=True)
    if not active:
        if before.role is Role.ADMIN:
            _keep_an_admin(tx, id)
        _end_sessions(tx, id)
    tx.connection.execute(update(staff).where(staff.c.id == id).values(active=active, **({} if active else _off_duty())))
    audit.append(tx, by, Action.STAFF_ENABLED if active else Action.STAFF_DISABLED, id)
    return one(tx, id)


def reset(tx: Transaction, by: str | None, id: str) -> str:
    one(tx, id, lock=True)
    _end_sessions(tx, id)
    cleared = {"password": None, "totp": None, "totp_pending": None, "recovery": None, "changed_at": tx.now}
    tx.connection.execute(update(staff_credentials).where(staff_credentials.c.staff_id == id).values(**cleared))
    contacts.unlink(tx, id)  # it may be on the phone that was lost
    code = signing_in.new_setup_code(tx, id)
    audit.append(tx, by, Action.STAFF_RESET, id)
    return code


def set_language(tx: Transaction, id: str, language: str) -> None:
    tx.connection.execute(update(staff).where(staff.c.id == id).values(language=language))


def _account(sealer: Sealer, row: Row) -> Account:
    return Account(
        staff=staff_of(sealer, row),
        login=sealer.unseal_text(bytes(row.login), context=_login(row.id)),
        ready=row.password is not None and row.totp is not None,
        seen_at=moment(row.seen_at),
    )


def _keep_an_admin(tx: Transaction, leaving: str) -> None:
    """Two admins who disable one another at the same moment both lock all admins' rows, so one of them waits and is refused."""
    query = select(staff.c.id).where(staff.c.role == Role.ADMIN.value, staff.c.active).order_by(staff.c.id).with_for_update()
    if not {row.id for row in tx.connection.execute(query)} - {leaving}:
        raise LastAdmin


def _end_sessions(tx: Transaction, id: str) -> None:
    tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == id))


def _off_duty() -> dict[str, Any]:
    return {"on_duty": False, "on_duty_since": None}


def _login(id: str) -> str:
    return f"staff_credentials.login:{id}"
