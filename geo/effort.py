"""Effort: who looks more often finds more. Where nobody looked, and which changes follow the visits alone.

Reports that patrols make rise and fall with their visits, whatever the streets are like; those of
residents do not. So a change is called one of the visits where the reports went the way of the visits, the
reports for each visit and the residents' reports did not, and the residents' reports alone make no hot spot.

Sources: J. Przyborowski and H. Wilenski (1940), Homogeneity of results in testing samples from Poisson
series, Biometrika 31(3/4), 313-323 (the exact conditional test of two rates); for the day of a change the
split with the largest likelihood of two Poisson rates instead of one, chosen from the visits alone and not
from the reports.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError
from geo.neighbourhood import Neighbourhood

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Below this share of the usual number of visits a cell is hardly ever, or seldom, looked at.
BLIND_BELOW: Final = 0.05
SELDOM_BELOW: Final = 1 / 3
#: With a smaller usual number no visit at all is chance.
FEWEST_USUAL: Final = 3.0

#: How a cell was looked at, in the order of the codes.
SEEN: Final = ("none", "seen", "seldom", "blind")

#: Visits that become so many times as frequent, or as rare, are a change that can carry reports along.
_CHANGED: Final = 1.5
#: Visits that change by less than this are the city's usual ones, which others are set against.
_STEADY: Final = 1.25
#: Twice the gain in log-likelihood that a split must bring: far beyond the best of 100 splits by chance.
_SURE: Final = 20.0
#: Cells that are looked at together; the memory depends on it.
_ROWS: Final = 10_000
#: Steps on both sides of a split.
FEWEST_STEPS: Final = 6
_ALPHA: Final = 0.05
#: What a city's usual change is read from: so many disks with so many reports; with fewer it is none.
_FEWEST_DISKS: Final = 30
_FEWEST_REPORTS: Final = 10
#: At most this part of a change, as a power, may remain in the reports per visit.
_OWN_PART: Final = 0.5
#: Standard deviations from which the reports of others are many by themselves.
_HOT: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class VisitChange:
    """When the visits of a cell changed most; the arrays have the shape (n,).

    Attributes
    ----------
    split
        The first step after the change; 0 where there was none worth the name.
    ratio
        Visits a step after it by those before; 1 where there was none, infinite where none came before.
    """

    split: npt.NDArray[np.int64]
    ratio: Values


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Which cells' reports moved with the visits; the arrays have the shape (n,).

    Attributes
    ----------
    moved
        1 where the reports rose with the visits alone, -1 where they fell with them, 0 where neither.
    change
        The visits' own change.
    reports
        Reports of the disk a step after the change by those before, against the rest of the city.
    per_visit
        Reports of patrols for each visit after the change by those before, against the rest of the city.
    others
        Reports of others a step after the change by those before, against the rest of the city.
    """

    moved: npt.NDArray[np.int8]
    change: VisitChange
    reports: Values
    per_visit: Values
    others: Values


