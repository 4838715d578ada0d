"""Rolling-origin back-test: each step is forecast from the steps before it alone, as if it were to come.

The method is chosen on the earlier of these forecasts and judged on the later ones: the figures shown
are of forecasts that chose nothing. Within a family of methods (the mean of the last 4, 8, 13 steps) the best
setting is chosen in the same way, for the simple rivals too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from geo import forecast
from geo.cell_ids import Cells, check
from geo.cell_shapes import area_m2
from geo.errors import AnalysisError, NotEnoughDataError
from geo.forecast_exciting import SelfExciting
from geo.forecast_memory import USUAL_SPANS, Memory
from geo.forecast_quality import Interval, Quality, difference, quality
from geo.forecast_rivals import USUAL_LENGTHS, Method, rivals
from geo.forecast_smoothing import Smoothing
from geo.forecast_trees import Trees
from geo.nearness import Nearness

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]
Verdict = Literal["better", "same", "worse", "rival"]

#: The families of methods, the simplest first: of equals the first is chosen.
FAMILIES: Final = ("last", "mean", "density", "smoothing", "exciting", "trees")
#: Those that every other method must beat.
RIVALS: Final = FAMILIES[:3]
#: Steps that are known before the first forecast, and forecasts at least and at most.
FIRST_STEPS: Final = 8
FEWEST_FORECASTS: Final = 8
MOST_FORECASTS: Final = 52
#: Fewer steps cannot be tested.
FEWEST_STEPS: Final = FIRST_STEPS + FEWEST_FORECASTS
#: A memory has a quick and a slow side.
_FEWEST_SPANS: Final = 2

#: Told after each step: how many are done, and of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A family of methods, set as it did best on the earlier forecasts.

    Attributes
    ----------
    name, variant
        See `geo.forecast_rivals.Method`.
    hits
        Shape (forecasts,): reports inside the plan.
    plans
        Shape (forecasts, cells of a plan): rows of cells, the highest score first.
    """

    name: str
    variant: str
    hits: Counts
    plans: Rows


@dataclass(frozen=True, slots=True, eq=False)
class BackTest:
    """What a back-test found, and the forecast of the next step by the method that it chose.

    Attributes
    ----------
    steps
        Shape (forecasts,): the column of the counts that each forecast is of.
    totals, best
        Shape (forecasts,): the reports of the step, and the most that the area of a plan could have had.
    share
        The plan's part of the study area.
    choosing
        So many forecasts chose; the others judge.
    families
        In the order of `FAMILIES`; none is missing.
    chosen
        The name of the family that was best on the earlier forecasts.
    expected
        Shape (n,): what it expects of each cell in the step after the last (`lead` of them), in all as many
        reports as the last eight steps had on average.
    plan
        Rows of the cells to go to, the first first.
    """

    steps: Rows
    totals: Counts
    best: Counts
    share: float
    choosing: int
    families: tuple[Judged, ...]
    chosen: str
    expected: Values
    plan: Rows

    def of(self, name: str) -> Judged:
        """Return the family of a name."""
        return next(family for family in self.families if family.name == name)

    def quality(self, name: str) -> Quality:
        """Return how good a family was on the forecasts that judge.

        Raises
        ------
        NotEnoughDataError
            None of these steps has a report.
        """
        late = slice(self.choosing, None)
        return quality(self.of(name).hits[late], self.totals[late], self.best[late], self.share)

    @property
    def best_rival(self) -> str:
        """The simple rival with the most hits on the forecasts that judge: the hardest one to beat."""
        return self._best_of(RIVALS)

    @property
    def best_other(self) -> str:
        """The family that is no simple rival with the most hits on the forecasts that judge."""
        return self._best_of([name for name in FAMILIES if name not in RIVALS])

    def ahead(self, name: str, other: str) -> Interval:
        """Return by how much the PEI of a family is above that of another, on the forecasts that judge."""
        late = slice(self.choosing, None)
        return difference(self.of(name).hits[late], self.of(other).hits[late], self.best[late])

    @property
    def verdict(self) -> Verdict:
        """Whether the chosen method beats the best rival beyond chance; `rival` where it is one itself."""
        if self.chosen in RIVALS:
            return "rival"
        ahead = self.ahead(self.chosen, self.best_rival)
        return "better" if ahead.low > 0 else "worse" if ahead.high < 0 else "same"

    def _best_of(self, names: Sequence[str]) -> str:
        return max(names, key=lambda name: self.of(name).hits[self.choosing :].sum())


def methods(lengths: Sequence[int] = USUAL_LENGTHS) -> list[Method]:
    """Return every method that is tried, the simplest first."""
    return [*rivals(lengths), Smoothing(), SelfExciting(), Trees()]


