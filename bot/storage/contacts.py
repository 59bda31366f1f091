"""How people of ours are reached outside the desk, and the one-time codes by which a Telegram account becomes somebody's."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select

from bot.errors import UnknownStaff
from bot.handoff import Audience
from bot.storage.care_tables import staff_contacts, staff_links
from bot.storage.tables import staff
from bot.storage.transaction import Transaction

EMAIL, TELEGRAM = "email", "telegram"
VALID = 24 * 3600.0  # seconds that a code from the command line is good for: it has a way to go to her
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def addresses(tx: Transaction, audience: str, staff_id: str | None, team: str | None) -> tuple[str, ...]:
    """E-mail addresses of those an alert is for. The duty manager's are a setting, and stand for who has none of her own."""
    if audience == Audience.DUTY_MANAGER.value:
        return ()
    query = select(staff_contacts.c.staff_id, staff_contacts.c.address).join(staff, staff.c.id == staff_contacts.c.staff_id)
    wanted = [staff_contacts.c.door == EMAIL, staff.c.active]
    if audience == Audience.OWNER.value:
        wanted.append(staff.c.id == staff_id)
    elif audience == Audience.SUPERVISOR.value:
        wanted.append(staff.c.role == "supervisor")
    else:
        wanted.append(staff.c.on_duty)
    rows = tx.connection.execute(query.where(*wanted).order_by(staff_contacts.c.staff_id))
    return tuple(tx.sealer.unseal_text(row.address, context=_context(row.staff_id, EMAIL)) for row in rows)


def put(tx: Transaction, id: str, door: str, address: str | None) -> None:
    """None takes it away. An address is one person's: it is taken from who had it. Raises UnknownStaff."""
    if not tx.connection.execute(select(staff.c.id).where(staff.c.id == id)).first():
        raise UnknownStaff
    tx.connection.execute(delete(staff_contacts).where(staff_contacts.c.staff_id == id, staff_contacts.c.door == door))
    if address is None:
        return
    digest = _digest(tx, door, address)
    tx.connection.execute(delete(staff_contacts).where(staff_contacts.c.door == door, staff_contacts.c.digest == digest))
    sealed = tx.sealer.seal(address, context=_context(id, door))
    row = {"staff_id": id, "door": door, "digest": digest, "address": sealed, "created_at": tx.now}
    tx.connection.execute(insert(staff_contacts), row)


def of(tx: Transaction, door: str, address: str) -> str | None:
    """Whose it is, if she is active."""
    query = select(staff.c.id).join(staff_contacts, staff_contacts.c.staff_id == staff.c.id)
    here = (staff_contacts.c.door == door, staff_contacts.c.digest == _digest(tx, door, address), staff.c.active)
    found = tx.connection.execute(query.where(*here)).scalar()
    return None if found is None else str(found)


def since(tx: Transaction, id: str, door: str) -> float | None:
    """Since when she is reached there."""
    query = select(staff_contacts.c.created_at).where(staff_contacts.c.staff_id == id, staff_contacts.c.door == door)
    found = tx.connection.execute(query).scalar()
    return None if found is None else float(found)


def unlink(tx: Transaction, id: str) -> bool:
    """Her Telegram account is nobody's, and a code that waits is void. False: there was neither."""
    codes = tx.connection.execute(delete(staff_links).where(staff_links.c.staff_id == id)).rowcount
    gone = delete(staff_contacts).where(staff_contacts.c.staff_id == id, staff_contacts.c.door == TELEGRAM)
    return bool(tx.connection.execute(gone).rowcount + codes)


def new_link(tx: Transaction, id: str, seconds: float = VALID) -> str:
    """A code, good once within so many seconds; it replaces an earlier one. Raises UnknownStaff."""
    if not tx.connection.execute(select(staff.c.id).where(staff.c.id == id, staff.c.active)).first():
        raise UnknownStaff
    tx.connection.execute(delete(staff_links).where((staff_links.c.staff_id == id) | (staff_links.c.expires_at <= tx.now)))
    code = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    row = {"digest": tx.sealer.digest("staff_link", code), "staff_id": id, "expires_at": tx.now + seconds}
    tx.connection.execute(insert(staff_links), row)
    return code


def link(tx: Transaction, code: str, address: str) -> str | None:
    """Makes the Telegram account hers whose code it is; her id. None: not a good code."""
    digest = tx.sealer.digest("staff_link", code.strip().upper())
    good = (staff_links.c.digest == digest, staff_links.c.expires_at > tx.now)
    id = tx.connection.execute(select(staff_links.c.staff_id).where(*good)).scalar()
    if id is None or not tx.connection.execute(delete(staff_links).where(*good)).rowcount:
        return None
    put(tx, str(id), TELEGRAM, address)
    return str(id)


def _digest(tx: Transaction, door: str, address: str) -> bytes:
    return tx.sealer.digest("staff_contact", door, address.strip().casefold())


def _context(id: str, door: str) -> str:
    return f"staff_contacts.address:{id}:{door}"
