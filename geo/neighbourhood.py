"""Who counts together: the disk around each cell of a set, and sums over those disks."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from geo.cell_ids import Cells, check
from geo.cell_links import neighbours
from geo.errors import AnalysisError, CellError

Values = npt.NDArray[np.float64]

#: A disk around a cell reaches this many grid steps unless another is asked for.
USUAL_RING: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """The disks of a set of cells, each cut to the set; a cell is part of its own disk.

    Attributes
    ----------
    cells
        Shape (n,), in the order they were given.
    ring
        Grid steps that a disk reaches.
    indptr, indices
        The other members of the disk of row i are the rows `indices[indptr[i]:indptr[i + 1]]`, ascending.
    """

    cells: Cells
    ring: int
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cells: Any, ring: int = USUAL_RING) -> Self:
        """Find the disks of cells.

        Parameters
        ----------
        cells
            Shape (n,), each once, of one resolution.
        ring
            Disk radius in grid steps (not metres), at least 1.

        Raises
        ------
        CellError
            Ids that are no cells, cells given twice, mixed resolutions, or a ring below 1.
        """
        if isinstance(ring, bool) or not isinstance(ring, int | np.integer) or ring < 1:
            raise CellError(f"{ring!r} is not a ring of neighbours. Expected a whole number of 1 or more.")
        known = check(cells)
        return cls(known, int(ring), *neighbours(known, int(ring)))

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Shape (n,): how many cells each disk has, itself included."""
        return np.diff(self.indptr) + 1

    def sums(self, values: npt.ArrayLike) -> Values:
        """Sum values over each disk, itself included.

        Parameters
        ----------
        values
            Shape (n,), or (n, k) for k columns that are summed each on its own.

        Returns
        -------
        The same shape, float64. Whole numbers below 2**53 are summed exactly, in whatever order.

        Raises
        ------
        AnalysisError
            As many values as not cells.
        """
        from geo import lattice_kernels
        from geo.compiled import in_chunks

        given = np.ascontiguousarray(values, dtype=np.float64)
        if given.shape[:1] != self.cells.shape or given.ndim > 2:
            raise AnalysisError(
                f"Values of shape {given.shape} for {len(self.cells):,} cells. Expected a value, or a row of "
                "values, for each cell."
            )
        indptr, indices = (np.ascontiguousarray(ends, np.int64) for ends in (self.indptr, self.indices))
        summed = np.empty_like(given)
        add = lattice_kernels.sum_disks if given.ndim == 1 else lattice_kernels.sum_disks_of_columns
        in_chunks(lambda i, j: add(indptr, indices, given, summed, i, j), len(self.cells))
        return summed
