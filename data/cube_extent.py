"""Where a city lies: the box of its reports, without the stray ones."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.codes import Box
from data.cube_state import State

#: What counts as far from everything else for the first look: so many widths of the middle half.
_FAR: Final = 5.0
_SMALLEST_DEGREES: Final = 0.02
_SAMPLE: Final = 200_000


def extent_of(state: State) -> Box | None:
    """Return the box where 99 % of the reports lie, along each axis; None where there are none.

    Points that lie further from the median than `_FAR` times the width of the middle half are left out: a
    fifth of badly geocoded reports must not shrink the city to a corner of the map.
    """
    if not len(state):
        return None
    step = max(1, len(state) // _SAMPLE)
    sample = state.frame.select(pl.col("lon", "lat").gather_every(step))
    lon, lat = sample["lon"].to_numpy(), sample["lat"].to_numpy()
    near = _is_near(lon) & _is_near(lat)
    if near.any():
        lon, lat = lon[near], lat[near]
    west, east = np.quantile(lon, (0.005, 0.995)).tolist()
    south, north = np.quantile(lat, (0.005, 0.995)).tolist()
    return west, south, east, north


def _is_near(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which values are not far from their middle, along one axis."""
    lower, middle, upper = np.quantile(degrees, (0.25, 0.5, 0.75))
    near: npt.NDArray[np.bool_] = np.abs(degrees - middle) <= max(_FAR * (upper - lower), _SMALLEST_DEGREES)
    return near
