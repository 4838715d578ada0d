"""How one count changed beside another one, with an interval: ratios of rates, ratios of such ratios.

Every count may scatter more than chance alone (`scatter`), and cells may each go their own way between two
periods (`drift`); both widen the interval, none ever narrows it.

Sources: the interval of one ratio by the share that the later count has of both, with the Jeffreys prior
(L. D. Brown, T. T. Cai and A. DasGupta (2001), Statistical Science 16, 101-133); two of them together by the
method of variance estimates recovery (G. Y. Zou and A. Donner (2008), Statistics in Medicine 27, 1693-1702).
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError

Values = npt.NDArray[np.float64]

#: The share of intervals that are to hold the true ratio.
LEVEL: Final = 0.95
#: The normal quantile of `LEVEL`, two-sided.
_Z: Final = 1.959_963_984_540_054
#: Added to each count by the Jeffreys prior.
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its interval of `LEVEL`: 1 is no change, 0.4 a fall by 60 %; `high` may be infinite."""

    estimate: float
    low: float
    high: float

    @property
    def fell(self) -> bool:
        """Whether the whole interval lies below 1."""
        return self.high < 1

    @property
    def rose(self) -> bool:
        """Whether the whole interval lies above 1."""
        return self.low > 1


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """Many ratios with their intervals, each of shape (n,); NaN where nothing was counted to compare."""

    estimate: Values
    low: Values
    high: Values

    def one(self) -> Ratio:
        """Return the only one of them."""
        return Ratio(float(self.estimate[0]), float(self.low[0]), float(self.high[0]))


def beside(
    after: npt.ArrayLike,
    before: npt.ArrayLike,
    other_after: npt.ArrayLike,
    other_before: npt.ArrayLike,
    *,
    scatter: float = 1.0,
    drift: npt.ArrayLike = 0.0,
) -> Ratios:
    """Compare how counts changed with how others changed over the same two periods.

    The lengths of the periods are the same for both sides and drop out.

    Parameters
    ----------
    after, before, other_after, other_before
        Shape (n,) or one number: counts, or effective counts of weighted sums; 0 or more.
    scatter
        Variance over mean of the counts, at least 1 (1 is chance alone): see `scatter_of`.
    drift
        Variance of the logarithm of the ratio that comes from cells going their own way: see `drift_of`.

    Returns
    -------
    (after / before) / (other_after / other_before). Where nothing was counted before, or nothing in the
    others, the estimate is NaN and the interval has no end on that side.

    Raises
    ------
    AnalysisError
        Counts that are negative or no numbers; a scatter below 1; a negative drift.
    """
    counts = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(one, np.float64)) for one in (after, before, other_after, other_before))
    )
    spread = np.asarray(drift, np.float64)
    if any((~np.isfinite(one) | (one < 0)).any() for one in counts):
        raise AnalysisError("Counts that are negative or no numbers. Expected 0 or more.")
    if not scatter >= 1 or not (spread >= 0).all():
        raise AnalysisError(f"A scatter of {scatter} or a negative drift. Expected 1 or more, and 0 or more.")
    a, b, c, d = counts
    own, others = _log_interval(a, b, scatter), _log_interval(c, d, scatter)
    middle = own[0] - others[0]
    own_way = spread * _Z**2
    low = middle - np.sqrt((own[0] - own[1]) ** 2 + (others[2] - others[0]) ** 2 + own_way)
    high = middle + np.sqrt((own[2] - own[0]) ** 2 + (others[0] - others[1]) ** 2 + own_way)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        estimate = (a / b) / (c / d)
    estimate = np.where((b > 0) & (c > 0) & (d > 0), estimate, np.nan)
    least, most = np.exp(low), np.exp(high)
    return Ratios(
        estimate, np.fmin(least, np.nan_to_num(estimate, nan=np.inf)), np.fmax(most, np.nan_to_num(estimate))
    )


def scatter_of(series: npt.ArrayLike, variances: npt.ArrayLike | None = None) -> float:
    """Estimate how much more than chance counts scatter from step to step.

    Successive differences tell it, so that a slow change of level does not count as scatter.

    Parameters
    ----------
    series
        Shape (groups, steps): counts or weighted sums; NaN for steps to leave out.
    variances
        Of the same shape: the variance that chance alone would give each (the count itself, by default).

    Returns
    -------
    Variance over the variance of chance, at least 1; 1 where there is nothing to tell it from.

    Source: J. von Neumann (1941), Annals of Mathematical Statistics 12, 367-395.
    """
    counts = np.atleast_2d(np.asarray(series, np.float64))
    chance = counts if variances is None else np.atleast_2d(np.asarray(variances, np.float64))
    steps = np.diff(counts, axis=1)
    usual = chance[:, 1:] + chance[:, :-1]
    known = np.isfinite(steps) & np.isfinite(usual)
    expected = float(usual[known].sum())
    return max(1.0, float((steps[known] ** 2).sum()) / expected) if expected > 0 else 1.0


def drift_of(after: npt.ArrayLike, before: npt.ArrayLike, weights: npt.ArrayLike, *, scatter: float) -> float:
    """Estimate how far cells that nothing was done in go their own way between two periods.

    Given what a cell has in both periods, chance puts each report into the later one with one probability for
    all cells; what the shares scatter beyond that is the drift (a beta-binomial by its moments).

    Parameters
    ----------
    after, before, weights
        Shape (n,): counts of single cells, and how much each counts.
    scatter
        Of the counts, as from `scatter_of`.

    Returns
    -------
    Variance of the logarithm of the ratio after to before between cells, 0 or more; larger by as much as it
    is unsure where few cells tell it, so that a normal interval made with it is one of Student's t.
    """
    a, b, w = (np.asarray(one, np.float64) for one in (after, before, weights))
    both = a + b
    total = float((w * both).sum())
    if total <= 0:
        return 0.0
    share = float((w * a).sum()) / total
    pairs = float((w * both * np.maximum(both - 1, 0)).sum())
    chance = share * (1 - share)
    if chance <= 0 or pairs <= 0:
        return 0.0
    beyond = float((w * ((a - both * share) ** 2 - scatter * both * chance)).sum())
    told_by = max(effective(w * both**2), 2.0)
    unsure = told_by / (told_by - 1) * (_special().stdtrit(told_by - 1, (1 + LEVEL) / 2) / _Z) ** 2
    return max(0.0, beyond / pairs / chance**2 * float(unsure))


def effective(values: npt.ArrayLike) -> float:
    """Return how many equal ones weights are worth: (Σw)² / Σw²; 0 for none."""
    weights = np.asarray(values, np.float64)
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _log_interval(later: Values, earlier: Values, scatter: float) -> tuple[Values, Values, Values]:
    """Return middle, low and high end of the logarithm of a ratio of two counts."""
    betaincinv = _special().betaincinv
    a, b = later / scatter + _HALF, earlier / scatter + _HALF
    tail = (1 - LEVEL) / 2
    least = np.where(later > 0, betaincinv(a, b, tail), 0.0)
    most = np.where(earlier > 0, betaincinv(a, b, 1 - tail), 1.0)
    with np.errstate(divide="ignore"):
        low, high = (np.log(share) - np.log1p(-share) for share in (least, most))
    return np.log(a / b), low, high


@cache
def _special() -> Any:
    """Import what takes 0.4 s, and only comparing needs; it comes without types."""
    return import_module("scipy.special")
