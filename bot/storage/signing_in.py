"""What a sign-in is checked against: passwords, second factors, one-time codes, and how often it failed."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.engine import Row

from bot.staff import Action, Credentials
from bot.storage import audit, staff_sessions
from bot.storage.desk_tables import sign_in_failures, staff_credentials
from bot.storage.sealing import Sealer
from bot.storage.tables import staff
from bot.storage.transaction import Crossed, Transaction

SETUP_SECONDS = 72 * 3600
FREE = 5  # attempts before the first wait
_FIRST_WAIT, _LONGEST_WAIT = 15.0, 900.0  # seconds; the wait doubles, and never keeps anybody out for good
_FORGOTTEN = 24 * 3600  # seconds after the last failure
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # without those that are taken for one another


_FIRST = text(
    "INSERT INTO sign_in_failures (digest, failures, failed_at, locked_until) VALUES (:digest, :failures, :failed_at, :locked_until) "
    "ON CONFLICT DO NOTHING"
)


def folded(login: str) -> str:
    return unicodedata.normalize("NFKC", login).strip().casefold()


def login_digest(sealer: Sealer, login: str) -> bytes:
    return sealer.digest("login", folded(login))


def new_code(groups: int = 4) -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))


def new_setup_code(tx: Transaction, id: str) -> str:
    code = new_code()
    values = {"setup_digest": _code_digest(tx.sealer, id, code), "setup_until": tx.now + SETUP_SECONDS}
    tx.connection.execute(update(staff_credentials).where(staff_credentials.c.staff_id == id).values(**values))
    return code


def credentials(tx: Transaction, *, login: str | None = None, staff: str | None = None) -> Credentials | None:
    row = _row(tx, login=login, id=staff)
    if row is None:
        return None
    id = row.staff_id
    return Credentials(
        staff=id,
        active=row.active,
        password=row.password,
        totp=_opened(tx.sealer, row.totp, _totp(id)),
        totp_pending=_opened(tx.sealer, row.totp_pending, _pending(id)),
        recovery_left=len(_recovery(tx, row)),
    )


def attempt(tx: Transaction, login: str, device: str | None) -> float:
    key = _failure_key(tx.sealer, login, device)
    row = tx.connection.execute(select(sign_in_failures).where(sign_in_failures.c.digest == key).with_for_update()).first()
    if row is not None and row.locked_until > tx.now:
        return float(row.locked_until - tx.now)
    failures = 1 if row is None or tx.now - row.failed_at > _FORGOTTEN else row.failures + 1
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures - FREE, 20)) if failures >= FREE else 0.0
    # Without a wait nothing is locked, not even until now: one that began a moment earlier may come to the row after this one.
    values = {"failures": failures, "failed_at": tx.now, "locked_until": tx.now + wait if wait else 0.0}
    if row is None:
        tx.connection.execute(delete(sign_in_failures).where(sign_in_failures.c.failed_at < tx.now - _FORGOTTEN))
        if not tx.connection.execute(_FIRST, {"digest": key, **values}).rowcount:
            raise Crossed  # another attempt was first: count after it
    else:
        tx.connection.execute(update(sign_in_failures).where(sign_in_failures.c.digest == key).values(**values))
    if failures == FREE:
        found = _row(tx, login=login)
        if found is not None:
            audit.append(tx, None, Action.LOCKED_OUT, found.staff_id)
    return 0.0


def succeeded(tx: Transaction, login: str, device: str | None) -> None:
    tx.connection.execute(delete(sign_in_failures).where(sign_in_failures.c.digest == _failure_key(tx.sealer, login, device)))


def setup(tx: Transaction, login: str, code: str) -> str | None:
    row = _row(tx, login=login)
    given = _code_digest(tx.sealer, row.staff_id if row else "", code)
    if row is None or not row.active or row.setup_digest is None or row.setup_until < tx.now:
        return None
    return str(row.staff_id) if hmac.compare_digest(given, bytes(row.setup_digest)) else None


def set_password(tx: Transaction, id: str, hashed: str, *, first: bool) -> None:
    if first:  # only while the one-time code is not used up: another browser may have had the same code
        waits = (staff_credentials.c.staff_id == id, staff_credentials.c.setup_digest.is_not(None))
        tx.connection.execute(update(staff_credentials).where(*waits).values(password=hashed, changed_at=tx.now))
        return
    _set(tx, id, password=hashed)
    staff_sessions.end(tx, id)
    audit.append(tx, id, Action.PASSWORD_CHANGED, id)


def rehash(tx: Transaction, id: str, hashed: str) -> None:
    _set(tx, id, password=hashed)


def propose_totp(tx: Transaction, id: str, secret: str) -> None:
    _set(tx, id, totp_pending=tx.sealer.seal(secret, context=_pending(id)))


def confirm_totp(tx: Transaction, id: str, step: int, recovery: list[str], *, first: bool) -> bool:
    row = _row(tx, id=id, lock=True)
    if row is None or row.totp_pending is None or (first and row.setup_digest is None):
        return False
    if first:
        staff_sessions.end(tx, id)
    secret = tx.sealer.unseal(bytes(row.totp_pending), context=_pending(id))
    digests = [_recovery_digest(tx.sealer, id, code).hex() for code in recovery]
    values = {
        "totp": tx.sealer.seal(secret, context=_totp(id)),
        "totp_pending": None,
        "totp_step": step,
        "recovery": tx.sealer.seal(digests, context=_recovery_context(id)),
    }
    _set(tx, id, **values, **({"setup_digest": None, "setup_until": None} if first else {}))
    audit.append(tx, id, Action.SET_UP if first else Action.SECOND_FACTOR_CHANGED, id)
    return True


def use_totp(tx: Transaction, id: str, step: int) -> bool:
    statement = update(staff_credentials).where(staff_credentials.c.staff_id == id, staff_credentials.c.totp_step < step)
    return tx.connection.execute(statement.values(totp_step=step)).rowcount == 1


def use_recovery(tx: Transaction, id: str, code: str) -> bool:
    row = _row(tx, id=id, lock=True)
    given = _recovery_digest(tx.sealer, id, code).hex()
    left = _recovery(tx, row) if row else []
    if given not in left:
        return False
    left.remove(given)
    _set(tx, id, recovery=tx.sealer.seal(left, context=_recovery_context(id)))
    audit.append(tx, id, Action.RECOVERY_USED, id, left=str(len(left)))
    return True


def _row(tx: Transaction, *, login: str | None = None, id: str | None = None, lock: bool = False) -> Row | None:
    query = select(staff_credentials, staff.c.active).join(staff, staff.c.id == staff_credentials.c.staff_id)
    if login is not None:
        query = query.where(staff_credentials.c.login_digest == login_digest(tx.sealer, login))
    else:
        query = query.where(staff_credentials.c.staff_id == id)
    return tx.connection.execute(query.with_for_update(of=staff_credentials) if lock else query).first()


def _set(tx: Transaction, id: str, **values: Any) -> None:
    tx.connection.execute(update(staff_credentials).where(staff_credentials.c.staff_id == id).values(**values, changed_at=tx.now))


def _recovery(tx: Transaction, row: Row) -> list[str]:
    if row.recovery is None:
        return []
    return [str(digest) for digest in tx.sealer.unseal_json(bytes(row.recovery), context=_recovery_context(row.staff_id))]


def _opened(sealer: Sealer, value: bytes | None, context: str) -> str | None:
    return None if value is None else sealer.unseal_text(bytes(value), context=context)


def _failure_key(sealer: Sealer, login: str, device: str | None) -> bytes:
    return sealer.digest("failures", folded(login), device or "")


def _code_digest(sealer: Sealer, id: str, code: str) -> bytes:
    return sealer.digest("setup", id, _plain(code))


def _recovery_digest(sealer: Sealer, id: str, code: str) -> bytes:
    return sealer.digest("recovery", id, _plain(code))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _totp(id: str) -> str:
    return f"staff_credentials.totp:{id}"


def _pending(id: str) -> str:
    return f"staff_credentials.totp_pending:{id}"


def _recovery_context(id: str) -> str:
    return f"staff_credentials.recovery:{id}"
