"""When cases are due, which are overdue and how much time is left: for all of them in one pass."""

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from data.limits import Limits
from data.schema import UTC
from data.worktime import Floats, Ints, Moments, Unit, WorkClock, to_moments

Flags = npt.NDArray[np.bool_]

#: The columns that `judge` returns, with their types.
DEADLINE: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "issue_id": pl.Int64,
    "limit": pl.Int64,  # the place in `limits.rows`; null where no limit applies
    "start": UTC,
    "due": UTC,
    "left_hours": pl.Float64,  # working hours or, for limits in hours or days, hours; negative when overdue
    "overdue": pl.Boolean,
    "paused": pl.Boolean,
    "stopped": pl.Boolean,  # the time does not run any more
    "provisional": pl.Boolean,  # due in a year whose holidays are not known yet
}

_TIMES: Final = ("reported_at", "accepted_at", "dispatched_at", "fixed_at", "closed_at", "reopened_at")
_NEVER: Final = np.datetime64("NaT", "us")


def due(
    cases: pl.DataFrame,
    limits: Limits,
    clock: WorkClock,
    *,
    now: Any,
    pauses: pl.DataFrame | None = None,
    extensions: pl.DataFrame | None = None,
) -> pl.Series:
    """Return when each case is due, null where no limit applies or its time has not begun; see `judge`."""
    return judge(cases, limits, clock, now=now, pauses=pauses, extensions=extensions)["due"]


