"""Hot spots: cells whose disks hold more, or less, than chance would put there.

`gi_star` answers for a series of counts; `scores` is the same for arrays and disks that are there already.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import cell_counts, rates
from geo.false_discovery import q_values
from geo.neighbourhood import USUAL_RING, Neighbourhood

Values = npt.NDArray[np.float64]

#: With fewer cells the sum over a disk is far from normally distributed, and a score tells little.
FEWEST_CELLS: Final = 30


class Scores(NamedTuple):
    """Gi* of each cell, each of shape (n,), NaN where there is no answer.

    Attributes
    ----------
    z
        Standard deviations from what chance would put into the disk; positive is hot.
    p
        Two-sided, of one test alone.
    q
        The same after Benjamini-Hochberg over all cells.
    """

    z: Values
    p: Values
    q: Values


def gi_star(
    counts: "pd.Series[Any]",
    *,
    ring: int = USUAL_RING,
    exposure: "pd.Series[Any] | None" = None,
    permutations: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Score each cell by the Getis-Ord Gi* statistic, itself included.

    Disks are cut to the cells that are there: a cell at the rim of the study area, or beside a hole in it,
    has a smaller disk, and its score is that of so many cells.

    Parameters
    ----------
    counts
        Shape (n,), indexed by unique H3 cells of one resolution. A cell left out is unknown,
        not zero: add the empty cells of the study area first (`cells.fill`).
    ring
        Disk radius in grid steps (not metres), at least 1.
    exposure
        Indexed by cells: what the counts are to be rates of (kilometres of street, households, visits).
        Rates are steadied by empirical Bayes (`geo.rates.smoothed`). A cell whose exposure is 0, NaN or left
        out has no rate: its row is NaN, and it is in nobody's disk.
    permutations
        Above 0: `p` by so many conditional permutations (`geo.permutations`) instead of the normal
        distribution, which counts that are mostly 0 are far from. Not below 2 / (permutations + 1), so of n
        cells a single hot one needs some 20 n of them to be found after the correction.
    seed
        Of the permutations.

    Returns
    -------
    Index of `counts`; `z` in standard deviations (NaN where the disk holds every cell), `p`
    two-sided and uncorrected, `q` after Benjamini-Hochberg.

    Raises
    ------
    CellError
        An index that is not an H3 cell, cells given twice, mixed resolutions, or a ring below 1.
    AnalysisError
        Values that are no counts: missing, infinite, below zero; no number of permutations.
    NotEnoughDataError
        Fewer than two cells, or values that are all the same: there is no hot spot and no cold one to find.

    Source: Ord & Getis (1995), Geographical Analysis 27(4), 286-306.
    """
    cells, values = cell_counts.read(counts)
    of, known = "counts", np.ones(len(values), np.bool_)
    if exposure is not None:
        values = rates.smoothed(values, rates.beside(counts, exposure))
        of, known = "rates", ~np.isnan(values)
    around = Neighbourhood.of(cells[known], ring)
    found = scores(around, values[known], of=of, permutations=permutations, seed=seed)
    columns = {name: cell_counts.over_all(answers, known) for name, answers in found._asdict().items()}
    return pd.DataFrame(columns, index=counts.index)


def scores(
    around: Neighbourhood,
    values: npt.ArrayLike,
    *,
    of: str = "counts",
    permutations: int = 0,
    seed: int = 0,
) -> Scores:
    """Score the cells of a neighbourhood by Gi*.

    Parameters
    ----------
    around
        The disks of n cells.
    values
        Shape (n,): finite numbers, as a rule counts or rates.
    of
        What the values are called in a message.
    permutations, seed
        As for `gi_star`.

    Raises
    ------
    AnalysisError
        No number of permutations.
    NotEnoughDataError
        Fewer than two cells, or values that are all the same.
    """
    given = np.asarray(values, dtype=np.float64)
    cell_counts.require_difference(given, of=of)
    z = z_scores(around.sums(given), around.sizes, given)
    if permutations:
        from geo.permutations import conditional_p

        p = conditional_p(around, given, permutations=permutations, seed=seed)
    else:
        p = two_sided(z)
    return Scores(z, p, q_values(p))


def z_scores(sums: Values, sizes: npt.NDArray[np.integer], values: Values) -> Values:
    """Return by how much sums over disks differ from what chance makes them.

    Parameters
    ----------
    sums, sizes
        Shape (n,): of the values in each disk, and how many cells it has.
    values
        Shape (m,): everything that a disk is a part of; not all the same.

    Returns
    -------
    Shape (n,), in standard deviations; NaN for a disk that holds everything.
    """
    n, mean, deviation = values.size, values.mean(), values.std()
    size = sizes.astype(np.float64)
    width = np.sqrt(size * (n - size) / (n - 1))
    z: Values = np.divide(
        sums - mean * size, deviation * width, out=np.full(size.shape, np.nan), where=width > 0
    )
    return z


def two_sided(z: npt.ArrayLike) -> Values:
    """Return the p-value of z-scores: how often chance strays as far, to either side; NaN where z is."""
    from scipy.special import erfc

    p: Values = erfc(np.abs(z) / np.sqrt(2.0))
    return p
