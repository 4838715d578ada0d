"""How sure a change of two counts is: what chance alone does to counts of reports.

Given how many reports both periods have together, chance puts each into the later one with a probability
that the lengths of the periods say: the exact binomial test and its interval need no large numbers. Reports
that bring others along scatter more than chance; so a change that is unsure here is unsure indeed, and one
that is sure may still have an ordinary cause.

Source: J. Przyborowski and H. Wilenski (1940), Homogeneity of results in testing samples from Poisson series,
Biometrika 31, 313-323; the interval by C. J. Clopper and E. S. Pearson (1934), Biometrika 26, 404-413.
"""

from functools import cache
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.measure_counts import change
from data.measures import FEW

LEVEL: Final = 0.95

#: The columns of `compare`, with their types.
COMPARED: Final = pl.Schema(
    {
        "now": pl.Int64,
        "before": pl.Int64,
        "difference": pl.Float64,
        "percent": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "p": pl.Float64,
        "uncertain": pl.Boolean,
    }
)

_Array = npt.NDArray[Any]


def compare(now: npt.ArrayLike, before: npt.ArrayLike, *, times: float = 1.0) -> pl.DataFrame:
    """Compare counts of two periods.

    Parameters
    ----------
    now, before
        Shape (n,), numbers of reports.
    times
        How many times as long the period is as the one before.

    Returns
    -------
    A row for each, in the order given: `difference` in reports, to what the period before would have had in
    as much time; `percent`, null where there was none before; its 95 % interval `low` and `high` (null for
    without end); `p`, two-sided; `uncertain` where the interval holds no change at all, or fewer than
    `measures.FEW` reports are behind it.
    """
    later, earlier = np.asarray(now, np.int64), np.asarray(before, np.int64)
    if times <= 0 or (later < 0).any() or (earlier < 0).any():
        raise ValueError("Counts are 0 or more, and periods have a length.")
    low, high = _interval(later, earlier, times)
    p = _p(later, earlier, times)
    few = later + earlier < FEW
    columns = {
        "now": later,
        "before": earlier,
        "difference": later - earlier * times,
        "percent": change(later, earlier, times),
        "low": low,
        "high": high,
        "p": p,
        "uncertain": few | (p >= 1 - LEVEL),
    }
    frame = pl.DataFrame(columns, schema=COMPARED)
    return frame.with_columns(
        pl.when(pl.col(name).is_finite()).then(name).alias(name) for name in ("percent", "low", "high")
    )


def _interval(now: _Array, before: _Array, times: float) -> tuple[_Array, _Array]:
    """Return the ends of the interval of the percentage; infinite where there is none."""
    betaincinv = _special().betaincinv
    tail = (1 - LEVEL) / 2
    # The functions are not defined where a count is 0: there the share's end is 0 or 1 itself.
    least = np.where(now == 0, 0.0, betaincinv(np.maximum(now, 1), before + 1, tail))
    most = np.where(before == 0, 1.0, betaincinv(now + 1, np.maximum(before, 1), 1 - tail))
    with np.errstate(divide="ignore"):
        low, high = (100 * (share / (1 - share) / times - 1) for share in (least, most))
    return np.where(now + before > 0, low, -np.inf), high


def _p(now: _Array, before: _Array, times: float) -> _Array:
    bdtr, bdtrc = _special().bdtr, _special().bdtrc
    both, share = now + before, times / (1 + times)
    at_most = bdtr(now.astype(np.float64), both, share)
    at_least = np.where(now == 0, 1.0, bdtrc(np.maximum(now - 1.0, 0.0), both, share))
    p: _Array = np.minimum(1.0, 2 * np.minimum(at_most, at_least))
    return np.where(both > 0, p, 1.0)


@cache
def _special() -> Any:
    """Import what takes 0.4 s and 20 MB, and only comparing needs; it comes without types."""
    return import_module("scipy.special")
