"""The compiled part of `geo.mann_kendall`: all pairs of steps of each series."""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel

_SERIES: Final = types.Array(types.float64, 2, "C", readonly=True)


@kernel((_SERIES, types.int64, types.int64, types.int64[:, ::1]))
def score_pairs(series: Any, begin: int, end: int, found: Any) -> None:
    """Fill rows of the score S, the number of tied pairs, and a sum over groups of t equal values.

    That sum, of t(t-1)(2t+5), is also one of 6f(f+2) over all steps, f being the number of later steps with
    the same value.
    """
    steps = series.shape[1]
    for row in range(begin, end):
        score, tied, groups = 0, 0, 0
        for i in range(steps - 1):
            value = series[row, i]
            above, below = 0, 0
            for j in range(i + 1, steps):
                above += series[row, j] > value
                below += series[row, j] < value
            same = steps - 1 - i - above - below
            score += above - below
            tied += same
            groups += 6 * same * (same + 2)
        found[row, 0], found[row, 1], found[row, 2] = score, tied, groups


@kernel((_SERIES, types.int64, types.int64, types.float64[::1]))
def fill_slopes(series: Any, begin: int, end: int, slope: Any) -> None:
    """Fill rows of the median of the slopes between all pairs of steps (Theil and Sen)."""
    steps = series.shape[1]
    slopes = np.empty(steps * (steps - 1) // 2)
    for row in range(begin, end):
        at = 0
        for i in range(steps - 1):
            for j in range(i + 1, steps):
                slopes[at] = (series[row, j] - series[row, i]) / (j - i)
                at += 1
        slope[row] = np.median(slopes)
