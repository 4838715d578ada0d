"""Where an import stands, so that one that stopped can go on."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; imports of before have nothing in them and are not gone on with."""
    for name in ("content", "plan", "owner", "reached"):
        op.add_column("import", sa.Column(name, sa.Text))
    op.add_column("import", sa.Column("beat_at", sa.BigInteger))
