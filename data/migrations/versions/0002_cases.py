"""The life of cases beside their reports; contact data apart from them, and who looked at those."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIMES = ("accepted_at", "dispatched_at", "started_at", "fixed_at", "verified_at", "reopened_at")
_COUNTS = ("returned", "suspended", "extended", "reopened")
_OPEN = sa.text("status NOT IN ('closed', 'rejected', 'merged')")
_MERGED = sa.text("merged_into IS NOT NULL")
_NAMED = sa.text("reporter IS NOT NULL")


def upgrade() -> None:
    """Add the columns and tables; what belongs into the columns is taken from the events afterwards."""
    columns: list[sa.Column[Any]] = [
        sa.Column("resumes", sa.String(16)),
        sa.Column("restores", sa.String(16)),
        sa.Column("merged_into", _KEY),
        sa.Column("reporter", sa.Text),
        *(sa.Column(name, sa.BigInteger) for name in _TIMES),
        *(sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in _COUNTS),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("areas", sa.Text),
        sa.Column("said", sa.Text),
    ]
    for column in columns:
        op.add_column("issue", column)
    op.create_index(
        "ix_issue_open_unit", "issue", ["unit", "due_at"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("ix_issue_open_due", "issue", ["due_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    for name, condition in (("merged_into", _MERGED), ("reporter", _NAMED)):
        op.create_index(
            f"ix_issue_{name}", "issue", [name], sqlite_where=condition, postgresql_where=condition
        )
    op.create_table(
        "contact",
        sa.Column("reporter", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("reporter", name="pk_contact"),
    )
    op.create_table(
        "access",
        sa.Column("id", _KEY, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("issue_id", _KEY, nullable=False),
        sa.Column("reporter", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_access"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_access_issue_id"),
    )
