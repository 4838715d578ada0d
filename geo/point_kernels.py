# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.point_squares`: one pass over the points."""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel

_FLOATS: Final = types.Array(types.float64, 1, "C", readonly=True)
_CODES: Final = types.Array(types.uint16, 1, "C", readonly=True)
_SMALL: Final = types.Array(types.uint8, 1, "C", readonly=True)


@kernel(
    (
        _FLOATS,
        _FLOATS,
        _CODES,
        _SMALL,
        _SMALL,
        _SMALL,
        _FLOATS,
        types.float64,
        types.float64,
        types.int64,
        types.int64,
    )
)
def gather_points(
    lon: Any,
    lat: Any,
    code: Any,
    state: Any,
    kind_of: Any,
    is_marked: Any,
    edges: Any,
    west: float,
    per_degree: float,
    columns: int,
    kinds: int,
) -> Any:
    """Count points by square.

    Rows of squares lie between `edges`, which fall from the north. The answer has for each square its number
    of points, of marked ones, the last point, the points of each kind; and west, south, east, north, the sums
    of longitude and latitude from the first point's west and south on (see the end).
    """
    rows = len(edges) - 1
    counts = np.zeros((rows * columns, 3 + kinds), np.int64)
    boxes = np.zeros((rows * columns, 6))
    north, south = edges[0], edges[rows]
    per_row = rows / (north - south)
    for i in range(len(lon)):
        x, y = lon[i], lat[i]
        across = (x - west) * per_degree
        if across < 0 or across >= columns or y > north or y <= south:
            continue
        down = min(int((north - y) * per_row), rows - 1)
        while y > edges[down]:
            down -= 1
        while y <= edges[down + 1]:
            down += 1
        square = down * columns + int(across)
        count, box = counts[square], boxes[square]
        if count[0] == 0:
            box[0] = box[2] = x
            box[1] = box[3] = y
        count[0] += 1
        count[1] += is_marked[state[i]]
        count[2] = i
        count[3 + kind_of[code[i]]] += 1
        # Sums are taken from a corner of the grid: those of whole degrees would lose digits.
        box[4] += x - west
        box[5] += y - south
        box[0] = min(box[0], x)
        box[1] = min(box[1], y)
        box[2] = max(box[2], x)
        box[3] = max(box[3], y)
    for square in range(rows * columns):
        n = counts[square, 0]
        boxes[square, 4] += n * (west - boxes[square, 0])
        boxes[square, 5] += n * (south - boxes[square, 1])
    return counts, boxes
