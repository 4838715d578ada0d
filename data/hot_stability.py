"""Which hot spots stand when the grid is laid another way, so that nobody is sent to an artefact."""

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from data.counts import chosen
from data.cube import Cube
from data.exposure import counted_in, edition, exposure
from data.filters import Filter
from data.hot_cells import HOT_RESOLUTIONS, HotAsked, HotCells
from data.hot_kept import kept, without_answer
from data.hot_now import CLASSES as NOW_CLASSES
from data.hot_now import hot_now
from data.study_area import study_area
from geo.cells import Cells
from geo.errors import NotEnoughDataError
from geo.stability import Values, stability

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
    return kept(cube, asked, CLASSES, lambda: _made(cube, asked), also=edition(cube, asked.per))


def _made(cube: Cube, asked: HotAsked) -> HotCells:
    now = hot_now(cube, replace(asked, kind="now"))
    if now.note:
        return without_answer(now.cells, now.n, CLASSES, now.note)
    areas = {resolution: study_area(cube, asked.where, resolution) for resolution in HOT_RESOLUTIONS}
    by = None
    if asked.per:
        by = {resolution: exposure(cube, area, asked.per, asked.where) for resolution, area in areas.items()}
    lon, lat, bins = _reports(cube, counted_in(cube, asked.where, asked.per) or asked.where)
    try:
        score = stability(lon, lat, now.cells, areas=areas, bins=bins, exposures=by).score
    except NotEnoughDataError:
        return without_answer(now.cells, now.n, CLASSES, "cells")
    hot = np.isin(now.codes, _HOT)
    codes = np.where(hot, np.select([score >= HOLDS, score >= MOSTLY], [1, 2], 3), 0).astype(np.uint8)
    return HotCells(now.cells, codes, CLASSES, score, now.n)


def _reports(cube: Cube, where: Filter) -> tuple[Values, Values, dict[int, Cells]]:
    """Return where the reports of a filter lie, and the cells that the cube knows they lie in."""
    state, choice = cube.state, cube.choice(where)
    columns = [f"cell{resolution}" for resolution in HOT_RESOLUTIONS]
    rows: pl.DataFrame = pl.concat(
        chosen(piece, choice, "lon", "lat", *columns).collect().to_native() for piece in state.pieces
    )
    bins = {
        resolution: state.cells[resolution].cells[rows[column].to_numpy()]
        for resolution, column in zip(HOT_RESOLUTIONS, columns, strict=True)
    }
    lon, lat = (rows[name].cast(pl.Float64).to_numpy() for name in ("lon", "lat"))
    return lon, lat, bins
