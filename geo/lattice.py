"""Cells as places of a plane lattice: neighbours by adding, without asking the library for each.

Within one of the 122 base cells the digits of an H3 id lead step by step, finer each time, from its middle
to the cell. Added up they are two whole numbers a, b; the six neighbours differ by (±1, 0), (0, ±1), ±(1, 1).
So a set of cells is laid on a grid, and whether a neighbour is in the set is one look. What may lie in
another base cell, or across the gap of the twelve base cells that are pentagons, is left to the library.

Steps and parents are those of H3's coordinate systems (h3geo.org, "Coordinate systems"): from level to level
the lattice grows by the square root of 7 and turns, to one side and to the other in turn.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from geo.cell_ids import Cells, resolutions

Longs = npt.NDArray[np.int64]

#: Where the digits 0 to 6 lead on the lattice of their own level.
_UNITS: Final = np.array([[0, 0], [-1, -1], [0, 1], [-1, 0], [1, 0], [0, -1], [1, 1]], dtype=np.int64)
#: From a level to the next finer one, where that is odd and where it is even.
_TO_ODD: Final = np.array([[2, 1], [-1, 3]], dtype=np.int64)
_TO_EVEN: Final = np.array([[3, -1], [1, 2]], dtype=np.int64)

_BASES: Final = 122
_PENTAGONS: Final = (4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117)
_BASE_SHIFT: Final = np.uint64(45)
_BASE_MASK: Final = np.uint64(127)

#: A grid has at most so many places for each cell, and so many in any case: of cells that lie further apart
#: most places would be empty.
_PLACES_PER_CELL: Final = 16
_PLACES: Final = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A set of cells on its lattice, with room for disks at the rim.

    Attributes
    ----------
    a, b
        Shape (n,): the place of each cell in its base cell.
    base
        Shape (n,): the number of the base cell, among those that occur.
    at
        Shape (n,): index into `grid`.
    grid
        The row of the cell at each place, from 1; 0 where no cell of the set is.
    width
        How far apart b and b + 1 are in `grid`, for each base cell that occurs.
    pentagon
        Whether each base cell that occurs is one.
    twice
        How many cells are there more than once.
    """

    a: Longs
    b: Longs
    base: Longs
    at: Longs
    grid: npt.NDArray[np.int32]
    width: Longs
    pentagon: npt.NDArray[np.bool_]
    resolution: int
    ring: int
    twice: int

    @classmethod
    def of(cls, cells: Cells, ring: int) -> Self | None:
        """Lay cells of one resolution, one at least; None where they lie too far apart for a grid."""
        from geo import lattice_kernels
        from geo.compiled import in_chunks

        cells = np.ascontiguousarray(cells)
        n, resolution = len(cells), int(resolutions(cells[:1])[0])
        a, b, steps = np.empty(n, np.int64), np.empty(n, np.int64), _steps(resolution)
        in_chunks(lambda i, j: lattice_kernels.place(cells, steps, resolution, a, b, i, j), n)
        number = ((cells >> _BASE_SHIFT) & _BASE_MASK).astype(np.int64)
        bases = np.flatnonzero(np.bincount(number, minlength=_BASES))
        base = np.searchsorted(bases, number)
        west, south, width, height = (np.empty(len(bases), np.int64) for _side in range(4))
        for k in range(len(bases)):
            own = base == k if len(bases) > 1 else slice(None)
            west[k], south[k] = a[own].min() - ring, b[own].min() - ring
            width[k], height[k] = a[own].max() + ring + 1 - west[k], b[own].max() + ring + 1 - south[k]
        places = width * height
        if places.sum() > _PLACES + _PLACES_PER_CELL * n:
            return None
        first = np.cumsum(places) - places
        at = (first - west - south * width)[base] + a + b * width[base]
        grid = np.zeros(int(places.sum()), np.int32)
        twice = lattice_kernels.lay(at, grid)
        pentagon = np.isin(bases, _PENTAGONS)
        return cls(a, b, base, at, grid, width, pentagon, resolution, ring, int(twice))

    def sizes(self) -> tuple[Longs, npt.NDArray[np.bool_]]:
        """Return how many neighbours each cell has in the set, and which rows the lattice leaves open.

        Of an open row some neighbours may lie where the lattice does not lead.
        """
        from geo import lattice_kernels
        from geo.compiled import in_chunks

        n, near, one = len(self.at), offsets(self.ring), len(self.width) == 1
        sizes, far = np.empty(n, np.int64), np.zeros(n, np.bool_)
        laid = self.at, self.a, self.b, self.width, self.pentagon, one, self.grid
        in_chunks(
            lambda i, j: lattice_kernels.count_links(
                *laid, near, self.base, self.resolution, sizes, far, i, j
            ),
            n,
        )
        return sizes, far

    def write(self, indptr: Longs, indices: Longs, far: npt.NDArray[np.bool_]) -> None:
        """Write the neighbours of each row that is not open into `indices`, ascending."""
        from geo import lattice_kernels
        from geo.compiled import in_chunks

        laid = self.at, self.width, self.base, self.grid, offsets(self.ring)
        in_chunks(lambda i, j: lattice_kernels.write_links(*laid, far, indptr, indices, i, j), len(self.at))


def offsets(ring: int) -> Longs:
    """Return the places of a disk around (0, 0), which is left out; shape (3 · ring · (ring + 1), 2)."""
    b, a = np.mgrid[-ring : ring + 1, -ring : ring + 1].reshape(2, -1)
    inside = (np.abs(a - b) <= ring) & ((a != 0) | (b != 0))
    return np.ascontiguousarray(np.column_stack([a, b])[inside], dtype=np.int64)


@cache
def _steps(resolution: int) -> Longs:
    """Return how far each digit leads on the lattice of a resolution; shape (resolution, 7, 2)."""
    steps = np.zeros((resolution, 7, 2), np.int64)
    onwards = np.eye(2, dtype=np.int64)
    for level in range(resolution, 0, -1):
        steps[level - 1] = _UNITS @ onwards.T
        onwards = onwards @ (_TO_ODD if level % 2 else _TO_EVEN)
    return steps
