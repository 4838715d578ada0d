"""Pack a smooth surface for the browser: one byte a node, and in words of JSON what it is about.

Heat, `GET /api/heat`
---------------------
The map asks with the filter's own parameters, `bbox` and `zoom` as for cells (`layers.wire`), `bandwidth`
(metres) and `weight` (`count`, `open`, …). The answer is `application/octet-stream`, what `pack` returns:

====== ==== =====================================================================================
offset size what (all numbers little-endian)
====== ==== =====================================================================================
0      4    the letters `GZH1`
4      4    M, bytes of the meta data
8      M    meta data, JSON in UTF-8
8+M    rest rows · columns bytes, row by row from the north-west
====== ==== =====================================================================================

A byte b says `max * (b / 255)²`: by the square root a weak density keeps as many steps as a strong one, and
none is off by more than 0.4 % of the highest.

Meta data:

- `at`: `left`, `top` and `step`, of the first node and between two, as fractions of the world in Web Mercator
  (x east, y south); `rows`, `columns`.
- `max`: the highest density of this answer, reports per km².
- `top`: where the scale of colours ends: from the *whole* city for this filter, weight and bandwidth, so that
  colours keep their meaning while panning and zooming.
- `bandwidth` in metres; `weight`; `averaged`: nodes lie too far apart for the bandwidth at this zoom, so that
  peaks are averaged and look lower.
- `total`: reports that are weighed everywhere; `in_view`: those in the box; `version`: of the data.
"""

import json
import math
from typing import Any, Final, TypedDict

import numpy as np
import numpy.typing as npt

from geo.density import Grid, Surface
from geo.errors import FrameError

MAGIC: Final = b"GZH1"

_HEADER_BYTES: Final = 8
_STEPS: Final = 255
#: Ends of scales whose quarter, in the middle of the legend, is a number of at most two digits too.
_TOPS: Final = (1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 4.8, 6.0, 8.0, 10.0)


class Meta(TypedDict):
    """What a surface is about; `pack` adds where it lies and `max`."""

    bandwidth: int
    weight: str
    averaged: bool
    top: float
    total: int
    in_view: int
    version: str


def pack(surface: Surface, grid: Grid, meta: Meta) -> bytes:
    """Pack a surface.

    Parameters
    ----------
    surface
        Shape (grid.rows, grid.columns), not negative.

    Raises
    ------
    FrameError
        A surface of another shape than its grid.
    """
    if surface.shape != (grid.rows, grid.columns):
        raise FrameError(f"A surface of shape {surface.shape} on a grid of {grid.rows} by {grid.columns}.")
    highest = float(surface.max(initial=0))
    shares = np.sqrt(surface * (1 / highest)) if highest else surface
    place = {"left": grid.left, "top": grid.top, "step": grid.step}
    head = {
        **meta,
        "at": place,
        "rows": grid.rows,
        "columns": grid.columns,
        "max": highest,
    }
    packed = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    nodes = np.rint(shares * _STEPS).astype(np.uint8)
    return MAGIC + np.array([len(packed)], "<u4").tobytes() + packed + nodes.tobytes()


def unpack(packed: bytes) -> tuple[npt.NDArray[np.float64], Grid, dict[str, Any]]:
    """Return the surface (to the packed precision), its grid and all meta data of what `pack` made.

    Raises
    ------
    FrameError
        Bytes that `pack` did not make, or that were cut off.
    """
    if packed[:4] != MAGIC or len(packed) < _HEADER_BYTES:
        raise FrameError("These bytes are not a packed surface: they do not begin with 'GZH1'.")
    end = _HEADER_BYTES + int(np.frombuffer(packed, "<u4", count=1, offset=4)[0])
    meta: dict[str, Any] = json.loads(packed[_HEADER_BYTES:end])
    rows, columns = meta["rows"], meta["columns"]
    if len(packed) - end != rows * columns:
        raise FrameError(f"Expected {rows} times {columns} bytes, got {len(packed) - end}: cut off?")
    nodes = np.frombuffer(packed, np.uint8, offset=end).reshape(rows, columns)
    grid = Grid(**meta["at"], rows=rows, columns=columns)
    return meta["max"] * (nodes / _STEPS) ** 2, grid, meta


def top_of(peak: float) -> float:
    """Return the end of a scale that shows densities up to a peak: the next number that can be said."""
    if peak <= 0:
        return 0.0
    decade = 10.0 ** math.floor(math.log10(peak))
    return next(float(f"{top * decade:.3g}") for top in _TOPS if top * decade >= peak * (1 - 1e-9))
