"""The classes of emerging hot spots on the map, and one cell's series behind its class."""

from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.hot_cells import HotAsked, HotCells
from data.hot_kept import with_answer, without_answer
from data.hot_reasons import reasons
from data.step_counts import LATEST, Step, StepCounts, step_counts
from data.step_rates import exposure_by_step, rates_by_step
from geo.cell_disks import disk
from geo.cell_ids import Cells, check
from geo.emerging import CLASSES, Emerging, analyse
from geo.mann_kendall import LEAST_STEPS
from geo.neighbourhood import Neighbourhood
from geo.space_time import USUAL_PREVIOUS, Bins, gi_star_of_bins, p_of_bins
from geo.tails import least_z

#: The last step is looked at with that many before it.
_PREVIOUS: Final = USUAL_PREVIOUS
#: Where fewer reports than these have no hot spot, that says nothing.
FEWEST_REPORTS: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class CellSeries:
    """Why a cell has its class: what was counted and how unusual it was, step by step.

    Attributes
    ----------
    starts
        The first day of each step; empty where there is no answer.
    counts
        Shape (steps,): reports in the cell itself.
    z
        Shape (steps,): space-time Gi* of its disk, in standard deviations.
    p
        Shape (steps,): two-sided, not corrected.
    significant
        Shape (steps,), int8: 1 hot, -1 cold, 0 neither, after the correction for all cells and steps.
    least_z, cold_z
        From which z-score on a step is hot here, and down to which it is cold; infinite where nothing in the
        whole city is. Hot takes more than cold where reports are few: chance has a long tail there. At the
        start of the cube, where there are fewer steps before, it takes more still.
    step
        `week` or `month`.
    slug
        Its class.
    reason
        The class in words, in the locale in use.
    figures
        Its row of `geo.emerging.Emerging.summary`; None where there is no answer.
    note
        Why there is no answer ("steps", "cells", "same", "visits"; "outside" of the study area or without
        anything to count by), empty where there is one.
    """

    starts: tuple[date, ...]
    counts: npt.NDArray[np.int32]
    z: npt.NDArray[np.float64]
    p: npt.NDArray[np.float64]
    significant: npt.NDArray[np.int8]
    least_z: float
    cold_z: float
    step: Step
    slug: str = CLASSES[0]
    reason: str = ""
    figures: np.void | None = None
    note: str = ""


def hot_classes(cube: Cube, asked: HotAsked) -> HotCells:
    """Name each cell of the study area by one of the 17 classes, as of the last whole step.

    Of a long period the latest steps count (`data.step_counts.LATEST`).

    Returns
    -------
    `figures` are the z-scores of the last step, `n` the reports of all steps. With a note all are "none"; so
    are cells without anything to count by (street, households, visits) where a rate is asked for.
    """
    of = _basis(cube, asked)
    totals = of.counted.counts.sum(axis=1, dtype=np.uint32)
    cells = of.counted.cells
    if of.note:
        return without_answer(cells, totals, CLASSES, of.note)
    found = _found(cube, asked, of).summary
    if not found["code"].any() and int(totals.sum()) < FEWEST_REPORTS:
        return without_answer(cells, totals, CLASSES, "few")
    return with_answer(cells, totals, CLASSES, known=of.known, codes=found["code"], figures=found["z_last"])


def why(cube: Cube, asked: HotAsked, cells: Any = None) -> list[str]:
    """Say in words why cells have their classes, in the locale in use.

    Parameters
    ----------
    cells
        Shape (m,), of the study area; all of it by default.

    Returns
    -------
    A sentence a cell, empty for cells outside the study area and where there is no answer.

    Raises
    ------
    CellError
        Ids that are no cells.
    """
    of = _basis(cube, asked)
    wanted = of.counted.cells if cells is None else check(cells)
    if not wanted.size or of.note:
        return [""] * len(wanted)
    row, inside = _rows(of.cells, wanted)
    summary = _found(cube, asked, of).summary[row]
    said = reasons(summary, steps=len(of.counted.starts), step=asked.step).to_list()
    return [sentence if there else "" for sentence, there in zip(said, inside.tolist(), strict=True)]


