"""Points gathered into the squares of a map: how many lie in each, of which kinds, and where.

Squares lie on the Web Mercator plane, so many to the world's side: on a map of one zoom all have the same
size, and a square of one view is a square of every other. A point lies in exactly one.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.errors import CellError

#: The plane ends there: so far north and south it is a square.
MOST_LATITUDE: Final = 85.051_128_779_806_6

#: A side of the box that is closer than this to a square's side, in squares, is meant to be that side.
_SLACK: Final = 0.01

Degrees = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Whole squares: the first column and row (from 180° west and from the north), and how many of each.

    `side` squares make up the world from west to east.
    """

    side: int
    left: int
    top: int
    columns: int
    rows: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in WGS-84 degrees."""
        west, east = (360 * (column / self.side) - 180 for column in (self.left, self.left + self.columns))
        north, south = _latitudes(np.array([self.top, self.top + self.rows]) / self.side).tolist()
        return west, south, east, north


@dataclass(frozen=True, slots=True)
class Gathered:
    """The squares that hold points, in the order of rows and columns; all of shape (m,) but for `kinds`.

    Attributes
    ----------
    n, marked
        How many points, and how many of them are marked.
    kinds
        Shape (m, k): how many of each kind.
    lon, lat
        The mean of their positions, in WGS-84 degrees: a single point's own position.
    west, south, east, north
        The box around them.
    row
        Which point of the input came last: of a single point, which it is.
    """

    n: Numbers
    marked: Numbers
    kinds: npt.NDArray[np.int64]
    lon: Degrees
    lat: Degrees
    west: Degrees
    south: Degrees
    east: Degrees
    north: Degrees
    row: Numbers

    def __len__(self) -> int:
        """Return the number of squares."""
        return len(self.n)


def grid_over(bbox: tuple[float, float, float, float], *, side: int, most: int) -> Grid:
    """Return the squares that cover a box; where those would be too many, squares twice as large, and so on.

    Parameters
    ----------
    bbox
        West, south, east, north in WGS-84 degrees.
    side
        Squares from 180° west to 180° east, a power of two.
    most
        Squares that the grid may have.
    """
    west, south, east, north = bbox
    while True:
        left, right = (_inside((lon / 360 + 0.5) * side, side) for lon in (west, east))
        top, bottom = (_inside(place * side, side) for place in _from_north(np.array([north, south])))
        first, last = (int(np.floor(edge + _SLACK)) for edge in (left, top))
        columns = max(1, int(np.ceil(right - _SLACK)) - first)
        rows = max(1, int(np.ceil(bottom - _SLACK)) - last)
        if columns * rows <= most or side == 1:
            return Grid(side, min(first, side - 1), min(last, side - 1), columns, rows)
        side //= 2


def gather(
    grid: Grid, lon: Any, lat: Any, *, code: Any, kind_of: Any, state: Any, is_marked: Any, kinds: int
) -> Gathered:
    """Gather points into the squares of a grid; those outside of it are left out.

    Parameters
    ----------
    lon, lat
        Shape (n,), WGS-84 degrees.
    code, state
        Shape (n,), uint16 and uint8: what `kind_of` and `is_marked` are looked up by.
    kind_of
        The kind, 0 to `kinds` - 1, of each code.
    is_marked
        Whether a state is one to be counted in `marked`.

    Raises
    ------
    CellError
        Columns of different lengths, or a code without a kind.
    """
    from geo.point_kernels import gather_points

    columns: list[Any] = [np.ascontiguousarray(lon, float), np.ascontiguousarray(lat, float)]
    codes: list[Any] = [np.ascontiguousarray(code, np.uint16), np.ascontiguousarray(state, np.uint8)]
    tables: list[Any] = [np.ascontiguousarray(kind_of, np.uint8), np.ascontiguousarray(is_marked, np.uint8)]
    n = len(columns[0])
    if any(len(column) != n for column in columns + codes):
        raise CellError("Columns of points differ in length. Expected one value for each point.")
    for values, table in zip(codes, tables, strict=True):
        if n and int(values.max()) >= len(table):
            raise CellError(f"Code {int(values.max())} has no entry in a table of {len(table)}.")
    if len(tables[0]) and int(tables[0].max()) >= kinds:
        raise CellError(f"Kind {int(tables[0].max())} is not one of {kinds}.")
    edges = _latitudes(np.arange(grid.top, grid.top + grid.rows + 1) / grid.side)
    west = 360 * (grid.left / grid.side) - 180
    counts, boxes = gather_points(
        columns[0], columns[1], codes[0], codes[1], tables[0], tables[1], edges, west,
        grid.side / 360, grid.columns, kinds,
    )  # fmt: skip
    found = np.flatnonzero(counts[:, 0])
    counts, boxes = counts[found], boxes[found]
    size = np.maximum(counts[:, 0], 1)
    return Gathered(
        n=counts[:, 0],
        marked=counts[:, 1],
        row=counts[:, 2],
        kinds=counts[:, 3:],
        lon=np.clip(boxes[:, 0] + boxes[:, 4] / size, boxes[:, 0], boxes[:, 2]),
        lat=np.clip(boxes[:, 1] + boxes[:, 5] / size, boxes[:, 1], boxes[:, 3]),
        west=boxes[:, 0],
        south=boxes[:, 1],
        east=boxes[:, 2],
        north=boxes[:, 3],
    )


def _inside(place: float, side: int) -> float:
    return min(max(float(place), 0.0), float(side))


def _from_north(lat: Degrees) -> Degrees:
    """Return how far south of the plane's northern side a latitude is, as a share of the side."""
    sine = np.sin(np.radians(np.clip(lat, -MOST_LATITUDE, MOST_LATITUDE)))
    place: Degrees = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    return place


def _latitudes(place: Degrees) -> Degrees:
    lat: Degrees = np.degrees(np.arctan(np.sinh((0.5 - place) * 2 * np.pi)))
    return lat
