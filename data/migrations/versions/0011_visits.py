"""Where patrols and inspections were: points with a time, or numbers by area and day."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table of visits."""
    op.create_table(
        "visit",
        sa.Column("id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger),
        sa.Column("day", sa.Integer),
        sa.Column("lon", sa.Float(53)),
        sa.Column("lat", sa.Float(53)),
        sa.Column("area_id", _KEY),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("import_id", _KEY),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.ForeignKeyConstraint(["area_id"], ["place.id"], name="fk_visit_area_id"),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name="fk_visit_import_id"),
        sa.UniqueConstraint("source", "external_id", name="uq_visit_source_external_id"),
        sa.CheckConstraint("at IS NOT NULL OR day IS NOT NULL", name="ck_visit_when"),
        sa.CheckConstraint(
            "area_id IS NOT NULL OR (lon IS NOT NULL AND lat IS NOT NULL)", name="ck_visit_where"
        ),
        sa.CheckConstraint("n >= 0", name="ck_visit_number"),
    )
    op.create_index("ix_visit_import_id", "visit", ["import_id"])
