"""How sure a measured quality is: intervals over the forecasts that it is the mean of.

Forecasts of weeks that follow each other are alike, so blocks of neighbouring ones are drawn together
(circular block bootstrap, Politis & Romano 1992); the interval is that of the percentiles.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import NotEnoughDataError

Values = npt.NDArray[np.float64]

_DRAWS: Final = 2_000
_BLOCK: Final = 4
_BETWEEN: Final = (2.5, 97.5)


class Interval(NamedTuple):
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Quality(NamedTuple):
    """How good forecasts were together."""

    hit_rate: Interval
    pai: Interval
    pei: Interval


def quality(
    hits: npt.ArrayLike, totals: npt.ArrayLike, best: npt.ArrayLike, share: float, *, seed: int = 0
) -> Quality:
    """Return hit rate, PAI and PEI of many forecasts together: sums over sums, not means of ratios.

    Parameters
    ----------
    hits, totals, best
        Shape (forecasts,): reports inside the plan, in all, and the most that the same area could have had.
    share
        The plan's part of the study area, a / A.

    Raises
    ------
    NotEnoughDataError
        No forecast, or no report in any of the steps.
    """
    inside, every, most = (np.asarray(values, dtype=np.float64) for values in (hits, totals, best))
    if not len(every) or not every.sum():
        raise NotEnoughDataError(f"{len(every):,} forecasts of steps without any report cannot be judged.")
    sums = _drawn(np.stack([inside, every, most]), seed)
    rate = _interval(inside.sum() / every.sum(), _over(sums[0], sums[1]))
    return Quality(
        rate,
        Interval(*(figure / share for figure in rate)),
        _interval(inside.sum() / most.sum(), _over(sums[0], sums[2])),
    )


def difference(hits: npt.ArrayLike, others: npt.ArrayLike, best: npt.ArrayLike, *, seed: int = 0) -> Interval:
    """Return by how much the PEI of one method is above another's, both judged by the same steps.

    The steps are drawn in pairs: a week that is easy to forecast is easy for both.

    Parameters
    ----------
    hits, others
        Shape (steps,): reports inside the plans of the one and of the other.
    best
        Shape (steps,): inside the best plan of the same area, known only afterwards.
    seed
        Of the draws.

    Raises
    ------
    NotEnoughDataError
        No forecast, or no report in any of the steps.
    """
    inside, theirs, most = (np.asarray(values, dtype=np.float64) for values in (hits, others, best))
    if not len(most) or not most.sum():
        raise NotEnoughDataError(f"{len(most):,} forecasts of steps without any report cannot be compared.")
    sums = _drawn(np.stack([inside - theirs, most]), seed)
    return _interval((inside - theirs).sum() / most.sum(), _over(sums[0], sums[1]))


def _drawn(rows: Values, seed: int) -> Values:
    """Sum each row over drawn blocks of forecasts; shape (rows, draws)."""
    n = rows.shape[1]
    length = min(_BLOCK, n)
    blocks = -(-n // length)
    begins = np.random.default_rng(seed).integers(0, n, (_DRAWS, blocks))
    at = ((begins[:, :, None] + np.arange(length)).reshape(_DRAWS, -1) % n)[:, :n]
    sums: Values = rows[:, at].sum(axis=2)
    return sums


def _over(sums: Values, wholes: Values) -> Values:
    return sums[wholes > 0] / wholes[wholes > 0]


def _interval(value: Any, draws: Values) -> Interval:
    low, high = np.percentile(draws, _BETWEEN)
    return Interval(float(value), float(low), float(high))
