"""Foreign keys while whole tables are filled: in any order of rows, and checked before anything is kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text


@contextmanager
def checked_at_the_end(connection: Connection) -> Iterator[None]:
    """Let rows come before the ones they refer to; the database checks all of them at the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # until the transaction commits
        yield
        return
    quoted = connection.dialect.identifier_preparer.quote
    found = connection.execute(
        text(
            "SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint "
            "JOIN pg_class ON pg_class.oid = conrelid "
            "WHERE contype = 'f' AND pg_class.relnamespace = current_schema()::regnamespace"
        )
    ).all()
    for table, name, _words in found:
        connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}")
    yield
    for table, name, words in found:
        connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} {words}")
