"""Where she is, so that she is given numbers that work there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("whereabouts", sa.String(8)))


def downgrade() -> None:
    op.drop_column("people", "whereabouts")
