"""Where nobody looked: cells of the study area that patrols visit hardly ever, or seldom.

A cell is judged by the patrols alone. Residents report what disturbs them, not what a patrol looks for, so
their reports do not make a cell seen; how many there are is told beside it. A report that a patrol made
proves that one was there: a cell with such reports is never blind, whatever the file of visits says.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked, HotCells
from data.patrol_sources import patrol_sources
from data.study_area import study_area
from data.visit_counts import looked_at, visits_per_cell
from geo import effort
from geo.cells import check
from i18n import gettext as _
from i18n import ngettext

#: The classes of this kind, in the order of the legend.
CLASSES: Final = effort.SEEN

_ROW: Final = np.dtype([("code", np.uint8), ("visits", np.float64), ("n", np.uint32)])


def hot_blind(cube: Cube, asked: HotAsked) -> HotCells:
    """Return how often each cell of the study area was looked at in the days of the filter.

    Returns
    -------
    `figures` are visits, `n` reports of the filter by anybody in the days that visits are known of. `note` is
    `visits` where none are known in those days, or so few that no visit at all is chance.
    """
    cells = study_area(cube, asked.where, asked.resolution)
    known = looked_at(cube, asked.where)
    if known is None or not cells.size:
        none = np.zeros(len(cells), np.uint8)
        return HotCells(cells, none, CLASSES, np.full(len(cells), np.nan), none.astype(np.uint32), "visits")
    patrols = patrol_sources(cube)
    key = (cube.version, "blind", known, asked.resolution, patrols)
    rows = cube.kept.get(key, lambda: _judged(cube, known, asked.resolution, patrols))
    note = "" if rows["code"].any() else "visits"
    return HotCells(cells, rows["code"], CLASSES, rows["visits"], rows["n"], note)


def why(cube: Cube, asked: HotAsked, cells: Any) -> list[str]:
    """Say of cells in the locale in use how often somebody looked; empty for those outside the study area.

    Parameters
    ----------
    cells
        Shape (m,).
    """
    found = hot_blind(cube, asked)
    wanted = check(cells)
    if found.note or not wanted.size:
        return [""] * len(wanted)
    row = np.minimum(np.searchsorted(found.cells, wanted), len(found.cells) - 1)
    usual = f"{effort.usual_visits(found.figures):,.0f}"
    return [
        _visited(round(visits), usual) if there else ""
        for visits, there in zip(found.figures[row], found.cells[row] == wanted, strict=True)
    ]


def _visited(n: int, usual: str) -> str:
    if not n:
        return _("Not one visit in these days; the usual cell has {usual}", usual=usual)
    return ngettext(
        "{n} visit in these days; the usual cell has {usual}",
        "{n} visits in these days; the usual cell has {usual}",
        n,
        usual=usual,
    ).replace(str(n), f"{n:,}", 1)


def _judged(cube: Cube, where: Filter, resolution: int, patrols: tuple[str, ...]) -> npt.NDArray[Any]:
    cells = study_area(cube, where, resolution)
    rows = np.zeros(len(cells), _ROW)
    rows["visits"] = visits_per_cell(cube, cells, where)
    rows["code"] = effort.seen(rows["visits"])
    counted = cube.counts(where, resolution)
    rows["n"][np.searchsorted(cells, counted.cells)] = counted.counts
    if patrols:
        own = where.but(categories=(), statuses=(), sources=patrols, units=(), exempt="", hours=())
        there = np.isin(cells, cube.counts(own, resolution).cells)
        rows["code"][there & (rows["code"] == CLASSES.index("blind"))] = CLASSES.index("seldom")
    return rows
