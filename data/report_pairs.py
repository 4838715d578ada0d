"""Which reports lie near which others in space and time, found through a grid instead of one by one."""

from typing import Final

import numpy as np
import polars as pl

from geo.crs import haversine_m

#: A little less than the true length, so that a cell of the grid is never narrower than the limit.
_METRES_PER_DEGREE: Final = 110_500.0
#: Known reports are filed by cell and by stretches of time of this length.
_STRETCH_H: Final = 240.0
_NO_ROWS: Final = pl.DataFrame(schema={"new_row": pl.UInt32, "known_row": pl.UInt32})
_COLUMNS: Final = ("lon", "lat", "reported_at", "category")


def near_pairs(new: pl.DataFrame, known: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Find the known reports within the limits of each new one.

    Parameters
    ----------
    new, known
        Columns lon, lat (degrees, WGS-84), reported_at, category; rows with a null are passed over.
    pairs
        Which categories are compared and how far, as `DuplicateRules.pairs` returns them.

    Returns
    -------
    Columns new_row, known_row (positions in the frames), distance_m, hours (new minus known: positive
    where the known report was earlier), and those of `pairs`. A new report that is also among the known
    finds itself. Pairs across the antimeridian are not found.
    """
    widest = pairs.group_by("category").agg(pl.col("within_m", "within_h").max())
    sought = new.select(_COLUMNS).with_row_index("new_row").drop_nulls().join(widest, on="category")
    rows = _rows_near(sought, known.select(_COLUMNS).with_row_index("known_row"))
    within = (pl.col("distance_m") <= pl.col("within_m")) & (pl.col("hours").abs() <= pl.col("within_h"))
    return measured(new, known, rows, pairs).filter(within)


def measured(new: pl.DataFrame, known: pl.DataFrame, rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Add distance, hours and what `pairs` says to pairs of rows; leave out categories that are not compared.

    Parameters
    ----------
    new, known
        As in `near_pairs`.
    rows
        Columns new_row and known_row, positions in the frames; others are kept.
    pairs
        As in `near_pairs`.
    """
    here, there = new[rows["new_row"]], known[rows["known_row"]]
    distance_m = haversine_m(*(frame[name].to_numpy() for frame in (here, there) for name in ("lon", "lat")))
    apart = (here["reported_at"] - there["reported_at"]).dt.total_microseconds() / 3.6e9
    return rows.with_columns(
        pl.Series("distance_m", distance_m, dtype=pl.Float64),
        apart.alias("hours"),
        here["category"],
        there["category"].alias("other"),
    ).join(pairs, on=["category", "other"], maintain_order="left")


def _rows_near(sought: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of rows in the same or adjacent cells and stretches of time: all near ones, and more."""
    if sought.is_empty():
        return _NO_ROWS
    step_lat = _largest(sought, "within_m") / _METRES_PER_DEGREE
    farthest_lat = min(89.9, float(np.abs(sought["lat"].to_numpy()).max()) + step_lat)
    step_lon = step_lat / float(np.cos(np.radians(farthest_lat)))
    west, east = _extent(sought, "lon", step_lon)
    south, north = _extent(sought, "lat", step_lat)
    longest = pl.duration(hours=_largest(sought, "within_h"))
    first, last = sought.select(
        (pl.col("reported_at").min() - longest).alias("first"),
        (pl.col("reported_at").max() + longest).alias("last"),
    ).row(0)
    around = known.filter(
        pl.col("lon").is_between(west, east),
        pl.col("lat").is_between(south, north),
        pl.col("reported_at").is_between(first, last),
    )
    x = ((pl.col("lon") - west) / step_lon).floor().cast(pl.Int64)
    y = ((pl.col("lat") - south) / step_lat).floor().cast(pl.Int64)
    hour = (pl.col("reported_at") - pl.lit(first)).dt.total_seconds() / 3600
    filed = around.select("known_row", key=_key(x, y, (hour / _STRETCH_H).floor().cast(pl.Int64)))
    earliest, latest = (
        ((hour + sign * pl.col("within_h")) / _STRETCH_H).floor().cast(pl.Int64) for sign in (-1, 1)
    )
    steps = pl.DataFrame({"dx": [-1, 0, 1]}).join(pl.DataFrame({"dy": [-1, 0, 1]}), how="cross")
    wanted = (
        sought.select("new_row", x=x, y=y, stretch=pl.int_ranges(earliest, latest + 1))
        .explode("stretch")
        .join(steps, how="cross")
        .select(
            "new_row", key=_key(pl.col("x") + pl.col("dx"), pl.col("y") + pl.col("dy"), pl.col("stretch"))
        )
    )
    return wanted.join(filed, on="key").select("new_row", "known_row")


def _key(x: pl.Expr, y: pl.Expr, stretch: pl.Expr) -> pl.Expr:
    """Pack a cell and a stretch of time into one number; joining on three takes four times as long."""
    return ((x + 1) * 2**38) + ((y + 1) * 2**16) + (stretch + 1)


def _largest(frame: pl.DataFrame, name: str) -> float:
    return float(frame[name].to_numpy().max())


def _extent(frame: pl.DataFrame, name: str, margin: float) -> tuple[float, float]:
    values = frame[name].to_numpy()
    return float(values.min()) - margin, float(values.max()) + margin
