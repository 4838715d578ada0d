"""The border of the area that reports come from, on the grid of a density.

Near a border a part of every kernel lies beyond it, where nobody reports: a plain density falls to half of
what it should be there. So each point inside counts as much more as its kernel has less inside: divided by
the share of the kernel that lies in the area (Diggle 1985; Jones 1993), and the density beyond is none. All
of it sums to the number of points, as without a border; in a city that is the same everywhere, the very edge
has 0.8 of the density instead of 0.5. No point is taken for more than four (a corner of a right angle). A
point outside of the area counts as if there were no border.

Sources: Diggle (1985), A Kernel Method for Smoothing Point Process Data, Applied Statistics 34(2), 138-147;
Jones (1993), Simple boundary correction for kernel density estimation, Statistics and Computing 3, 135-146.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt
import shapely

from geo.places_input import shapes_of

if TYPE_CHECKING:
    from geo.density import Grid

#: Of a kernel, at least so much is taken to lie inside.
LEAST_SHARE: Final = 0.25

_MOST_LATITUDE: Final = 85.06


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The border of an area.

    Attributes
    ----------
    edges
        Shape (n, 4): x, y, x, y as fractions of the world in Web Mercator, ring by ring.
    """

    edges: npt.NDArray[np.float64]

    @classmethod
    def of(cls, polygons: Any, *, overlapping: bool = True) -> Self:
        """Take the border of what polygons cover together.

        Parameters
        ----------
        polygons
            Valid shapely polygons and multi-polygons in WGS-84 degrees, or a GeoSeries or GeoDataFrame.
        overlapping
            Whether they may lie over each other; without, as cells are, much is saved.

        Raises
        ------
        PlaceError, CrsError
            As `PlaceIndex`.
        """
        shapes = shapes_of(polygons, "polygons")
        # Inside is what an odd number of borders lies around: a side of two cells is crossed twice.
        rings = shapely.get_rings(shapely.get_parts(shapely.union_all(shapes) if overlapping else shapes))
        at, ring = shapely.get_coordinates(rings, return_index=True)
        sine = np.sin(np.radians(np.clip(at[:, 1], -_MOST_LATITUDE, _MOST_LATITUDE)))
        y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
        places = np.column_stack([at[:, 0] / 360 + 0.5, y])
        joined = ring[1:] == ring[:-1]
        return cls(np.column_stack([places[:-1], places[1:]])[joined])

    def mask(self, grid: "Grid") -> npt.NDArray[np.float32]:
        """Return which nodes of a grid lie inside: 1 or 0, shape (rows, columns)."""
        x, y, to_x, to_y = self.edges.T
        row, to_row = ((side - grid.top) / grid.step for side in (y, to_y))
        # An edge is crossed by the rows from its upper end on, up to but without its lower end.
        first = np.clip(np.ceil(np.minimum(row, to_row)), 0, grid.rows).astype(np.int64)
        last = np.clip(np.ceil(np.maximum(row, to_row)), 0, grid.rows).astype(np.int64)
        crossed = last - first
        edge = np.repeat(np.arange(len(crossed)), crossed)
        at = np.arange(len(edge)) - np.repeat(np.cumsum(crossed) - crossed, crossed) + first[edge]
        share = (at - row[edge]) / (to_row[edge] - row[edge])
        column = (x[edge] + share * (to_x[edge] - x[edge]) - grid.left) / grid.step
        begins = np.clip(np.ceil(column), 0, grid.columns).astype(np.int64)
        crossings = np.bincount(
            at * (grid.columns + 1) + begins, minlength=grid.rows * (grid.columns + 1)
        ).reshape(grid.rows, -1)
        inside: npt.NDArray[np.float32] = (np.cumsum(crossings[:, :-1], axis=1) & 1).astype(np.float32)
        return inside
