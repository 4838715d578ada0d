"""What makes stores quick to make and to write where neither is what a test is about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import URL, Connection, Engine, event, inspect

from data import database, migration
from data.migration import HEAD

#: Statements that only look.
_LOOKS = ("SELECT", "PRAGMA", "SET")
#: The tables of a new database; with others it is another case, such as one without PostGIS.
_NEW: dict[str, list[str]] = {"sqlite": [], "postgresql": ["spatial_ref_sys"]}
#: What the steps said to a new database of each kind.
_SAID: dict[str, list[tuple[str, Any]]] = {}


@contextmanager
def quick() -> Iterator[None]:
    """Repeat the steps of the first new store of this process, and have no patience with the disk."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(migration, "build", _repeating(migration.build))
        patched.setattr(database, "_sqlite", _impatient(database._sqlite))
        yield


def _repeating(build: Callable[[Connection, str], None]) -> Callable[[Connection, str], None]:
    """Make new stores by the statements of the first: to think of them takes longer than to run them."""

    def repeat(connection: Connection, revision: str) -> None:
        kind = connection.dialect.name
        if revision != HEAD or inspect(connection).get_table_names() != _NEW[kind]:
            build(connection, revision)
        elif kind in _SAID:
            for statement, values in _SAID[kind]:
                connection.exec_driver_sql(statement, values)
        else:
            _SAID[kind] = _listen(connection, lambda: build(connection, revision))

    return repeat


def _impatient(connect: Callable[[URL], Engine]) -> Callable[[URL], Engine]:
    """Leave it to the system when a file reaches the disk, as the tests' server does."""

    def connect_at_once(url: URL) -> Engine:
        engine = connect(url)

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous = OFF")

        return engine

    return connect_at_once


def _listen(connection: Connection, run: Callable[[], None]) -> list[tuple[str, Any]]:
    """Run something and return what it said on a connection."""
    said: list[tuple[str, Any]] = []

    def hear(
        _connection: Connection, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> None:
        if not statement.lstrip().startswith(_LOOKS):
            said.append((statement, values or None))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        run()
    finally:
        event.remove(connection, "before_cursor_execute", hear)
    return said
