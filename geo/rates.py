"""Rates of cells, steadied by empirical Bayes: a rate from little exposure leans on that of the whole area.

Sources: R. J. Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied
Statistics 40(2), 283-294; R. M. Assunção and E. A. Reis (1999), A new proposal to adjust Moran's I for
population density, Statistics in Medicine 18(16), 2147-2162.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import cell_counts
from geo.cell_counts import over_all
from geo.cell_ids import check, resolution_of
from geo.errors import AnalysisError, NotEnoughDataError

Values = npt.NDArray[np.float64]


class _Moments(NamedTuple):
    """Of the rates of an area: the mean, and how much the true rates vary beyond chance, squared."""

    mean: float
    between: float


def smoothed(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> Values:
    """Return each cell's rate, drawn towards the rate of the whole area by as much as it is chance.

    Parameters
    ----------
    counts
        Shape (n,): reports, 0 or more.
    exposure
        Shape (n,): what they are counted by (kilometres of street, households, visits), 0 or more.

    Returns
    -------
    Shape (n,), reports for each unit of exposure; NaN where the exposure is 0 or unknown: no rate is known
    there, which is not a rate of zero. Where the rates vary no more than chance makes them, all are the same.

    Raises
    ------
    AnalysisError
        Arrays of different lengths; counts that are missing or below zero; exposures below zero or infinite.
    NotEnoughDataError
        No cell has an exposure.
    """
    n, by = _checked(counts, exposure)
    known = by > 0
    moments = _moments(n[known], by[known])
    chance = moments.mean / by[known]
    between = max(0.0, moments.between)
    own = np.divide(between, between + chance, out=np.zeros_like(chance), where=between + chance > 0)
    return over_all(moments.mean + own * (n[known] / by[known] - moments.mean), known)


def standardised(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> Values:
    """Return how far each cell's rate lies from that of the area, in its own standard deviations.

    The deviation that chance gives a rate depends on its exposure; after this no cell stands out because
    little is known of it. For Moran's I of rates.

    Parameters
    ----------
    counts, exposure
        As for `smoothed`.

    Returns
    -------
    Shape (n,); NaN where the exposure is 0 or unknown.

    Raises
    ------
    AnalysisError, NotEnoughDataError
        As for `smoothed`; and where there is no report at all, so that no rate deviates.
    """
    n, by = _checked(counts, exposure)
    known = by > 0
    moments = _moments(n[known], by[known])
    if moments.mean == 0:
        raise NotEnoughDataError("There is no report in a cell with exposure: no rate differs from another.")
    chance = moments.mean / by[known]
    variance = moments.between + chance
    variance = np.where(variance > 0, variance, chance)
    return over_all((n[known] / by[known] - moments.mean) / np.sqrt(variance), known)


def beside(counts: "pd.Series[Any]", exposure: "pd.Series[Any]") -> Values:
    """Return the exposure of each cell of `counts`, in its order.

    Parameters
    ----------
    counts
        Indexed by cells.
    exposure
        Indexed by cells, in any order; a cell that it lacks, and NaN, is unknown.

    Returns
    -------
    Shape (n,), NaN where unknown.

    Raises
    ------
    AnalysisError
        An exposure below zero or infinite, or a cell that has two.
    CellError
        Ids that are no cells, or an exposure of cells of another resolution than the counts.
    """
    if not isinstance(exposure, pd.Series):
        raise AnalysisError(
            f"'exposure' is of type {type(exposure).__name__}. Expected a pandas Series indexed by cells."
        )
    unknown = exposure.isna()
    cells, values = cell_counts.read(exposure[~unknown], name="exposure")
    given = pd.Series(values, index=cells)
    if not given.index.is_unique:
        raise AnalysisError("Some cells are given twice in 'exposure'. Expected each cell once.")
    wanted = check(counts.index, column="counts.index")
    if wanted.size:
        check(cells, column="exposure.index", resolution=resolution_of(wanted))
    return np.asarray(given.reindex(wanted), dtype=np.float64)


def _checked(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> tuple[Values, Values]:
    """Return counts, and exposures in which what is unknown is 0."""
    n, by = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if n.shape != by.shape or n.ndim != 1:
        raise AnalysisError(f"Counts of shape {n.shape} and exposures of shape {by.shape}. Expected one row.")
    wrong = ~(np.isfinite(n) & (n >= 0)) | (by < 0) | np.isinf(by)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise AnalysisError(
            f"{np.count_nonzero(wrong):,} of {len(n):,} cells have no rate; first: {n[row]} reports with an "
            f"exposure of {by[row]} (row {row}). Expected counts of 0 or more, and exposures of 0 or more or "
            "NaN where unknown."
        )
    by = np.nan_to_num(by, nan=0.0)
    if not by.any():
        raise NotEnoughDataError(
            f"None of {len(n):,} cells has an exposure above 0: there is nothing to divide by."
        )
    return n, by


def _moments(n: Values, by: Values) -> _Moments:
    mean = float(n.sum() / by.sum())
    spread = float((by * (n / by - mean) ** 2).sum() / by.sum())
    return _Moments(mean, spread - mean / float(by.mean()))
