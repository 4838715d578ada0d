"""The sides of a comparison: treated and matched cells and neighbours, and what their sums are worth."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.effect_matching import match
from geo.rate_ratios import Ratio, beside, drift_of, effective, scatter_of

Values = npt.NDArray[np.float64]
Steps = npt.NDArray[np.intp]

#: Matches farther off than this, in standard deviations of the usual scatter, are not like the treated cells.
UNLIKE: Final = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cells that are looked at together.

    Attributes
    ----------
    rows
        Shape (k,): which cells.
    weights
        Shape (k,): how much each counts; 1 for treated cells and neighbours. The weights of matched cells
        add up to the number of cells that they stand for.
    series
        Shape (steps,): the weighted sum of all their counts, of every step.
    before, after
        Weighted sums over the steps before and after.
    told_by
        The steps before that `before` is told by; the others chose the cells.
    """

    rows: npt.NDArray[np.int64]
    weights: Values
    series: Values
    before: float
    after: float
    told_by: Steps


class Sides:
    """The counts with the periods, and what is summed from them.

    Parameters
    ----------
    counts
        Shape (n, steps).
    before, after
        Positions of steps.
    pool
        Rows of the cells that others may be matched with.
    """

    def __init__(
        self, counts: npt.NDArray[np.int64], before: Steps, after: Steps, pool: npt.NDArray[np.int64]
    ) -> None:
        self._counts, self._pool = counts, pool
        self.before, self.after = before, after

    def find(self, rows: npt.NDArray[np.int64], *, matches: int, seed: int) -> "Found":
        """Match cells by all steps before; by every other one where none are like them.

        Parameters
        ----------
        rows
            Shape (k,), of the cells to be matched.
        matches
            How many cells are to be found for each.
        seed
            Decides between cells that are equally alike.
        """
        past = self._counts[:, self.before]
        found, apart = match(past, rows, self._pool, matches=matches, seed=seed)
        had = past[rows].sum(axis=1)
        away = float(np.average(apart.mean(axis=1), weights=had)) if had.any() else 0.0
        away /= np.sqrt(scatter_of(past[rows].sum(axis=0)))
        if away <= UNLIKE:
            return Found(found, away, self.before)
        found, _apart = match(past[:, ::2], rows, self._pool, matches=matches, seed=seed)
        return Found(found, away, self.before[1::2])

    def plain(self, rows: npt.NDArray[np.int64]) -> Group:
        """Return cells as a group in which each counts 1."""
        return self._group(rows, np.ones(len(rows)), self.before)

    def matched(self, found: "Found") -> Group:
        """Return matches as a group that stands for as many cells as were matched."""
        rows, times = np.unique(found.rows, return_counts=True)
        return self._group(rows, times / found.rows.shape[1], found.told_by)

    def _group(self, rows: npt.NDArray[np.int64], weights: Values, told_by: Steps) -> Group:
        series = weights @ self._counts[rows]
        before = float(series[told_by].sum()) * len(self.before) / len(told_by)
        return Group(rows, weights, series, before, float(series[self.after].sum()), told_by)

    def of(self, group: Group, steps: Steps) -> float:
        """Return the effective count of a group in some steps: what a plain count as sure would be."""
        variance = float((group.weights**2 @ self._counts[np.ix_(group.rows, steps)]).sum())
        total = float(group.series[steps].sum())
        return total**2 / variance if variance else 0.0

    def totals(self, rows: npt.NDArray[np.int64], steps: Steps) -> npt.NDArray[np.int64]:
        """Return the count of each cell over some steps; the shape of `rows`."""
        found: npt.NDArray[np.int64] = self._counts[:, steps].sum(axis=1)[rows]
        return found

    def cells_of(self, group: Group) -> Values:
        """Return the counts of single cells over both periods."""
        both = np.concatenate([self.before, self.after])
        summed: Values = self._counts[np.ix_(group.rows, both)].sum(axis=1).astype(np.float64)
        return summed

    def scatter(self, groups: list[Group]) -> float:
        """Return the scatter of all groups from step to step; no difference reaches over the drive."""
        gap = np.full(1, np.nan)
        rows, chance = [], []
        for group in groups:
            usual = group.weights**2 @ self._counts[group.rows]
            rows.append(np.concatenate([group.series[self.before], gap, group.series[self.after]]))
            chance.append(np.concatenate([usual[self.before], gap, usual[self.after]]))
        return scatter_of(np.stack(rows), np.stack(chance))

    def drift(self, matched: Group, scatter: float) -> float:
        """Return how much the matched cells went their own ways beyond chance, as a variance."""
        after, before = (self.totals(matched.rows, steps) for steps in (self.after, matched.told_by))
        return drift_of(after, before, matched.weights, scatter=scatter)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Matches: rows of shape (asked, matches), how far off they are, and the steps that tell their before."""

    rows: npt.NDArray[np.int64]
    away: float
    told_by: Steps


class Pair:
    """A group and what it is compared with, over any two periods."""

    def __init__(self, sides: Sides, own: Group, other: Group, scatter: float, drift: float) -> None:
        self._sides, self._own, self._other = sides, own, other
        self._scatter = scatter
        own_cells = effective(sides.cells_of(own))
        other_cells = effective(other.weights * sides.cells_of(other))
        self._drift = drift * sum(1 / n for n in (own_cells, other_cells) if n)

    def ratio(self, later: Steps, earlier: Steps) -> Ratio:
        """Return the change of the group beside that of the other one."""
        own = (float(self._own.series[steps].sum()) for steps in (later, earlier))
        told = earlier[np.isin(earlier, self._other.told_by) | (earlier > self._sides.before[-1])]
        # An effective count says how sure a sum is; the sum itself says how large the change was.
        sums = [float(self._other.series[steps].sum()) for steps in (later, told)]
        sure = [self._sides.of(self._other, steps) for steps in (later, told)]
        found = beside(*own, *sure, scatter=self._scatter, drift=self._drift).one()
        shift = len(earlier) / len(told)
        if all((*sums, *sure)):
            shift *= share(sure[0], sure[1]) / share(sums[0], sums[1])
        return Ratio(found.estimate * shift, found.low * shift, found.high * shift)


def share(part: float, whole: float) -> float:
    """Return a part of a whole, NaN of nothing."""
    return part / whole if whole else float("nan")
