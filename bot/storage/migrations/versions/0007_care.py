"""Alerts through doors, the staff group's topics, hidden chats, safe hours, and media to fetch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.Float(53)
PEOPLE = {"safe_hours": sa.String(16), "safe_word": sa.LargeBinary()}
CONVERSATIONS = {"hidden_at": Moment, "clean_to": Serial, "clean_at": Moment, "cleaned_to": Serial}
TABLES = ("staff_contacts", "staff_links", "relay_topics", "media_jobs")


def upgrade() -> None:
    for table, columns in (("people", PEOPLE), ("conversations", CONVERSATIONS)):
        for name, type_ in columns.items():
            op.add_column(table, sa.Column(name, type_))
    where = sa.text("clean_at IS NOT NULL")
    op.create_index("ix_conversations_clean_at", "conversations", ["clean_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"])
    _staff()
    _cases()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_alerts_created_at", "alerts")
    op.drop_index("ix_conversations_clean_at", "conversations")
    for table, columns in (("people", PEOPLE), ("conversations", CONVERSATIONS)):
        for name in columns:
            op.drop_column(table, name)


def _staff() -> None:
    op.create_table(
        "staff_contacts",
        sa.Column("staff_id", sa.String(22), nullable=False),
        sa.Column("door", sa.String(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_contacts_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "door", name="pk_staff_contacts"),
        sa.UniqueConstraint("door", "digest", name="uq_staff_contacts_door"),
    )
    op.create_table(
        "staff_links",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.String(22), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_links_staff_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_staff_links"),
    )


def _cases() -> None:
    op.create_table(
        "relay_topics",
        sa.Column("case_id", sa.String(22), nullable=False),
        sa.Column("topic", Serial, nullable=False),
        sa.Column("number", Serial, nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
        sa.Column("read_to", Serial, nullable=False),
        sa.Column("asked", sa.LargeBinary()),
        sa.Column("due_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_relay_topics_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_relay_topics"),
    )
    op.create_index("ix_relay_topics_topic", "relay_topics", ["topic"])
    op.create_table(
        "media_jobs",
        sa.Column("message_id", Serial, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("refusal", sa.String(32)),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_media_jobs_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_media_jobs"),
    )
    op.create_index("ix_media_jobs_due_at", "media_jobs", ["due_at"])
