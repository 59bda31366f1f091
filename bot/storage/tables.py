"""The tables. Times are UTC epoch seconds; levels are Level.rank; columns of LargeBinary named in sealing contexts are sealed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql import literal_column

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# SQLite numbers rows by itself only where the column is called INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

people = Table(
    "people",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("language", String(8), nullable=False),
    Column("language_chosen", Boolean, nullable=False),
    Column("script", String(8), nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("done", Integer, nullable=False),  # bit n: step n
    Column("level", SmallInteger, nullable=False),
    Column("offered", LargeBinary),  # sealed JSON
    Column("whereabouts", String(8)),  # bd | abroad | a country's code
    Column("flows", LargeBinary),  # sealed JSON: guided questions begun, with her answers
    Column("created_at", Float(53), nullable=False),
    Column("seen_at", Float(53), nullable=False),
    sqlite_autoincrement=True,
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(22), primary_key=True),  # random; Rasa's sender id, and all that logs may show
    Column("person_id", Serial, ForeignKey("people.id"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("address_digest", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),  # sealed: the platform's id of her
    Column("reachable", Boolean, nullable=False),
    Column("last_inbound_at", Float(53), nullable=False),
    Column("holder", String(16), nullable=False),  # 'bot', or who else answers her
    # A lease is live while its owner is set and its end has not passed.
    Column("turn_owner", String(64)),
    Column("turn_until", Float(53)),
    Column("send_owner", String(64)),
    Column("send_until", Float(53)),
    Column("wrong_codes", SmallInteger, nullable=False),  # tries since wrong_codes_since
    Column("wrong_codes_since", Float(53), nullable=False),
    Column("created_at", Float(53), nullable=False),
    UniqueConstraint("channel", "address_digest"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("conversation_id", String(22), ForeignKey("conversations.id"), nullable=False),
    Column("direction", String(3), nullable=False),  # in | out
    Column("author", String(16), nullable=False),  # person | bot | counsellor
    Column("kind", String(16), nullable=False),  # of an inbound one its Kind, else 'reply'
    Column("body", LargeBinary, nullable=False),  # sealed JSON
    Column("external_digest", LargeBinary, unique=True),  # in: a second delivery has the same
    Column("platform_id", LargeBinary),  # out: sealed; what the platform calls it
    Column("reply_to", Serial, ForeignKey("messages.id")),
    Column("position", SmallInteger),
    Column("state", String(16), nullable=False),  # in: received answered superseded; out: queued sending sent refused
    Column("risk_flag", SmallInteger),
    Column("risk_ask", Boolean),
    Column("risk_category", String(64)),
    Column("risk_reasons", LargeBinary),  # sealed JSON
    Column("due_at", Float(53)),  # out: not before; while 'sending': when the call began
    Column("attempts", SmallInteger, nullable=False),  # in: turns begun; out: calls made
    Column("refusal", String(32)),  # code of why it was never sent
    Column("created_at", Float(53), nullable=False),
    Column("done_at", Float(53)),
    UniqueConstraint("reply_to", "position"),
    sqlite_autoincrement=True,  # ids never come back after a deletion: a web chat asks for "what is after n"
)

# Literals, not parameters: SQLite uses a partial index only where the query repeats its condition word for word.
RECEIVED = messages.c.state == literal_column("'received'")
UNSENT = messages.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])
INBOUND = messages.c.direction == literal_column("'in'")

Index("ix_messages_conversation_id", messages.c.conversation_id, messages.c.id)
Index("ix_messages_received", messages.c.conversation_id, messages.c.id, sqlite_where=RECEIVED, postgresql_where=RECEIVED)
Index("ix_messages_unsent", messages.c.conversation_id, messages.c.id, sqlite_where=UNSENT, postgresql_where=UNSENT)
Index("ix_messages_inbound", messages.c.conversation_id, messages.c.created_at, sqlite_where=INBOUND, postgresql_where=INBOUND)

cases = Table(
    "cases",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("conversation_id", String(22), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("person_id", Serial, ForeignKey("people.id"), nullable=False, index=True),
    Column("level", SmallInteger, nullable=False),
    Column("category", String(64)),
    Column("state", String(16), nullable=False),  # queued | closed
    Column("reason", String(32), nullable=False),  # code of CaseRequest.reason
    Column("opened_at", Float(53), nullable=False),
    Column("raised_at", Float(53), nullable=False),
    Column("version", Integer, nullable=False),
)

OPEN = cases.c.state != literal_column("'closed'")
Index("uq_cases_open", cases.c.person_id, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)

events = Table(
    "events",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", String(22), ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("detail", Text, nullable=False),  # JSON of codes and numbers, never of her words
    sqlite_autoincrement=True,
)

codes = Table(
    "codes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("person_id", Serial, ForeignKey("people.id"), nullable=False, index=True),
    Column("expires_at", Float(53), nullable=False),
    Column("used_at", Float(53)),
)

trackers = Table(
    "trackers",
    metadata,
    Column("conversation_id", String(64), primary_key=True),  # no foreign key: `rasa shell` makes up its own
    Column("events", LargeBinary, nullable=False),  # sealed
    Column("updated_at", Float(53), nullable=False),
)
