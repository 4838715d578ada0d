"""Disks of cells: which cells lie within so many steps, and sets that grow and shrink by them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_h3

from geo.cell_ids import Cells, check
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
