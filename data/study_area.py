"""The cells that an analysis is about: where the city is looked at, whether or not anything was reported."""

from typing import Final

import numpy as np

from data.cube import Cube
from data.filters import Filter
from geo.cells import Cells, grow, shrink

#: Gaps between cells with reports that are closed, in grid steps to both sides.
_GAP_STEPS: Final = 2


def study_area(cube: Cube, where: Filter, resolution: int) -> Cells:
    """Return the cells in which something was ever reported, and the gaps between them, ascending.

    Categories, days, states and all other sides of the filter do not change the area: a cell without a report
    of the category at hand is a zero, not a gap. Only what says *where* (places, areas, cells) does: whoever
    looks at one district compares the cells of that district. Fields and water around a town belong to no
    area: with them every street would be a hot spot.
    """
    seen = _somewhere(where)
    key = (cube.version, "study area", resolution, seen)
    return cube.kept.get(key, lambda: _closed(cube.counts(seen, resolution).cells))


def _somewhere(where: Filter) -> Filter:
    """Return what a filter says of places; cells of another resolution choose the reports in them."""
    return Filter(places=where.places, areas=where.areas, cells=where.cells)


def _closed(cells: Cells) -> Cells:
    """Return the cells and the gaps between them that a disk cannot pass."""
    if not cells.size:
        return cells
    closed: Cells = np.union1d(cells, shrink(grow(cells, _GAP_STEPS), _GAP_STEPS))
    return closed
