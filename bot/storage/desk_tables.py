"""The desk's tables: how staff sign in, the audit, and settings. Who the staff are is in bot.storage.tables.staff."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table, Text

from bot.storage.tables import metadata

staff_credentials = Table(
    "staff_credentials",
    metadata,
    Column("staff_id", String(22), ForeignKey("staff.id"), primary_key=True),
    Column("login_digest", LargeBinary, nullable=False, unique=True),
    Column("login", LargeBinary, nullable=False),  # sealed
    Column("password", Text),  # argon2id
    Column("totp", LargeBinary),  # sealed base32
    Column("totp_pending", LargeBinary),  # sealed base32, not confirmed
    Column("totp_step", BigInteger, nullable=False),  # of the last code used: none is good twice
    Column("recovery", LargeBinary),  # sealed JSON list of keyed digests
    Column("setup_digest", LargeBinary),  # of the one-time code
    Column("setup_until", Float(53)),
    Column("changed_at", Float(53), nullable=False),
)

# Keyed by digest of login or of login and known browser; also for logins that do not exist, so that nobody can tell them apart.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Float(53), nullable=False, index=True),
    Column("locked_until", Float(53), nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # of the token; the internet address is not kept
    Column("staff_id", String(22), ForeignKey("staff.id"), nullable=False, index=True),
    Column("stage", String(8), nullable=False),  # setup | second | full
    Column("created_at", Float(53), nullable=False),
    Column("seen_at", Float(53), nullable=False),
)

# Append-only: triggers of the migration refuse to change or delete a row. No foreign keys: the audit outlives what it names.
audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Float(53), nullable=False, index=True),
    Column("staff_id", String(22)),
    Column("action", String(32), nullable=False),
    Column("object_id", String(64)),
    Column("detail", LargeBinary),  # sealed JSON
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# Looked up newest first: without the number in the index, all lines of who works much would be sorted for one page.
for _column in (audit.c.staff_id, audit.c.action, audit.c.object_id):
    Index(f"ix_audit_{_column.name}", _column, audit.c.seq)

# One row: the end of the chain. Locked by whoever appends; its seal shows when rows were cut off the end.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

desk_settings = Table(
    "desk_settings",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("changed_at", Float(53), nullable=False),
)
