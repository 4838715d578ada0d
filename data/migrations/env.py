"""Alembic's entry: it runs on the connection that it is handed, inside the caller's transaction."""

from alembic import context

from data.records import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes a column by copying the table
    transactional_ddl=False,  # the caller's transaction holds every step or none
)
context.run_migrations()
