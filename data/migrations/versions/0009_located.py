"""Which place, area and exempt zone a case belongs to."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns; the cases are located afterwards, by events."""
    columns: list[sa.Column[Any]] = [
        sa.Column("place_id", _KEY),
        sa.Column("place_m", sa.Float(53)),
        sa.Column("area_id", _KEY),
        sa.Column("exempt_id", _KEY),
    ]
    for column in columns:
        op.add_column("issue", column)
