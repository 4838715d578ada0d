"""Whether closed cases came back, by category, unit and cell.

A case counts as closed when it is in the state closed; those that were rejected or merged into others are
neither closed cases nor returns. The kept closing time is exact to the minute for what took up to 30 days,
and to the hour (to the day after two years) for what took longer: see `data.cube_times`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from data import clock
from data.counts import Choice, chosen
from data.cube import Cube
from data.cube_choice import CLOSED_CODES, checked, choice_of
from data.cube_state import State
from data.cube_times import DAYS
from data.filters import NO_UNIT, Filter
from data.statuses import STATUSES
from geo.cells import ANALYSIS_RESOLUTION
from geo.recurrence import DAY_MIN, Events, first_return_in_cell, first_return_within, shares, window_is_over

By = Literal["category", "unit", "cell"]
BY: Final[tuple[By, ...]] = ("category", "unit", "cell")
#: Days within which a report counts as a return; the regulations name 7 and 30.
WINDOWS: Final = (7, 14, 30, 60, 90)
USUAL_WINDOW: Final = 30
#: What the same spot is: 0 the same cell, else so many metres.
NEAR_M: Final = (0, 30, 50, 100)

#: The columns of a table of returns; `key` is a category, a unit or a cell.
COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "judged": pl.Int64,
    "returned": pl.Int64,
    "waiting": pl.Int64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}

#: Reports of these states were no problem, or another case's: they are no return.
_NO_RETURN: Final = ("rejected", "merged")
_RETURNS: Final = tuple(code for code, name in enumerate(STATUSES) if name not in _NO_RETURN)
#: What became of a closed case that did not come back: its window has passed, or not yet.
_STAYED, _WAITING = -1, -2


@dataclass(frozen=True, slots=True)
class Returns:
    """How many closed cases came back.

    Attributes
    ----------
    table
        `key` (a category, a unit or a cell) and the columns of `COLUMNS`: closed cases whose window has
        passed, those of them that came back, closed cases whose window has not passed, the share that came
        back with its 95 % interval (null where none is judged). The surely worst first: by the lower end.
    judged, returned, waiting
        All of them together.
    share, low, high
        Of all together; NaN where none is judged.
    """

    table: pl.DataFrame
    judged: int
    returned: int
    waiting: int
    share: float
    low: float
    high: float


def returns(
    cube: Cube,
    where: Filter,
    by: By = "category",
    *,
    days: int = USUAL_WINDOW,
    within_m: int = 0,
    resolution: int = ANALYSIS_RESOLUTION,
) -> Returns:
    """Say how many of the closed cases of a filter came back.

    Parameters
    ----------
    where
        Which closed cases are judged. Their returns are looked for among all reports, whatever the filter.
    by
        What the table is by; a case that came back counts for its own category, unit and cell.
    days
        A return is a report up to so many days after the closing.
    within_m
        How far off the return may be; 0 for anywhere in the same cell.
    resolution
        Of the cells, both for the same cell and for a table by cells.
    """
    state = cube.state
    column = f"cell{checked(resolution)}"
    rows = _closed(state, where, column)
    asked = _Asked(column, days, within_m, until=_known_until(state))
    fate = cube.kept.get((state.version, "returns", where, asked), lambda: _fates(state, rows, asked))
    codes = rows[column if by == "cell" else by].to_numpy()
    table = _table(lambda used: _keys(state, by, used, resolution), _Counted.of(codes, fate))
    whole = _Counted.of(np.zeros_like(codes), fate)
    judged, returned = int(whole.judged.sum()), int(whole.returned.sum())
    together = whole.together if whole.codes.size else 1.0
    share, low, high = (float(one[0]) for one in shares([returned], [judged], together))
    return Returns(table, judged, returned, int(whole.waiting.sum()), share, low, high)


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """Closed cases by code: the codes that occur, and for each how many wait, were judged, came back."""

    codes: npt.NDArray[np.int64]
    waiting: npt.NDArray[np.int64]
    judged: npt.NDArray[np.int64]
    returned: npt.NDArray[np.int64]
    together: npt.NDArray[np.float64]

    @classmethod
    def of(cls, codes: npt.NDArray[np.integer[Any]], fate: npt.NDArray[np.int64]) -> "_Counted":
        used, at = np.unique(codes, return_inverse=True)
        size = len(used)
        late, came = fate == _WAITING, fate >= 0
        waiting, judged, returned = (np.bincount(at[which], minlength=size) for which in (late, ~late, came))
        reports = int(fate.max(initial=0)) + 1
        groups, times = np.unique(at[came] * reports + fate[came], return_counts=True)
        squares = np.bincount(groups // reports, weights=times.astype(np.float64) ** 2, minlength=size)
        together = np.where(returned > 0, squares / np.maximum(returned, 1), 1.0)
        return cls(used.astype(np.int64), waiting, judged, returned, together)


def _closed(state: State, where: Filter, column: str) -> pl.DataFrame:
    choice = choice_of(state, where).of_status(CLOSED_CODES)
    columns = (column, "category", "unit", "lon", "lat", "day", "minute", "took")
    return _rows(state, replace(choice, took=True), *columns)


@dataclass(frozen=True, slots=True)
class _Asked:
    column: str
    days: int
    within_m: int
    until: int


def _fates(state: State, rows: pl.DataFrame, asked: _Asked) -> npt.NDArray[np.int64]:
    """Return for each closed case the report that it came back by, `_STAYED` or `_WAITING`."""
    reported = _rows(state, Choice(status=_RETURNS), asked.column, "category", "lon", "lat", "day", "minute")
    closed = Events.of(rows["category"].to_numpy(), _minutes(rows) + _taken(rows))
    reports = Events.of(reported["category"].to_numpy(), _minutes(reported))
    if asked.within_m:
        own, others = ((part["lon"].to_numpy(), part["lat"].to_numpy()) for part in (rows, reported))
        back = first_return_within(closed, own, reports, others, days=asked.days, within_m=asked.within_m)
    else:
        known = state.cells[int(asked.column[4:])].cells
        back = first_return_in_cell(
            closed,
            known[rows[asked.column].to_numpy()],
            reports,
            known[reported[asked.column].to_numpy()],
            days=asked.days,
        )
    over = window_is_over(closed, days=asked.days, until=asked.until)
    found: npt.NDArray[np.int64] = np.where(over, back, _WAITING)
    return found


def _rows(state: State, choice: Choice, *columns: str) -> pl.DataFrame:
    parts: list[pl.DataFrame] = [chosen(part, choice, *columns).collect().to_native() for part in state.parts]
    return pl.concat(parts)


def _minutes(rows: pl.DataFrame) -> npt.NDArray[np.int64]:
    day, minute = (rows[name].to_numpy().astype(np.int64) for name in ("day", "minute"))
    total: npt.NDArray[np.int64] = day * DAY_MIN + minute
    return total


def _taken(rows: pl.DataFrame) -> npt.NDArray[np.int64]:
    taken: npt.NDArray[np.int64] = np.round(DAYS[rows["took"].to_numpy()] * DAY_MIN).astype(np.int64)
    return taken


def _known_until(state: State) -> int:
    """Return the minute up to which reports are known: the end of the newest report's day, or now."""
    if not len(state):
        return 0
    newest: Any = state.frame["day"].max()
    now_s = clock.now() / 1e6
    offset = datetime.fromtimestamp(now_s, UTC).astimezone(ZoneInfo(state.tz)).utcoffset() or timedelta()
    return min((int(newest) + 1) * DAY_MIN, int((now_s + offset.total_seconds()) // 60))


def _keys(state: State, by: By, codes: npt.NDArray[np.int64], resolution: int) -> pl.Series:
    if by == "cell":
        return pl.Series("key", state.cells[resolution].cells[codes], dtype=pl.UInt64)
    words = state.words[by].words
    return pl.Series("key", [words[code] or NO_UNIT for code in codes.tolist()], dtype=pl.String)


def _table(keys: Callable[[npt.NDArray[np.int64]], pl.Series], counted: _Counted) -> pl.DataFrame:
    share, low, high = shares(counted.returned, counted.judged, counted.together)
    columns = {
        "judged": counted.judged,
        "returned": counted.returned,
        "waiting": counted.waiting,
        "share": share,
        "low": low,
        "high": high,
    }
    frame = pl.DataFrame(
        [keys(counted.codes), *(pl.Series(name, columns[name], dtype=COLUMNS[name]) for name in COLUMNS)]
    )
    judged = pl.col("judged") > 0
    return frame.with_columns(
        pl.when(judged).then(name).alias(name) for name in ("share", "low", "high")
    ).sort("low", "returned", "key", descending=[True, True, False], nulls_last=True)
