"""Rank, measures, parents and versions of places; a place that is gone is retired, not deleted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns; what belongs into them is taken from the places afterwards."""
    columns: list[sa.Column[Any]] = [
        sa.Column("rank", sa.String(8)),
        sa.Column("adcode", sa.Text),
        sa.Column("parent", sa.Text),
        sa.Column("parent_id", _KEY),
        sa.Column("length_m", sa.Float(53)),
        sa.Column("area_m2", sa.Float(53)),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("changed_at", sa.BigInteger),
        sa.Column("retired_at", sa.BigInteger),
    ]
    for column in columns:
        op.add_column("place", column)
    for name in ("kind", "parent_id"):
        op.create_index(f"ix_place_{name}", "place", [name])
