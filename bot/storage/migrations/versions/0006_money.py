"""The register of agencies; her payments, pictures and papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.Float(53)


def upgrade() -> None:
    _register()
    _hers()


def downgrade() -> None:
    for table in ("papers", "payments", "media", "agencies", "agency_imports"):
        op.drop_table(table)


def _register() -> None:
    op.create_table(
        "agency_imports",
        sa.Column("id", Serial, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("imported_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agency_imports"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "agencies",
        sa.Column("import_id", Serial, nullable=False),
        sa.Column("rl", sa.String(8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("valid_until", sa.String(10)),
        sa.PrimaryKeyConstraint("import_id", "rl", name="pk_agencies"),
        sa.ForeignKeyConstraint(["import_id"], ["agency_imports.id"], name="fk_agencies_import_id"),
    )


def _hers() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("person_id", Serial, nullable=False),
        sa.Column("message_id", Serial),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_media_person_id"),
    )
    op.create_index("ix_media_person_id", "media", ["person_id"])
    op.create_index("ix_media_message_id", "media", ["message_id"])
    op.create_table(
        "payments",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("person_id", Serial, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("media_id", sa.String(22)),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_payments_person_id"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_payments_media_id"),
    )
    op.create_index("ix_payments_person_id", "payments", ["person_id"])
    op.create_index("ix_payments_media_id", "payments", ["media_id"])
    op.create_table(
        "papers",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("person_id", Serial, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_papers"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_papers_person_id"),
    )
    op.create_index("ix_papers_person_id", "papers", ["person_id"])
