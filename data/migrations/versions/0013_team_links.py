"""Links by which the people of a field team come in with their telephones."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table of links."""
    op.create_table(
        "team_link",
        sa.Column("id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("team_id", _KEY, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("revoked_by", sa.Text),
        sa.Column("used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_team_link"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_link_team_id"),
        sa.UniqueConstraint("hash", name="uq_team_link_hash"),
    )
