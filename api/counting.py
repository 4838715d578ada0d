"""The classes of a filter's figures, kept ready: the same question is asked at every pan of every browser."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from api.asked_cells import AskedCells
from data.cube import Cube
from data.measured import CellFigures, Figure, cell_figures, figure
from layers import classes

#: Beyond this many cells in view a coarser resolution is sent: it is still fine enough for the eye.
MOST_CELLS = 120_000


class Classes(NamedTuple):
    """What holds for all cells of a filter.

    Attributes
    ----------
    edges
        Lowest value of each class.
    total
        How many reports the filter selects everywhere.
    figure
        The measure of all of them together.
    """

    edges: list[int] | list[float]
    total: int
    figure: Figure


@lru_cache(maxsize=256)
def classes_of(
    cube: Cube, version: str, asked: AskedCells, resolution: int, *, minute: int | None = None
) -> Classes:
    """Class the figures of the whole city, so that colours keep while panning.

    `version` is the cube's: it only tells states of the data apart. `minute` is that of `cell_figures`, for a
    measure that changes with time alone.
    """
    del version
    found = cell_figures(cube, asked.where, resolution, asked.name, against=asked.against, minute=minute)
    if asked.name == "count":
        total = int(found.n.sum())
        return Classes(_edges(found, asked), total, Figure(float(total), total))
    whole = figure(cube, asked.where, asked.name, against=asked.against, minute=minute)
    return Classes(_edges(found, asked), cube.total(asked.where), whole)


def _edges(found: CellFigures, asked: AskedCells) -> list[int] | list[float]:
    if asked.edges:
        return list(asked.edges)
    if asked.measure.counts:
        return classes.edges(found.n, asked.n, asked.method)
    # As they are sent: a class is that of the number that a reader sees.
    values = np.round(found.values, asked.measure.decimals)
    if asked.measure.signed:
        return classes.change_edges(values, asked.n, asked.method)
    return classes.figure_edges(
        values, asked.n, asked.method, top=100.0 if asked.measure.kind == "share" else None
    )
