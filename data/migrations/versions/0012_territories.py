"""Field teams, editions of the cells that are theirs, and the cell that each case lies in."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN = sa.text("status NOT IN ('closed', 'rejected', 'merged')")
_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables of teams and of their cells, and the column; the cells of cases are noted afterwards."""
    op.create_table(
        "team",
        sa.Column("id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("place_id", _KEY),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_team_place_id"),
    )
    op.create_table(
        "edition",
        sa.Column("id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("dropped_at", sa.BigInteger),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("published_by", sa.Text),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("in_force", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
        sa.UniqueConstraint("in_force", name="uq_edition_in_force"),
        sa.CheckConstraint("in_force = 1", name="ck_edition_in_force"),
        sa.CheckConstraint("in_force IS NULL OR published_at IS NOT NULL", name="ck_edition_published"),
    )
    op.create_table(
        "territory",
        sa.Column("edition_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("cell", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("team_id", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "cell", name="pk_territory"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_territory_edition_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_territory_team_id"),
    )
    op.create_index("ix_territory_team_id_edition_id", "territory", ["team_id", "edition_id"])
    op.add_column("issue", sa.Column("cell", sa.BigInteger))
    op.create_index(
        "ix_issue_open_cell", "issue", ["cell", "due_at"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