def backtest(
    counts: npt.ArrayLike,
    cells: Cells,
    *,
    budget_km2: float | None = None,
    lead: int = 1,
    lengths: Sequence[int] = USUAL_LENGTHS,
    spans: Sequence[float] = USUAL_SPANS,
    season: int | None = 52,
    near: Nearness | None = None,
    progress: Progress | None = None,
) -> BackTest:
    """Forecast the last steps one after the other, each from what was known before it, and the next one.

    Parameters
    ----------
    counts
        Shape (n, steps), whole steps, oldest first; cells without a report are zeros.
    cells
        Shape (n,), each once, of one resolution: the study area.
    budget_km2
        The area of a plan; `geo.forecast.usual_km2` where left out.
    lead
        Which step after the last known one is forecast: 1 the next, 2 the one after it.
    lengths, spans, season
        How far the methods look back, in steps: `geo.forecast_rivals`, `geo.forecast_memory`.
    near
        Of these cells, where it is known already.
    progress
        Told after each step; what it raises ends the test.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, or mixed resolutions.
    AnalysisError
        Counts that are no numbers, negative or of another shape, a budget not above 0, a lead other than 1
        and 2, lengths or a season below one step, spans that do not rise from above 0.
    NotEnoughDataError
        Fewer than `FEWEST_STEPS` steps, fewer than two cells, counts that are all the same, or steps to be
        judged without any report.
    """
    known = forecast.checked_counts(counts)
    places = check(cells)
    _check(known, places, lead)
    _check_memory(lengths, spans, season)
    sizes_m2 = area_m2(places)
    km2 = float(sizes_m2.sum()) / 1e6
    n_cells = forecast.plan_size(sizes_m2, forecast.usual_km2(km2) if budget_km2 is None else budget_km2)
    lots = forecast.drawn_lots(places)

    n_steps = known.shape[1]
    first = max(FIRST_STEPS + lead - 1, n_steps - MOST_FORECASTS)
    memory = Memory(near or Nearness.of(places), steps=n_steps, spans=spans, season=season, lead=lead)
    tried = methods(lengths)
    plans = np.zeros((len(tried), n_steps - first, n_cells), np.int32)
    for step in range(n_steps):
        target = step + lead - 1
        if first <= target < n_steps:
            for n, method in enumerate(tried):
                plans[n, target - first] = forecast.plan(method.scores(memory), n_cells, lots)
        memory.take(known[:, step])
        if progress:
            progress(step + 1, n_steps)

    steps = np.arange(first, n_steps, dtype=np.int32)
    hits = np.stack([_hits(known, steps, own) for own in plans])
    choosing = len(steps) // 2
    families = tuple(_family(name, tried, hits, plans, choosing) for name in FAMILIES)
    totals = known[:, first:].sum(axis=0)
    if not totals[choosing:].sum() or not totals[:choosing].sum():
        raise NotEnoughDataError(
            f"The last {len(steps)} steps hold {int(totals.sum()):,} reports, none in one half of them: "
            "nothing can be chosen or judged."
        )
    chosen = max(families, key=lambda family: (family.hits[:choosing].sum(), -FAMILIES.index(family.name)))
    of_chosen = next(m for m in tried if (m.name, m.variant) == (chosen.name, chosen.variant))
    scores = of_chosen.scores(memory)
    return BackTest(
        steps=steps,
        totals=totals.astype(np.int64),
        best=np.array([forecast.best_hits(known[:, step], n_cells) for step in steps]),
        share=float(sizes_m2[plans].sum() / plans[..., 0].size / sizes_m2.sum()),
        choosing=choosing,
        families=families,
        chosen=chosen.name,
        expected=scaled(scores, known),
        plan=forecast.plan(scores, n_cells, lots).astype(np.int32),
    )


def scaled(scores: Values, counts: npt.ArrayLike) -> Values:
    """Scale scores so that they sum to the mean of the last eight steps."""
    known = np.asarray(counts)
    recent = float(known[:, -FIRST_STEPS:].sum()) / min(FIRST_STEPS, known.shape[1])
    return scores * (recent / scores.sum()) if scores.sum() > 0 else np.zeros_like(scores)


def _hits(counts: Values, steps: Rows, plans: Rows) -> Counts:
    found: Counts = counts[plans, steps[:, None]].sum(axis=1).astype(np.int64)
    return found


def _family(name: str, tried: Sequence[Method], hits: Counts, plans: Rows, choosing: int) -> Judged:
    own = [n for n, method in enumerate(tried) if method.name == name]
    best = max(own, key=lambda n: (hits[n, :choosing].sum(), -n))
    return Judged(name, tried[best].variant, hits[best], plans[best])


def _check(counts: Values, cells: Cells, lead: int) -> None:
    if counts.ndim != 2 or counts.shape[0] != len(cells):
        raise AnalysisError(
            f"Counts of shape {counts.shape} for {len(cells):,} cells. Expected a row for each cell and a "
            "column for each step."
        )
    if isinstance(lead, bool) or lead not in (1, 2):
        raise AnalysisError(f"{lead!r} steps ahead. Expected 1 or 2.")
    if len(cells) < 2:
        raise NotEnoughDataError(f"{len(cells)} cell cannot be told from others. Expected two or more.")
    if counts.shape[1] < FEWEST_STEPS + lead - 1:
        raise NotEnoughDataError(
            f"{counts.shape[1]} whole steps are known. A back-test needs {FEWEST_STEPS + lead - 1}."
        )
    if counts.min() == counts.max() > 0:
        raise NotEnoughDataError(
            f"All {counts.size:,} counts are {counts.max():g}: any plan is as good as any other, so nothing "
            "can be chosen or judged."
        )


def _check_memory(lengths: Sequence[int], spans: Sequence[float], season: int | None) -> None:
    whole = [*lengths, *([] if season is None else [season])]
    if not len(lengths) or any(int(steps) != steps or steps < 1 for steps in whole):
        raise AnalysisError(
            f"Lengths of {list(lengths)} steps and a season of {season}. Expected one length or more, whole "
            "numbers of 1 or more."
        )
    rising = all(first < second for first, second in pairwise([0.0, *spans]))
    if len(spans) < _FEWEST_SPANS or not rising:
        raise AnalysisError(
            f"Spans of {list(spans)} steps. Expected {_FEWEST_SPANS} or more, each longer than the last one."
        )
