"""Where it is hot now: Gi* of the reports of a period, each cell with its disk, beside all others."""

from typing import Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.exposure import counted_in, edition, exposure
from data.hot_cells import HotAsked, HotCells
from data.hot_kept import kept, with_answer, without_answer
from data.study_area import study_area
from geo import hotspots, rates
from geo.cells import Cells, disk
from geo.errors import NotEnoughDataError
from geo.hotspots import FEWEST_CELLS
from geo.neighbourhood import Neighbourhood
from i18n import ngettext

#: By how sure it is: of the cells that are called hot or cold at 95 %, at most 5 % are so by chance.
CLASSES: Final = ("none", "hot90", "hot95", "hot99", "cold90", "cold95", "cold99")
#: The largest q of each level, the weakest first.
LEVELS: Final = (0.10, 0.05, 0.01)

Values = npt.NDArray[np.float64]


def hot_now(cube: Cube, asked: HotAsked) -> HotCells:
    """Return which cells are hot and cold in the period of the filter.

    Returns
    -------
    `figures` are z-scores. `note` is `cells` where the area has too few cells (or too few that have what is
    counted by), `same` where none differs from the others, `visits` where no visits are known.
    """
    return kept(cube, asked, CLASSES, lambda: _made(cube, asked), also=edition(cube, asked.per))


def why(cube: Cube, asked: HotAsked, cells: Cells) -> list[str]:
    """Say of cells how many reports there are around them, and how many would be usual.

    Empty for cells outside the study area, for rates, and where there is no answer.
    """
    found = hot_now(cube, asked)
    if asked.per or found.note or not found.cells.size:
        return [""] * len(cells)
    mean, said = float(found.n.mean()), []
    for cell in cells:
        around = np.isin(found.cells, disk([cell], asked.ring)[1])
        if not around[min(np.searchsorted(found.cells, cell), len(found.cells) - 1)]:
            said.append("")
            continue
        n, usual = int(found.n[around].sum()), mean * np.count_nonzero(around)
        said.append(_reason(n, usual))
    return said


def _reason(n: int, usual: float) -> str:
    return ngettext(
        "{n} report in this cell and around it; usual on as many cells: {usual}",
        "{n} reports in this cell and around it; usual on as many cells: {usual}",
        n,
        usual=f"{usual:,.0f}" if usual >= 10 else f"{usual:.1f}",
    ).replace(str(n), f"{n:,}", 1)


def counts_of(cube: Cube, asked: HotAsked) -> tuple[Cells, npt.NDArray[np.uint32]]:
    """Return the cells of the study area, ascending, and how many reports lie in each.

    By visits, reports of days that no visits are known of are left out; where none are known, none is.
    """
    cells = study_area(cube, asked.where, asked.resolution)
    counted = cube.counts(counted_in(cube, asked.where, asked.per) or asked.where, asked.resolution)
    n = np.zeros(len(cells), np.uint32)
    n[np.searchsorted(cells, counted.cells)] = counted.counts
    return cells, n


def classed(z: Values, q: Values) -> npt.NDArray[np.uint8]:
    """Return the class of each cell: index into `CLASSES`; NaN is none."""
    sure = np.zeros(len(z), np.uint8)
    for level in LEVELS:
        sure += q <= level
    return np.where((sure > 0) & (z < 0), sure + len(LEVELS), sure).astype(np.uint8)


def _made(cube: Cube, asked: HotAsked) -> HotCells:
    cells, n = counts_of(cube, asked)
    values = n.astype(np.float64)
    if asked.per:
        by = exposure(cube, cells, asked.per, asked.where)
        if not by.any() or (asked.per == "visit" and not n.any()):
            return without_answer(cells, n, CLASSES, "visits" if asked.per == "visit" else "cells")
        values = rates.smoothed(n, by)
    known = ~np.isnan(values)
    if np.count_nonzero(known) < FEWEST_CELLS:
        return without_answer(cells, n, CLASSES, "cells")
    try:
        z, _p, q = hotspots.scores(Neighbourhood.of(cells[known], asked.ring), values[known])
    except NotEnoughDataError:
        return without_answer(cells, n, CLASSES, "same")
    return with_answer(cells, n, CLASSES, known=known, codes=classed(z, q), figures=z)
