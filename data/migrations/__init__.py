"""How a store of any age becomes one of today: Alembic's steps, oldest first."""
