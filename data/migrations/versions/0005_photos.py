"""Photos of cases, pairs of cases that are not the same, and cases found by their place."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables and the index; no earlier event speaks of photos."""
    op.create_table(
        "photo",
        sa.Column("seq", _KEY, nullable=False, autoincrement=False),
        sa.Column("issue_id", _KEY, nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("full", sa.Text, nullable=False),
        sa.Column("view", sa.Text, nullable=False),
        sa.Column("thumb", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("hash", sa.BigInteger),
        sa.Column("taken_at", sa.BigInteger),
        sa.Column("lon", sa.Float(53)),
        sa.Column("lat", sa.Float(53)),
        sa.Column("hidden", sa.BigInteger),
        sa.PrimaryKeyConstraint("seq", name="pk_photo"),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name="fk_photo_seq"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_photo_issue_id"),
    )
    op.create_index("ix_photo_issue_id", "photo", ["issue_id"])
    op.create_index("ix_photo_full", "photo", ["full"])
    op.create_table(
        "apart",
        sa.Column("one", _KEY, nullable=False, autoincrement=False),
        sa.Column("other", _KEY, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name="pk_apart"),
        sa.ForeignKeyConstraint(["one"], ["issue.id"], name="fk_apart_one"),
        sa.ForeignKeyConstraint(["other"], ["issue.id"], name="fk_apart_other"),
    )
    op.create_index("ix_issue_lat_lon", "issue", ["lat", "lon"])
