"""Which hot spots stand when the grid is laid another way.

Where the lines of a grid run is an accident, and so are the size of its cells and the reach of a disk. Here
the same reports are counted on many grids: of several resolutions, with disks of several rings, and laid half
a cell aside. A hot spot that only one of them shows is an artefact of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo import rates
from geo.cell_counts import over_all
from geo.cell_disks import grow
from geo.cell_ids import Cells, check, resolution_of
from geo.cell_shapes import centres
from geo.cells import from_points
from geo.errors import AnalysisError, NotEnoughDataError
from geo.hotspots import FEWEST_CELLS, scores
from geo.neighbourhood import Neighbourhood
from geo.shifted_grids import GRIDS, on_grids

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

RESOLUTIONS: Final = (9, 10, 11)
RINGS: Final = (1, 2)
#: The largest q of a hot cell.
LEVEL: Final = 0.10


class Variant(NamedTuple):
    """One way to lay the grid: `shift` 0 is H3's own, 1 to 3 lie half a cell aside."""

    resolution: int
    shift: int
    ring: int


class Stability(NamedTuple):
    """How often the ground of each cell is hot.

    Attributes
    ----------
    score
        Shape (n,), 0 to 1: the share of the variants in which it is.
    variants
        Those that gave an answer: on too few cells, or where all are the same, there is none.
    hot
        Shape (variants, n).
    """

    score: Values
    variants: tuple[Variant, ...]
    hot: Flags


def stability(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    cells: Any,
    *,
    areas: Mapping[int, Cells] | None = None,
    bins: Mapping[int, Cells] | None = None,
    exposures: Mapping[int, Values] | None = None,
    rings: tuple[int, ...] = RINGS,
) -> Stability:
    """Score the ground of each cell by the share of grids on which it is hot.

    The ground of a cell is hot on a grid if half of its reports or more lie in cells of the grid that are hot
    by Gi* (`q` up to `LEVEL`). Of a cell without reports it is its middle that counts.

    Parameters
    ----------
    lon, lat
        Shape (m,), degrees, WGS-84: the reports.
    cells
        Shape (n,), each once, of one resolution: the study area.
    areas
        By resolution: the cells of the study area on each grid, each once. Unless given, `RESOLUTIONS`, and
        on each the cells whose middle lies in the area.
    bins
        By resolution: the cells that the reports lie in, where they are known already; shape (m,) each.
    exposures
        By resolution, beside `areas`: what the counts are to be rates of. With them grids are not shifted:
        only H3's own cells have an exposure.
    rings
        Of the disks.

    Raises
    ------
    CellError
        Coordinates or ids that are none, cells given twice, mixed resolutions.
    AnalysisError
        Bins or exposures that are not as many as the reports and the cells of the areas.
    NotEnoughDataError
        No grid gave an answer.
    """
    asked = check(cells)
    if not asked.size:
        raise NotEnoughDataError("There are no cells. Expected the cells of a study area.")
    own = resolution_of(asked)
    if areas is None:
        areas = {resolution: area_at(asked, resolution) for resolution in RESOLUTIONS}
    reports = _Reports(np.asarray(lon, np.float64), np.asarray(lat, np.float64), bins or {})
    _check_lengths(areas, exposures, bins or {}, len(reports.lon))
    ground = _Ground.of(asked, reports.cells(own))
    variants, hot = [], []
    for resolution, area in sorted(areas.items()):
        by = None if exposures is None else exposures[resolution]
        for shift, grid in enumerate(_grids(reports, ground, resolution, area, shifted=by is None)):
            for ring in rings:
                flags = _hot(grid.cells, grid.values(area, by), ring)
                if flags is not None:
                    variants.append(Variant(resolution, shift, ring))
                    hot.append(ground.mostly(flags[grid.rows]))
    if not hot:
        raise NotEnoughDataError(
            f"On no grid of the resolutions {sorted(areas)} can a cell be told from the others: there are "
            "too few cells, or all have the same counts."
        )
    table = np.array(hot)
    return Stability(table.mean(axis=0), tuple(variants), table)


def area_at(cells: Cells, resolution: int) -> Cells:
    """Return the cells of another resolution whose middle lies in a set of cells, ascending.

    Coarser ones are those that hold the middle of one of the cells: none of the area may be left out.

    Raises
    ------
    CellError
        Ids that are no cells, mixed resolutions, no cell at all.
    """
    own = resolution_of(cells)
    if resolution <= own:
        return np.unique(from_points(*centres(cells), resolution))
    found = np.unique(cells)
    for finer in range(own + 1, resolution + 1):
        near = grow(from_points(*centres(found), finer), 2)
        found = near[np.isin(from_points(*centres(near), own), cells)]
    return found


