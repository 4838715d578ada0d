"""How good a plan of cells was: the measures of forecasts of places, and the plan that a score makes.

A plan is a set of cells that together take an area; what is reported later inside is hit, what is reported
outside is missed. A larger plan hits more, so each measure puts the hits beside the area:

- hit rate, n / N: the share of the reports that lay inside;
- PAI, (n / N) / (a / A): how many times more than the same area would hold anywhere (Chainey et al. 2008);
- PEI, PAI over the best PAI that a plan of the same area could have had, known only afterwards (Hunt 2016).

n and N are reports inside and in all, a and A the areas of the plan and of the study area. The National
Institute of Justice judged its challenge of 2017 by PAI and PEI, with plans of 0.65 to 1.94 km².

Sources: Chainey, Tompson & Uhlig (2008), The Utility of Hotspot Mapping for Predicting Spatial Patterns of
Crime, Security Journal 21, 4-28; Hunt (2016), Do Crime Hot Spots Move?, American University.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.cell_ids import Cells
from geo.errors import AnalysisError, NotEnoughDataError

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

#: The area of a plan unless one is asked for, and the largest share of the study area that it may take.
USUAL_KM2: Final = 1.0
USUAL_SHARE: Final = 0.05

_M2_PER_KM2: Final = 1e6
#: The numbers of the splitmix64 generator, which scatters neighbouring cells.
_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def hit_rate(counts: Any, chosen: Any) -> float:
    """Return the share of the reports that lie in the chosen cells.

    Parameters
    ----------
    counts
        Shape (n,): what was reported in each cell of the study area.
    chosen
        Shape (n,), booleans: the cells of the plan.

    Raises
    ------
    AnalysisError
        Counts that are no numbers, negative or not finite; a plan of another shape, or without any cell.
    NotEnoughDataError
        No report at all: there was nothing to hit.
    """
    known, plan_ = _checked(counts, chosen)
    return float(known[plan_].sum() / known.sum())


def pai(counts: Any, chosen: Any, *, areas: Any | None = None) -> float:
    """Return the predictive accuracy index (n / N) / (a / A); 1 is what chance would hit.

    Parameters
    ----------
    counts, chosen
        As for `hit_rate`.
    areas
        Shape (n,): the area of each cell, in any unit; all the same where left out.

    Raises
    ------
    AnalysisError, NotEnoughDataError
        As `hit_rate`, or areas that are not above 0.
    """
    known, plan_ = _checked(counts, chosen)
    sizes = _sizes(areas, len(known))
    return float(known[plan_].sum() / known.sum() / (sizes[plan_].sum() / sizes.sum()))


def pei(counts: Any, chosen: Any, *, areas: Any | None = None) -> float:
    """Return the prediction efficiency index: hits over the most hits that the same area could have had.

    Where cells differ in size, the best plan takes those with most reports per area, and of the last one the
    part that still fits: no plan of whole cells is better, so the index is never above 1.

    Parameters and errors are those of `pai`.
    """
    known, plan_ = _checked(counts, chosen)
    sizes = _sizes(areas, len(known))
    return float(known[plan_].sum() / _best(known, sizes, float(sizes[plan_].sum())))


def best_hits(counts: Any, n_cells: int) -> int:
    """Return how many reports the fullest so many cells have together."""
    known = np.asarray(counts)
    if n_cells >= len(known):
        return int(known.sum())
    return int(np.partition(known, len(known) - n_cells)[len(known) - n_cells :].sum())


def usual_km2(study_km2: float) -> float:
    """Return the area of a plan for a study area, in km².

    One square kilometre, which lies within the limits of the challenge, where it is at most a twentieth of
    the study area; a twentieth of it where the city is smaller: whoever is sent everywhere is sent nowhere.
    """
    return min(USUAL_KM2, USUAL_SHARE * study_km2)


def plan_size(areas_m2: npt.ArrayLike, budget_km2: float) -> int:
    """Return how many cells of mean size an area holds: at least one, at most all.

    Raises
    ------
    AnalysisError
        A budget that is not above 0.
    NotEnoughDataError
        No cell at all.
    """
    sizes = np.asarray(areas_m2, dtype=np.float64)
    if not np.isfinite(budget_km2) or budget_km2 <= 0:
        raise AnalysisError(f"An area of {budget_km2} km² for a plan. Expected square kilometres above 0.")
    if not len(sizes):
        raise NotEnoughDataError("There is no cell to plan with.")
    return int(min(max(budget_km2 * _M2_PER_KM2 / sizes.mean() + 1e-9, 1), len(sizes)))


def plan(scores: npt.ArrayLike, n_cells: int, lots: npt.ArrayLike) -> Rows:
    """Return the rows of the cells with the highest scores, the highest first.

    Parameters
    ----------
    scores
        Shape (n,).
    n_cells
        How many, 1 to n.
    lots
        Shape (n,): which of two cells with the same score comes first, the smaller lot (`drawn_lots`).

    Raises
    ------
    AnalysisError
        Scores that are not finite: a fault that would else choose cells by chance.
    """
    known = np.asarray(scores, dtype=np.float64)
    if not np.isfinite(known).all():
        raise AnalysisError(f"{np.count_nonzero(~np.isfinite(known)):,} of {len(known):,} scores are none.")
    drawn = np.asarray(lots)
    if n_cells < len(known):
        least = np.partition(known, len(known) - n_cells)[len(known) - n_cells]
        rows = np.flatnonzero(known >= least)
    else:
        rows = np.arange(len(known))
    order = np.lexsort((drawn[rows], -known[rows]))
    found: Rows = rows[order[:n_cells]].astype(np.int64)
    return found


def drawn_lots(cells: Cells) -> npt.NDArray[np.uint64]:
    """Return a number for each cell that is always the same for it and says nothing of where it lies.

    By their ids neighbouring cells would win together wherever scores are equal, such as zeros.
    """
    lots: npt.NDArray[np.uint64] = np.asarray(cells, dtype=np.uint64) * _MIX[0]
    lots = (lots ^ (lots >> np.uint64(30))) * _MIX[1]
    lots = (lots ^ (lots >> np.uint64(27))) * _MIX[2]
    return lots ^ (lots >> np.uint64(31))


def _best(counts: Values, sizes: Values, area: float) -> float:
    """Return the most reports that an area can hold, the last cell cut where it does not fit whole."""
    order = np.argsort(-counts / sizes, kind="stable")
    taken = np.clip(area - (np.cumsum(sizes[order]) - sizes[order]), 0, sizes[order])
    return float((counts[order] * (taken / sizes[order])).sum())


def _checked(counts: Any, chosen: Any) -> tuple[Values, Mask]:
    known, plan_ = checked_counts(counts), np.asarray(chosen)
    if known.ndim != 1 or plan_.shape != known.shape or plan_.dtype != np.bool_:
        raise AnalysisError(
            f"Counts of shape {known.shape} and a plan of shape {plan_.shape} of {plan_.dtype}. Expected one "
            "dimension of the same length, the plan as booleans."
        )
    if not plan_.any():
        raise AnalysisError("The plan has no cell. Expected at least one.")
    if not known.sum():
        raise NotEnoughDataError("There is no report in the study area: no plan could hit anything.")
    return known, plan_


def checked_counts(counts: Any, *, name: str = "counts") -> Values:
    """Return counts as numbers, of the shape they were given in; `name` is what a message calls them.

    Raises
    ------
    AnalysisError
        Counts that are no numbers, negative or not finite.
    """
    try:
        known: Values = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AnalysisError(f"The {name} are not numbers: {error}.") from error
    wrong = ~np.isfinite(known) | (known < 0)
    if wrong.any():
        first = tuple(int(n) for n in np.argwhere(wrong)[0])
        raise AnalysisError(
            f"{np.count_nonzero(wrong):,} of {known.size:,} {name} are negative or not finite; first: "
            f"{known[first]} (at {', '.join(map(str, first))}). Expected numbers, 0 or more."
        )
    return known


def _sizes(areas: Any | None, n: int) -> Values:
    if areas is None:
        return np.ones(n)
    sizes = checked_counts(areas, name="areas")
    if sizes.shape != (n,) or not (sizes > 0).all():
        raise AnalysisError(f"Areas of shape {sizes.shape} for {n:,} cells. Expected one above 0 for each.")
    return sizes
