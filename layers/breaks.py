"""Natural breaks: classes within which values differ as little as possible.

Source: W. D. Fisher (1958), On grouping for maximum homogeneity, JASA 53(284), 789-798; known to map makers
as Fisher-Jenks.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

#: Of more distinct values so many stand for all, each for those nearest in rank: the table of all pairs of
#: them is made.
_MOST: Final = 1_000


def natural(values: Values, n: int) -> Values:
    """Choose classes by the sum of squared distances to their means, the smallest there can be.

    Parameters
    ----------
    values
        Shape (m,), finite.
    n
        Number of classes.

    Returns
    -------
    The smallest value of each class, ascending; as many as there are distinct values where these are fewer.
    """
    distinct, weights = np.unique(values, return_counts=True)
    if distinct.size <= n:
        return distinct
    begin = _runs(weights)
    members = np.add.reduceat(weights, begin).astype(np.float64)
    means = np.add.reduceat(distinct * weights, begin) / members
    return distinct[begin[_first_of_each(means, members, n)]]


def _runs(weights: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """Return where runs of about equally many members begin, `_MOST` at most.

    The largest value stays alone: a single far one is a class of its own.
    """
    if weights.size <= _MOST:
        return np.arange(weights.size)
    before = np.cumsum(weights) - weights
    run = before * (_MOST - 1) // int(weights.sum())
    run[-1] = _MOST
    return np.flatnonzero(np.diff(run, prepend=-1))


def _first_of_each(values: Values, weights: Values, n: int) -> list[int]:
    """Return where the best classes begin: those of the first j values end with one that begins at i."""
    spread = _spreads(values, weights)
    best, begins = spread[0], list[npt.NDArray[np.intp]]()
    for _class in range(1, n):
        # Row i: the classes before it hold the values up to i - 1.
        sums = spread[1:] + best[:-1, None]
        begins.append(1 + np.argmin(sums, axis=0))
        best = np.min(sums, axis=0)
    chosen = [values.size]
    for begin in reversed(begins):
        chosen.append(int(begin[chosen[-1] - 1]))
    return [0, *reversed(chosen[1:])]


def _spreads(values: Values, weights: Values) -> npt.NDArray[np.float64]:
    """Return for each pair i, j the squared distances of the values i to j to their mean; inf for i > j."""
    centred = values - np.average(values, weights=weights)  # large values would lose their small differences
    sums = [np.concatenate(([0.0], np.cumsum(weights * centred**power))) for power in (0, 1, 2)]
    count, total, squares = (one[None, 1:] - one[:-1, None] for one in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread: npt.NDArray[np.float64] = np.maximum(squares - total**2 / count, 0.0)
    lower = np.tri(values.size, k=-1, dtype=np.bool_)
    spread[lower] = np.inf
    return spread
