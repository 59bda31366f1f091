"""Tables round reaching people: where staff are alerted, the topics of the staff group, and what she sent that is still to be fetched."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, LargeBinary, SmallInteger, String, Table, UniqueConstraint

from bot.storage.tables import Serial, alerts, metadata

Index("ix_alerts_created_at", alerts.c.created_at)

# How one of the staff is reached: an e-mail address, or the Telegram account that may act for her in the staff group.
staff_contacts = Table(
    "staff_contacts",
    metadata,
    Column("staff_id", String(22), ForeignKey("staff.id"), primary_key=True),
    Column("door", String(16), primary_key=True),  # telegram | email
    Column("digest", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),  # sealed
    Column("created_at", Float(53), nullable=False),
    UniqueConstraint("door", "digest"),
)

# A one-time code by which a Telegram account becomes hers.
staff_links = Table(
    "staff_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("staff_id", String(22), ForeignKey("staff.id"), nullable=False),
    Column("expires_at", Float(53), nullable=False),
)

# One topic of the staff's Telegram group for each case that is shown there.
relay_topics = Table(
    "relay_topics",
    metadata,
    Column("case_id", String(22), ForeignKey("cases.id"), primary_key=True),
    Column("topic", Serial, nullable=False, index=True),
    Column("number", Serial, nullable=False),  # what the topic is called by; says nothing of her
    Column("shown", String(64), nullable=False),  # the state its last buttons belong to
    Column("read_to", Serial, nullable=False),  # the last message of hers that is in it
    Column("asked", LargeBinary),  # sealed JSON: what the next answer in it is for
    Column("due_at", Float(53), nullable=False),
)

# What she sent and has not been fetched from the platform yet.
media_jobs = Table(
    "media_jobs",
    metadata,
    Column("message_id", Serial, ForeignKey("messages.id"), primary_key=True),
    Column("state", String(16), nullable=False),  # waiting failed
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", Float(53), nullable=False, index=True),
    Column("refusal", String(32)),
)