class _Reports(NamedTuple):
    """Where the reports lie, and the cells of some resolutions that they are known to lie in."""

    lon: Values
    lat: Values
    bins: Mapping[int, Cells]

    def cells(self, resolution: int) -> Cells:
        known = self.bins.get(resolution)
        return from_points(self.lon, self.lat, resolution) if known is None else known


class _Ground(NamedTuple):
    """What stands for the ground of each asked cell: its reports, or its middle where it has none.

    Attributes
    ----------
    lon, lat
        Of the middles of the cells without reports.
    row
        Of each report and then of each middle: the asked cell it lies in, -1 outside of them.
    size
        How many of them each asked cell has.
    """

    lon: Values
    lat: Values
    row: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]

    @classmethod
    def of(cls, asked: Cells, own: Cells) -> "_Ground":
        order = np.argsort(asked)
        place = np.minimum(np.searchsorted(asked, own, sorter=order), len(asked) - 1)
        row = np.where(asked[order[place]] == own, order[place], -1)
        size = np.bincount(row + 1, minlength=len(asked) + 1)[1:]
        empty = np.flatnonzero(size == 0)
        return cls(*centres(asked[empty]), np.concatenate([row, empty]), np.maximum(size, 1))

    def mostly(self, flags: Flags) -> Flags:
        """Say of each asked cell whether half of what stands for it or more has a flag."""
        flagged = np.bincount((self.row + 1)[flags], minlength=len(self.size) + 1)[1:]
        mostly: Flags = 2 * flagged >= self.size
        return mostly


class _Grid(NamedTuple):
    """Reports counted on a grid; `rows` are the cells of the reports and of the middles."""

    cells: Cells
    counts: Values
    rows: npt.NDArray[np.int64]

    def values(self, area: Cells, exposure: Values | None) -> Values:
        """Return the counts, or rates where there is an exposure: NaN for cells without."""
        if exposure is None:
            return self.counts
        by = np.zeros(len(self.cells))
        by[np.searchsorted(self.cells, area)] = exposure
        return rates.smoothed(self.counts, by) if by.any() else np.full(len(by), np.nan)


def _grids(
    reports: _Reports, ground: _Ground, resolution: int, area: Cells, *, shifted: bool
) -> Iterator[_Grid]:
    """Yield the reports counted on H3's grid, and on those half a cell aside."""
    lon, lat = np.concatenate([reports.lon, ground.lon]), np.concatenate([reports.lat, ground.lat])
    own = np.concatenate([reports.cells(resolution), from_points(ground.lon, ground.lat, resolution)])
    laid = on_grids(lon, lat, own, grids=GRIDS if shifted else 1)
    every = np.union1d(area, laid.cells)
    place = np.searchsorted(every, laid.cells)
    in_area = np.isin(every, area)
    for rows in laid.rows:
        at = place[rows]
        there = in_area.copy()
        there[at] = True
        counts = np.bincount(at[: len(reports.lon)], minlength=len(every))[there]
        yield _Grid(every[there], counts.astype(np.float64), (np.cumsum(there) - 1)[at])


def _hot(cells: Cells, values: Values, ring: int) -> Flags | None:
    """Say which cells of a grid are hot; None where none can be told from the others."""
    known = ~np.isnan(values)
    if np.count_nonzero(known) < FEWEST_CELLS:
        return None
    try:
        z, _p, q = scores(Neighbourhood.of(cells[known], ring), values[known])
    except NotEnoughDataError:
        return None
    return over_all((z > 0) & (q <= LEVEL), known, unknown=False)


def _check_lengths(
    areas: Mapping[int, Cells],
    exposures: Mapping[int, Values] | None,
    bins: Mapping[int, Cells],
    reports: int,
) -> None:
    for resolution, area in areas.items():
        by = area if exposures is None else exposures.get(resolution, ())
        if len(by) != len(area):
            raise AnalysisError(
                f"{len(by):,} exposures for {len(area):,} cells of resolution {resolution}. Expected one for "
                "each cell of each area."
            )
    for resolution, known in bins.items():
        if len(known) != reports:
            raise AnalysisError(
                f"{len(known):,} cells of resolution {resolution} for {reports:,} reports. Expected one for "
                "each report."
            )
