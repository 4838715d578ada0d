"""The measures computed: for the cells of a resolution, for the words of a column, and for a whole filter."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from data import clock, measure_counts, medians
from data.codes import Box
from data.counts import Choice, Counts
from data.cube import Cube
from data.cube_choice import OPEN_CODES, checked, choice_of, shown, tallied
from data.cube_state import State
from data.filters import Filter
from data.measure_counts import MeasureCounts
from data.measures import MEASURES, measure
from data.periods import Period, period_before, period_of
from geo.cells import ANALYSIS_RESOLUTION, Cells, area_m2
from geo.errors import FilterError
from i18n import gettext as _

_M2_PER_KM2: Final = 1e6
_MINUTE_US: Final = 60_000_000
_WORDS: Final = ("category", "status", "source", "unit")


@dataclass(frozen=True, slots=True, eq=False)
class CellFigures:
    """A measure of cells.

    Attributes
    ----------
    cells
        Shape (n,), ascending, each once: those with a report of the filter (of either period, where two are
        compared); of a measure that counts, those where it is not 0.
    values
        Shape (n,), in the measure's unit, shares in percent; NaN where there is no figure.
    n
        Shape (n,): reports behind each value. Of a share or a middle value those that were judged, of a
        change those of both periods, of a count the count.
    """

    measure: str
    cells: Cells
    values: npt.NDArray[np.float64]
    n: Counts


class Figure(NamedTuple):
    """A measure of all that a filter chooses: None where there is no figure, and the reports behind it."""

    value: float | None
    n: int


def this_minute() -> int:
    """Return the minute that overdue cases are judged by: whole minutes since 1970."""
    return clock.now() // _MINUTE_US


def compared(where: Filter, against: Period | None = None) -> Filter:
    """Return the filter of the other period: the given one, else as many days right before.

    Raises
    ------
    FilterError
        The filter has no first or no last day, so that there is nothing to compare.
    """
    if period_of(where) is None:
        raise FilterError(
            _("A change is that of one period against another. Choose the first and the last day.")
        )
    if against is not None and against[0] <= against[1]:
        return where.but(start=against[0], end=against[1])
    before = period_before(where)
    if before is None or against is not None:
        raise FilterError(_("There are no such days to compare with. Choose another period."))
    return before


def cell_figures(
    cube: Cube,
    where: Filter,
    resolution: int,
    name: str = MEASURES[0],
    *,
    against: Period | None = None,
    bbox: Box | None = None,
    minute: int | None = None,
) -> CellFigures:
    """Compute a measure for each cell, each report in the very hexagon it lies in.

    Parameters
    ----------
    name
        One of `MEASURES`.
    against
        The period to compare with, for a change; as many days right before the filter's where None.
    bbox
        West, south, east, north: only cells that may touch this box; their figures are whole.
    minute
        Of the moment by which cases are overdue (`this_minute`); now where None.

    Raises
    ------
    FilterError
        Another measure; or a change without a period.
    """
    state = cube.state
    codes = state.cells[checked(resolution)]
    before = _before(where, name, against)
    asked = MeasureCounts(cube, state, f"cell{resolution}", where, before, _minute(minute))
    values, n = asked.measured(name)
    found = shown(codes, resolution, n > 0 if measure(name).counts else asked.present(name), bbox=bbox)
    return CellFigures(name, codes.cells[found], values[found], n[found])


def figures_by(
    cube: Cube,
    where: Filter,
    column: str,
    name: str = MEASURES[0],
    *,
    against: Period | None = None,
    minute: int | None = None,
) -> pl.DataFrame:
    """Compute a measure for each word of a column.

    Parameters
    ----------
    column
        `category`, `status`, `source` or `unit`; the unit of cases that have none is empty.
    against, minute
        As of `cell_figures`.

    Returns
    -------
    The column, `value` (null where there is no figure) and `n`; words without a report of the filter (or of
    either period) are left out.

    Raises
    ------
    FilterError
        As `cell_figures`; or a measure that needs an area.
    """
    if column not in _WORDS or measure(name).kind == "rate":
        raise FilterError(
            _("'{name}' cannot be computed by {column}.", name=measure(name).words, column=column)
        )
    state = cube.state
    asked = MeasureCounts(cube, state, column, where, _before(where, name, against), _minute(minute))
    values, n = asked.measured(name)
    words = pl.Series(column, state.words[column].words, dtype=pl.String)
    frame = pl.DataFrame([words, pl.Series("value", values).fill_nan(None), pl.Series("n", n)])
    return frame.filter(pl.Series(asked.present(name)))


def figure(
    cube: Cube,
    where: Filter,
    name: str = MEASURES[0],
    *,
    against: Period | None = None,
    cell: int | None = None,
    bbox: Box | None = None,
    minute: int | None = None,
) -> Figure:
    """Compute a measure for all reports of a filter together; those of one cell, or of a box.

    Parameters
    ----------
    against, minute
        As of `cell_figures`.

    Raises
    ------
    FilterError
        As `cell_figures`.
    """
    state = cube.state
    choice, kind = choice_of(state, where, cell=cell, bbox=bbox), measure(name).kind
    if kind == "share":
        n, late = (int(found.sum()) for found in measure_counts.judged_by(state, "status", choice))
        return Figure(100 * (n - late) / n if n else None, n)
    if kind == "median":
        (times,) = measure_counts.rows(state, measure_counts.timed(choice), "took")
        return Figure(medians.of_all(times), times.size)
    if kind == "count":
        among = {
            "open": choice.of_status(OPEN_CODES),
            "overdue": measure_counts.overdue(choice, _minute(minute)),
        }
        n = _total(state, among.get(name, choice))
        return Figure(float(n), n)
    n = _total(state, choice)
    if kind == "rate":
        km2 = _km2(cube, where, cell)
        return Figure(n / km2 if km2 else None, n)
    other = compared(where, against)
    before = _total(state, choice_of(state, other, cell=cell, bbox=bbox))
    (value,) = measure_counts.change(np.array([n]), np.array([before]), measure_counts.scale(where, other))
    return Figure(float(value) if before else None, n + before)


def figures(
    cube: Cube,
    where: Filter,
    *,
    against: Period | None = None,
    cell: int | None = None,
    bbox: Box | None = None,
    minute: int | None = None,
) -> dict[str, Figure]:
    """Compute every measure for all reports of a filter together; the change where there are two periods."""
    found = {}
    for name in MEASURES:
        if measure(name).kind != "change" or _can_compare(where, against):
            found[name] = figure(cube, where, name, against=against, cell=cell, bbox=bbox, minute=minute)
    return found


def _can_compare(where: Filter, against: Period | None) -> bool:
    try:
        compared(where, against)
    except FilterError:
        return False
    return True


def _before(where: Filter, name: str, against: Period | None) -> Filter | None:
    return compared(where, against) if measure(name).kind == "change" else None


def _minute(given: int | None) -> int:
    return this_minute() if given is None else given


def _total(state: State, choice: Choice) -> int:
    return int(tallied(state, "status", choice).sum())


def _km2(cube: Cube, where: Filter, cell: int | None) -> float:
    """Return the area that the reports of a filter are divided by: see the measure's help."""
    if cell is not None or where.cells:
        chosen = np.array([cell] if cell is not None else where.cells, np.uint64)
    else:
        ground = Filter(places=where.places, areas=where.areas)
        chosen = cube.counts(ground, ANALYSIS_RESOLUTION).cells
    return float(area_m2(chosen).sum()) / _M2_PER_KM2
