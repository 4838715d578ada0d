"""What a drive changed: treated cells before and after, beside matched cells and beside their neighbours.

Matched cells (`geo.effect_matching`) lie outside the treated ones and their neighbours; they stand for what
would have come without the drive. The neighbours (ring 1) tell whether the problem only moved next door.
The intervals are those of `geo.rate_ratios`.

Cells that are matched because they had as many reports as the treated ones had them partly by chance, and
fall back as the treated ones do: that is just what a fair comparison needs. Where no cells are like the
treated ones this would turn against the truth: the nearest are then those that chance has lifted most. There
they are matched by every other step, and what they had before is told by the steps in between.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.cell_ids import Cells, check, resolution_of
from geo.cells import grow
from geo.effect_matching import MATCHES, match
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.rate_ratios import LEVEL, Ratio, Ratios, beside, drift_of, effective, scatter_of

Values = npt.NDArray[np.float64]
Steps = npt.NDArray[np.intp]

#: Steps that are needed before and after, at least.
LEAST_STEPS: Final = 4
#: The first steps after a drive, which its success is judged by before anything could come back.
EARLY_STEPS: Final = 6
#: The last steps, which tell how it is now; with fewer than these the two are not told apart.
LATE_STEPS: Final = 8
_LEAST_LATE: Final = 4
#: Matches farther off than this, in standard deviations of the usual scatter, are not like the treated cells.
UNLIKE: Final = 4.0
#: Draws of the interval of the displacement quotient.
_DRAWS: Final = 4_000


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


@dataclass(frozen=True, slots=True, eq=False)
class Singles:
    """The treated cells one by one, each of shape (treated,), in the order of `Effect.treated.rows`.

    Attributes
    ----------
    before, after
        Their counts.
    expected
        What their own matches would suggest for the steps after.
    ratio
        Their change beside that of their own matches.
    """

    before: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]
    expected: Values
    ratio: Ratios


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What was measured.

    Attributes
    ----------
    before, after, early, late
        Which steps each period has; `late` is empty where there are too few after the early ones.
    treated, matched, neighbours
        The cells of the drive; what they are compared with; those beside them.
    ratio
        The change in the treated cells beside that in the matched ones, over all steps after.
    in_early, in_late
        The same for the early and the late steps alone; None where there are no late ones.
    again
        The late steps to the early ones, treated beside matched; None where there are no late ones.
    next_door
        The change in the neighbours beside that in cells matched with them.
    quotient
        The weighted displacement quotient: 0 nothing moved, -1 all of it moved next door, above 0 the
        neighbours fell too. None where the treated cells did not fall, or nothing was counted.
    course
        The second half of the steps before to the first, treated beside matched: away from 1 the matched
        cells were on another course already.
    singles
        The treated cells one by one.
    away
        How far the treated cells are from their matches, in standard deviations of their usual scatter.
    scatter, drift
        What widened the intervals (`geo.rate_ratios`).

    Source of the quotient: K. J. Bowers and S. D. Johnson (2003), Journal of Quantitative Criminology 19,
    275-301.
    """

    before: Steps
    after: Steps
    early: Steps
    late: Steps
    treated: Group
    matched: Group
    neighbours: Group
    ratio: Ratio
    in_early: Ratio
    in_late: Ratio | None
    again: Ratio | None
    next_door: Ratio
    quotient: Ratio | None
    course: Ratio
    singles: Singles
    away: float
    scatter: float
    drift: float

    @property
    def spared(self) -> tuple[float, float, float]:
        """Reports that did not come, as the matched cells would suggest, with the ends of the interval."""
        usual = self.treated.before * _share(self.matched.after, self.matched.before)
        ratio = self.ratio
        return usual * (1 - ratio.estimate), usual * (1 - ratio.high), usual * (1 - ratio.low)

    @property
    def likeness(self) -> float:
        """How much the matched cells had before, as a share of what the treated ones had; 1 is the same."""
        return _share(self.matched.before, self.treated.before)