def series(cube: Cube, asked: HotAsked, cell: int | str) -> CellSeries:
    """Return one cell's z-scores, significance and counts, step by step, as the classes were made of.

    Raises
    ------
    CellError
        An id that is no cell.
    """
    wanted = check([cell])
    of = _basis(cube, asked)
    if of.note:
        return _without_series(asked, of.note)
    (row,), (inside,) = _rows(of.cells, wanted)
    if not inside:
        return _without_series(asked, "outside")
    found = _found(cube, asked, of)
    at, there = _rows(of.cells, disk(wanted, asked.ring)[1])
    around = np.sort(at[there])
    sums, size = of.values[around].sum(axis=0, dtype=np.float64)[None], np.array([around.size])
    z = gi_star_of_bins(sums, size, bins=found.bins, previous=_PREVIOUS)[0]
    p = p_of_bins(z, size, np.arange(z.size), bins=found.bins, previous=_PREVIOUS)
    skewness = found.bins.skewness / np.sqrt(around.size * (_PREVIOUS + 1))
    return CellSeries(
        starts=of.counted.starts,
        counts=of.counted.counts[of.known][row],
        z=z,
        p=p,
        significant=(np.sign(z) * (p <= found.critical_p)).astype(np.int8),
        least_z=least_z(found.critical_p, skewness),
        cold_z=-least_z(found.critical_p, -skewness),
        step=asked.step,
        slug=CLASSES[found.summary["code"][row]],
        reason=reasons(found.summary[row : row + 1], steps=len(of.counted.starts), step=asked.step)[0],
        figures=found.summary[row],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """What is analysed: counts of the study area, or rates where these are asked for."""

    counted: StepCounts
    known: npt.NDArray[np.bool_]  # cells that have a rate; all where counts are asked for
    cells: Cells  # these
    values: npt.NDArray[Any]  # their counts or rates; shape (m, steps)
    by: bytes  # a digest of what is divided by, empty where counts are asked for
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What is kept of an analysis: `geo.emerging.Emerging` without its series."""

    summary: npt.NDArray[Any]
    bins: Bins
    critical_p: float


def _basis(cube: Cube, asked: HotAsked) -> _Basis:
    counted = step_counts(
        cube, asked.where, resolution=asked.resolution, step=asked.step, most=LATEST[asked.step]
    )
    known, cells, digest = np.ones(len(counted.cells), bool), counted.cells, b""
    values: npt.NDArray[Any] = counted.counts
    if asked.per and counted.starts:
        by = exposure_by_step(cube, counted, asked.per)
        known = np.asarray(by.any(axis=1))
        cells, digest = counted.cells[known], blake2b(by.tobytes(), digest_size=12).digest()
        if cells.size:
            values = rates_by_step(counted.counts[known], by[known])
    return _Basis(counted, known, cells, values, digest, _note(values, cells, asked))


def _note(values: npt.NDArray[Any], cells: Cells, asked: HotAsked) -> str:
    """Return why nothing can be said of counts or rates, empty where something can."""
    if values.shape[1] < LEAST_STEPS:
        return "steps"
    n = len(cells)
    if asked.per == "visit" and not n:
        return "visits"
    fits_in_a_disk = n <= 1 + 3 * asked.ring * (asked.ring + 1)
    if n < 2 or (fits_in_a_disk and Neighbourhood.of(cells, asked.ring).sizes.min() == n):
        return "cells"
    return "same" if values.min() == values.max() else ""


def _rows(cells: Cells, wanted: Cells) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return where wanted cells lie among ascending ones, and whether they do."""
    row = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    return row, cells[row] == wanted


def _found(cube: Cube, asked: HotAsked, of: _Basis) -> _Found:
    """Return the analysis, made once for this version of the cube and of what is divided by."""

    @cache
    def found() -> Emerging:
        return analyse(of.values, around=Neighbourhood.of(of.cells, asked.ring), previous=_PREVIOUS)

    def figures() -> npt.NDArray[np.float64]:
        return np.array([*astuple(found().bins), found().critical_p])

    where = asked.where, asked.resolution, asked.ring, asked.step, of.counted.starts
    key = (cube.version, "emerging", *where, of.by)
    summary = cube.kept.get((*key, "summary"), lambda: found().summary)
    n, *moments, critical = cube.kept.get((*key, "figures"), figures).tolist()
    return _Found(summary, Bins(int(n), *moments), critical)


def _without_series(asked: HotAsked, note: str) -> CellSeries:
    none, no_steps = np.zeros(0), np.zeros(0, np.int8)
    return CellSeries(
        (), no_steps.astype(np.int32), none, none, no_steps, np.inf, -np.inf, asked.step, note=note
    )
