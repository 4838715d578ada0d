"""Which hot spots stand when the grid is laid another way.

Where the lines of a grid run is an accident, and so are the size of its cells and the reach of a disk. Here
the same reports are counted on many grids: of several resolutions, with disks of several rings, and laid half
a cell aside. A hot spot that only one of them shows is an artefact of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from geo import rates
from geo.cell_disks import disk, grow
from geo.cell_ids import Cells, check, resolution_of
from geo.cell_shapes import centres
from geo.cells import from_points, point_cells
from geo.errors import AnalysisError, NotEnoughDataError
from geo.hotspots import FEWEST_CELLS, scores
from geo.neighbourhood import Neighbourhood

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

RESOLUTIONS: Final = (9, 10, 11)
RINGS: Final = (1, 2)
#: The largest q of a hot cell.
LEVEL: Final = 0.10
#: Grids of one resolution: as it is, and half a cell aside along each of the three axes of its hexagons.
#: A shift by half a step back is the same grid as one forth.
GRIDS: Final = 4

_HALF_ROUND: Final = 180.0


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
        By resolution: the cells of the study area on each grid. Unless given, `RESOLUTIONS`, and on each the
        cells whose middle lies in the area.
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
        Exposures that do not fit the areas.
    NotEnoughDataError
        No grid gave an answer.
    """
    asked = check(cells)
    if not asked.size:
        raise NotEnoughDataError("There are no cells. Expected the cells of a study area.")
    level = resolution_of(asked)
    if areas is None:
        areas = {resolution: area_at(asked, resolution) for resolution in RESOLUTIONS}
    _check_exposures(areas, exposures)
    own = from_points(lon, lat, level)
    ground = _Ground.of(asked, own, np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    variants, hot = [], []
    for resolution, shift, bins in ground.grids(sorted(areas), shifted=exposures is None):
        grid, row = np.unique(np.concatenate([areas[resolution], bins]), return_inverse=True)
        row = row[len(areas[resolution]) :]
        counts = np.bincount(row[: len(own)], minlength=len(grid)).astype(np.float64)
        values = counts
        if exposures is not None:
            values = _rates(grid, counts, areas[resolution], exposures[resolution])
        for ring in rings:
            flags = _hot(grid, values, ring)
            if flags is not None:
                variants.append(Variant(resolution, shift, ring))
                hot.append(ground.mostly(flags[row]))
    if not hot:
        raise NotEnoughDataError(
            f"On no grid of the resolutions {sorted(areas)} can a cell be told from the others: there are "
            "too few cells, or all have the same counts."
        )
    flags = np.array(hot)
    return Stability(flags.mean(axis=0), tuple(variants), flags)


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


class _Ground(NamedTuple):
    """The reports, and the middles of the cells without any; `row` is the asked cell each lies in, or -1."""

    lon: Values
    lat: Values
    row: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]

    @classmethod
    def of(cls, asked: Cells, own: Cells, lon: Values, lat: Values) -> "_Ground":
        order = np.argsort(asked)
        place = np.minimum(np.searchsorted(asked[order], own), len(asked) - 1)
        row = np.where(asked[order][place] == own, order[place], -1)
        empty = np.flatnonzero(np.bincount(row + 1, minlength=len(asked) + 1)[1:] == 0)
        middle_lon, middle_lat = centres(asked[empty])
        row = np.concatenate([row, empty])
        return cls(
            np.concatenate([lon, middle_lon]),
            np.concatenate([lat, middle_lat]),
            row,
            np.bincount(row + 1, minlength=len(asked) + 1)[1:],
        )

    def grids(self, resolutions: list[int], *, shifted: bool) -> Iterator[tuple[int, int, Cells]]:
        """Yield resolution, shift and the cell of each point, on every grid."""
        wanted = [
            (resolution, shift, east, north)
            for resolution in resolutions
            for shift, (east, north) in enumerate(self._shifts(resolution))
            if shifted or not shift
        ]
        columns: dict[str, Values] = {}
        for k, (_resolution, _shift, east, north) in enumerate(wanted):
            columns[f"lon{k}"], columns[f"lat{k}"] = _wrapped(self.lon + east), self.lat + north
        binned = pl.DataFrame(columns).select(
            point_cells(f"lon{k}", f"lat{k}", resolution).alias(str(k))
            for k, (resolution, *_side) in enumerate(wanted)
        )
        for k, (resolution, shift, *_side) in enumerate(wanted):
            bins = binned[str(k)]
            # Half a cell past a pole there is no cell; the point keeps its own.
            bins = bins.fill_null(binned["0"]) if bins.null_count() else bins
            yield resolution, shift, bins.to_numpy()

    def mostly(self, flags: Flags) -> Flags:
        """Say of each asked cell whether half of its points or more have a flag."""
        with_flag = np.bincount((self.row + 1)[flags], minlength=len(self.size) + 1)[1:]
        return 2 * with_flag >= self.size

    def _shifts(self, resolution: int) -> list[tuple[float, float]]:
        """Return no shift, and half the way to the next cell along each axis, in degrees, at the middle."""
        here = from_points([np.median(self.lon)], [np.median(self.lat)], resolution)
        around = disk(here, 1)[1]
        lon, lat = centres(around[around != here])
        (lon0,), (lat0,) = centres(here)
        east, north = (_wrapped(lon - lon0)) / 2, (lat - lat0) / 2
        forth = np.flatnonzero((north > 0) | ((north == 0) & (east > 0)))
        return [(0.0, 0.0), *zip(east[forth].tolist(), north[forth].tolist(), strict=True)][:GRIDS]


def _hot(cells: Cells, values: Values, ring: int) -> Flags | None:
    """Say which cells of a grid are hot; None where none can be told from the others."""
    known = ~np.isnan(values)
    if np.count_nonzero(known) < FEWEST_CELLS:
        return None
    try:
        z, _p, q = scores(Neighbourhood.of(cells[known], ring), values[known])
    except NotEnoughDataError:
        return None
    hot = np.zeros(len(cells), np.bool_)
    hot[known] = (z > 0) & (q <= LEVEL)
    return hot


def _rates(grid: Cells, counts: Values, area: Cells, exposure: Values) -> Values:
    """Return the smoothed rate of each cell of a grid; NaN for those outside the area."""
    by = np.zeros(len(grid))
    by[np.searchsorted(grid, area)] = exposure
    return rates.smoothed(counts, by)


def _wrapped(lon: Values) -> Values:
    return (lon + _HALF_ROUND) % (2 * _HALF_ROUND) - _HALF_ROUND


def _check_exposures(areas: Mapping[int, Cells], exposures: Mapping[int, Values] | None) -> None:
    for resolution, area in areas.items():
        by = area if exposures is None else exposures.get(resolution, ())
        if len(by) != len(area):
            raise AnalysisError(
                f"{len(by):,} exposures for {len(area):,} cells of resolution {resolution}. Expected one for "
                "each cell of each area."
            )
