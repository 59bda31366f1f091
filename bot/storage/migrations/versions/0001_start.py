"""The first tables. A copy, not an import, of what bot.storage.tables said then: a migration never changes afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.Float(53)
TABLES = ("people", "conversations", "messages", "cases", "events", "codes", "trackers")


def upgrade() -> None:
    _people()
    _conversations()
    _messages()
    _cases()
    _codes_and_trackers()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", Serial, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("script", sa.String(8), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("offered", sa.LargeBinary()),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sqlite_autoincrement=True,
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("person_id", Serial, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address_digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("last_inbound_at", Moment, nullable=False),
        sa.Column("holder", sa.String(16), nullable=False),
        sa.Column("turn_owner", sa.String(64)),
        sa.Column("turn_until", Moment),
        sa.Column("send_owner", sa.String(64)),
        sa.Column("send_until", Moment),
        sa.Column("wrong_codes", sa.SmallInteger(), nullable=False),
        sa.Column("wrong_codes_since", Moment, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_conversations_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("channel", "address_digest", name="uq_conversations_channel"),
    )
    op.create_index("ix_conversations_person_id", "conversations", ["person_id"])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", Serial, nullable=False),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("external_digest", sa.LargeBinary()),
        sa.Column("platform_id", sa.LargeBinary()),
        sa.Column("reply_to", Serial),
        sa.Column("position", sa.SmallInteger()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("risk_flag", sa.SmallInteger()),
        sa.Column("risk_ask", sa.Boolean()),
        sa.Column("risk_category", sa.String(64)),
        sa.Column("risk_reasons", sa.LargeBinary()),
        sa.Column("due_at", Moment),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("refusal", sa.String(32)),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("done_at", Moment),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id"),
        sa.ForeignKeyConstraint(["reply_to"], ["messages.id"], name="fk_messages_reply_to"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("external_digest", name="uq_messages_external_digest"),
        sa.UniqueConstraint("reply_to", "position", name="uq_messages_reply_to"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation_id", "messages", ["conversation_id", "id"])
    _partial("ix_messages_received", "messages", ["conversation_id", "id"], "state = 'received'")
    _partial("ix_messages_unsent", "messages", ["conversation_id", "id"], "state IN ('queued', 'sending')")
    _partial("ix_messages_inbound", "messages", ["conversation_id", "created_at"], "direction = 'in'")


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("person_id", Serial, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("raised_at", Moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_cases_conversation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_cases_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_conversation_id", "cases", ["conversation_id"])
    op.create_index("ix_cases_person_id", "cases", ["person_id"])
    _partial("uq_cases_open", "cases", ["person_id"], "state != 'closed'", unique=True)
    op.create_table(
        "events",
        sa.Column("id", Serial, nullable=False),
        sa.Column("case_id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_events_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_case_id", "events", ["case_id"])


def _codes_and_trackers() -> None:
    op.create_table(
        "codes",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", Serial, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_codes_person_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_codes"),
    )
    op.create_index("ix_codes_person_id", "codes", ["person_id"])
    op.create_table(
        "trackers",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_trackers"),
    )


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
