"""Cells that are unlike their neighbours: many reports among few, few among many, by local Moran's I."""

from typing import Final

import numpy as np

from data.cube import Cube
from data.exposure import edition, exposure
from data.hot_cells import HotAsked, HotCells
from data.hot_kept import kept, with_answer, without_answer
from data.hot_now import counts_of
from geo import moran, rates
from geo.errors import NotEnoughDataError
from geo.hotspots import FEWEST_CELLS
from geo.neighbourhood import Neighbourhood

CLASSES: Final = moran.QUADRANTS
#: The largest q of what is called more than chance.
LEVEL: Final = 0.05
#: Counts are so skewed that the normal distribution would call empty cells beside one full cell outliers: p
#: is by permutations, so many for each cell that one cell alone can be found, and so many at least. At most
#: so many numbers are drawn.
_PER_CELL: Final = 20
_FEWEST: Final = 9_999
_MOST_DRAWN: Final = 700_000


def hot_outliers(cube: Cube, asked: HotAsked) -> HotCells:
    """Return which cells are more like their neighbours, or less, than chance makes them.

    Returns
    -------
    `figures` are the z-scores of local Moran's I: positive alike, negative unlike. Notes as of `hot_now`.
    """
    return kept(cube, asked, CLASSES, lambda: _made(cube, asked), also=edition(cube, asked.per))


def _made(cube: Cube, asked: HotAsked) -> HotCells:
    cells, n = counts_of(cube, asked)
    values = n.astype(np.float64)
    try:
        if asked.per:
            by = exposure(cube, cells, asked.per, asked.where)
            if not by.any():
                return without_answer(cells, n, CLASSES, "visits" if asked.per == "visit" else "cells")
            values = rates.standardised(n, by)
        known = ~np.isnan(values)
        if np.count_nonzero(known) < FEWEST_CELLS:
            return without_answer(cells, n, CLASSES, "cells")
        around = Neighbourhood.of(cells[known], asked.ring)
        found = moran.likeness(around, values[known], permutations=_permutations(around))
    except NotEnoughDataError:
        return without_answer(cells, n, CLASSES, "same")
    codes = np.where(found.q <= LEVEL, found.quadrant, 0)
    return with_answer(cells, n, CLASSES, known=known, codes=codes, figures=found.z)


def _permutations(around: Neighbourhood) -> int:
    most = _MOST_DRAWN // int(around.sizes.max())
    return min(max(_FEWEST, _PER_CELL * len(around.cells)), most)
