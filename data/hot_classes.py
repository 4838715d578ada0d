"""The classes of emerging hot spots on the map, and one cell's series behind its class."""

from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.hot_cells import HotAsked, HotCells
from data.hot_reasons import reasons
from data.step_counts import Step, StepCounts, step_counts
from geo.cell_disks import disk
from geo.cell_ids import check
from geo.emerging import CLASSES, Emerging, analyse
from geo.mann_kendall import LEAST_STEPS
from geo.neighbourhood import Neighbourhood
from geo.space_time import USUAL_PREVIOUS, Bins, gi_star_of_bins, p_of_bins

#: The last step is looked at with that many before it.
_PREVIOUS: Final = USUAL_PREVIOUS


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
    step
        `week` or `month`.
    slug
        Its class.
    reason
        The class in words, in the locale in use.
    figures
        Its row of `geo.emerging.Emerging.summary`; None where there is no answer.
    note
        Why there is no answer ("steps", "cells", "same", "outside" of the study area), empty where there is
        one.
    """

    starts: tuple[date, ...]
    counts: npt.NDArray[np.int32]
    z: npt.NDArray[np.float64]
    p: npt.NDArray[np.float64]
    significant: npt.NDArray[np.int8]
    step: Step
    slug: str = CLASSES[0]
    reason: str = ""
    figures: np.void | None = None
    note: str = ""


def hot_classes(cube: Cube, asked: HotAsked) -> HotCells:
    """Name each cell of the study area by one of the 17 classes, as of the last whole step.

    Returns
    -------
    `figures` are the z-scores of the last step, `n` the reports of all steps. With a note all are "none".
    """
    counted = _counted(cube, asked)
    totals = counted.counts.sum(axis=1, dtype=np.uint32)
    note = _note(counted, asked)
    if note:
        n = len(counted.cells)
        return HotCells(counted.cells, np.zeros(n, np.uint8), CLASSES, np.full(n, np.nan), totals, note)
    found = _found(cube, asked, counted)
    return HotCells(counted.cells, found.summary["code"], CLASSES, found.summary["z_last"], totals)


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
    counted = _counted(cube, asked)
    wanted = counted.cells if cells is None else check(cells)
    if not wanted.size or _note(counted, asked):
        return [""] * len(wanted)
    row = np.minimum(np.searchsorted(counted.cells, wanted), len(counted.cells) - 1)
    said = reasons(
        _found(cube, asked, counted).summary[row], steps=len(counted.starts), step=asked.step
    ).to_list()
    return [
        sentence if inside else ""
        for sentence, inside in zip(said, counted.cells[row] == wanted, strict=True)
    ]


def series(cube: Cube, asked: HotAsked, cell: int | str) -> CellSeries:
    """Return one cell's z-scores, significance and counts, step by step, as the classes were made of.

    Raises
    ------
    CellError
        An id that is no cell.
    """
    wanted = check([cell])
    counted = _counted(cube, asked)
    row = int(np.searchsorted(counted.cells, wanted[0]))
    inside = row < len(counted.cells) and counted.cells[row] == wanted[0]
    note = _note(counted, asked) or ("" if inside else "outside")
    if note:
        nothing = np.zeros(0)
        return CellSeries(
            (), nothing.astype(np.int32), nothing, nothing, nothing.astype(np.int8), asked.step, note=note
        )
    found = _found(cube, asked, counted)
    _rows, members = disk(wanted, asked.ring)
    at = np.searchsorted(counted.cells, members)
    at = at[counted.cells[np.minimum(at, len(counted.cells) - 1)] == members]
    sums, size = counted.counts[at].sum(axis=0, dtype=np.float64)[None], np.array([at.size])
    z = gi_star_of_bins(sums, size, bins=found.bins, previous=_PREVIOUS)[0]
    p = p_of_bins(z, size, np.arange(z.size), bins=found.bins, previous=_PREVIOUS)
    return CellSeries(
        starts=counted.starts,
        counts=counted.counts[row],
        z=z,
        p=p,
        significant=(np.sign(z) * (p <= found.critical_p)).astype(np.int8),
        step=asked.step,
        slug=CLASSES[found.summary["code"][row]],
        reason=reasons(found.summary[row : row + 1], steps=len(counted.starts), step=asked.step)[0],
        figures=found.summary[row],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What is kept of an analysis: `geo.emerging.Emerging` without its series."""

    summary: npt.NDArray[Any]
    bins: Bins
    critical_p: float


def _counted(cube: Cube, asked: HotAsked) -> StepCounts:
    return step_counts(cube, asked.where, resolution=asked.resolution, step=asked.step)


def _note(counted: StepCounts, asked: HotAsked) -> str:
    """Return why nothing can be said of counts, empty where something can."""
    if len(counted.starts) < LEAST_STEPS:
        return "steps"
    n = len(counted.cells)
    fits_in_a_disk = n <= 1 + 3 * asked.ring * (asked.ring + 1)
    if n < 2 or (fits_in_a_disk and Neighbourhood.of(counted.cells, asked.ring).sizes.min() == n):
        return "cells"
    return "same" if counted.counts.min() == counted.counts.max() else ""


def _found(cube: Cube, asked: HotAsked, counted: StepCounts) -> _Found:
    """Return the analysis of the counts, made once for this version of the cube."""

    @cache
    def found() -> Emerging:
        around = Neighbourhood.of(counted.cells, asked.ring)
        return analyse(counted.counts, around=around, previous=_PREVIOUS)

    def figures() -> npt.NDArray[np.float64]:
        return np.array([*astuple(found().bins), found().critical_p])

    key = cube.version, "emerging", asked.where, asked.resolution, asked.ring, asked.step, counted.starts
    summary = cube.kept.get((*key, "summary"), lambda: found().summary)
    n, *moments, critical = cube.kept.get((*key, "figures"), figures).tolist()
    return _Found(summary, Bins(int(n), *moments), critical)