def seen(visits: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Tell how often cells were looked at, by the usual number of visits.

    The usual one is the median of the cells with a visit. Seldom is less than a third of it, blind less than
    a twentieth: so little that a cell without reports may be full of problems.

    Parameters
    ----------
    visits
        Shape (n,), 0 or more.

    Returns
    -------
    Shape (n,): index into `SEEN`; all 0 where the usual number is below `FEWEST_USUAL`, so that no visit at
    all is chance.

    Raises
    ------
    AnalysisError
        Visits that are missing, infinite or below zero.
    """
    values = _checked(visits, "visits")
    usual = usual_visits(values)
    if usual < FEWEST_USUAL:
        return np.zeros(len(values), np.uint8)
    share = values / usual
    return np.where(share < BLIND_BELOW, 3, np.where(share < SELDOM_BELOW, 2, 1)).astype(np.uint8)


def usual_visits(visits: npt.ArrayLike) -> float:
    """Return the median of the cells with a visit; 0 where there is none."""
    values = np.asarray(visits, np.float64)
    return float(np.median(values[values > 0])) if (values > 0).any() else 0.0


def rates_differ(
    before: npt.ArrayLike, after: npt.ArrayLike, exposure_before: npt.ArrayLike, exposure_after: npt.ArrayLike
) -> tuple[Values, Values]:
    """Test two Poisson counts for one rate, exactly, given their sum.

    Parameters
    ----------
    before, after
        Shape (n,): counts, whole numbers.
    exposure_before, exposure_after
        Shape (n,): days, visits, or whatever they are counts by; above 0.

    Returns
    -------
    The one-sided p of a rate after that is higher, and of one that is lower; 1 where neither has a count, NaN
    where an exposure is 0.
    """
    from scipy.special import betainc

    n0, n1 = _checked(before, "before"), _checked(after, "after")
    e0, e1 = _checked(exposure_before, "exposure_before"), _checked(exposure_after, "exposure_after")
    known = (e0 > 0) & (e1 > 0)
    share = np.divide(e1, e0 + e1, out=np.full(len(n0), 0.5), where=known)
    # P(X >= k) of a binomial count of n0 + n1 with the share is the incomplete beta function.
    higher = np.where(n1 > 0, betainc(np.maximum(n1, 1), n0 + 1, share), 1.0)
    lower = np.where(n0 > 0, betainc(np.maximum(n0, 1), n1 + 1, 1 - share), 1.0)
    return np.where(known, higher, np.nan), np.where(known, lower, np.nan)


def visit_change(visits: npt.ArrayLike) -> VisitChange:
    """Find the step at which the visits of each cell changed most.

    Parameters
    ----------
    visits
        Shape (n, steps), 0 or more.

    Returns
    -------
    A split only where two rates fit far better than one, both sides have `FEWEST_STEPS`, and the rates differ
    by half or more.
    """
    values = _checked(visits, "visits", dimensions=2)
    n, steps = values.shape
    split, ratio = np.zeros(n, np.int64), np.ones(n)
    if steps < 2 * FEWEST_STEPS or not n:
        return VisitChange(split, ratio)
    for start in range(0, n, _ROWS):
        part = slice(start, start + _ROWS)
        split[part], ratio[part] = _largest_change(values[part])
    return VisitChange(split, ratio)


def _largest_change(visits: Values) -> tuple[npt.NDArray[np.int64], Values]:
    """Return split and ratio of some cells; see `visit_change`."""
    n, steps = visits.shape
    splits = np.arange(FEWEST_STEPS, steps - FEWEST_STEPS + 1)
    sums = np.cumsum(visits, axis=1)
    total, before = sums[:, -1:], sums[:, splits - 1]
    gain = 2 * (
        _log_likelihood(before, splits)
        + _log_likelihood(total - before, steps - splits)
        - _log_likelihood(total, steps)
    )
    rows, best = np.arange(n), np.argmax(gain, axis=1)
    first, at = before[rows, best], splits[best]
    early, late = first / at, (total[:, 0] - first) / (steps - at)
    found = np.divide(late, early, out=np.where(late > 0, np.inf, 1.0), where=early > 0)
    changed = (gain[rows, best] >= _SURE) & ((found >= _CHANGED) | (found <= 1 / _CHANGED))
    return np.where(changed, at, 0), np.where(changed, found, 1.0)


def moved_with_visits(
    patrols: npt.ArrayLike, others: npt.ArrayLike, visits: npt.ArrayLike, around: Neighbourhood
) -> Moved:
    """Tell which changes of the reports are those of the visits.

    Parameters
    ----------
    patrols, others
        Shape (n, steps): reports that patrols made, and those of everybody else.
    visits
        Shape (n, steps): how often somebody looked.
    around
        The disks that are looked at as one, of the n cells.

    Returns
    -------
    For each cell whether its disk's reports changed with the visits and with nothing else. What changed in
    the cells whose visits stayed as they were (seasons, a city that grows) is taken off first.

    Raises
    ------
    AnalysisError
        Counts or visits that are missing, infinite or below zero, or of other shapes.
    """
    found, told, seen_by = (
        _checked(values, name, dimensions=2)
        for values, name in ((patrols, "patrols"), (others, "others"), (visits, "visits"))
    )
    if not found.shape == told.shape == seen_by.shape or len(found) != len(around.cells):
        raise AnalysisError(
            f"Counts of shapes {found.shape}, {told.shape}, visits of shape {seen_by.shape}, "
            f"{len(around.cells):,} cells. Expected one row for each cell and one column for each step."
        )
    change = visit_change(around.sums(seen_by) / around.sizes[:, np.newaxis])
    n, steps = found.shape
    moved, ratios = np.zeros(n, np.int8), np.full((3, n), np.nan)
    upto = [np.cumsum(values, axis=1) for values in (found, told, seen_by)]
    for split in np.unique(change.split[change.split > 0]):
        rows = change.split == split
        first = [values[:, split - 1] for values in upto]
        rest = [values[:, -1] - values[:, split - 1] for values in upto]
        before = _Half(first[0], first[1], first[2], int(split))
        after = _Half(rest[0], rest[1], rest[2], int(steps - split))
        moved[rows], ratios[:, rows] = _compared(before, after, around, rows, change.ratio[rows] > 1)
    return Moved(moved, change, *ratios)


class _Half(NamedTuple):
    """One side of a split: reports of patrols and of others and visits in each cell, and its steps."""

    patrols: Values
    others: Values
    visits: Values
    steps: int


def _compared(
    before: _Half, after: _Half, around: Neighbourhood, rows: Flags, rose: Flags
) -> tuple[npt.NDArray[np.int8], Values]:
    """Compare both sides of a split; shape (rows,), and (3, rows) for the ratios of `Moved`."""
    visits = around.sums(before.visits), around.sums(after.visits)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (visits[1] / after.steps) / (visits[0] / before.steps)
    steady = (own > 1 / _STEADY) & (own < _STEADY)
    lengths = (np.full(len(own), float(before.steps)), np.full(len(own), float(after.steps)))
    pairs = (
        ((before.patrols + before.others, after.patrols + after.others), lengths),
        ((before.patrols, after.patrols), (before.visits, after.visits)),
        ((before.others, after.others), lengths),
    )
    sure, ratios = [], []
    for counts, exposure in pairs:
        whole = [around.sums(one) for one in (*counts, *exposure)]
        usual = _usual_change(*(one[steady] for one in whole))
        n0, n1, e0, e1 = (one[rows] for one in whole)
        higher, lower = rates_differ(n0, n1, e0, e1 * usual)
        sure.append(np.where(rose, higher, lower) < _ALPHA)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios.append((n1 + 0.5) / (n0 + 0.5) * e0 / (e1 * usual))
    went, rate, others = sure
    with np.errstate(divide="ignore", invalid="ignore"):
        by_visits = np.log(ratios[1]) / np.log(ratios[0]) <= _OWN_PART
    with_visits = went & by_visits & ~rate & ~others & ~_hot(around.sums(after.others))[rows]
    return np.where(with_visits, np.where(rose, 1, -1), 0).astype(np.int8), np.stack(ratios)


def _usual_change(before: Values, after: Values, first: Values, second: Values) -> float:
    """Return how rates changed where the visits stayed as they were: the median of the disks with reports.

    A hot spot that came or went there is no change of the city's: a sum would take it for one.
    """
    told = (before + after >= _FEWEST_REPORTS) & (first > 0) & (second > 0)
    if np.count_nonzero(told) < _FEWEST_DISKS:
        return 1.0
    changes = (after[told] + 0.5) / (before[told] + 0.5) * first[told] / second[told]
    return float(np.median(changes))


def _hot(sums: Values) -> Flags:
    spread = float(sums.std())
    return (sums - sums.mean()) > _HOT * spread if spread else np.zeros(len(sums), bool)


def _log_likelihood(counts: Values, steps: npt.ArrayLike) -> Values:
    """Return the part of a Poisson log-likelihood that depends on the split, at the best rate."""
    rates = counts / np.asarray(steps, np.float64)
    return np.where(counts > 0, counts * np.log(np.where(counts > 0, rates, 1.0)), 0.0)


def _checked(values: npt.ArrayLike, name: str, *, dimensions: int = 1) -> Values:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != dimensions:
        raise AnalysisError(f"'{name}' has {given.ndim} dimensions. Expected {dimensions}.")
    wrong = ~(np.isfinite(given) & (given >= 0))
    if wrong.any():
        raise AnalysisError(
            f"{np.count_nonzero(wrong):,} of {given.size:,} values in '{name}' are missing, infinite or "
            "below zero. Expected numbers of 0 or more."
        )
    return given
