"""What the desk counts and samples; the audit is looked up by action; messages of a day are found for the sample."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("case_id", sa.String(22), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("country", sa.String(8), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("answered", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_figures"),
    )
    op.create_index("ix_figures_month", "figures", ["month"])
    op.create_table(
        "samples",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("staff_id", sa.String(22), nullable=False),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("day", "staff_id", name="pk_samples"),
    )
    op.create_index("ix_audit_action", "audit", ["action"])
    op.create_index("ix_conversations_last_inbound_at", "conversations", ["last_inbound_at"])


def downgrade() -> None:
    op.drop_index("ix_conversations_last_inbound_at", "conversations")
    op.drop_index("ix_audit_action", "audit")
    for table in ("samples", "figures"):
        op.drop_table(table)
