"""Frames out of the tables."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, true

from data.records import EVENT, ISSUE, OPEN
from data.schema import LOCATED, REPORT, UTC

#: The columns of a report as the store hands it out.
ISSUE_COLUMNS: Final = {"id": pl.Int64, "seq": pl.Int64, **REPORT, **LOCATED}

#: A choice of issues is so many runs of so many ids.
_RUNS: Final = 100
_RUN: Final = 300

#: What can be read of an issue, and the types in which moments and the rest come out of the database.
_KNOWN: Final = {**ISSUE_COLUMNS, "due_at": UTC}
_STORED: Final = {name: pl.Int64 if dtype == UTC else dtype for name, dtype in _KNOWN.items()}


def changed_since(
    connection: Connection,
    seq: int,
    *,
    columns: Sequence[str],
    batch_rows: int,
    where: ColumnElement[bool],
) -> Iterator[pl.DataFrame]:
    """Read the issues touched after an event, by id, each once, as they are now."""
    query = _issues(columns).where(where).order_by(ISSUE.c.id)
    if seq > 0:
        touched = select(EVENT.c.issue_id).where(EVENT.c.seq > seq)
        query = query.where(ISSUE.c.id.in_(touched))
    result = connection.execution_options(yield_per=batch_rows).execute(query)
    for rows in result.partitions(batch_rows):
        yield frame(rows, columns)


def by_id(connection: Connection, ids: Sequence[int], *, where: ColumnElement[bool]) -> pl.DataFrame:
    """Read issues in the order of the ids; an id without an issue is left out."""
    columns = ("id", *REPORT)
    rows: list[Any] = []
    for start in range(0, len(ids), 500):  # a statement takes a limited number of values
        chunk = [int(value) for value in ids[start : start + 500]]
        rows.extend(connection.execute(_issues(columns).where(ISSUE.c.id.in_(chunk), where)).all())
    found = frame(rows, columns)
    order = pl.DataFrame({"id": pl.Series(ids, dtype=pl.Int64)})
    return order.join(found, on="id", how="inner", maintain_order="left")


def ids(connection: Connection, *, where: ColumnElement[bool]) -> pl.Series:
    """Read the ids of the issues for which a condition holds, in order."""
    found = connection.execute(select(ISSUE.c.id).where(where).order_by(ISSUE.c.id)).scalars().all()
    return pl.Series("id", found, dtype=pl.Int64)


def due_moments(connection: Connection, *, where: ColumnElement[bool]) -> pl.DataFrame:
    """Read until when the open issues are due for which a condition holds: `id` and `due_at`, by id."""
    query = select(ISSUE.c.id, ISSUE.c.due_at).where(OPEN, where).order_by(ISSUE.c.id)
    return frame(connection.execute(query).all(), ("id", "due_at"))


def known_points(
    connection: Connection,
    bbox: tuple[float, float, float, float],
    *,
    where: ColumnElement[bool],
    without: Collection[str] = (),
) -> pl.DataFrame:
    """Read where issues of a box lie that are not doubted: all of a small store, a choice of a large one.

    The choice is runs of ids at equal distances: a few pages of the table, however many rows there are.
    """
    last: int = connection.execute(select(func.coalesce(func.max(ISSUE.c.id), 0))).scalar_one()
    runs: ColumnElement[bool] = true()
    if last > _RUNS * _RUN:
        starts = [1 + n * (last - _RUN) // (_RUNS - 1) for n in range(_RUNS)]
        runs = or_(*(ISSUE.c.id.between(start, start + _RUN - 1) for start in starts))
    west, south, east, north = bbox
    query = select(ISSUE.c.lon, ISSUE.c.lat).where(
        runs,
        where,
        ISSUE.c.suspect.is_(None),
        ISSUE.c.source.not_in(sorted(without)),
        ISSUE.c.lon.between(west, east),
        ISSUE.c.lat.between(south, north),
    )
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema={"lon": pl.Float64, "lat": pl.Float64}, orient="row")


def events(connection: Connection, issue_id: int) -> pl.DataFrame:
    """Read the events of one issue, oldest first; the payload is JSON."""
    query = select(EVENT).where(EVENT.c.issue_id == issue_id).order_by(EVENT.c.seq)
    rows = [tuple(row) for row in connection.execute(query)]
    schema = {
        "seq": pl.Int64,
        "issue_id": pl.Int64,
        "kind": pl.String,
        "at": pl.Int64,
        "actor": pl.String,
        "import_id": pl.Int64,
        "payload": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("at").cast(UTC))


def frame(rows: Sequence[Any], columns: Sequence[str]) -> pl.DataFrame:
    """Make a frame of stored issue rows, with moments as UTC times."""
    values = zip(*rows, strict=True) if rows else ((),) * len(columns)
    return pl.DataFrame(
        [
            pl.Series(name, column, dtype=_STORED[name]).cast(_KNOWN[name])
            for name, column in zip(columns, values, strict=True)
        ]
    )


def _issues(columns: Sequence[str]) -> Select[Any]:
    return select(*(ISSUE.c[name] for name in columns))
