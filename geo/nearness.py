"""How much cells count for each other by their distance: averages around each cell of a set."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo.cell_ids import Cells, check
from geo.cell_shapes import area_m2, centres
from geo.cells import neighbours
from geo.distances import haversine_m

Values = npt.NDArray[np.float64]

#: Standard deviations of the kernels, in distances between neighbouring cells: close by, and around.
USUAL_WIDTHS: Final = (0.6, 1.5)
#: What lies further away than so many standard deviations does not count.
_REACH: Final = 2.6


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """Gaussian averages around each cell of a set, one for each width.

    Attributes
    ----------
    widths_m
        Standard deviation of each kernel in metres.
    links
        One matrix of shape (n, n) for each width; the rows sum to 1, so at the rim of the set the average is
        that of the cells that are there.
    """

    widths_m: tuple[float, ...]
    links: tuple[Any, ...]

    @classmethod
    def of(cls, cells: Cells, widths: Sequence[float] = USUAL_WIDTHS) -> Self:
        """Measure the distances between the middles of cells.

        Parameters
        ----------
        cells
            Shape (n,), each once, of one resolution.
        widths
            Standard deviations in distances between neighbouring cells, above 0.

        Raises
        ------
        CellError
            Ids that are no cells, cells given twice, or mixed resolutions.
        """
        known = check(cells)
        if not len(known):
            empty = sparse.csr_array((0, 0))
            return cls((0.0,) * len(widths), (empty,) * len(widths))
        # The middles of neighbouring hexagons of area S lie sqrt(2 S / sqrt(3)) apart.
        apart_m = float(np.sqrt(2 * area_m2(known).mean() / np.sqrt(3)))
        indptr, columns = neighbours(known, ceil(_REACH * max(widths)))
        rows = np.repeat(np.arange(len(known)), np.diff(indptr))
        lon, lat = centres(known)
        away = haversine_m(lon[rows], lat[rows], lon[columns], lat[columns]) / apart_m
        own = np.arange(len(known))
        links: list[Any] = []
        for width in widths:
            near = away <= _REACH * width + 0.1
            weights = np.concatenate([np.exp(-((away[near] / width) ** 2) / 2), np.ones(len(known))])
            at = np.concatenate([rows[near], own]), np.concatenate([columns[near], own])
            weights /= np.bincount(at[0], weights, minlength=len(known))[at[0]]
            links.append(sparse.csr_array((weights, at), shape=(len(known),) * 2))
        return cls(tuple(width * apart_m for width in widths), tuple(links))

    def around(self, values: npt.ArrayLike, width: int) -> Values:
        """Average values around each cell, itself included.

        Parameters
        ----------
        values
            Shape (n,) or (n, k).
        width
            Which of the kernels, from 0.
        """
        averaged: Values = self.links[width] @ np.asarray(values, dtype=np.float64)
        return averaged
