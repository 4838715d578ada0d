"""Disks of cells: which cells lie within so many steps, and which of them are in a set."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_h3

from geo.cell_ids import Cells, check, resolution_of
from geo.errors import CellError


def disk(cells: Any, ring: int) -> tuple[npt.NDArray[np.int64], Cells]:
    """Return every cell within so many grid steps of each cell, itself included.

    Parameters
    ----------
    cells
        Shape (n,).
    ring
        Disk radius in grid steps (not metres), at least 0.

    Returns
    -------
    Two arrays of one length: the row in `cells` of a disk's middle, ascending, and a cell of that disk.
    A disk holds 1 + 3 · ring · (ring + 1) cells, fewer beside one of the twelve pentagons.

    Raises
    ------
    CellError
        Ids that are no cells, or a ring below 0.
    """
    cells = check(cells)
    if isinstance(ring, bool) or not isinstance(ring, int | np.integer) or ring < 0:
        raise CellError(f"{ring!r} is not a ring. Expected a whole number of grid steps, 0 or more.")
    disks = pl.DataFrame({"cell": cells}).select(polars_h3.grid_disk("cell", int(ring))).to_series()
    sizes = disks.list.len().to_numpy()
    members = disks.explode().to_numpy() if len(cells) else cells
    return np.repeat(np.arange(len(cells)), sizes), members.astype(np.uint64, copy=False)


def grow(cells: Any, ring: int = 1) -> Cells:
    """Return cells with all that lie within so many grid steps of any of them, ascending, each once.

    Raises
    ------
    CellError
        Ids that are no cells, or a ring below 0.
    """
    return np.unique(disk(cells, ring)[1])


def shrink(cells: Any, ring: int = 1) -> Cells:
    """Return those of the cells whose whole disk lies among them, ascending, each once.

    Raises
    ------
    CellError
        Ids that are no cells, or a ring below 0.
    """
    unique = np.unique(check(cells))
    rows, members = disk(unique, ring)
    outside = rows[~np.isin(members, unique)]
    kept: Cells = np.delete(unique, outside)
    return kept


def neighbours(cells: Any, ring: int = 1) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return who is whose neighbour within a set of cells.

    Parameters
    ----------
    cells
        Shape (n,), each once, of one resolution.
    ring
        How many grid steps away a neighbour may be.

    Returns
    -------
    `indptr`, shape (n + 1,), and `indices`: the neighbours of row i are the rows
    `indices[indptr[i]:indptr[i + 1]]`, ascending, itself left out. The form of a `scipy.sparse.csr_array`.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, or mixed resolutions.
    """
    cells = check(cells)
    if len(cells) == 0:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    resolution_of(cells)
    order = np.argsort(cells)
    ascending = cells[order]
    twice = np.count_nonzero(ascending[1:] == ascending[:-1])
    if twice:
        raise CellError(f"{twice:,} of {len(cells):,} cells are given twice. Expected each cell once.")
    rows, members = disk(cells, ring)
    place = np.minimum(np.searchsorted(ascending, members), len(cells) - 1)
    columns = order[place]
    linked = (ascending[place] == members) & (columns != rows)
    rows, columns = rows[linked], columns[linked]
    # Sorting row and column as one number is eight times faster than numpy's lexsort.
    links = np.sort(rows * len(cells) + columns)
    indptr = np.zeros(len(cells) + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=len(cells)), out=indptr[1:])
    return indptr, links - rows * len(cells)
