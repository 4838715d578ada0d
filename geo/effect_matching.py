"""Find cells that went like others before something was done in those."""

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError, NotEnoughDataError

Rows = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

#: How many cells each treated cell is compared with.
MATCHES: Final = 10
#: Ties are settled by chance, so small that it never outweighs one report.
_JITTER: Final = 1e-6


def features(before: npt.ArrayLike) -> Values:
    """Say how much was reported in cells, and whether it grew, both in standard deviations of chance.

    Parameters
    ----------
    before
        Shape (n, steps): counts of the steps before, at least two.

    Returns
    -------
    Shape (n, 2): the level as 2√count, whose standard deviation by chance is 1 at any level; the trend as
    the second half of the steps less the first, over the square root of both and one.

    Source: F. J. Anscombe (1948), Biometrika 35, 246-254.
    """
    counts = np.asarray(before)
    half = counts.shape[1] // 2
    first = counts[:, :half].sum(axis=1, dtype=np.float64)
    last = counts[:, counts.shape[1] - half :].sum(axis=1, dtype=np.float64)
    level = 2 * np.sqrt(counts.sum(axis=1, dtype=np.float64))
    return np.stack([level, (last - first) / np.sqrt(last + first + 1)], axis=1)


def match(
    before: npt.ArrayLike, asked: Rows, pool: Rows, *, matches: int = MATCHES, seed: int = 1
) -> tuple[Rows, Values]:
    """Find for each asked cell the cells of a pool with the most similar level and trend.

    Given the same count before, chance lets both fall back to what is usual for them alike: so a cell that
    was chosen because it just had many reports is compared with cells that just had as many.

    Parameters
    ----------
    before
        Shape (n, steps): counts of the steps before, of all cells.
    asked, pool
        Row numbers of `before`, apart from each other.
    matches
        How many are found for each; one cell of the pool may serve several.
    seed
        Of the chance that settles ties.

    Returns
    -------
    Two arrays of shape (asked, matches): rows, the nearest first, and how far they are off, in standard
    deviations of chance.

    Raises
    ------
    AnalysisError
        Not one match is asked for.
    NotEnoughDataError
        The pool has fewer cells than `matches`.
    """
    if isinstance(matches, bool) or not isinstance(matches, int | np.integer) or matches < 1:
        raise AnalysisError(f"{matches!r} matches for each cell. Expected a whole number of 1 or more.")
    if len(pool) < matches:
        raise NotEnoughDataError(
            f"{len(pool):,} cells to compare with. Expected {matches} or more outside the treated ones."
        )
    from scipy.spatial import KDTree

    known = features(before)
    random = np.random.default_rng(seed)
    tree = KDTree(known[pool] + random.uniform(-_JITTER, _JITTER, (len(pool), 2)))
    away, found = tree.query(known[asked], k=matches)
    shape = (len(asked), matches)
    return pool[np.reshape(found, shape)], np.reshape(away, shape)
