"""Every taking of personal data is noted: exports, backups, contacts, and attempts that were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Let an access be of something else than one case's contacts."""
    with op.batch_alter_table("access") as access:
        access.alter_column("issue_id", existing_type=_KEY, nullable=True)
        access.add_column(sa.Column("what", sa.String(16), nullable=False, server_default="contact"))
        access.add_column(sa.Column("refused", sa.Integer, nullable=False, server_default="0"))
        access.add_column(sa.Column("detail", sa.Text))
