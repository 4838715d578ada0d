"""Which cases were closed on a day, exactly, without reading all cases of the store."""

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from data.actors import Actor
from data.city_days import day_span
from data.cube import Cube
from data.cube_times import DAYS, NOT_TAKEN
from geo.cells import ANALYSIS_RESOLUTION

_DAY_MINUTES: Final = 1440
#: The cube knows how long a case took to a day at worst, and local days may have an hour more or less.
_SLACK_MINUTES: Final = _DAY_MINUTES + 60
_EPOCH: Final = date(1970, 1, 1)

#: The columns of a frame of closed cases.
CLOSED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "id": pl.Int64,
    "place_id": pl.Int64,  # the ground or street it belongs to; null on open ground
    "cell": pl.UInt64,  # of the analysis resolution
    "closed_at": pl.Datetime("us", "UTC"),
}


def closed_on(cube: Cube, day: date, *, actor: Actor) -> pl.DataFrame:
    """Return the cases that were closed on a day of the city's time zone.

    Returns
    -------
    The columns `CLOSED`, by id. Rejected cases and duplicates are none.
    """
    rows = _about(cube, day)
    if rows.is_empty():
        return pl.DataFrame(schema=CLOSED)
    exact = cube.store.reports(rows["id"].to_list(), actor=actor).select("id", "status", "closed_at")
    first, after = day_span(cube.state.tz, day)
    found = rows.join(exact, on="id").filter(
        pl.col("status") == "closed", pl.col("closed_at") >= first, pl.col("closed_at") < after
    )
    return found.select(pl.col(name).cast(kind) for name, kind in CLOSED.items()).sort("id")


def _about(cube: Cube, day: date) -> pl.DataFrame:
    """Return the cases that the cube thinks were closed on about that day: `id`, `place_id`, `cell`."""
    state = cube.state
    code = state.words["status"].words.index("closed")
    column = f"cell{ANALYSIS_RESOLUTION}"
    days = state.frame.lazy().filter(pl.col("status") == code, pl.col("took") != NOT_TAKEN)
    known = days.select("id", "place", column, "day", "minute", "took").collect()
    minute = known["day"].to_numpy().astype(np.int64) * _DAY_MINUTES + known["minute"].to_numpy()
    closed = minute + DAYS[known["took"].to_numpy()] * _DAY_MINUTES
    start = (day - _EPOCH).days * _DAY_MINUTES
    near = (closed >= start - _SLACK_MINUTES) & (closed < start + _DAY_MINUTES + _SLACK_MINUTES)
    rows = known.filter(near)
    cell = cube.cells_of(ANALYSIS_RESOLUTION)[rows[column].to_numpy()]
    place = rows["place"].cast(pl.Int64).replace(0, None)
    return rows.select(pl.col("id").cast(pl.Int64), place.alias("place_id")).with_columns(
        cell=pl.Series(cell, dtype=pl.UInt64)
    )
