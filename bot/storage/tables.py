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
    and_,
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
    Column("safe_hours", String(16)),  # when messages may be sent to her first: bot.handoff.hours
    Column("safe_word", LargeBinary),  # sealed: her own, if she chose one
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
    Column("last_inbound_at", Float(53), nullable=False, index=True),
    Column("holder", String(16), nullable=False),  # 'bot', or who else answers her
    # A lease is live while its owner is set and its end has not passed.
    Column("turn_owner", String(64)),
    Column("turn_until", Float(53)),
    Column("send_owner", String(64)),
    Column("send_until", Float(53)),
    Column("wrong_codes", SmallInteger, nullable=False),  # tries since wrong_codes_since
    Column("wrong_codes_since", Float(53), nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("hidden_at", Float(53)),  # since when it plays a neutral chat; null: it does not
    # Cleaning the chat on her phone: up to which message, when it is tried next (null: done), and how far it got.
    Column("clean_to", Serial),
    Column("clean_at", Float(53)),
    Column("cleaned_to", Serial),
    UniqueConstraint("channel", "address_digest"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("conversation_id", String(22), ForeignKey("conversations.id"), nullable=False),
    Column("direction", String(3), nullable=False),  # in | out
    Column("author", String(16), nullable=False),  # person | bot | house (the handoff's fixed texts) | counsellor
    Column("staff_id", String(22)),  # which counsellor
    Column("kind", String(16), nullable=False),  # of an inbound one its Kind, else 'reply'
    Column("body", LargeBinary, nullable=False),  # sealed JSON
    Column("external_digest", LargeBinary, unique=True),  # in: a second delivery has the same
    Column("platform_id", LargeBinary),  # out: sealed; what the platform calls it
    Column("reply_to", Serial, ForeignKey("messages.id")),
    Column("position", SmallInteger),
    Column("state", String(16), nullable=False),  # in: received answered superseded; out: queued sending sent refused withdrawn
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

TO_CLEAN = conversations.c.clean_at.is_not(None)
Index("ix_conversations_clean_at", conversations.c.clean_at, sqlite_where=TO_CLEAN, postgresql_where=TO_CLEAN)
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
    Column("state", String(16), nullable=False),  # bot.handoff.Stage
    Column("reason", String(32), nullable=False),  # code of CaseRequest.reason
    Column("opened_at", Float(53), nullable=False),
    Column("raised_at", Float(53), nullable=False),
    Column("version", Integer, nullable=False),
    # What the desk looks cases up by; all else of bot.handoff.Case is in `more`. Null only in cases older than the desk.
    Column("peak", SmallInteger),
    Column("state_since", Float(53)),
    Column("queued_since", Float(53)),
    Column("her_last_at", Float(53)),
    Column("owner_id", String(22)),
    Column("offered_to", String(22)),
    Column("transfer_to", String(22)),
    Column("team", String(32)),
    Column("outcome", String(32)),
    Column("closed_at", Float(53)),
    Column("read_to", Serial),  # the last message of hers that its counsellor has seen
    Column("more", Text),  # JSON of codes and numbers
)

OPEN = cases.c.state != literal_column("'closed'")
Index("uq_cases_open", cases.c.person_id, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
TO_ERASE = and_(cases.c.state == literal_column("'closed'"), cases.c.more.like(literal_column("'%\"asked_to_delete\":true%'")))
Index("ix_cases_to_erase", cases.c.closed_at, sqlite_where=TO_ERASE, postgresql_where=TO_ERASE)
Index("ix_cases_open", cases.c.state, cases.c.level, sqlite_where=OPEN, postgresql_where=OPEN)

events = Table(
    "events",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", String(22), ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("detail", Text, nullable=False),  # JSON of codes and numbers, never of her words
    Column("staff_id", String(22)),
    Column("once", String(64)),  # what happened: the same does not happen again
    sqlite_autoincrement=True,
)

ONCE = events.c.once.is_not(None)
Index("uq_events_once", events.c.once, unique=True, sqlite_where=ONCE, postgresql_where=ONCE)

clocks = Table(
    "clocks",
    metadata,
    Column("case_id", String(22), ForeignKey("cases.id"), primary_key=True),
    Column("name", String(24), primary_key=True),  # bot.handoff.Clock
    Column("due_at", Float(53), nullable=False, index=True),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", String(22), ForeignKey("cases.id"), index=True),  # null: of the program itself
    Column("audience", String(16), nullable=False),  # bot.handoff.Audience
    Column("staff_id", String(22)),  # of audience owner
    Column("kind", String(32), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("created_at", Float(53), nullable=False),
    sqlite_autoincrement=True,
)

# One row for each door an alert was taken through. No row yet: nobody has tried.
alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("alert_id", Serial, ForeignKey("alerts.id"), primary_key=True),
    Column("door", String(16), primary_key=True),  # telegram | email
    Column("state", String(16), nullable=False),  # sending waiting sent given_up
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", Float(53)),
    Column("done_at", Float(53)),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("name", LargeBinary, nullable=False),  # sealed
    Column("role", String(16), nullable=False),  # counsellor | supervisor | analyst | admin
    Column("team", String(32)),
    Column("language", String(8), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("on_duty", Boolean, nullable=False),
    Column("on_duty_since", Float(53)),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", String(22), ForeignKey("cases.id"), nullable=False, index=True),
    Column("staff_id", String(22), nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("created_at", Float(53), nullable=False),
    sqlite_autoincrement=True,
)

forms = Table(
    "forms",
    metadata,
    Column("case_id", String(22), ForeignKey("cases.id"), primary_key=True),
    Column("piece", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # sealed JSON
    Column("staff_id", String(22), nullable=False),
    Column("updated_at", Float(53), nullable=False),
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
