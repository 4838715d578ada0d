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
from geo.displacement import quotient
from geo.effect_groups import Found, Group, Pair, Sides, Steps, Values, share
from geo.effect_matching import MATCHES
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.rate_ratios import Ratio, Ratios, beside

#: Steps that are needed before and after, at least.
LEAST_STEPS: Final = 4
#: The first steps after a drive, which its success is judged by before anything could come back.
EARLY_STEPS: Final = 6
#: The last steps, which tell how it is now; with fewer than these the two are not told apart.
LATE_STEPS: Final = 8
_LEAST_LATE: Final = 4


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
        neighbours fell too. None where the treated cells did not fall, or nothing was counted
        (`geo.displacement`).
    course
        The second half of the steps before to the first, treated beside matched: away from 1 the matched
        cells were on another course already.
    singles
        The treated cells one by one.
    away
        How far the treated cells are from their matches, in standard deviations of their usual scatter.
    scatter, drift
        What widened the intervals (`geo.rate_ratios`).
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
        usual = self.treated.before * share(self.matched.after, self.matched.before)
        ratio = self.ratio
        return usual * (1 - ratio.estimate), usual * (1 - ratio.high), usual * (1 - ratio.low)

    @property
    def likeness(self) -> float:
        """How much the matched cells had before, as a share of what the treated ones had; 1 is the same."""
        return share(self.matched.before, self.treated.before)


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
    sides = Sides(numbers, earlier, later, pool)
    found = sides.find(own, matches=matches, seed=seed)
    treated_group, matched_group = sides.plain(own), sides.matched(found)
    next_group = sides.plain(beside_them)
    next_matched = (
        sides.matched(sides.find(beside_them, matches=matches, seed=seed)) if around.any() else None
    )
    groups = [group for group in (treated_group, matched_group, next_group, next_matched) if group]
    scatter = sides.scatter(groups)
    drift = sides.drift(matched_group, scatter)
    pair = Pair(sides, treated_group, matched_group, scatter, drift)
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
        quotient=quotient(sides, (treated_group, next_group, matched_group), scatter, drift, seed),
        course=pair.ratio(earlier[len(earlier) - half :], earlier[:half]),
        singles=singles,
        away=found.away,
        scatter=scatter,
        drift=drift,
    )


def _next_door(sides: Sides, own: Group, other: Group | None, scatter: float) -> Ratio:
    if other is None:
        return Ratio(float("nan"), 0.0, float("inf"))
    pair = Pair(sides, own, other, scatter, sides.drift(other, scatter))
    return pair.ratio(sides.after, sides.before)


def _single_cells(sides: Sides, own: Group, found: Found, scatter: float, drift: float) -> Singles:
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
    if numbers.dtype.kind != "b" and not _are_whole(numbers):
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
