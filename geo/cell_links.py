"""Links within a set of cells: who is whose neighbour."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from geo.cell_disks import disk
from geo.cell_ids import Cells, check, resolution_of
from geo.errors import CellError

if TYPE_CHECKING:
    from geo.lattice import Laid

#: `indptr` and `indices`, the form of a `scipy.sparse.csr_array`.
Links: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def neighbours(cells: Any, ring: int = 1) -> Links:
    """Return who is whose neighbour within a set of cells.

    Parameters
    ----------
    cells
        Shape (n,), each once, of one resolution.
    ring
        How many grid steps away a neighbour may be, at least 0.

    Returns
    -------
    `indptr`, shape (n + 1,), and `indices`: the neighbours of row i are the rows
    `indices[indptr[i]:indptr[i + 1]]`, ascending, itself left out. The form of a `scipy.sparse.csr_array`.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, mixed resolutions, or a ring below 0.
    """
    from geo.lattice import Laid

    cells = check(cells)
    disk(cells[:0], ring)  # what is no ring is said before anything is made
    if len(cells) == 0:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    resolution_of(cells)
    laid = Laid.of(cells, ring)
    twice = len(cells) - len(np.unique(cells)) if laid is None else laid.twice
    if twice:
        raise CellError(f"{twice:,} of {len(cells):,} cells are given twice. Expected each cell once.")
    if laid is None:
        rows, columns = searched(cells, np.arange(len(cells)), ring)
        return _ends(np.bincount(rows, minlength=len(cells))), columns
    return _looked_up(laid, cells)


def _looked_up(laid: "Laid", cells: Cells) -> Links:
    """Read the links off the lattice, and ask the library for the rows that it leaves open."""
    sizes, far = laid.sizes()
    rows, columns = searched(cells, np.flatnonzero(far), laid.ring)
    sizes[far] = np.bincount(rows, minlength=len(cells))[far]
    indptr = _ends(sizes)
    indices = np.empty(indptr[-1], np.int64)
    laid.write(indptr, indices, far)
    if len(rows):
        indices[np.repeat(far, sizes)] = columns
    return indptr, indices


def _ends(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    ends = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=ends[1:])
    return ends


def searched(cells: Cells, rows: npt.NDArray[np.int64], ring: int) -> Links:
    """Find the neighbours of some rows with the library's disks, by searching each member in the set.

    Parameters
    ----------
    cells
        Shape (n,), of one resolution, each once.
    rows
        Of those cells whose neighbours are wanted.
    ring
        Up to how many grid steps away a neighbour is.

    Returns
    -------
    Row and neighbour of each link, by row and then by neighbour.
    """
    if not len(rows):
        return rows, rows
    order = np.argsort(cells)
    ascending = cells[order]
    middles, members = disk(cells[rows], ring)
    place = np.minimum(np.searchsorted(ascending, members), len(cells) - 1)
    columns, middles = order[place], rows[middles]
    linked = (ascending[place] == members) & (columns != middles)
    # Sorting row and column as one number is eight times faster than numpy's lexsort.
    links = np.sort(middles[linked] * len(cells) + columns[linked])
    found = links // len(cells)
    return found, links - found * len(cells)
