"""Many rows at once into the tables, as each database takes them fastest."""

from io import BytesIO
from typing import Any, Final

import polars as pl
from sqlalchemy import Column, Connection, MetaData, Table, bindparam, insert, update
from sqlalchemy.schema import CreateTable, DropTable

from geo.errors import StoreError
from i18n import gettext as _

#: Rows that travel together; a sent row is freed before the next ones are written out.
_SENT_ROWS: Final = 10_000
#: Rows of one statement on SQLite: to start a statement costs as much as to insert a row.
_STATEMENT_ROWS: Final = 40


def insert_rows(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Insert a frame's rows: by COPY on PostgreSQL, by statements of many rows on SQLite.

    Parameters
    ----------
    frame
        Columns of the table, by name; moments as the table holds them or as times.
    """
    frame = _stored(frame)
    if frame.is_empty():
        return
    if _copies(connection):
        _copy(connection, table.name, frame)
    elif connection.dialect.name == "sqlite":
        _insert_many(connection, table, frame)
    else:
        connection.execute(insert(table), frame.to_dicts())


def update_rows(connection: Connection, table: Table, frame: pl.DataFrame, *, where: dict[str, str]) -> None:
    """Set columns of rows that are there: of all of them, or of none.

    Parameters
    ----------
    frame
        The new values, by the names of the table's columns.
    where
        What names a row: for a column of the table the frame's column with its value of now.

    Raises
    ------
    StoreError
        A row is no longer as it was: the caller's transaction cannot be kept.
    """
    frame = _stored(frame)
    if frame.is_empty():
        return
    touched = (_update_from if _copies(connection) else _update_each)(connection, table, frame, where)
    if touched != frame.height:
        raise StoreError(
            _(
                "{n} of {total} rows of '{table}' were changed by someone else meanwhile; nothing was kept.",
                n=frame.height - touched,
                total=frame.height,
                table=table.name,
            )
        )


def _insert_many(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Send rows to SQLite with the values of many as one row of values."""
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=frame.columns)
    frame = frame.select(compiled.positiontup or frame.columns)
    into, between, row = str(compiled).partition(" VALUES ")
    width, cursor = frame.width, connection.connection.cursor()
    try:
        for part in frame.iter_slices(_SENT_ROWS):
            values: list[Any] = [None] * (part.height * width)
            for place, column in enumerate(part.iter_columns()):
                values[place::width] = column.to_list()
            whole = part.height // _STATEMENT_ROWS * _STATEMENT_ROWS * width
            step = _STATEMENT_ROWS * width
            sent = [values[n : n + step] for n in range(0, whole, step)]
            cursor.executemany(into + between + ", ".join([row] * _STATEMENT_ROWS), sent)
            rest = [values[n : n + width] for n in range(whole, len(values), width)]
            cursor.executemany(into + between + row, rest)
    finally:
        cursor.close()


def _update_each(connection: Connection, table: Table, frame: pl.DataFrame, where: dict[str, str]) -> int:
    changed = [name for name in frame.columns if name not in where.values()]
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"where_{given}") for name, given in where.items()))
        .values({name: bindparam(f"new_{name}") for name in changed})
    )
    values = frame.select(pl.col(*where.values()).name.prefix("where_"), pl.col(*changed).name.prefix("new_"))
    compiled = statement.compile(dialect=connection.dialect)
    if compiled.positiontup is None:  # the driver takes values by name
        return connection.execute(statement, values.to_dicts()).rowcount
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(str(compiled), values.select(compiled.positiontup).rows())
        return cursor.rowcount
    finally:
        cursor.close()


def _update_from(connection: Connection, table: Table, frame: pl.DataFrame, where: dict[str, str]) -> int:
    """Send the values into a table of their own, which one statement joins."""
    changed = [name for name in frame.columns if name not in where.values()]
    sent = Table(
        "changed",
        MetaData(),
        *(Column(given, table.c[name].type) for name, given in where.items()),
        *(Column(name, table.c[name].type) for name in changed),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    connection.execute(CreateTable(sent))
    _copy(connection, sent.name, frame)
    statement = (
        update(table)
        .where(*(table.c[name] == sent.c[given] for name, given in where.items()))
        .values({name: sent.c[name] for name in changed})
    )
    touched = connection.execute(statement).rowcount
    connection.execute(DropTable(sent))
    return touched


def _copies(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql" and connection.dialect.driver == "psycopg"


def _copy(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    """Send rows as PostgreSQL's own CSV: a null is nothing at all, an empty text is quoted."""
    quoted = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quoted, frame.columns))
    written = frame.with_columns(pl.selectors.binary().bin.encode("hex").str.replace("^", r"\x"))
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {quoted(table)} ({columns}) FROM STDIN (FORMAT csv)") as copy:
            for part in written.iter_slices(_SENT_ROWS):
                sent = BytesIO()
                part.write_csv(sent, include_header=False, quote_style="non_numeric")
                copy.write(sent.getbuffer())
    finally:
        cursor.close()


def _stored(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.datetime().cast(pl.Int64))