def judge(
    cases: pl.DataFrame,
    limits: Limits,
    clock: WorkClock,
    *,
    now: Any,
    pauses: pl.DataFrame | None = None,
    extensions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compare cases with their limits.

    A case's limit is the one that was valid on the day it was reported, or reopened. Its time runs from the
    event that the limit names, and anew after it was reopened. Suspensions do not count: while one lasts, the
    due moment moves on and the time left stays. Extensions follow one after the other. The time of a case
    stops when it is fixed or closed, as the limit says, and it is judged by that moment from then on.

    Parameters
    ----------
    cases
        `issue_id` (unique), `category`, `reported_at`, and where known `areas` (see `data.area_chain`) and
        the other times of `data.replay.CASE`.
    now
        The moment to judge by, with its zone.
    pauses
        `issue_id`, `start`, `end` (null: it lasts), as `Replay.pauses`.
    extensions
        `issue_id`, `amount`, `unit`, in their order, as `Replay.extensions`.

    Returns
    -------
    The columns of `DEADLINE`, a row for each case in the given order.
    """
    times = {name: _times(cases, name) for name in _TIMES}
    reopened = times["reopened_at"]
    place = limits.find(cases, clock.local_days(np.fmax(times["reported_at"], reopened)))
    chosen = _Chosen(limits, place)
    begun = chosen.time("starts", times)
    start: Moments = np.where(np.isnat(begun), begun, np.fmax(begun, reopened))
    stop: Moments = np.fmin(chosen.time("stops", times), times["closed_at"])
    moment: Moments = np.where(np.isnat(stop), to_moments(now), stop)

    breaks = _Breaks(cases, pauses, start, moment)
    end: Moments = np.full(cases.height, _NEVER)
    for way, (unit, whole_days) in enumerate(chosen.ways):
        here = np.flatnonzero((chosen.way == way) & ~np.isnat(start))
        amount = chosen.amount[here] + breaks.lengths(chosen.way == way, unit, clock)[here]
        end[here] = clock.add_work(start[here], amount, unit, whole_days=whole_days)
    end = _extended(end, _with_rows(cases, extensions), chosen, clock)

    left = np.full(cases.height, np.nan)
    for way, (unit, _whole_days) in enumerate(chosen.ways):
        here = np.flatnonzero((chosen.way == way) & ~np.isnat(end))
        hours: Unit = "work_hours" if unit in ("work_hours", "work_days") else "hours"
        left[here] = clock.work_between(moment[here], end[here], hours)
    return pl.DataFrame(
        {
            "issue_id": cases["issue_id"].cast(pl.Int64),
            "limit": _nullable(pl.Series(place), place < 0),
            "start": _series(start),
            "due": _series(end),
            "left_hours": pl.Series(left, nan_to_null=True),
            "overdue": moment > end,
            "paused": breaks.lasting & np.isnat(stop),
            "stopped": ~np.isnat(stop),
            "provisional": ~np.isnat(end) & ~clock.is_known(end),
        },
        schema=pl.Schema(DEADLINE),
    )


class _Chosen:
    """The limits of cases, as arrays with one value a case."""

    def __init__(self, limits: Limits, place: Ints) -> None:
        self._limits = limits.rows
        self._place = place
        ways = [(limit.unit, limit.whole_days) for limit in limits.rows]
        self.ways = sorted(set(ways))
        self.way: Ints = self._each([self.ways.index(way) for way in ways], -1)
        self.amount: Floats = self._each([limit.amount for limit in limits.rows], 0.0)
        self.whole_days: Flags = self._each([limit.whole_days for limit in limits.rows], False)

    def time(self, column: Literal["starts", "stops"], times: dict[str, Moments]) -> Moments:
        """Return when the limits start or stop, NaT where they have not."""
        names = [getattr(limit, column) for limit in self._limits]
        found = np.full(len(self._place), _NEVER)
        for name in sorted(set(names)):
            here = self._each([name == other for other in names], False)
            found[here] = times[f"{name}_at"][here]
        return found

    def _each(self, values: list[Any], otherwise: Any) -> Any:
        return np.array([*values, otherwise])[self._place]  # the place -1 is the last one


class _Breaks:
    """The suspensions of cases, as far as they lie within the time that is judged."""

    def __init__(
        self, cases: pl.DataFrame, pauses: pl.DataFrame | None, start: Moments, moment: Moments
    ) -> None:
        found = _with_rows(cases, pauses)
        self.lasting: Flags = np.zeros(cases.height, dtype=np.bool_)
        self._row: Ints = np.zeros(0, dtype=np.int64)
        if found is None:
            return
        self._row = found["row"].to_numpy()
        first, last = to_moments(found["start"]), to_moments(found["end"])
        self.lasting[self._row[np.isnat(last)]] = True
        begun = start[self._row]  # what has not begun is not judged, whenever it was suspended
        until = moment[self._row]
        self._first = np.where(np.isnat(begun), begun, np.fmin(np.fmax(first, begun), until))
        ended = np.fmin(np.where(np.isnat(last), until, last), until)
        self._last = np.where(np.isnat(begun), begun, np.fmax(ended, self._first))

    def lengths(self, among: Flags, unit: Unit, clock: WorkClock) -> Floats:
        """Return how long each of these cases was suspended, in a unit."""
        chosen = np.flatnonzero(among[self._row])
        if not len(chosen):
            return np.zeros(len(among))
        length = np.nan_to_num(clock.work_between(self._first[chosen], self._last[chosen], unit))
        return np.bincount(self._row[chosen], weights=length, minlength=len(among)).astype(np.float64)


def _extended(end: Moments, extensions: pl.DataFrame | None, chosen: _Chosen, clock: WorkClock) -> Moments:
    """Add the extensions, the first of each case, then the second ones, and so on."""
    if extensions is None:
        return end
    end = end.copy()
    turns = extensions.with_columns(
        turn=pl.int_range(pl.len()).over("row"),
        whole=pl.Series(chosen.whole_days[extensions["row"].to_numpy()])
        & pl.col("unit").is_in(["work_days", "days"]),
    )
    for more in turns.sort("turn", maintain_order=True).partition_by(
        "turn", "unit", "whole", maintain_order=True
    ):
        row, whole, unit = more["row"].to_numpy(), more["whole"][0], more["unit"][0]
        # A whole day ends at midnight, which is the next day's already.
        begin = end[row] - np.timedelta64(1, "us") if whole else end[row]
        end[row] = clock.add_work(begin, more["amount"], unit, whole_days=whole)
    return end


def _with_rows(cases: pl.DataFrame, frame: pl.DataFrame | None) -> pl.DataFrame | None:
    """Add the place of each row's case; rows of other cases are left out. None where nothing is left."""
    if frame is None or frame.is_empty():
        return None
    rows = cases.select(pl.col("issue_id").cast(pl.Int64)).with_row_index("row")
    found = frame.join(rows, on="issue_id", maintain_order="left").with_columns(pl.col("row").cast(pl.Int64))
    return None if found.is_empty() else found


def _times(cases: pl.DataFrame, name: str) -> Moments:
    return to_moments(cases[name]) if name in cases.columns else np.full(cases.height, _NEVER)


def _series(moments: Moments) -> pl.Series:
    return pl.Series(moments).dt.replace_time_zone("UTC")


def _nullable(values: pl.Series, missing: Flags) -> pl.Series:
    return values.set(pl.Series(missing), None)
