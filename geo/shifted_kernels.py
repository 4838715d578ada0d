# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.shifted_grids`."""

from typing import Any, Final

from numba import types

from geo.compiled import kernel


def _given(dtype: Any, dimensions: int = 1) -> Any:
    return types.Array(dtype, dimensions, "C", readonly=True)


_FLOATS: Final = _given(types.float64)
_LONGS: Final = _given(types.int64)


@kernel(
    (
        *(_FLOATS, _FLOATS, _LONGS, _FLOATS, _FLOATS, _LONGS, _LONGS, _FLOATS, _FLOATS),
        *(_given(types.float64, 2), types.int32[::1], types.int64, types.int64),
    )
)
def nearest(
    lon: Any,
    lat: Any,
    row: Any,
    east: Any,
    north: Any,
    indptr: Any,
    member: Any,
    middle_lon: Any,
    middle_lat: Any,
    measure: Any,
    found: Any,
    begin: int,
    end: int,
) -> None:
    """Find, for each point moved east and north as its own cell is, which middle around that is nearest.

    `measure` is what x², x y and y² are weighed by around each own cell. Degrees are taken the short way
    round the globe.
    """
    for i in range(begin, end):
        own = row[i]
        least, best = 1e300, member[indptr[own]]
        for k in range(indptr[own], indptr[own + 1]):
            x = lon[i] + east[own] - middle_lon[member[k]]
            if x > 180:
                x -= 360
            elif x < -180:
                x += 360
            y = lat[i] + north[own] - middle_lat[member[k]]
            far = measure[own, 0] * x * x + measure[own, 1] * x * y + measure[own, 2] * y * y
            if far < least:
                least, best = far, member[k]
        found[i] = best
