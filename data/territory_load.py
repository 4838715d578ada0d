"""How much work is to be expected in each cell of the city: minutes a week."""

from datetime import timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import shapely

from data.actors import Actor
from data.counts import chosen
from data.cube import Cube
from data.cube_choice import choice_of
from data.field_work import FieldWork
from data.filters import Filter
from data.forecasts import ForecastAsked, at_once, basis
from data.place_kinds import STREET
from data.place_tables import places_version
from data.store import Store
from geo.cells import ANALYSIS_RESOLUTION, Cells, boundaries
from geo.errors import NotEnoughDataError

#: How far back work is counted.
_WEEKS: Final = 52
#: A cell's own mix of categories counts as much as the city's where it has so many reports.
_PRIOR_REPORTS: Final = 10.0
#: Half of what is expected is what there was in a year, half the forecast: territories last for months.
_FORECAST_SHARE: Final = 0.5
#: Every street is gone along once a week, at the pace of somebody who looks around.
_ROUNDS_A_WEEK: Final = 1.0
_METRES_A_MINUTE: Final = 50.0
_METRES_PER_DEGREE: Final = 111_320.0

Floats = npt.NDArray[np.float64]


class Year(NamedTuple):
    """What was reported in the last year: `cell`, code of the `category`, `n`; and of how many weeks."""

    rows: pl.DataFrame
    weeks: float


def expected_work(store: Store, cube: Cube, cells: Cells, *, actor: Actor) -> "pd.Series[Any]":
    """Return the work to be expected in each cell, in minutes a week.

    That is the reports to be expected times what a report takes there (by the city's table `field_work`), and
    the time to go along its streets.
    Expected are the mean of the last year and the forecast of the next week, half each; what a report takes
    is the mean over the cell's categories, drawn to the city's where there were few.

    Parameters
    ----------
    cells
        Shape (n,), ascending, each once, of the analysis resolution.

    Returns
    -------
    Indexed by `cells`, float64, named `minutes`. All 0 where there are no reports and no streets.
    """
    work = store.field_work(actor=actor)
    kept_as = (cube.version, "expected work", places_version(store, actor=actor), cells.tobytes(), work)
    values = cube.kept.get(kept_as, lambda: _minutes(store, cube, cells, work, actor))
    return pd.Series(values, index=pd.Index(cells), name="minutes")


def last_year(cube: Cube) -> Year:
    """Count the reports of the last year by cell of the analysis resolution and by category."""
    known = cube.period()
    if known is None:
        return Year(pl.DataFrame(schema={"cell": pl.UInt64, "category": pl.UInt16, "n": pl.Int64}), 1.0)
    first, last = known
    start = max(first, last - timedelta(weeks=_WEEKS) + timedelta(days=1))
    column = f"cell{ANALYSIS_RESOLUTION}"
    choice = choice_of(cube.state, Filter(start=start, end=last))
    pieces: list[Any] = [
        chosen(piece, choice, column, "category").collect().to_native() for piece in cube.state.pieces
    ]
    rows = pl.concat(pieces).group_by(column, "category").agg(n=pl.len().cast(pl.Int64))
    cell = pl.Series("cell", cube.cells_of(ANALYSIS_RESOLUTION)[rows[column].to_numpy()], dtype=pl.UInt64)
    counted = rows.select(cell, "category", "n").sort("cell", "category")
    return Year(counted, max(((last - start).days + 1) / 7, 1.0))


def reports_a_week(cube: Cube, cells: Cells, year: Year) -> Floats:
    """Return the reports to be expected a week in each cell; without a forecast the year's mean alone."""
    mean = _summed(cells, year.rows["cell"].to_numpy(), year.rows["n"].to_numpy()) / year.weeks
    try:
        made_from = basis(cube, ForecastAsked())
        expected = at_once(made_from).expected
    except NotEnoughDataError:
        return mean
    forecast = _summed(cells, made_from.counted.cells, expected)
    return (1 - _FORECAST_SHARE) * mean + _FORECAST_SHARE * forecast


def _minutes(store: Store, cube: Cube, cells: Cells, work: FieldWork, actor: Actor) -> Floats:
    year = last_year(cube)
    each = _minutes_each(cube, cells, year.rows, work)
    walking = _street_metres(store, cells, actor) / _METRES_A_MINUTE * _ROUNDS_A_WEEK
    return reports_a_week(cube, cells, year) * each + walking


def _minutes_each(cube: Cube, cells: Cells, rows: pl.DataFrame, work: FieldWork) -> Floats:
    """Return what a report takes in each cell, on average."""
    if rows.is_empty():
        return np.full(len(cells), work.usual.minutes)
    takes = np.array([work.of(word).minutes for word in cube.words_of("category")])
    n = rows["n"].to_numpy()
    minutes = takes[rows["category"].to_numpy()] * n
    usual = float(minutes.sum() / n.sum())
    own = _summed(cells, rows["cell"].to_numpy(), minutes)
    counted = _summed(cells, rows["cell"].to_numpy(), n)
    return (own + _PRIOR_REPORTS * usual) / (counted + _PRIOR_REPORTS)


def _summed(cells: Cells, of: Cells, values: Any) -> Floats:
    """Add up values by cell, for these cells; what lies in others is left out."""
    at = np.minimum(np.searchsorted(cells, of), max(len(cells) - 1, 0))
    there = cells[at] == of if len(cells) else np.zeros(len(of), np.bool_)
    sums = np.bincount(at[there], np.asarray(values, np.float64)[there], minlength=len(cells))
    return sums.astype(np.float64)


def _street_metres(store: Store, cells: Cells, actor: Actor) -> Floats:
    """Return the length of the streets in each cell."""
    frame = store.places(actor=actor, kinds=[STREET])
    lines = frame.geometry[frame.geometry.notna()].to_numpy()
    lines = lines[shapely.get_type_id(lines) % 4 == 1]  # lines, and several lines as one
    if not len(lines) or not len(cells):
        return np.zeros(len(cells))
    shapes = boundaries(cells)
    line, cell = shapely.STRtree(shapes).query(lines, predicate="intersects")
    inside = shapely.intersection(lines[line], shapes[cell])
    narrow = np.cos(np.radians(shapely.get_y(shapely.centroid(shapes)).mean()))

    def to_metres(degrees: Floats) -> Floats:
        return degrees * (_METRES_PER_DEGREE * narrow, _METRES_PER_DEGREE)

    metres = np.bincount(cell, shapely.length(shapely.transform(inside, to_metres)), minlength=len(cells))
    return metres.astype(np.float64)
