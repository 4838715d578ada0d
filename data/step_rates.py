"""Rates by cell and step: reports for each kilometre of street, household or visit, steadied."""

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.exposure import exposure
from data.step_counts import StepCounts
from data.visit_counts import visits_by_step
from geo.rates import smoothed

Values = npt.NDArray[np.float64]


def exposure_by_step(cube: Cube, counted: StepCounts, per: str) -> Values:
    """Return what the reports of each cell and step are divided by; shape (n, steps), as `counted.counts`.

    Streets and households are the same in every step, visits are those of the step.

    Parameters
    ----------
    per
        One of `data.hot_cells.PER`, not empty.

    Raises
    ------
    FilterError
        Nothing that reports can be counted by.
    """
    if per == "visit":
        return visits_by_step(cube, counted)
    return np.repeat(exposure(cube, counted.cells, per)[:, None], len(counted.starts), axis=1)


def rates_by_step(counts: npt.NDArray[np.int32], by: Values) -> Values:
    """Return rates of cells and steps, drawn towards the rate of the whole by as much as they are chance.

    Parameters
    ----------
    counts
        Shape (n, steps).
    by
        The same shape, from `exposure_by_step`; above 0 in some step of each cell.

    Returns
    -------
    The same shape. A step in which there was nothing to count by (nobody visited) says nothing of its cell:
    it has the rate of the whole.
    """
    rates = smoothed(counts.reshape(-1), by.reshape(-1)).reshape(counts.shape)
    seen = by > 0
    rates[~seen] = counts[seen].sum() / by[seen].sum()
    return rates
