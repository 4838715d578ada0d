"""Which hot spots stand when the grid is laid another way, so that nobody is sent to an artefact."""

from dataclasses import replace
from typing import Final

import numpy as np

from data.actors import SYSTEM
from data.cube import Cube
from data.exposure import exposure
from data.heat import WEIGHTS, positions
from data.hot_cells import HOT_RESOLUTIONS, HotAsked, HotCells
from data.hot_kept import kept, without_answer
from data.hot_now import CLASSES as NOW_CLASSES
from data.hot_now import hot_now
from data.place_tables import places_version
from data.study_area import study_area
from geo.errors import NotEnoughDataError
from geo.stability import stability

#: Of the cells that are hot now: hot on nearly every grid, on most of them, on fewer than half.
CLASSES: Final = ("none", "holds", "mostly", "shaky")
#: The least share of grids of the first two.
HOLDS: Final = 5 / 6
MOSTLY: Final = 1 / 2

_HOT: Final = tuple(code for code, slug in enumerate(NOW_CLASSES) if slug.startswith("hot"))


def hot_stability(cube: Cube, asked: HotAsked) -> HotCells:
    """Return how well each cell that is hot now stands on other grids.

    Returns
    -------
    `figures` are the shares of grids on which the ground of a cell is hot, of every cell, also of those that
    are not hot now. Notes as of `hot_now`.
    """
    places = places_version(cube.store, actor=SYSTEM) if asked.per else ""
    return kept(cube, asked, CLASSES, lambda: _made(cube, asked), also=(places,))


def _made(cube: Cube, asked: HotAsked) -> HotCells:
    now = hot_now(cube, replace(asked, kind="now"))
    if now.note:
        return without_answer(now.cells, now.n, CLASSES, now.note)
    areas = {resolution: study_area(cube, asked.where, resolution) for resolution in HOT_RESOLUTIONS}
    by = None
    if asked.per:
        by = {resolution: exposure(cube, area, asked.per) for resolution, area in areas.items()}
    reports = positions(cube, asked.where, WEIGHTS[0])
    try:
        score = stability(reports.lon, reports.lat, now.cells, areas=areas, exposures=by).score
    except NotEnoughDataError:
        return without_answer(now.cells, now.n, CLASSES, "cells")
    hot = np.isin(now.codes, _HOT)
    codes = np.where(hot, np.select([score >= HOLDS, score >= MOSTLY], [1, 2], 3), 0).astype(np.uint8)
    return HotCells(now.cells, codes, CLASSES, score, now.n)
