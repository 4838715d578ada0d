"""Local Moran's I: cells that are like their neighbours, and outliers that are not.

Sources: L. Anselin (1995), Local indicators of spatial association, Geographical Analysis 27(2), 93-115; its
moments where the cell's own value is given, R. R. Sokal, N. L. Oden and B. A. Thomson (1998), Local spatial
autocorrelation in a biological model, Geographical Analysis 30(4), 331-354.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import cell_counts, rates
from geo.false_discovery import q_values
from geo.hotspots import two_sided
from geo.neighbourhood import USUAL_RING, Neighbourhood

Values = npt.NDArray[np.float64]

#: What a cell is and what its neighbours are; the first is said where there is no answer.
QUADRANTS: Final = ("none", "high_high", "low_low", "high_low", "low_high")
#: Others whose values differ by less, as a share of all variance, are all the same.
_NO_VARIANCE: Final = 1e-12


class Likeness(NamedTuple):
    """Local Moran's I of each cell, each of shape (n,), NaN where there is no answer.

    Attributes
    ----------
    i
        Positive where the cell is like its neighbours, negative where it is an outlier.
    z
        Standard deviations from what chance makes of it, the cell's own value being given.
    p
        Two-sided, of one test alone.
    q
        The same after Benjamini-Hochberg over all cells.
    quadrant
        uint8, index into `QUADRANTS`: the cell above the mean or not, its neighbours above it or not.
    """

    i: Values
    z: Values
    p: Values
    q: Values
    quadrant: npt.NDArray[np.uint8]


def local_moran(
    counts: "pd.Series[Any]",
    *,
    ring: int = USUAL_RING,
    exposure: "pd.Series[Any] | None" = None,
    permutations: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare each cell with its neighbours by local Moran's I, weights standardised by row.

    Parameters
    ----------
    counts
        Shape (n,), indexed by unique H3 cells of one resolution, the empty cells of the study area included.
    ring
        How many grid steps away a neighbour may be, at least 1.
    exposure
        Indexed by cells: what the counts are to be rates of. Rates are put into their own standard deviations
        (`geo.rates.standardised`), so that no cell stands out because little is known of it. A cell without
        exposure has a row of NaN and is nobody's neighbour.
    permutations
        Above 0: p by so many seeded conditional permutations instead of the normal distribution.
    seed
        Of the permutations.

    Returns
    -------
    Index of `counts`; `i`, `z`, `p`, `q` and `quadrant` (a text of `QUADRANTS`). NaN and "none" for a cell
    without neighbours.

    Raises
    ------
    CellError, AnalysisError, NotEnoughDataError
        As `geo.hotspots.gi_star`.
    """
    cells, values = cell_counts.read(counts)
    of, known = "counts", np.ones(len(values), np.bool_)
    if exposure is not None:
        values = rates.standardised(values, rates.beside(counts, exposure))
        of, known = "rates", ~np.isnan(values)
    around = Neighbourhood.of(cells[known], ring)
    found = likeness(around, values[known], of=of, permutations=permutations, seed=seed)
    columns: dict[str, Any] = {
        name: cell_counts.over_all(getattr(found, name), known) for name in ("i", "z", "p", "q")
    }
    quadrants = cell_counts.over_all(found.quadrant, known, unknown=0)
    return pd.DataFrame({**columns, "quadrant": np.array(QUADRANTS)[quadrants]}, index=counts.index)


def likeness(
    around: Neighbourhood,
    values: npt.ArrayLike,
    *,
    of: str = "counts",
    permutations: int = 0,
    seed: int = 0,
) -> Likeness:
    """Compare the cells of a neighbourhood with their neighbours; parameters are those of `hotspots.scores`.

    Raises
    ------
    AnalysisError
        No number of permutations.
    NotEnoughDataError
        Fewer than two cells, or values that are all the same.
    """
    given = np.asarray(values, dtype=np.float64)
    cell_counts.require_difference(given, of=of)
    own = given - given.mean()
    members = (around.sizes - 1).astype(np.float64)
    beside = around.sums(own) - own
    z = neighbour_scores(beside, members, own) * np.sign(own)
    alone = members == 0
    mean = np.divide(beside, members, out=np.full(len(own), np.nan), where=~alone)
    i = own * mean * (len(own) - 1) / (own @ own)
    if permutations:
        from geo.permutations import conditional_p

        p = conditional_p(around, given, permutations=permutations, seed=seed)
    else:
        p = two_sided(z)
    high, among_high = own > 0, mean > 0
    quadrant = np.select(
        [alone, high & among_high, ~high & ~among_high, high & ~among_high], [0, 1, 2, 3], 4
    ).astype(np.uint8)
    return Likeness(i, z, p, q_values(p), quadrant)


def neighbour_scores(sums: Values, members: Values, values: Values) -> Values:
    """Return by how much the sum over a cell's neighbours differs from that of as many others by chance.

    It is the statistic Gi, which leaves the cell itself out.

    Parameters
    ----------
    sums, members
        Shape (n,): over the neighbours of each cell, itself left out, and how many they are.
    values
        Shape (n,).

    Returns
    -------
    Shape (n,), in standard deviations; NaN without neighbours, where every other cell is a neighbour, and
    where all others are the same.

    Source: Getis & Ord (1992), Geographical Analysis 24(3), 189-206.
    """
    others = len(values) - 1
    if others <= 1:
        return np.full(len(values), np.nan)
    off = values - values.mean()
    mean = -off / others
    total = float(off @ off)
    variance = (total - off**2) / others - mean**2
    spread = members * (others - members) / (others - 1) * variance
    known = (members > 0) & (members < others) & (variance > _NO_VARIANCE * total / len(values))
    expected = members * (mean + values.mean())
    z: Values = np.divide(
        sums - expected, np.sqrt(np.maximum(spread, 0.0)), out=np.full(len(values), np.nan), where=known
    )
    return z
