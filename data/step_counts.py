"""Reports per cell and step of time: whole weeks or months in the city's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from data import clock
from data.counts import chosen
from data.cube import Cube
from data.cube_choice import checked, choice_of
from data.filters import Filter
from data.study_area import study_area
from geo.cells import ANALYSIS_RESOLUTION, Cells, resolution_of

Step = Literal["week", "month"]
#: Lengths of a step, the usual one first.
STEPS: Final[tuple[Step, ...]] = ("week", "month")

#: Where what lasts and what is new is told apart, of more steps than these the latest are looked at: a hot
#: spot of ten years ago says nothing of today, and most feeds begin thinly.
LATEST: Final[dict[Step, int]] = {"week": 156, "month": 60}

_MONDAY: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class StepCounts:
    """How many reports lie in each cell in each step.

    Attributes
    ----------
    cells
        Shape (n,), ascending: the study area (`data.study_area`).
    starts
        The first day of each step, ascending; a week starts on Monday.
    counts
        Shape (n, steps), int32.
    step
        `week` or `month`.
    """

    cells: Cells
    starts: tuple[date, ...]
    counts: npt.NDArray[np.int32]
    step: Step

    @property
    def ends(self) -> tuple[date, ...]:
        """The last day of each step."""
        return tuple(following(start, self.step) - timedelta(days=1) for start in self.starts)


def step_counts(
    cube: Cube,
    where: Filter,
    *,
    resolution: int = ANALYSIS_RESOLUTION,
    step: Step = "week",
    most: int | None = None,
) -> StepCounts:
    """Count the reports of a filter for each cell of the study area and each complete step.

    Complete are steps that lie within the filter's days and within the days that reports are known of: the
    first step after the first day, the last one before today and up to the newest report of any kind. What
    lies in the incomplete ones is left out.

    Parameters
    ----------
    most
        Of more steps than these the latest are counted; all of them where None.

    Returns
    -------
    No step at all where no complete one fits.
    """
    cells = study_area(cube, where, checked(resolution))
    starts = complete_steps(_days(cube, where), step)[-most if most else 0 :]
    key = (cube.version, "step counts", resolution, step, where, starts)
    return StepCounts(
        cells, starts, cube.kept.get(key, lambda: _counted(cube, where, cells, starts, step)), step
    )


def following(start: date, step: Step) -> date:
    """Return the first day of the step after the one that starts on a day."""
    if step == "week":
        return start + timedelta(weeks=1)
    return (start.replace(day=1) + timedelta(days=32)).replace(day=1)


def step_of(day: date, step: Step) -> date:
    """Return the first day of the step that a day lies in."""
    return day - timedelta(days=day.weekday() - _MONDAY) if step == "week" else day.replace(day=1)


def complete_steps(days: tuple[date, date] | None, step: Step) -> tuple[date, ...]:
    """Return the first days of the steps that lie within a first and a last day as a whole."""
    if days is None:
        return ()
    first, last = days
    start = step_of(first, step)
    if start < first:
        start = following(start, step)
    found = []
    while (after := following(start, step)) <= last + timedelta(days=1):
        found.append(start)
        start = after
    return tuple(found)


def _days(cube: Cube, where: Filter) -> tuple[date, date] | None:
    """Return the first and the last day that a filter asks for and that reports are fully known of."""
    known = cube.period()
    if known is None:
        return None
    today = datetime.fromtimestamp(clock.now() / 1e6, UTC).astimezone(ZoneInfo(cube.state.tz)).date()
    first = max(known[0], where.start or known[0])
    last = min(known[1], where.end or known[1], today - timedelta(days=1))
    return (first, last) if first <= last else None


def _counted(
    cube: Cube, where: Filter, cells: Cells, starts: Sequence[date], step: Step
) -> npt.NDArray[np.int32]:
    """Count by cell and step; what lies in no step is left out, and every counted cell is in the area."""
    counts = np.zeros((len(cells), len(starts)), np.int32)
    if not counts.size:
        return counts
    state, resolution = cube.state, resolution_of(cells[:1])
    column = f"cell{resolution}"
    first, after = starts[0], following(starts[-1], step)
    step_of_day = np.repeat(
        np.arange(len(starts)), np.diff([start.toordinal() for start in (*starts, after)])
    )
    row_of_code = np.searchsorted(cells, state.cells[resolution].cells)
    choice = choice_of(state, where.but(start=first, end=after - timedelta(days=1)))
    flat = counts.reshape(-1)
    zero = (first - date(1970, 1, 1)).days
    for piece in state.pieces:
        rows = chosen(piece, choice, column, "day").collect()
        at = row_of_code[rows[column].to_numpy()] * len(starts)
        at += step_of_day[rows["day"].to_numpy() - zero]
        flat += np.bincount(at, minlength=flat.size).astype(np.int32)
    return counts
