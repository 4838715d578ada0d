"""The exact cell of a case at the analysis resolution, kept beside its position and indexed."""

from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, func, select

from data.bulk import update_rows
from data.bulk_reading import read_frame
from data.records import ISSUE
from geo.cells import ANALYSIS_RESOLUTION, from_points, point_cells

#: Cases whose cells are noted together; the memory depends on it.
_AT_ONCE: Final = 50_000


def cells(lon: str = "lon", lat: str = "lat") -> pl.Expr:
    """Return the cell of each position as the store keeps it: Int64, named `cell`; null without one."""
    return point_cells(lon, lat, ANALYSIS_RESOLUTION).cast(pl.Int64)


def cell_of(lon: Any, lat: Any) -> int:
    """Return the cell of one position, as the store keeps it."""
    return int(from_points([lon], [lat], ANALYSIS_RESOLUTION)[0])


def fill(connection: Connection) -> None:
    """Note the cells of all cases of a store that had no column for them."""
    kinds = {"id": pl.Int64, "lon": pl.Float64, "lat": pl.Float64}
    after = 0
    while True:
        ids = select(ISSUE.c.id).where(ISSUE.c.id > after).order_by(ISSUE.c.id).limit(_AT_ONCE).subquery()
        last: int | None = connection.execute(select(func.max(ids.c.id))).scalar()
        if last is None:
            return
        query = select(*(ISSUE.c[name] for name in kinds)).where(ISSUE.c.id.between(after + 1, last))
        rows = read_frame(connection, query, kinds)
        update_rows(connection, ISSUE, rows.select("id", cells()), where={"id": "id"})
        after = last
