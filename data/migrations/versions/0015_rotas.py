"""Rotas: which team goes to which compound on a day, who came, and how much work was expected there."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "rota",
        sa.Column("id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, nullable=False),
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
        sa.Column("attended_at", sa.BigInteger),
        sa.Column("attended_by", sa.Text),
        sa.Column("holds", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_rota"),
        sa.UniqueConstraint("day", "holds", name="uq_rota_day_holds"),
        sa.CheckConstraint("holds = 1", name="ck_rota_holds"),
        sa.CheckConstraint("holds IS NULL OR published_at IS NOT NULL", name="ck_rota_published"),
    )
    op.create_table(
        "duty",
        sa.Column("rota_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("team_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("place_id", _KEY),
        sa.Column("excuse", sa.Text, nullable=False),
        sa.Column("by_hand", sa.Integer, nullable=False),
        sa.Column("came", sa.Integer),
        sa.PrimaryKeyConstraint("rota_id", "team_id", name="pk_duty"),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name="fk_duty_rota_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_duty_team_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_duty_place_id"),
        sa.CheckConstraint("place_id IS NOT NULL OR came IS NULL", name="ck_duty_came"),
    )
    op.create_table(
        "need",
        sa.Column("rota_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("place_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("amount", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("rota_id", "place_id", name="pk_need"),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name="fk_need_rota_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_need_place_id"),
        sa.CheckConstraint("amount >= 0", name="ck_need_amount"),
    )
