"""Where reports lie: coordinates read from any form and system, and which of them are wrong or doubtful."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.ingest.times import clean
from geo import crs as systems
from geo.crs import Crs

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Extent = tuple[float, float, float, float]

#: Nothing but a failed look-up lies this close to 0, 0, in degrees.
_ZERO: Final = 1e-4
#: Within this distance of everything nothing is far, in metres.
_NEAR_M: Final = 10_000.0
#: How many times the median distance from the middle is far.
_TIMES_MEDIAN: Final = 6.0
#: At most this share may be far: beyond it the file has several places, and none is wrong for its distance.
_MOST_FAR: Final = 0.25


@dataclass(frozen=True, slots=True)
class Positions:
    """Coordinates of rows: `x`, `y` as in the file, `lon`, `lat` in WGS-84, NaN where there are none."""

    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    given: Flags  # something stands in both columns

    def faults(self) -> npt.NDArray[np.str_]:
        """Return the code of what is wrong with each position; "" where nothing is."""
        read = np.isfinite(self.x) & np.isfinite(self.y)
        zero = read & (np.abs(self.x) < _ZERO) & (np.abs(self.y) < _ZERO)
        return np.select(
            [~self.given, ~read, zero, ~np.isfinite(self.lon)],
            ["no_coordinates", "unreadable_coordinates", "zero_coordinates", "out_of_range"],
            default="",
        )


def read(x: pl.Series, y: pl.Series, crs: Crs) -> Positions:
    """Read coordinates and convert them to WGS-84."""
    x_texts, y_texts = clean(x), clean(y)
    x_values, y_values = numbers(x, x_texts), numbers(y, y_texts)
    lon, lat = systems.to_wgs84(x_values, y_values, crs)
    given = (x_texts.is_not_null() & y_texts.is_not_null()).to_numpy()
    return Positions(x_values, y_values, lon, lat, given)


def swapped(x: Floats, y: Floats, crs: Crs, extent: Extent | None) -> Flags:
    """Tell which positions are right once longitude and latitude change places.

    Parameters
    ----------
    x, y
        As they stand in the file.
    crs
        Their system; only degrees can be swapped unnoticed.
    extent
        Where the file lies; without it any place on the earth will do.
    """
    if not crs.is_degrees:
        return np.zeros(len(x), bool)
    lon, lat = systems.to_wgs84(y, x, crs)
    return np.isfinite(lon) if extent is None else inside(lon, lat, extent)


def inside(lon: Floats, lat: Floats, extent: Extent) -> Flags:
    """Tell which positions lie within west, south, east, north."""
    west, south, east, north = extent
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def extent_of(lon: Floats, lat: Floats) -> Extent | None:
    """Return where nearly all positions lie, with half as much around; None for no positions.

    A tenth may be anywhere: swapped, mistyped or found in the wrong town.
    """
    there = np.isfinite(lon) & np.isfinite(lat)
    if not there.any():
        return None
    west, east = np.quantile(lon[there], [0.05, 0.95])
    south, north = np.quantile(lat[there], [0.05, 0.95])
    margin = max(0.5 * (east - west), 0.5 * (north - south), 0.1)
    return (west - margin, south - margin, east + margin, north + margin)


def far(lon: Floats, lat: Floats) -> tuple[Flags, bool]:
    """Tell which positions lie far from everything else.

    A position is far when its distance from the middle (the median of both coordinates) is more than six
    times the median distance, and more than 10 km; or when it and its neighbours hang together with the
    others only over a gap wider than the median distance (and than 10 km). Both measures are the file's
    own: a zone of 3 km and a city of 60 km are judged alike, and a third of wrong positions shifts neither.

    Returns
    -------
    Flags, and whether the file lies in several places: where more than a quarter would be far, none is.
    """
    if len(lon) < 4:
        return np.zeros(len(lon), bool), False
    middle = float(np.median(lon)), float(np.median(lat))
    distance = systems.haversine_m(lon, lat, *middle)
    median = float(np.median(distance))
    beyond = distance > max(_NEAR_M, _TIMES_MEDIAN * median)
    apart = _apart(lon, lat, gap_m=max(_NEAR_M, median))
    found = beyond | apart
    if found.mean() > _MOST_FAR:
        return np.zeros(len(lon), bool), True
    return found, False


def _apart(lon: Floats, lat: Floats, *, gap_m: float) -> Flags:
    """Tell which positions do not hang together with the largest group over steps of at most `gap_m`."""
    # Squares of a quarter of the gap: neighbours over the gap are at most five squares away.
    side = gap_m / 4
    per_lon, per_lat = systems.metres_per_degree(float(np.median(lat)))
    column = np.floor(lon * per_lon / side).astype(np.int64)
    row = np.floor(lat * per_lat / side).astype(np.int64)
    rows_high = int(row.max() - row.min()) + 1
    keys, square_of, counts = np.unique(
        (column - column.min()) * rows_high + (row - row.min()), return_inverse=True, return_counts=True
    )
    group = _groups(np.stack(np.divmod(keys, rows_high), axis=1), reach=5)
    sizes = np.bincount(group, weights=counts)
    return np.asarray(group[square_of] != sizes.argmax())


def _groups(squares: npt.NDArray[np.int64], *, reach: int) -> npt.NDArray[np.int64]:
    """Number the groups of squares that lie within `reach` of each other, by union of neighbours."""
    index = {(int(column), int(row)): n for n, (column, row) in enumerate(squares)}
    group = np.full(len(squares), -1, np.int64)
    steps = [
        (dx, dy)
        for dx in range(-reach, reach + 1)
        for dy in range(-reach, reach + 1)
        if (dx, dy) != (0, 0) and max(abs(dx) - 1, 0) ** 2 + max(abs(dy) - 1, 0) ** 2 < (reach - 1) ** 2
    ]
    for start in range(len(squares)):
        if group[start] >= 0:
            continue
        group[start] = start
        waiting = [start]
        while waiting:
            column, row = (int(value) for value in squares[waiting.pop()])
            for dx, dy in steps:
                near = index.get((column + dx, row + dy))
                if near is not None and group[near] < 0:
                    group[near] = start
                    waiting.append(near)
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def numbers(values: pl.Series, texts: pl.Series) -> Floats:
    """Read coordinates, those with a decimal comma or a compass point too; NaN where there is none.

    Parameters
    ----------
    values, texts
        A column as it is, and as `times.clean` leaves it.
    """
    if values.dtype.is_numeric():
        return values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    read = texts.cast(pl.Float64, strict=False)
    if read.null_count() > texts.null_count():
        commas = texts.str.extract(r"^([+-]?\d+,\d+)$", 1).str.replace(",", ".", literal=True)
        degrees = texts.str.extract(r"^([+-]?\d+(?:\.\d+)?)\s*°?\s*[NEne北东]?$", 1)
        for other in (commas, degrees):
            read = read.fill_null(other.cast(pl.Float64, strict=False))
    return read.fill_null(np.nan).to_numpy()
