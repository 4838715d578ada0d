"""The areas in the index of open cases: a list of one area looks at no case of another."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = sa.text("status NOT IN ('closed', 'rejected', 'merged')")


def upgrade() -> None:
    """Make the index of open cases anew."""
    op.drop_index("ix_issue_open_due", "issue")
    op.create_index(
        "ix_issue_open_due", "issue", ["due_at", "areas"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
