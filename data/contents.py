"""What a store holds, table by table, told the same way by every database.

A digest depends on the values alone: not on the database, its order of rows, nor how many are read at a time.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import polars as pl
from sqlalchemy import Column, Connection, MetaData, Table, collate, inspect, select
from sqlalchemy.types import String

#: Rows that are read at a time; the memory that a copy needs depends on it.
BATCH_ROWS: Final = 100_000
#: The tables of Alembic and PostGIS, which are made anew wherever a store is made.
_NOT_CONTENTS: Final = frozenset({"alembic_version", "spatial_ref_sys"})
_TYPES: Final[dict[type, type[pl.DataType]]] = {
    int: pl.Int64,
    bool: pl.Boolean,
    float: pl.Float64,
    str: pl.String,
    bytes: pl.Binary,
}


class Digest:
    """A checksum of a table's rows, fed in the order of their key."""

    def __init__(self) -> None:
        self.rows = 0
        self._columns: dict[str, tuple[Any, Any]] = {}

    def update(self, frame: pl.DataFrame) -> None:
        """Take up the next rows; every frame has the same columns, in any order."""
        self.rows += frame.height
        for column in frame:
            if column.name not in self._columns:
                kind = f"{column.name}\0{column.dtype}\0".encode()
                self._columns[column.name] = (sha256(kind), sha256(kind))
            marks, values = self._columns[column.name]
            if column.dtype in (pl.String, pl.Binary):
                text = column.cast(pl.Binary)
                marks.update(text.bin.size().cast(pl.Int64).fill_null(-1).to_numpy().astype("<i8").tobytes())
                values.update(b"".join(text.drop_nulls()))
            else:
                marks.update(column.is_not_null().to_numpy().tobytes())
                values.update(_numbers(column))

    def hexdigest(self) -> str:
        """Return the checksum of what was taken up so far."""
        whole = sha256(str(self.rows).encode())
        for _name, (marks, values) in sorted(self._columns.items()):
            whole.update(marks.digest() + values.digest())
        return whole.hexdigest()


def tables(connection: Connection) -> list[Table]:
    """Describe the store's tables as the database has them; a table that others refer to comes first."""
    found = MetaData()
    names = sorted(set(inspect(connection).get_table_names()) - _NOT_CONTENTS)
    found.reflect(connection, only=names)
    return found.sorted_tables


def columns(table: Table) -> dict[str, type[pl.DataType]]:
    """Return the columns that were written, with their types in a frame; no computed ones."""
    return {column.name: _TYPES[column.type.python_type] for column in _written(table)}


def read(connection: Connection, table: Table) -> Iterator[pl.DataFrame]:
    """Read a table in the order of its key, the same in every database; an empty one as one empty frame."""
    schema = columns(table)
    query = select(*_written(table)).order_by(*(_in_order(connection, key) for key in table.primary_key))
    result = connection.execution_options(yield_per=BATCH_ROWS).execute(query)
    some = False
    for rows in result.partitions(BATCH_ROWS):
        some = True
        yield pl.DataFrame(
            [
                pl.Series(name, values, dtype=dtype)
                for (name, dtype), values in zip(schema.items(), zip(*rows, strict=True), strict=True)
            ]
        )
    if not some:
        yield pl.DataFrame(schema=schema)


def digest(connection: Connection, table: Table) -> Digest:
    """Compute the checksum of a table as it is now."""
    made = Digest()
    for frame in read(connection, table):
        made.update(frame)
    return made


def _written(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.computed is None]


def _in_order(connection: Connection, key: Column[Any]) -> Any:
    """Sort texts by their bytes, as SQLite does, whatever the server's language."""
    binary = connection.dialect.name == "postgresql" and isinstance(key.type, String)
    return collate(key, "C") if binary else key


def _numbers(column: pl.Series) -> bytes:
    if column.dtype == pl.Float64:  # SQLite keeps no negative zero
        return (column.fill_null(0.0).to_numpy() + 0.0).astype("<f8").tobytes()
    return column.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()
