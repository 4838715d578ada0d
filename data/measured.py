"""The measures computed: for the cells of a resolution, for the words of a column, and for a whole filter."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from data import clock, measure_counts, medians
from data.codes import Box
from data.counts import Counts
from data.cube import Cube
from data.cube_choice import checked, choice_of, shown, tallied
from data.filters import Filter
from data.measure_counts import MeasureCounts, scale
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
    return _figures(cube, where, (measure(name).name,), against, cell=cell, bbox=bbox, minute=minute)[name]


def figures(
    cube: Cube,
    where: Filter,
    names: Collection[str] | None = None,
    *,
    against: Period | None = None,
    cell: int | None = None,
    bbox: Box | None = None,
    minute: int | None = None,
) -> dict[str, Figure]:
    """Compute several measures for all reports of a filter together, with few passes over the rows.

    Parameters
    ----------
    names
        Of measures; where None all of them, the change where there are two periods.
    against, cell, bbox, minute
        As of `figure`.

    Raises
    ------
    FilterError
        As `cell_figures`.
    """
    if names is None:
        names = [name for name in MEASURES if name != "change" or _can_compare(where, against)]
    wanted = [measure(name).name for name in names]
    return _figures(cube, where, wanted, against, cell=cell, bbox=bbox, minute=minute)


def _figures(
    cube: Cube,
    where: Filter,
    names: Collection[str],
    against: Period | None,
    *,
    cell: int | None,
    bbox: Box | None,
    minute: int | None,
) -> dict[str, Figure]:
    state = cube.state
    choice = choice_of(state, where, cell=cell, bbox=bbox)
    found = measure_counts.totals(state, choice, _minute(minute))
    figures_ = {
        "count": Figure(float(found.n), found.n),
        "open": Figure(float(found.open), found.open),
        "overdue": Figure(float(found.overdue), found.overdue),
        "on_time": _ratio(100.0 * (found.judged - found.late), found.judged, found.judged),
    }
    if "days" in names:
        (times,) = measure_counts.rows(state, measure_counts.timed(choice), "took")
        figures_["days"] = Figure(medians.of_all(times), times.size)
    if "density" in names:
        figures_["density"] = _ratio(found.n, _km2(cube, where, cell), found.n)
    if "change" in names:
        other = compared(where, against)
        before = int(tallied(state, "status", choice_of(state, other, cell=cell, bbox=bbox)).sum())
        percent = measure_counts.change(np.array(found.n), np.array(before), scale(where, other))
        figures_["change"] = Figure(float(percent) if before else None, found.n + before)
    return {name: figures_[name] for name in names}


def _ratio(above: float, below: float, n: int) -> Figure:
    return Figure(above / below if below else None, n)


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


def _km2(cube: Cube, where: Filter, cell: int | None) -> float:
    """Return the area that the reports of a filter are divided by: see the measure's help."""
    if cell is not None or where.cells:
        return _area_km2(np.array([cell] if cell is not None else where.cells, np.uint64))
    return _ground_km2(cube, cube.version, Filter(places=where.places, areas=where.areas))


@lru_cache(maxsize=256)
def _ground_km2(cube: Cube, version: str, ground: Filter) -> float:
    """Return the area of the cells with reports on a ground, once for each state of the data (`version`)."""
    del version
    return _area_km2(cube.counts(ground, ANALYSIS_RESOLUTION).cells)


def _area_km2(chosen: Cells) -> float:
    return float(area_m2(chosen).sum()) / _M2_PER_KM2
