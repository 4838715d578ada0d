"""What the measures are made of: counts and middle times, by the codes of one column."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import narwhals as nw
import numpy as np
import numpy.typing as npt

from data import medians
from data.counts import Choice, Counts, chosen
from data.cube import Cube
from data.cube_choice import CLOSED_CODES, OPEN_CODES, choice_of, size_of, tallied
from data.cube_state import State
from data.cube_times import NO_DUE, NOT_TAKEN
from data.filters import Filter
from data.measures import measure
from data.periods import days_of, period_of
from geo.cells import area_m2

Values = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

_M2_PER_KM2: Final = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class MeasureCounts:
    """A question about the codes of one column, answered from what is kept as far as that goes.

    Attributes
    ----------
    column
        Of the cube: cells, words, places or hours.
    before
        The filter of the period to compare with, for a change.
    minute
        Of the moment by which cases are overdue: whole minutes since 1970.
    """

    cube: Cube
    state: State
    column: str
    where: Filter
    before: Filter | None
    minute: int

    def measured(self, name: str) -> tuple[Values, Counts]:
        """Return value and number of reports of each code; see `data.measured.CellFigures`."""
        kind = measure(name).kind
        if kind == "share":
            n, late = self._kept(self.where, self._judged, "judged")
            return percent_of(n - late, n), n
        if kind == "median":
            middle, n = self._kept(self.where, self._medians, "days")
            return middle, n.astype(np.uint32)
        if kind == "change":
            now, before = self._both()
            return change(now, before, self._scale()), now + before
        n = self._count(name if kind == "count" else "count")
        return n.astype(np.float64) if kind == "count" else n / self._km2(), n

    def present(self, name: str) -> npt.NDArray[np.bool_]:
        """Say of each code whether it has a report of the filter; for a change, of either period."""
        if name == "change":
            now, before = self._both()
            return (now > 0) | (before > 0)
        return self._count("count") > 0

    def _both(self) -> tuple[Counts, Counts]:
        return self._count("count"), self._kept(self._other, self._tallied)

    @property
    def _other(self) -> Filter:
        if self.before is None:
            raise ValueError("A change needs the period before.")
        return self.before

    def _scale(self) -> float:
        return scale(self.where, self._other)

    def _count(self, name: str) -> Counts:
        if name == "open":
            return self._kept(self.where, lambda all_: self._tallied(all_.of_status(OPEN_CODES)), "open")
        if name == "overdue":
            # Time alone changes it: what is kept is of this minute.
            return self._kept(self.where, lambda all_: self._tallied(overdue(all_, self.minute)), self.minute)
        return self._kept(self.where, self._tallied)

    def _tallied(self, choice: Choice) -> Counts:
        return tallied(self.state, self.column, choice)

    def _judged(self, choice: Choice) -> Array:
        return np.stack(judged_by(self.state, self.column, choice))

    def _medians(self, choice: Choice) -> Array:
        groups, times = rows(self.state, timed(choice), self.column, "took")
        return np.stack(medians.by_group(groups, times, size_of(self.state, self.column)))

    def _km2(self) -> Values:
        codes = self.state.cells[int(self.column.removeprefix("cell"))]
        # Codes never move, so that their number tells which they are.
        key = ("km2", self.column, len(codes))
        return self.cube.kept.get(key, lambda: area_m2(codes.cells) / _M2_PER_KM2)

    def _kept(self, where: Filter, make: Callable[[Choice], Array], *part: object) -> Array:
        # Without a part it is the key of `Cube.counts`.
        key = (self.state.version, self.column, where, *part)
        return self.cube.kept.get(key, lambda: make(choice_of(self.state, where)))


class Totals(NamedTuple):
    """Numbers of reports: all, open, overdue, closed with a deadline, closed after it."""

    n: int
    open: int
    overdue: int
    judged: int
    late: int


def totals(state: State, choice: Choice, minute: int) -> Totals:
    """Count the chosen reports in one pass over the rows."""
    status, due = nw.col("status"), nw.col("due")
    is_open = status.is_in(list(OPEN_CODES))
    is_judged = status.is_in(list(CLOSED_CODES)) & (due > NO_DUE) & (nw.col("took") != NOT_TAKEN)
    counted = [
        chosen(part, choice, "status", "due", "took", "late")
        .select(
            n=nw.len(),
            open=is_open.sum(),
            overdue=(is_open & (due > NO_DUE) & (due < minute)).sum(),
            judged=is_judged.sum(),
            late=(is_judged & nw.col("late")).sum(),
        )
        .collect()
        .row(0)
        for part in state.pieces
    ]
    return Totals(*(int(sum(numbers)) for numbers in zip(*counted, strict=True)))


def overdue(choice: Choice, minute: int) -> Choice:
    """Return the open cases among them that were due before a minute."""
    return replace(choice.of_status(OPEN_CODES), due=(NO_DUE + 1, minute - 1))


def timed(choice: Choice) -> Choice:
    """Return the closed cases among them of which it is known how long they took."""
    return replace(choice.of_status(CLOSED_CODES), took=True)


def judged_by(state: State, column: str, choice: Choice) -> tuple[Counts, Counts]:
    """Count by code the closed cases that had a deadline, and those of them that were closed after it."""
    codes, late = rows(state, replace(timed(choice), due=(NO_DUE + 1, None)), column, "late")
    size = size_of(state, column)
    n, of_late = (np.bincount(found, minlength=size).astype(np.uint32) for found in (codes, codes[late]))
    return n, of_late


def rows(state: State, choice: Choice, *columns: str) -> tuple[Array, ...]:
    """Return columns of the chosen rows as arrays."""
    parts = [chosen(part, choice, *columns).collect() for part in state.pieces]
    return tuple(np.concatenate([part[name].to_numpy() for part in parts]) for name in columns)


def percent_of(some: Array, every: Array) -> Values:
    """Return shares in percent, NaN of nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: Values = np.where(every > 0, 100.0 * some / every, np.nan)
    return shares


def change(now: Array, before: Array, times: float) -> Values:
    """Return changes in percent, NaN where there was none before.

    Parameters
    ----------
    times
        How many times as long the period is as the one before (`scale`).
    """
    return percent_of(now, before * times) - 100.0


def scale(where: Filter, before: Filter) -> float:
    """Return how many times as long the first period is as the second; neither has an open side."""
    one, other = period_of(where), period_of(before)
    if one is None or other is None:
        raise ValueError("Two periods are compared by their lengths. Neither may have an open side.")
    return days_of(one) / days_of(other)
