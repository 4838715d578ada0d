"""The first tables: issues and their events, imports, places, categories, facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of an empty store."""
    op.create_table(
        "import",
        sa.Column("id", _KEY, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("profile", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("summary", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name="ck_import_state"),
    )
    op.create_table(
        "issue",
        sa.Column("id", _KEY, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reported_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger),
        sa.Column("lon", sa.Float(53), nullable=False),
        sa.Column("lat", sa.Float(53), nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("suspect", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sa.UniqueConstraint("source", "external_id", name="uq_issue_source_external_id"),
    )
    op.create_table(
        "event",
        sa.Column("seq", _KEY, nullable=False, autoincrement=False),
        sa.Column("issue_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("import_id", _KEY),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_event_issue_id"),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name="fk_event_import_id"),
    )
    op.create_index("ix_event_issue_id", "event", ["issue_id"])
    op.create_table(
        "place",
        sa.Column("id", _KEY, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("attributes", sa.Text, nullable=False),
        sa.Column("west", sa.Float(53), nullable=False),
        sa.Column("south", sa.Float(53), nullable=False),
        sa.Column("east", sa.Float(53), nullable=False),
        sa.Column("north", sa.Float(53), nullable=False),
        sa.Column("geometry", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
        sa.UniqueConstraint("source", "external_id", name="uq_place_source_external_id"),
    )
    op.create_table(
        "category",
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("code_kind", sa.Text),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("source", sa.Text),
        sa.PrimaryKeyConstraint("slug", name="pk_category"),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
    )
