"""Middle values of many groups at once, of times in the cube's codes."""

from typing import Final

import numpy as np
import numpy.typing as npt

from data.counts import Counts
from data.cube_times import DAYS

Codes = npt.NDArray[np.integer]
Days = npt.NDArray[np.float64]

_TIME_BITS: Final = 16
_TIMES: Final = (1 << _TIME_BITS) - 1
#: So many groups and a time fit into four bytes.
_SHORT: Final = 1 << (32 - _TIME_BITS)


def by_group(groups: Codes, times: Codes, size: int) -> tuple[Days, Counts]:
    """Return the middle time of each group, and how many times it has.

    Both are sorted as one number, the group above the time: that takes a quarter of what a table of groups
    takes.

    Parameters
    ----------
    groups
        Shape (m,), from 0 to `size` - 1.
    times
        Shape (m,), codes of `data.cube_times`, all of them known.
    size
        Number of groups.

    Returns
    -------
    Shape (size,), in days, NaN for a group without a time; of an even number the mean of the two in the
    middle. Shape (size,), counts.
    """
    n = np.bincount(groups, minlength=size)
    wide = np.dtype(np.uint32 if size <= _SHORT else np.uint64)
    keys = np.left_shift(groups.astype(wide), _TIME_BITS)
    keys |= times.astype(wide)
    keys.sort()
    some = np.flatnonzero(n)
    begin = (np.cumsum(n) - n)[some]
    lower, upper = (keys[begin + half] & _TIMES for half in ((n[some] - 1) // 2, n[some] // 2))
    middle = np.full(size, np.nan)
    middle[some] = (DAYS[lower] + DAYS[upper]) / 2
    return middle, n.astype(np.uint32)


def of_all(times: Codes) -> float | None:
    """Return the middle of all times, in days; None where there is none."""
    if not times.size:
        return None
    low, high = (times.size - 1) // 2, times.size // 2
    parted = np.partition(times, (low, high))
    return float(DAYS[parted[low]] + DAYS[parted[high]]) / 2
