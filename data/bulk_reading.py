"""Many rows at once out of the tables, as a frame and without an object for each value on the way."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select
from sqlalchemy.exc import DBAPIError

from data.schema import UTC

_BETWEEN: Final = "\x1f"
_NULL: Final = "\x18"
_BETWEEN_SQL: Final = f"char({ord(_BETWEEN)})"
_NULL_SQL: Final = f"char({ord(_NULL)})"

Kinds = Mapping[str, pl.DataType | type[pl.DataType]]


def read_frame(connection: Connection, query: Select[Any], kinds: Kinds) -> pl.DataFrame:
    """Run a query for many rows.

    Parameters
    ----------
    kinds
        The type of each of the query's columns, by its name; moments, stored as numbers, become times in UTC.

    Returns
    -------
    The rows in any order.
    """
    if connection.dialect.name == "sqlite":
        found = _joined(connection, query, kinds)
        if found is not None:
            return found
    return row_frame(fetch(connection, query), kinds)


def fetch(connection: Connection, query: Select[Any]) -> list[Any]:
    """Run a query for many rows and return them as the driver's own tuples."""
    result = connection.execute(query)
    cursor: Any = result.cursor
    rows: list[Any] = cursor.fetchall()
    result.close()
    return rows


def row_frame(rows: list[Any], kinds: Kinds) -> pl.DataFrame:
    """Make a frame of rows; moments, stored as numbers, become times in UTC."""
    values = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    return pl.DataFrame(
        [
            pl.Series(name, list(own), dtype=pl.Int64 if kind == UTC else kind).cast(kind)
            for (name, kind), own in zip(kinds.items(), values, strict=True)
        ]
    )


def _joined(connection: Connection, query: Select[Any], kinds: Kinds) -> pl.DataFrame | None:
    """Let SQLite join each column to one text, which is taken apart in columns; None where that fails."""
    whole = select(func.count(), *_texts(tuple(kinds.items()))).select_from(query.subquery("found"))
    try:
        height, *texts = connection.execute(whole).one()
    except DBAPIError:  # a text longer than SQLite's longest
        return None
    if not height:
        return row_frame([], kinds)
    found = [
        pl.Series(name, [text]).str.split(_BETWEEN).explode() for name, text in zip(kinds, texts, strict=True)
    ]
    if any(column.len() != height for column in found):  # a text with that very sign in it
        return None
    return pl.DataFrame(found).select(
        _value(pl.col(name).replace(_NULL, None), kind).alias(name) for name, kind in kinds.items()
    )


@lru_cache(maxsize=64)
def _texts(kinds: tuple[tuple[str, Any], ...]) -> tuple[ColumnElement[str], ...]:
    """Join each column to one text, in SQLite's own words: to think of them takes longer than to run them."""
    return tuple(
        literal_column(f"group_concat(coalesce({text}, {_NULL_SQL}), {_BETWEEN_SQL})")
        for text in (_text(f'found."{name}"', kind) for name, kind in kinds)
    )


def _text(column: str, kind: Any) -> str:
    if kind == pl.Float64:  # SQLite's own text of a number has 15 digits
        is_number = f"typeof({column}) IN ('real', 'integer')"
        return f"CASE WHEN {is_number} THEN printf('%!.17g', {column}) ELSE {column} END"
    if kind == pl.String:  # bytes, and what reads as null here: the whole is then read row by row
        is_other = f"typeof({column}) = 'blob' OR {column} = {_NULL_SQL}"
        return f"CASE WHEN {is_other} THEN {_BETWEEN_SQL} ELSE {column} END"
    return column


def _value(text: pl.Expr, kind: Any) -> pl.Expr:
    return text.cast(pl.Int64).cast(kind) if kind == UTC else text.cast(kind)
