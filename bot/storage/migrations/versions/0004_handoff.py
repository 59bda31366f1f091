"""The handoff: cases with an owner, clocks, alerts, staff, notes, forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.Float(53)
TABLES = ("clocks", "alerts", "alert_deliveries", "staff", "notes", "forms")
CASE = {
    "peak": sa.SmallInteger(),
    "state_since": Moment,
    "queued_since": Moment,
    "her_last_at": Moment,
    "owner_id": sa.String(22),
    "offered_to": sa.String(22),
    "transfer_to": sa.String(22),
    "team": sa.String(32),
    "outcome": sa.String(32),
    "closed_at": Moment,
    "read_to": Serial,
    "more": sa.Text(),
}


def upgrade() -> None:
    op.add_column("messages", sa.Column("staff_id", sa.String(22)))
    for name, type_ in CASE.items():
        op.add_column("cases", sa.Column(name, type_))
    op.add_column("events", sa.Column("staff_id", sa.String(22)))
    op.add_column("events", sa.Column("once", sa.String(64)))
    _partial("uq_events_once", "events", ["once"], "once IS NOT NULL", unique=True)
    _partial("ix_cases_open", "cases", ["state", "level"], "state != 'closed'")
    _clocks_and_alerts()
    _staff()
    _open_cases()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_cases_open", "cases")
    op.drop_index("uq_events_once", "events")
    for table, names in (("events", ("once", "staff_id")), ("cases", tuple(CASE)), ("messages", ("staff_id",))):
        for name in names:
            op.drop_column(table, name)


def _open_cases() -> None:
    """What was open before gets the clocks it would have: those of the last alarm, at once."""
    op.execute("UPDATE cases SET peak = level, state_since = raised_at, queued_since = opened_at, her_last_at = raised_at")
    op.execute(
        "INSERT INTO clocks (case_id, name, due_at) "
        "SELECT id, CASE WHEN level = 3 THEN 'accept_manager' ELSE 'accept' END, raised_at FROM cases WHERE state != 'closed'"
    )
    op.execute(
        "UPDATE conversations SET holder = 'queue' WHERE person_id IN (SELECT person_id FROM cases WHERE state != 'closed' AND level >= 2)"
    )


def _clocks_and_alerts() -> None:
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.String(22), nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_clocks_case_id"),
        sa.PrimaryKeyConstraint("case_id", "name", name="pk_clocks"),
    )
    op.create_index("ix_clocks_due_at", "clocks", ["due_at"])
    op.create_table(
        "alerts",
        sa.Column("id", Serial, nullable=False),
        sa.Column("case_id", sa.String(22)),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("staff_id", sa.String(22)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_alerts_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_case_id", "alerts", ["case_id"])
    op.create_table(
        "alert_deliveries",
        sa.Column("alert_id", Serial, nullable=False),
        sa.Column("door", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("done_at", Moment),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_deliveries_alert_id"),
        sa.PrimaryKeyConstraint("alert_id", "door", name="pk_alert_deliveries"),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("team", sa.String(32)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("on_duty_since", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "notes",
        sa.Column("id", Serial, nullable=False),
        sa.Column("case_id", sa.String(22), nullable=False),
        sa.Column("staff_id", sa.String(22), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_notes_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notes_case_id", "notes", ["case_id"])
    op.create_table(
        "forms",
        sa.Column("case_id", sa.String(22), nullable=False),
        sa.Column("piece", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.String(22), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_forms_case_id"),
        sa.PrimaryKeyConstraint("case_id", "piece", name="pk_forms"),
    )


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
