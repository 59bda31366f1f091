"""What the desk counts, and which conversations were looked at as a sample. Codes and numbers only; nothing here says who somebody is."""

from __future__ import annotations

from sqlalchemy import Column, Float, SmallInteger, String, Table

from bot.storage.tables import metadata

# One row a case, brought up to date from the log when somebody looks. It outlives a case whose person wanted all deleted: as a count.
figures = Table(
    "figures",
    metadata,
    Column("case_id", String(22), primary_key=True),
    Column("month", String(7), nullable=False, index=True),  # of its opening, Bangladesh's time
    Column("level", SmallInteger, nullable=False),  # the highest it had
    Column("category", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("district", String(32), nullable=False),
    Column("country", String(8), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("answered", String(16), nullable=False),  # how long she waited for a human: a step of bot.storage.counting
)

samples = Table(
    "samples",
    metadata,
    Column("day", String(10), primary_key=True),  # of which a conversation was looked at
    Column("staff_id", String(22), primary_key=True),  # by whom; without foreign keys: it outlives what it names
    Column("conversation_id", String(22), nullable=False),
    Column("verdict", String(8), nullable=False),  # ok | missed
    Column("at", Float(53), nullable=False),
)
