"""The audit: append-only lines, each hashed with the one before under the lookup key.

Who can write into the database but has no key can neither change, insert nor drop a line unseen; nor cut off the end,
because the sealed head says how long the chain is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.engine import Row

from bot.staff import Action, AuditEntry
from bot.storage.desk_tables import audit, audit_head
from bot.storage.sealing import Sealer
from bot.storage.tables import staff
from bot.storage.transaction import Transaction

_START = b"\0" * 32
_BATCH = 1000


def append(tx: Transaction, by: str | None, action: Action, object: str | None = None, **detail: str) -> int:
    """One line, in the transaction of what it tells of. Last in it, please: other gateways wait for the head. Returns its seq."""
    head = _head(tx)
    seq = head.seq + 1
    sealed = tx.sealer.seal(detail, context=_context(seq)) if detail else None
    values = {
        "seq": seq,
        "at": tx.now,
        "staff_id": by,
        "action": action.value,
        "object_id": object,
        "detail": sealed,
        "previous": head.hash,
    }
    values["hash"] = digest(tx.sealer, **values)
    tx.connection.execute(insert(audit), values)
    seal = _seal(tx.sealer, seq, values["hash"])
    tx.connection.execute(update(audit_head).where(audit_head.c.id == 1).values(seq=seq, hash=values["hash"], seal=seal))
    return seq


def digest(
    sealer: Sealer, *, seq: int, at: float, staff_id: str | None, action: str, object_id: str | None, detail: bytes | None, previous: bytes
) -> bytes:
    parts = (str(seq), float(at).hex(), _part(staff_id), action, _part(object_id), detail.hex() if detail else "", previous.hex())
    return sealer.digest("audit", *parts)


def faults(tx: Transaction) -> tuple[int, bytes, str | None]:
    """(lines that are good from the start, hash of the last of them, what is wrong after it, None where all is well)."""
    good, last = 0, _START
    for row in _rows(tx):
        if row.seq != good + 1:
            return good, last, f"line {good + 1} is missing"
        if bytes(row.previous) != last:
            return good, last, f"line {row.seq} does not follow the line before it"
        values = {column: row[column] for column in ("seq", "at", "staff_id", "action", "object_id")}
        if bytes(row.hash) != digest(tx.sealer, **values, detail=_bytes(row.detail), previous=bytes(row.previous)):
            return good, last, f"line {row.seq} was changed"
        good, last = row.seq, bytes(row.hash)
    return good, last, _cut(tx, good, last)


def entries(
    tx: Transaction, *, before: int | None, limit: int, by: str | None = None, action: str | None = None, object: str | None = None
) -> list[AuditEntry]:
    """Newest first."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    for column, value in ((audit.c.staff_id, by), (audit.c.action, action), (audit.c.object_id, object)):
        if value:
            query = query.where(column == value)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [_entry(tx.sealer, row) for row in tx.connection.execute(query)]


def _cut(tx: Transaction, good: int, last: bytes) -> str | None:
    head = tx.connection.execute(select(audit_head)).first()
    if head is None or head.seq == 0:
        empty = good == 0 and not tx.connection.execute(select(func.count()).select_from(staff)).scalar_one()
        return None if empty else "the audit is empty or has lost its head, though there are staff"
    if bytes(head.seal) != _seal(tx.sealer, head.seq, bytes(head.hash)):
        return "the head was changed"
    if (head.seq, bytes(head.hash)) != (good, last):
        return f"lines after {good} are missing: the head says {head.seq}"
    return None


def _head(tx: Transaction) -> Row:
    """Locked until the transaction ends."""
    query = select(audit_head).where(audit_head.c.id == 1).with_for_update()
    row = tx.connection.execute(query).first()
    if row is None:
        statement = text("INSERT INTO audit_head (id, seq, hash, seal) VALUES (1, 0, :hash, :seal) ON CONFLICT DO NOTHING")
        tx.connection.execute(statement, {"hash": _START, "seal": _seal(tx.sealer, 0, _START)})
        row = tx.connection.execute(query).one()
    return row


def _rows(tx: Transaction) -> Iterator[Row]:
    after = 0
    while True:
        rows = tx.connection.execute(select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_BATCH)).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1].seq


def _entry(sealer: Sealer, row: Row) -> AuditEntry:
    detail = sealer.unseal_json(bytes(row.detail), context=_context(row.seq)) if row.detail else {}
    at = datetime.fromtimestamp(row.at, timezone.utc)
    return AuditEntry(seq=row.seq, at=at, staff=row.staff_id, action=row.action, object=row.object_id, detail=detail)


def _seal(sealer: Sealer, seq: int, hash: bytes) -> bytes:
    return sealer.digest("audit_head", str(seq), hash.hex())


def _context(seq: int) -> str:
    return f"audit.detail:{seq}"


def _part(value: str | None) -> str:
    return "" if value is None else f"={value}"


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)
