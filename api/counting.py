"""Counts per cell, kept ready: the same question is asked at every pan of every browser."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from api.params import Bbox
from data.cube import Cube
from data.filters import Filter
from geo import cells
from layers import classes

#: How far outside the view a centre may lie so that its hexagon still shows, in parts of the view.
_MARGIN = 0.25
_CLASSES = 6


@dataclass(frozen=True, slots=True)
class CountedCells:
    """Every cell with reports at one resolution, sorted by id."""

    cells: NDArray[np.uint64]
    counts: NDArray[np.uint32]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    edges: list[int]
    total: int

    def within(self, box: Bbox | None) -> NDArray[np.intp]:
        """Return the positions of the cells that a view shows, a margin around it included."""
        if box is None:
            return np.arange(self.cells.size)
        west, south, east, north = box
        pad_lon, pad_lat = (east - west) * _MARGIN, (north - south) * _MARGIN
        shown = (self.lon >= west - pad_lon) & (self.lon <= east + pad_lon)
        shown &= (self.lat >= south - pad_lat) & (self.lat <= north + pad_lat)
        return np.flatnonzero(shown)


@lru_cache(maxsize=128)
def counted_cells(cube: Cube, version: str, where: Filter, resolution: int) -> CountedCells:
    """Count the reports of each cell; the class edges are those of the whole city, so colours keep while panning.

    `version` is the cube's: it only tells states of the data apart.
    """
    del version
    counted = cube.counts(where, resolution)
    lon, lat = cells.centres(counted.cells)
    return CountedCells(
        cells=counted.cells,
        counts=counted.counts,
        lon=lon,
        lat=lat,
        edges=classes.edges(counted.counts, _CLASSES),
        total=int(counted.counts.sum()),
    )
