"""Stores as released programs left them: one file of rows for each step that changed the tables.

`python -m tests.data.released URL > tests/data/released/NNNN.sql` writes a store of today down for the tests
of tomorrow. Rows are inserted as they stand, so the files never change.
"""

import re
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table

from data import contents

FOLDER: Final = Path(__file__).parent
_END: Final = ";\n"
#: Tables whose rows follow from the events, so that no row can be made up in them.
FOLLOWING: Final = frozenset({"photo"})


def files() -> dict[str, Path]:
    """Return the files by the step whose tables they fill."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.sql"))}


def insert(connection: Connection, step: str) -> None:
    """Insert the rows of a file; the tables of its step are there."""
    for statement in files()[step].read_text("utf-8").split(_END):
        if statement.strip():
            connection.exec_driver_sql(_spoken(connection, statement))


def dump(connection: Connection) -> str:
    """Write every row of a store as an INSERT that both databases understand."""
    statements = []
    for table in contents.tables(connection):
        for frame in contents.read(connection, table):
            names = ", ".join(f'"{name}"' for name in frame.columns)
            for row in frame.iter_rows():
                values = ", ".join(map(_literal, row))
                statements.append(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})')
    return "".join(statement + _END for statement in statements)


def fill_empty(connection: Connection, tables: list[Table]) -> list[str]:
    """Put a row into each table that has none, for steps that no file knows yet; return their names."""
    filled = []
    for table in tables:
        if table.name not in FOLLOWING and connection.execute(table.select().limit(1)).first() is None:
            row = {
                column.name: _value(connection, column) for column in table.columns if column.computed is None
            }
            connection.execute(table.insert().values(row))
            filled.append(table.name)
    return filled


def _spoken(connection: Connection, statement: str) -> str:
    """Say it as the database does: PostgreSQL has other words for bytes, its driver takes % for a place."""
    if connection.dialect.name == "sqlite":
        return statement
    return re.sub(r"X'([0-9a-f]*)'", r"'\\x\1'", statement).replace("%", "%%")


def _value(connection: Connection, column: Any) -> object:
    """Return a value that the column can hold; a reference leads to the first row that there is."""
    for key in column.foreign_keys:
        other = key.column
        return connection.execute(other.table.select().with_only_columns(other).limit(1)).scalar_one()
    kind = column.type.python_type
    return {int: 1, float: 1.5, str: "字", bytes: b"\0\xff", bool: True}[kind]


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