def effect(
    counts: npt.ArrayLike,
    cells: Any,
    treated: npt.ArrayLike,
    *,
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    matches: int = MATCHES,
    seed: int = 1,
) -> Effect:
    """Measure what changed in some cells from steps before to steps after.

    Parameters
    ----------
    counts
        Shape (n, steps), whole numbers of reports by cell and step; a cell without reports is a row of zeros.
    cells
        Shape (n,), each once, of one resolution.
    treated
        Shape (n,): True for the cells of the drive.
    before, after
        Positions of steps, ascending, at least `LEAST_STEPS` each; those of the drive itself in neither.
    matches
        Cells that each treated cell, and each neighbour, is compared with.
    seed
        Of ties among matches and of the draws of the quotient's interval.

    Raises
    ------
    AnalysisError
        Counts that are negative, no whole numbers or of another shape; steps that overlap or are not there;
        no matches.
    NotEnoughDataError
        No treated cell, too few steps, or too few cells to compare with.
    CellError
        Ids that are no cells, mixed resolutions, cells given twice.
    """
    known, numbers, chosen = _checked(counts, cells, treated)
    earlier, later = _periods(before, after, numbers.shape[1])
    around = np.isin(known, grow(known[chosen])) & ~chosen
    own, beside_them, pool = (np.flatnonzero(which) for which in (chosen, around, ~(chosen | around)))
    sides = _Sides(numbers, earlier, later, pool)
    found = sides.find(own, matches=matches, seed=seed)
    treated_group, matched_group = sides.plain(own), sides.matched(found)
    next_group = sides.plain(beside_them)
    next_matched = (
        sides.matched(sides.find(beside_them, matches=matches, seed=seed)) if around.any() else None
    )
    groups = [group for group in (treated_group, matched_group, next_group, next_matched) if group]
    scatter = sides.scatter(groups)
    drift = sides.drift(matched_group, scatter)
    pair = _Pair(sides, treated_group, matched_group, scatter, drift)
    early = later[:EARLY_STEPS]
    late = later[max(EARLY_STEPS, len(later) - LATE_STEPS) :]
    late = late if len(late) >= _LEAST_LATE else late[:0]
    half = len(earlier) // 2
    ratio = pair.ratio(later, earlier)
    singles = _single_cells(sides, treated_group, found, scatter, drift)
    return Effect(
        before=earlier,
        after=later,
        early=early,
        late=late,
        treated=treated_group,
        matched=matched_group,
        neighbours=next_group,
        ratio=ratio,
        in_early=pair.ratio(early, earlier),
        in_late=pair.ratio(late, earlier) if len(late) else None,
        again=pair.ratio(late, early) if len(late) else None,
        next_door=_next_door(sides, next_group, next_matched, scatter),
        quotient=_quotient(sides, (treated_group, next_group, matched_group), scatter, drift, seed),
        course=pair.ratio(earlier[len(earlier) - half :], earlier[:half]),
        singles=singles,
        away=found.away,
        scatter=scatter,
        drift=drift,
    )


