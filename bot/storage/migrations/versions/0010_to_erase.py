"""Closed cases whose person asked for all to be deleted are found without looking at all that were ever closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WHERE = r"""state = 'closed' AND more LIKE '%"asked_to_delete"\:true%'"""  # a colon would be read as a parameter


def upgrade() -> None:
    op.create_index("ix_cases_to_erase", "cases", ["closed_at"], sqlite_where=sa.text(_WHERE), postgresql_where=sa.text(_WHERE))


def downgrade() -> None:
    op.drop_index("ix_cases_to_erase", "cases")
