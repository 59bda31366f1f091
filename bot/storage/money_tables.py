"""The tables round money: the register of agencies (public, not sealed), and her payments, pictures and papers (sealed)."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, String, Table, Text

from bot.storage.tables import Serial, metadata

agency_imports = Table(
    "agency_imports",
    metadata,
    Column("id", Serial, primary_key=True),  # the newest is in use; earlier ones stay, to see what was told when
    Column("source", String(200), nullable=False),
    Column("as_of", String(10), nullable=False),  # day (ISO) of the list
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the file
    Column("rows", Integer, nullable=False),
    Column("imported_at", Float(53), nullable=False),
    sqlite_autoincrement=True,
)

agencies = Table(
    "agencies",
    metadata,
    Column("import_id", Serial, ForeignKey("agency_imports.id"), primary_key=True),
    Column("rl", String(8), primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("valid_until", String(10)),
)

media = Table(
    "media",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("person_id", Serial, ForeignKey("people.id"), nullable=False, index=True),
    Column("message_id", Serial, index=True),  # with which it came; no foreign key: a deleted message may leave its receipt
    Column("kind", String(16), nullable=False),  # image/jpeg …
    Column("body", LargeBinary, nullable=False),  # sealed; made anew by us, so without metadata
    Column("size", Integer, nullable=False),
    Column("created_at", Float(53), nullable=False),
)

payments = Table(
    "payments",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("person_id", Serial, ForeignKey("people.id"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # sealed JSON
    Column("media_id", String(22), ForeignKey("media.id"), index=True),  # the picture of its receipt
    Column("created_at", Float(53), nullable=False),
)

papers = Table(
    "papers",
    metadata,
    Column("id", String(22), primary_key=True),  # random: the link to it
    Column("person_id", Serial, ForeignKey("people.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),  # of the file, as she gets it
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("created_at", Float(53), nullable=False),
    Column("expires_at", Float(53), nullable=False, index=True),
)
