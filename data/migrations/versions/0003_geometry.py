"""Points and shapes that QGIS opens, on PostgreSQL with PostGIS; nothing elsewhere."""

from alembic import op

from data import geometry_columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the geometry columns and their indexes."""
    geometry_columns.add(op.get_bind())
