"""What field teams answered, kept until somebody has decided on it, and after."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "field_answer",
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("team_id", _KEY, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("issue_id", _KEY),
        sa.Column("lon", sa.Float(53)),
        sa.Column("lat", sa.Float(53)),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("photo", sa.LargeBinary),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("event_seq", _KEY),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("settled_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("uid", name="pk_field_answer"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_field_answer_team_id"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_field_answer_issue_id"),
    )
    op.create_index("ix_field_answer_state", "field_answer", ["state"])
    op.create_index("ix_field_answer_team_id_at", "field_answer", ["team_id", "at"])
    op.create_index("ix_field_answer_event_seq", "field_answer", ["event_seq"])
