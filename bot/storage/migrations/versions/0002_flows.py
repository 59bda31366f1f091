"""Guided questions: what she has answered so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("flows", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("people", "flows")
