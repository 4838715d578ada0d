"""Many tests at once: the share of false discoveries among those that are called significant."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def q_values(p: npt.ArrayLike) -> Values:
    """Adjust p-values: of all tests called significant with q up to a, at most a share a is so by chance.

    Parameters
    ----------
    p
        Any shape; all tests together. NaN is a test that was not made: it counts for nothing.

    Returns
    -------
    The same shape: the least rate of false discoveries at which each test is significant; NaN where p is.
    It holds for independent tests and for those of statistics that are positively related, such as sums
    over disks that overlap.

    Source: Y. Benjamini and Y. Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    given = np.asarray(p, dtype=np.float64)
    flat = given.ravel()
    known = np.flatnonzero(~np.isnan(flat))
    tests = flat if known.size == flat.size else flat[known]
    order = np.argsort(tests)
    raised = tests[order] * (tests.size / np.arange(1, tests.size + 1))
    adjusted = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    found = np.full(flat.shape, np.nan)
    found[known[order]] = adjusted
    return found.reshape(given.shape)
