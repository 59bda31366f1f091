"""Signed-in browsers. Only the digest of a token is kept, and no internet address."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timezone

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Row

from bot.staff import Action, Session, Stage
from bot.storage import audit
from bot.storage.desk_tables import staff_sessions
from bot.storage.staff_reading import staff_of
from bot.storage.tables import staff
from bot.storage.transaction import Transaction

IDLE, LONGEST, UNFINISHED = 600.0, 12 * 3600.0, 900.0  # seconds: without use; at all; in the steps before the desk opens
_NOTED = 15.0  # seconds: use is written down no more often


def open_session(tx: Transaction, id: str, stage: Stage, replaces: str | None) -> str:
    _prune(tx)
    if replaces:
        tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.digest == _digest(replaces)))
    token = secrets.token_urlsafe(32)
    values = {"digest": _digest(token), "staff_id": id, "stage": stage.value, "created_at": tx.now, "seen_at": tx.now}
    tx.connection.execute(insert(staff_sessions), values)
    if stage is Stage.FULL:
        audit.append(tx, id, Action.SIGNED_IN, id)
    return token


def session(tx: Transaction, token: str) -> Session | None:
    query = select(staff_sessions, staff).join(staff, staff.c.id == staff_sessions.c.staff_id)
    row = tx.connection.execute(query.where(staff_sessions.c.digest == _digest(token), *_alive(tx))).first()
    return _session(tx, row) if row else None


def sessions(tx: Transaction, id: str) -> list[Session]:
    """The newest first."""
    query = select(staff_sessions, staff).join(staff, staff.c.id == staff_sessions.c.staff_id)
    query = query.where(staff_sessions.c.staff_id == id, staff_sessions.c.stage == Stage.FULL.value, *_alive(tx))
    return [_session(tx, row) for row in tx.connection.execute(query.order_by(staff_sessions.c.created_at.desc()))]


def worth_noting(session: Session, now: datetime) -> bool:
    return (now - session.seen_at).total_seconds() >= _NOTED


def touch(tx: Transaction, token: str) -> None:
    tx.connection.execute(update(staff_sessions).where(staff_sessions.c.digest == _digest(token)).values(seen_at=tx.now))


def close(tx: Transaction, token: str) -> None:
    row = tx.connection.execute(select(staff_sessions.c.staff_id).where(staff_sessions.c.digest == _digest(token))).first()
    if row is None:
        return
    tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.digest == _digest(token)))
    audit.append(tx, row.staff_id, Action.SIGNED_OUT, row.staff_id)


def close_all(tx: Transaction, by: str | None, id: str, keep: str | None) -> int:
    ended = end(tx, id, keep)
    audit.append(tx, by, Action.SESSIONS_ENDED, id, ended=str(ended))
    return ended


def end(tx: Transaction, id: str, keep: str | None = None) -> int:
    kept = _digest(keep) if keep else b""
    statement = delete(staff_sessions).where(staff_sessions.c.staff_id == id, staff_sessions.c.digest != kept)
    return int(tx.connection.execute(statement).rowcount)


def _alive(tx: Transaction) -> list[object]:
    full = staff_sessions.c.stage == Stage.FULL.value
    return [
        staff.c.active,
        staff_sessions.c.created_at > tx.now - LONGEST,
        staff_sessions.c.seen_at > tx.now - IDLE,
        or_(full, staff_sessions.c.created_at > tx.now - UNFINISHED),
    ]


def _prune(tx: Transaction) -> None:
    old = or_(staff_sessions.c.created_at < tx.now - LONGEST, staff_sessions.c.seen_at < tx.now - IDLE)
    tx.connection.execute(delete(staff_sessions).where(old))


def _session(tx: Transaction, row: Row) -> Session:
    return Session(
        id=bytes(row.digest).hex()[:32],
        staff=staff_of(tx.sealer, row),
        stage=Stage(row.stage),
        created_at=datetime.fromtimestamp(row.created_at, timezone.utc),
        seen_at=datetime.fromtimestamp(row.seen_at, timezone.utc),
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
