"""Grids laid half a cell aside: the cell of each point when H3's grid is moved along one of its three axes.

Moving the grid one way is moving the points the other way. A point that moves by half a cell stays in its
cell or goes to one of the six around it: to the one whose middle is nearest, in the measure in which those
six are equally far. Where the hexagons are sheared, so is the measure. So only the cells that occur are asked
of the library, not the points, which are many. Of the points moved so, at most one in a thousand goes to
another cell than the library would say, beside an edge of the icosahedron, and hardly any elsewhere.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.cell_disks import disk
from geo.cell_ids import Cells
from geo.cell_shapes import centres
from geo.errors import CellError

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
#: Degrees east and north of each cell that occurs.
Shift = tuple[Values, Values]

#: H3's own grid, and half a cell along each axis of its hexagons; half a step back is the grid of one forth.
GRIDS: Final = 4
_HALF_ROUND: Final = 180.0


class Grids(NamedTuple):
    """Points on several grids of one resolution.

    Attributes
    ----------
    cells
        Shape (k,), ascending: every cell that a point may be in, on one of the grids.
    rows
        Shape (grids, m), int32: the row in `cells` of each point's cell; first on H3's own grid. On the
        others a cell stands for the ground half a cell beside it.
    """

    cells: Cells
    rows: Rows


def on_grids(lon: Values, lat: Values, cells: Cells, *, grids: int = GRIDS) -> Grids:
    """Return the cell of each point on H3's grid and on those that lie half a cell aside.

    Parameters
    ----------
    lon, lat
        Shape (m,), degrees, WGS-84.
    cells
        Shape (m,): the cell that each point lies in, of one resolution.
    grids
        How many, 1 to `GRIDS`; the first is H3's own.

    Raises
    ------
    CellError
        Arrays of different lengths.
    """
    if not lon.shape == lat.shape == cells.shape:
        raise CellError(f"{len(lon):,} longitudes, {len(lat):,} latitudes and {len(cells):,} cells.")
    occupied, row = np.unique(cells, return_inverse=True)
    if not occupied.size:
        return Grids(occupied, np.zeros((grids, 0), np.int32))
    around = _Around.of(occupied)
    rows = np.empty((grids, len(lon)), np.int32)
    rows[0] = around.own[row]
    for k, shift in enumerate(around.halves(int(row[len(row) // 2]))[: grids - 1], 1):
        around.nearest(lon, lat, row, shift, rows[k])
    return Grids(around.cells, rows)


class _Around(NamedTuple):
    """The cells that occur and those around them, with their middles in degrees.

    The members of the disk of occurring cell i are `member[indptr[i]:indptr[i + 1]]`, rows of `cells`, itself
    included; `measure` makes the cells around it equally far from it.
    """

    cells: Cells
    own: Longs
    indptr: Longs
    member: Longs
    lon: Values
    lat: Values
    measure: Values

    @classmethod
    def of(cls, occupied: Cells) -> "_Around":
        middle, members = disk(occupied, 1)
        cells, member = np.unique(members, return_inverse=True)
        own, (lon, lat) = np.searchsorted(cells, occupied), centres(cells)
        x, y = _short(lon[member] - lon[own][middle]), lat[member] - lat[own][middle]
        xx, xy, yy = (np.bincount(middle, product, len(occupied)) for product in (x * x, x * y, y * y))
        # The inverse of the spread, but for a factor, which makes no difference to what is nearest.
        measure = np.column_stack([yy, -2 * xy, xx])
        indptr = np.concatenate([[0], np.cumsum(np.bincount(middle, minlength=len(occupied)))])
        return cls(cells, own, indptr, member, lon, lat, measure)

    def halves(self, first: int) -> list[Shift]:
        """Return half the way from each cell to the next one along each axis, degrees east and north.

        Axes are those of the occurring cell `first`; they turn a little on the way through a city, and by up
        to some 20 degrees at an edge of the icosahedron, which leaves no doubt which is which.
        """
        middle = np.repeat(np.arange(len(self.own)), np.diff(self.indptr))
        east = _short(self.lon[self.member] - self.lon[self.own][middle]) / 2
        north = (self.lat[self.member] - self.lat[self.own][middle]) / 2
        here = slice(self.indptr[first], self.indptr[first + 1])
        forth = (north[here] > 0) | ((north[here] == 0) & (east[here] > 0))
        found = []
        for x, y in zip(east[here][forth][: GRIDS - 1], north[here][forth][: GRIDS - 1], strict=True):
            off = (east - x) ** 2 + (north - y) ** 2
            least = np.minimum.reduceat(off, self.indptr[:-1])
            at = np.flatnonzero(off == least[middle])
            at = at[np.unique(middle[at], return_index=True)[1]]
            found.append((east[at], north[at]))
        return found

    def nearest(
        self, lon: Values, lat: Values, row: Longs, shift: tuple[Values, Values], found: Rows
    ) -> None:
        """Write the row of the cell that each moved point is in."""
        from geo import shifted_kernels
        from geo.compiled import in_chunks

        around = self.indptr, self.member, self.lon, self.lat, self.measure
        in_chunks(lambda i, j: shifted_kernels.nearest(lon, lat, row, *shift, *around, found, i, j), len(row))


def _short(degrees: Values) -> Values:
    """Return differences of longitudes the short way round the globe."""
    return (degrees + _HALF_ROUND) % (2 * _HALF_ROUND) - _HALF_ROUND