class _Sides:
    """The counts with the periods, and what is summed from them."""

    def __init__(
        self, counts: npt.NDArray[np.int64], before: Steps, after: Steps, pool: npt.NDArray[np.int64]
    ) -> None:
        self._counts, self._pool = counts, pool
        self.before, self.after = before, after

    def find(self, rows: npt.NDArray[np.int64], *, matches: int, seed: int) -> "_Found":
        """Match cells by all steps before; by every other one where none are like them."""
        past = self._counts[:, self.before]
        found, apart = match(past, rows, self._pool, matches=matches, seed=seed)
        had = past[rows].sum(axis=1)
        away = float(np.average(apart.mean(axis=1), weights=had)) if had.any() else 0.0
        away /= np.sqrt(scatter_of(past[rows].sum(axis=0)))
        if away <= UNLIKE:
            return _Found(found, away, self.before)
        found, _apart = match(past[:, ::2], rows, self._pool, matches=matches, seed=seed)
        return _Found(found, away, self.before[1::2])

    def plain(self, rows: npt.NDArray[np.int64]) -> Group:
        return self._group(rows, np.ones(len(rows)), self.before)

    def matched(self, found: "_Found") -> Group:
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
        after, before = (self.totals(matched.rows, steps) for steps in (self.after, matched.told_by))
        return drift_of(after, before, matched.weights, scatter=scatter)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Matches: rows of shape (asked, matches), how far off they are, and the steps that tell their before."""

    rows: npt.NDArray[np.int64]
    away: float
    told_by: Steps


class _Pair:
    """A group and what it is compared with, over any two periods."""

    def __init__(self, sides: _Sides, own: Group, other: Group, scatter: float, drift: float) -> None:
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
            shift *= _share(sure[0], sure[1]) / _share(sums[0], sums[1])
        return Ratio(found.estimate * shift, found.low * shift, found.high * shift)


def _next_door(sides: _Sides, own: Group, other: Group | None, scatter: float) -> Ratio:
    if other is None:
        return Ratio(float("nan"), 0.0, float("inf"))
    pair = _Pair(sides, own, other, scatter, sides.drift(other, scatter))
    return pair.ratio(sides.after, sides.before)


def _single_cells(sides: _Sides, own: Group, found: "_Found", scatter: float, drift: float) -> Singles:
    """Compare each treated cell with its own matches."""
    before, after = (sides.totals(own.rows, steps) for steps in (sides.before, sides.after))
    other_before = sides.totals(found.rows, found.told_by).sum(axis=1)
    other_after = sides.totals(found.rows, sides.after).sum(axis=1)
    matches, longer = found.rows.shape[1], len(sides.before) / len(found.told_by)
    ratios = beside(
        after, before, other_after, other_before, scatter=scatter, drift=drift * (1 + 1 / matches)
    )
    ratios = Ratios(ratios.estimate * longer, ratios.low * longer, ratios.high * longer)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = before * (other_after / other_before / longer)
    expected = np.where(other_before > 0, usual, other_after / matches)
    return Singles(before, after, expected, ratios)


def _quotient(
    sides: _Sides, groups: tuple[Group, Group, Group], scatter: float, drift: float, seed: int
) -> Ratio | None:
    """Return the weighted displacement quotient with the interval of seeded draws of all six counts."""
    treated, neighbours, matched = groups
    if not (matched.before and matched.after and neighbours.before and treated.before):
        return None
    estimate = _displaced(*((group.before, group.after) for group in groups))
    if estimate is None:
        return None
    random = np.random.default_rng(seed)
    drawn = []
    for group in groups:
        sure = [sides.of(group, steps) / scatter for steps in (group.told_by, sides.after)]
        sums = [group.before, group.after]
        own_way = random.normal(
            0, np.sqrt(drift / max(effective(group.weights * sides.cells_of(group)), 1)), _DRAWS
        )
        before, after = (
            random.gamma(n + 0.5, 1, _DRAWS) * (_share(total, n) if n else scatter)
            for n, total in zip(sure, sums, strict=True)
        )
        drawn.append((before, after * np.exp(own_way)))
    (t0, t1), (n0, n1), (c0, c1) = drawn
    fall = t1 / c1 - t0 / c0
    quotients = np.where(fall < 0, (n1 / c1 - n0 / c0) / np.where(fall < 0, fall, -1), np.nan)
    if np.isnan(quotients).mean() > (1 - LEVEL) / 2:
        return None  # it is not sure that the treated cells fell: there is nothing that could have moved
    low, high = np.nanquantile(quotients, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Ratio(estimate, min(float(low), estimate), max(float(high), estimate))


def _displaced(
    treated: tuple[float, float], neighbours: tuple[float, float], matched: tuple[float, float]
) -> float | None:
    fall = treated[1] / matched[1] - treated[0] / matched[0]
    return (neighbours[1] / matched[1] - neighbours[0] / matched[0]) / fall if fall < 0 else None


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _checked(
    counts: npt.ArrayLike, cells: Any, treated: npt.ArrayLike
) -> tuple[Cells, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    known = check(cells)
    numbers = np.asarray(counts)
    if numbers.ndim != 2 or len(numbers) != len(known):
        raise AnalysisError(
            f"Counts of shape {numbers.shape} for {len(known):,} cells. Expected a row for each cell and a "
            "column for each step."
        )
    if not _are_whole(numbers):
        raise AnalysisError("Counts that are no whole numbers, or missing. Expected reports, 0 or more.")
    if (numbers < 0).any():
        raise AnalysisError(f"{int((numbers < 0).sum()):,} counts are negative. Expected 0 or more.")
    chosen = np.asarray(treated)
    if chosen.shape != known.shape or chosen.dtype != np.bool_:
        raise AnalysisError("Treated cells are marked by a truth value for each cell.")
    if not chosen.any():
        raise NotEnoughDataError("No cell is treated: there is nothing to compare.")
    resolution_of(known)
    if len(np.unique(known)) < len(known):
        raise CellError("Some cells are given twice. Expected each cell once.")
    return known, numbers.astype(np.int64, copy=False), chosen


def _are_whole(numbers: npt.NDArray[Any]) -> bool:
    if numbers.dtype.kind == "f":
        return bool((np.isfinite(numbers) & (numbers == np.rint(numbers))).all())
    return numbers.dtype.kind in "iu"


def _periods(before: npt.ArrayLike, after: npt.ArrayLike, steps: int) -> tuple[Steps, Steps]:
    earlier, later = np.asarray(before), np.asarray(after)
    for one, words in ((earlier, "before"), (later, "after")):
        if one.ndim != 1 or not (_are_whole(one) or not one.size):
            raise AnalysisError(f"The steps {words} the drive are no row of whole numbers: their positions.")
        if len(one) < LEAST_STEPS:
            raise NotEnoughDataError(
                f"{len(one)} steps {words} the drive. Expected {LEAST_STEPS} or more of whole steps."
            )
        if (np.diff(one) <= 0).any() or one[0] < 0 or one[-1] >= steps:
            raise AnalysisError(f"The steps {words} the drive are not ascending, or not among {steps}.")
    if earlier[-1] >= later[0]:
        raise AnalysisError("The steps before the drive do not all lie before those after it.")
    return earlier.astype(np.intp), later.astype(np.intp)
