"""The reports meant, broken down by each side that a chart shows: what a cross filter needs at one look.

Each breakdown ignores its own side of the filter, so that the bars beside the chosen ones keep their numbers
and can be chosen too: the technique that `crossfilter` made known.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import and_
from threading import Lock
from typing import Any, Final

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from data.counts import Choice, chosen
from data.cube import Cube
from data.cube_state import State
from data.filters import HOURS, NO_UNIT, Filter
from data.statuses import STATUS_GROUPS, STATUSES

Numbers = npt.NDArray[np.int64]

#: Up to so many days between the first and the last report the series is by day, beyond by week.
MOST_DAYS: Final = 62
WEEK: Final = 7
#: Answers that are kept: the same view is asked for by every browser, and again after each step back.
_KEPT: Final = 128

#: The sides that have a breakdown, and the column of each.
_COLUMNS: Final = {"category": "category", "status": "status", "unit": "unit", "hours": "hour", "days": "day"}
_OPEN: Final = [code for code, name in enumerate(STATUSES) if name in STATUS_GROUPS["open"]]
_EPOCH: Final = date(1970, 1, 1)
#: Day 0 was a Thursday: so many days before it a week began.
_TO_MONDAY: Final = 3


@dataclass(frozen=True, slots=True)
class Series:
    """Reports over time: `n[i]` were made on the `step` days from `first` + i × `step` on."""

    first: date | None
    step: int
    n: Numbers


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """How many reports a filter means, and how they fall apart.

    Attributes
    ----------
    total, open
        Reports that pass the whole filter; those of them that somebody still has to do something about.
    categories, units
        `name` and `n`, most first; a report without a unit has the unit `data.filters.NO_UNIT`.
    statuses
        `name` and `n`, in the order of life.
    hours
        Shape (168,): by hour of the week, from Monday 00:00 on.
    series
        By day, or by week from Monday on where the reports span more than `MOST_DAYS`; it covers every report
        there is, whatever the filter, so that a time line keeps its ends.
    """

    total: int
    open: int
    categories: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    hours: Numbers
    series: Series


def breakdowns(cube: Cube, where: Filter) -> Breakdowns:
    """Break the chosen reports down by each side; an answer is kept until the data change."""
    state = cube.state
    return _kept.get((state.version, where), state, cube.choice(where))


class _Kept:
    """The breakdowns asked for last; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Breakdowns] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, state: State, choice: Choice) -> Breakdowns:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = _broken_down(state, choice)
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


_kept: Final = _Kept(_KEPT)


def _broken_down(state: State, choice: Choice) -> Breakdowns:
    first, last = _days_of(state)
    sizes = {
        "category": len(state.words["category"].words),
        "status": len(STATUSES),
        "unit": len(state.words["unit"].words),
        "hours": len(HOURS),
        "days": last - first + 1,
    }
    counts = {side: np.zeros(size, np.int64) for side, size in sizes.items()}
    passed = np.zeros(len(STATUSES), np.int64)
    for part in state.pieces:
        if part.height:
            passed += _count_part(part, choice, counts, first)
    return Breakdowns(
        total=int(passed.sum()),
        open=int(passed[_OPEN].sum()),
        categories=_most_first(state.words["category"].words, counts["category"]),
        statuses=tuple((name, int(n)) for name, n in zip(STATUSES, counts["status"], strict=True) if n),
        units=_most_first([unit or NO_UNIT for unit in state.words["unit"].words], counts["unit"]),
        hours=counts["hours"],
        series=_series(counts["days"], first),
    )


def _count_part(part: pl.DataFrame, choice: Choice, counts: dict[str, Numbers], first: int) -> Numbers:
    """Add a piece of the rows to the counts of every side; return those that pass all, by status."""
    rows, passes = _passes(part, choice)
    every = rows.filter(reduce(and_, passes.values())) if passes else rows
    for side, column in _COLUMNS.items():
        others = [mask for name, mask in passes.items() if name != side]
        left = every[column]
        if side in passes:
            left = rows[column].filter(reduce(and_, others)) if others else rows[column]
        codes = left.to_numpy()
        if side == "days":
            codes = codes - np.int32(first)
        counts[side] += np.bincount(codes, minlength=len(counts[side]))
    return np.bincount(every["status"].to_numpy(), minlength=len(STATUSES))


def _passes(part: pl.DataFrame, choice: Choice) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Return the rows that pass what no chart shows, and which of them pass each side that is not open."""
    rest = replace(choice, category=None, status=None, unit=None, hour=None, first=None, last=None)
    rows: pl.DataFrame = part.select(_COLUMNS.values())
    if rest.predicates():
        rows = chosen(part, rest, *_COLUMNS.values()).collect().to_native()
    own = {
        "category": Choice(category=choice.category),
        "status": Choice(status=choice.status),
        "unit": Choice(unit=choice.unit),
        "hours": Choice(hour=choice.hour),
        "days": Choice(first=choice.first, last=choice.last),
    }
    asked: dict[str, nw.Expr] = {
        side: reduce(and_, predicates).alias(side)
        for side, one in own.items()
        if (predicates := one.predicates())
    }
    if not asked:
        return rows, {}
    found: Any = nw.from_native(rows).lazy().select(*asked.values()).collect().to_native()
    return rows, {side: found[side] for side in asked}


def _days_of(state: State) -> tuple[int, int]:
    """Return the first and the last day with a report; the day before the first where there is none."""
    ends = [(part["day"].min(), part["day"].max()) for part in state.parts if part.height]
    if not ends:
        return 0, -1
    return min(int(first) for first, _ in ends), max(int(last) for _, last in ends)  # type: ignore[arg-type] # polars' `min` is of any type


def _series(days: Numbers, first: int) -> Series:
    """Sum days up to weeks where there are many."""
    if not len(days):
        return Series(None, 1, days)
    if len(days) <= MOST_DAYS:
        return Series(_EPOCH + timedelta(days=first), 1, days)
    into_week = (first + _TO_MONDAY) % WEEK
    starts = np.maximum(np.arange(-into_week, len(days), WEEK), 0)
    return Series(_EPOCH + timedelta(days=first - into_week), WEEK, np.add.reduceat(days, starts))


def _most_first(names: tuple[str, ...] | list[str], counts: Numbers) -> tuple[tuple[str, int], ...]:
    found = [(name, int(n)) for name, n in zip(names, counts, strict=True) if n]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))
