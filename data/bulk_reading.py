"""Many rows at once out of the tables, as a frame and without an object for each value on the way."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Select, String, case, func, literal, or_, select
from sqlalchemy.exc import DBAPIError

from data.schema import UTC

_BETWEEN: Final = "\x1f"
_NULL: Final = "\x18"

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
    rows = query.subquery()
    columns = [
        func.group_concat(func.coalesce(_text(rows.c[name], kind), literal(_NULL)), literal(_BETWEEN))
        for name, kind in kinds.items()
    ]
    try:
        height, *texts = connection.execute(select(func.count(), *columns)).one()
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


def _text(column: Any, kind: Any) -> Any:
    if kind == pl.Float64:  # SQLite's own text of a number has 15 digits
        number = func.typeof(column).in_(("real", "integer"))
        return case((number, func.printf("%!.17g", column, type_=String)), else_=column)
    if kind == pl.String:  # bytes, and what reads as null here: the whole is then read row by row
        is_other = or_(func.typeof(column) == "blob", column == _NULL)
        return case((is_other, literal(_BETWEEN)), else_=column)
    return column


def _value(text: pl.Expr, kind: Any) -> pl.Expr:
    return text.cast(pl.Int64).cast(kind) if kind == UTC else text.cast(kind)
