"""Papers whose time is over are looked for every second."""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0009", "0008", None, None


def upgrade() -> None:
    op.create_index("ix_papers_expires_at", "papers", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_papers_expires_at", "papers")
