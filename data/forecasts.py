"""The forecast of the next week or month: of which days, in which cells, and how good such forecasts were."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.filters import Filter
from data.step_counts import LATEST, Step, StepCounts, following, step_counts, step_of
from geo.backtest import FEWEST_STEPS, BackTest, Progress, backtest, scaled
from geo.cells import ANALYSIS_RESOLUTION, Cells, area_m2
from geo.errors import NotEnoughDataError
from geo.forecast import drawn_lots, plan, plan_size, usual_km2
from geo.forecast_smoothing import smoothed
from geo.neighbourhood import Neighbourhood

#: How far the methods look back in steps of a kind: lengths of means, spans of memories, the same season.
_LENGTHS: Final[dict[Step, tuple[int, ...]]] = {"week": (4, 8, 13, 26, 52), "month": (2, 3, 6, 12, 24)}
_SPANS: Final[dict[Step, tuple[float, ...]]] = {
    "week": (1.0, 3.0, 8.0, 20.0, 52.0, np.inf),
    "month": (0.5, 1.0, 2.0, 5.0, 12.0, np.inf),
}
_SEASON: Final[dict[Step, int]] = {"week": 52, "month": 12}
#: In how many steps the forecast at once forgets two thirds.
_USUAL_SPAN: Final[dict[Step, float]] = {"week": 20.0, "month": 5.0}
#: A plan is not made from fewer steps, whether or not it can be tested.
FEWEST_FOR_A_PLAN: Final = 4

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ForecastAsked:
    """A question about the next step.

    Attributes
    ----------
    km2
        The area of the plan; the usual one of the city (`geo.forecast.usual_km2`) where None.
    under_way
        Whether the step is meant that the newest reports lie in, where that one is not over, and not the
        first one that has not begun.
    """

    where: Filter = field(default_factory=Filter)
    resolution: int = ANALYSIS_RESOLUTION
    step: Step = "week"
    km2: float | None = None
    under_way: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What a forecast is made from.

    Attributes
    ----------
    counted
        Whole steps.
    lead
        Which step after the last whole one is forecast: 2 where another is under way.
    start
        The first day of the step that is forecast.
    can_be_under_way
        Whether there is a step under way, so that either can be asked for.
    km2, n_cells
        The area of the plan, and how many cells that is.
    study_km2
        The area of the city: cells with reports and the gaps between them.
    key
        Names all of this: what is counted alike is forecast alike.
    """

    counted: StepCounts
    lead: int
    start: date
    can_be_under_way: bool
    km2: float
    n_cells: int
    study_km2: float
    key: str

    @property
    def end(self) -> date:
        """The last day of the step that is forecast."""
        return following(self.start, self.counted.step) - timedelta(days=1)

    @property
    def apart_m(self) -> float:
        """Metres between the middles of two neighbouring cells."""
        return sqrt(2 * self.study_km2 * 1e6 / len(self.counted.cells) / sqrt(3))

    @property
    def fewest_steps(self) -> int:
        """How many whole steps a back-test needs."""
        return FEWEST_STEPS + self.lead - 1


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """A tested forecast; it holds no more of the counts than what is shown.

    Attributes
    ----------
    cells
        Shape (n,): the study area; rows of `test` are rows of it.
    starts
        The first day of each step that was forecast in the test.
    last
        Shape (n,): the reports of the last whole step.
    """

    cells: Cells
    starts: tuple[date, ...]
    last: npt.NDArray[np.int32]
    test: BackTest

    @property
    def held(self) -> npt.NDArray[np.bool_]:
        """Which cells of the plan were among the fullest of the last whole step too; shape of the plan."""
        return held(self.last, self.test.plan)

    def missed(self) -> Rows:
        """Return the rows of cells with reports in the last whole step that its plan left out, most first."""
        outside = self.last.copy()
        outside[self.test.of(self.test.chosen).plans[-1]] = 0
        rows = np.flatnonzero(outside)
        found: Rows = rows[np.argsort(-outside[rows], kind="stable")]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The cells to go to, without a test.

    Attributes
    ----------
    rows
        Of the study area, the first first.
    expected
        Shape (n,): reports in each cell of the study area.
    """

    rows: Rows
    expected: npt.NDArray[np.float64]


def basis(cube: Cube, asked: ForecastAsked) -> Basis:
    """Count what a forecast is made from.

    Raises
    ------
    NotEnoughDataError
        No cell, or no whole step: there is nothing to forecast from.
    AnalysisError
        An area that is not above 0.
    """
    counted = step_counts(
        cube, asked.where, resolution=asked.resolution, step=asked.step, most=LATEST[asked.step]
    )
    known = cube.period()
    if known is None or not len(counted.cells) or not counted.starts:
        raise NotEnoughDataError("No whole step of this filter is over yet.")
    newest = min(known[1], asked.where.end or known[1])
    next_one = following(counted.starts[-1], asked.step)
    under_way = step_of(newest, asked.step) >= next_one
    lead = 2 if under_way and not asked.under_way else 1
    sizes_m2 = area_m2(counted.cells)
    study_km2 = float(sizes_m2.sum()) / 1e6
    km2 = usual_km2(study_km2) if asked.km2 is None else asked.km2
    n_cells = plan_size(sizes_m2, km2)
    digest = blake2b(counted.cells.tobytes(), digest_size=16)
    digest.update(np.ascontiguousarray(counted.counts).data)
    digest.update(f"{asked.step} {counted.starts[0]} {lead} {n_cells}".encode())
    return Basis(
        counted,
        lead,
        next_one if lead == 1 else following(next_one, asked.step),
        under_way,
        km2,
        n_cells,
        study_km2,
        digest.hexdigest(),
    )


def forecast_of(made_from: Basis, progress: Progress | None = None) -> Forecast:
    """Test every method on the steps that are over, and forecast with the one that is chosen: seconds.

    Raises
    ------
    NotEnoughDataError
        Too few steps, cells or reports to choose and to judge by.
    """
    counted = made_from.counted
    found = backtest(
        counted.counts,
        counted.cells,
        budget_km2=made_from.km2,
        lead=made_from.lead,
        lengths=_LENGTHS[counted.step],
        spans=_SPANS[counted.step],
        season=_SEASON[counted.step],
        progress=progress,
    )
    return Forecast(
        counted.cells,
        tuple(counted.starts[step] for step in found.steps),
        counted.counts[:, -1].copy(),
        found,
    )


def at_once(made_from: Basis) -> Plan:
    """Return a plan by space-time smoothing of a usual setting: milliseconds, nothing is tested.

    Raises
    ------
    NotEnoughDataError
        Fewer than `FEWEST_FOR_A_PLAN` steps, or none with a report.
    """
    counted = made_from.counted
    if len(counted.starts) < FEWEST_FOR_A_PLAN or not counted.counts.any():
        raise NotEnoughDataError(
            f"{len(counted.starts)} whole steps with {int(counted.counts.sum()):,} reports. A plan needs "
            f"{FEWEST_FOR_A_PLAN} steps and a report."
        )
    scores = smoothed(counted.counts, Neighbourhood.of(counted.cells), span=_USUAL_SPAN[counted.step])
    return Plan(plan(scores, made_from.n_cells, drawn_lots(counted.cells)), scaled(scores, counted.counts))


def held(last: npt.NDArray[np.int32], rows: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which cells of a plan are among the fullest of the last step: as many as the plan has.

    Parameters
    ----------
    last
        Shape (n,): the reports of the last whole step.
    rows
        Of the plan.
    """
    chosen = np.asarray(rows)
    least = max(int(np.partition(last, len(last) - len(chosen))[len(last) - len(chosen)]), 1)
    full: npt.NDArray[np.bool_] = last[chosen] >= least
    return full


def budgets(study_km2: float) -> Iterator[float]:
    """Yield areas that a plan can be asked for in km², ascending: parts of the city and those of the NIJ."""
    usual = usual_km2(study_km2)
    for km2 in sorted({0.5 * usual, usual, 2 * usual, *(one for one in (0.65, 1.94) if one > usual)}):
        if km2 <= study_km2 / 2:
            yield round(km2, 4)
