"""Lines of the audit by person, action or object are found newest first, without sorting all of them for one page."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COLUMNS = ("staff_id", "action", "object_id")


def upgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(f"ix_audit_{column}", "audit")
        op.create_index(f"ix_audit_{column}", "audit", [column, "seq"])


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(f"ix_audit_{column}", "audit")
        op.create_index(f"ix_audit_{column}", "audit", [column])
