"""The working-hours clock of a city: how much work lies between two moments, and when some of it is over.

Every span of work from 1990 to 2079 stands in one table with the work that lies before it; a question about
millions of moments is a binary search in that table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from data import shifts
from data.holidays import FIRST_DAY, LAST_DAY, Calendar, Days, all_days
from data.shifts import Shift
from geo.errors import ClockError, TableError
from i18n import gettext as _

Moments = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

Unit = Literal["work_hours", "work_days", "hours", "days"]

#: What time is counted in: working time, or time as it passes. A working day is a day's shifts, however long.
UNITS: Final[tuple[Unit, ...]] = ("work_hours", "work_days", "hours", "days")

_HOUR_US: Final = 3_600_000_000
_DAY_US: Final = 24 * _HOUR_US
_MINUTE_US: Final = 60_000_000
#: The steps that a working day is divided into: finer than microseconds, so that nothing is lost on the way.
_DAY_STEPS: Final = 1_000_000_000_000
_NO_TIME: Final = np.iinfo(np.int64).min


class _Ladder:
    """Rising numbers that are searched for millions of others, several times faster than by halving."""

    def __init__(self, rungs: Ints) -> None:
        self._rungs = np.append(rungs, np.iinfo(np.int64).max)
        self._low = int(rungs[0]) if len(rungs) else 0
        self._width = max((int(rungs[-1]) - self._low) // len(rungs), 1) if len(rungs) else 1
        steps = (int(rungs[-1]) - self._low) // self._width + 2 if len(rungs) else 1
        self._first = np.searchsorted(rungs, self._low + np.arange(steps) * self._width)

    def upto(self, values: Ints) -> Ints:
        """Return how many rungs are not above each value."""
        place: Ints = self._first[np.clip((values - self._low) // self._width, 0, len(self._first) - 1)]
        while np.any(higher := self._rungs[place] <= values):
            place = place + higher
        return place


@dataclass(frozen=True, slots=True, eq=False)
class _Measure:
    """Spans with the amount that lies in and before them; the amount grows only within a span."""

    start: Ints
    end: Ints
    before: Ints  # amount at `start`
    upto: Ints  # amount at `end`
    starts: _Ladder
    amounts: _Ladder  # `upto`

    def at(self, moment: Ints) -> Ints:
        """Return the amount before a moment."""
        place = np.maximum(self.starts.upto(moment) - 1, 0)
        start, before = self.start[place], self.before[place]
        length = self.end[place] - start
        inside = np.clip(moment - start, 0, length)
        return before + _share(inside, length, self.upto[place] - before)

    def reached(self, amount: Ints) -> Ints:
        """Return the first moment before which the amount lies; -1 where it never does."""
        place = self.amounts.upto(amount - 1)
        beyond = place == len(self.upto)
        place = np.where(beyond, 0, place)
        start, before = self.start[place], self.before[place]
        found = start + _share(amount - before, self.upto[place] - before, self.end[place] - start)
        return np.where(beyond, -1, found)


@dataclass(frozen=True, slots=True, eq=False)
class WorkClock:
    """Counts working time. Moments go in with their zone, or as numpy's in UTC, and come out in UTC.

    What is missing (NaT, null) stays missing. Moments may have any shape; two arguments are broadcast.
    """

    tz: str
    _hours: _Measure
    _days: _Measure
    _midnight: Ints  # UTC, of each of `all_days` and of the day after
    _midnights: _Ladder
    _worked: Ints  # working days up to and with each of `all_days`
    _known: npt.NDArray[np.bool_]  # for each of `all_days`

    @classmethod
    def make(
        cls,
        tz: str,
        *,
        calendar: Calendar | None = None,
        shift_table: Sequence[Shift] | None = None,
    ) -> Self:
        """Make the clock of a city; the delivered calendar and shifts where none is given.

        Raises
        ------
        TableError
            Shifts that leave no working time.
        """
        calendar = calendar or Calendar.read()
        spans = shifts.spans(tuple(shift_table or shifts.read()), calendar)
        days = all_days()
        midnight = _to_utc(np.append(days, days[-1] + 1).astype("datetime64[us]").astype(np.int64), tz)
        origin = days[0].astype("datetime64[us]").astype(np.int64)
        start = _to_utc(origin + spans.start * _MINUTE_US, tz)
        end = _to_utc(origin + spans.end * _MINUTE_US, tz)
        real = end > start  # a span that the clocks skip in spring
        start, end, day = start[real], end[real], spans.day[real]
        if not len(start):
            raise TableError(_("The shifts leave no working time at all."))
        years = days.astype("datetime64[Y]").astype(np.int64) + 1970
        return cls(
            tz=tz,
            _hours=_measure(start, end, end - start),
            _days=_measure(start, end, _day_steps(end - start, day, len(days))),
            _midnight=midnight,
            _midnights=_Ladder(midnight),
            _worked=np.cumsum(np.bincount(day, minlength=len(days)) > 0, dtype=np.int64),
            _known=np.isin(years, list(calendar.years)),
        )

    def add_work(self, start: Any, amount: Any, unit: Unit, *, whole_days: bool = False) -> Moments:
        """Return when an amount of time is over that begins at `start`.

        Parameters
        ----------
        start
            Moments.
        amount
            Not negative, in `unit`; may be broken.
        unit
            One of `UNITS`. `hours` and `days` pass without regard to work; a day is 24 hours.
        whole_days
            Count days as the Civil Code of China does (articles 201 and 203): the day of the start does not
            count, and the last day ends with its last shift (`work_days`), or at midnight, and then not on
            a day off (`days`).

        Returns
        -------
        The earliest such moment: work that is over with a shift ends with that shift. An amount of nothing
        is over at its start.

        Raises
        ------
        ClockError
            Moments without zone or beyond the calendar, negative amounts, an unknown unit.
        """
        begin, amounts = np.broadcast_arrays(self._micros(start), np.asarray(amount, dtype=np.float64))
        _check_unit(unit, whole_days=whole_days)
        if np.any(amounts < 0):
            raise ClockError(f"{int(np.sum(amounts < 0))} amounts of time are negative. Expected 0 or more.")
        in_days = unit in ("days", "work_days")
        if np.any(amounts > len(self._worked) * (1 if in_days else 24)):  # more than numbers hold, too
            raise ClockError(f"A span of work ends after {LAST_DAY}, where the calendar ends.")
        missing = (begin == _NO_TIME) | np.isnan(amounts)
        begin, amounts = np.where(missing, self._midnight[0], begin), np.where(missing, 0.0, amounts)
        if whole_days:
            end = self._after_whole_days(begin, np.ceil(amounts - 1e-9), unit)
        else:
            end = self._after(begin, amounts, unit)
        if np.any((end < 0) | (end > self._midnight[-1])):
            raise ClockError(f"A span of work ends after {LAST_DAY}, where the calendar ends.")
        end = np.where(amounts > 0, np.maximum(end, begin), begin)
        return np.where(missing, _NO_TIME, end).astype("datetime64[us]")

    def work_between(self, start: Any, end: Any, unit: Unit = "work_hours") -> Floats:
        """Return how much time lies between moments, in `unit`; negative where `end` is before `start`.

        Raises
        ------
        ClockError
            Moments without zone or beyond the calendar, an unknown unit.
        """
        _check_unit(unit)
        first, last = np.broadcast_arrays(self._micros(start), self._micros(end))
        missing = (first == _NO_TIME) | (last == _NO_TIME)
        if unit in ("hours", "days"):
            between = (last - first) / (_HOUR_US if unit == "hours" else _DAY_US)
        else:
            measure, one = (self._hours, _HOUR_US) if unit == "work_hours" else (self._days, _DAY_STEPS)
            between = (measure.at(last) - measure.at(first)) / one
        return np.where(missing, np.nan, between)

    def is_known(self, moments: Any) -> npt.NDArray[np.bool_]:
        """Return whether a moment lies in a year whose holidays come from an official notice."""
        micros = self._micros(moments)
        return np.where(micros == _NO_TIME, False, self._known[self._day(micros)])

    def local_days(self, moments: Any) -> Days:
        """Return the city's day of moments; NaT stays."""
        micros = self._micros(moments)
        days = np.datetime64(FIRST_DAY, "D") + self._day(micros)
        return np.where(micros == _NO_TIME, np.datetime64("NaT", "D"), days)

    def spans_of(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return from when to when is worked in the shifts that begin on a day of the city, in UTC, in order.

        None on a day off, and on a day beyond the calendar.
        """
        place = (day - FIRST_DAY).days
        if not 0 <= place < len(self._worked):
            return []
        first, last = np.searchsorted(self._hours.start, self._midnight[place : place + 2])
        found = zip(self._hours.start[first:last], self._hours.end[first:last], strict=True)
        return [(_datetime(start), _datetime(end)) for start, end in found]

    def _after(self, begin: Ints, amounts: Floats, unit: Unit) -> Ints:
        if unit in ("hours", "days"):
            return begin + np.rint(amounts * (_HOUR_US if unit == "hours" else _DAY_US)).astype(np.int64)
        measure, one = (self._hours, _HOUR_US) if unit == "work_hours" else (self._days, _DAY_STEPS)
        return measure.reached(measure.at(begin) + np.rint(amounts * one).astype(np.int64))

    def _after_whole_days(self, begin: Ints, amounts: Floats, unit: Unit) -> Ints:
        day = self._day(begin)
        if unit == "work_days":
            return self._days.reached((self._worked[day] + amounts.astype(np.int64)) * _DAY_STEPS)
        last = np.minimum(day + amounts.astype(np.int64), len(self._worked) - 1)
        before = np.where(last > 0, self._worked[last - 1], 0)
        worked: Ints = np.searchsorted(self._worked, before + 1)  # the first day worked from the last one on
        end: Ints = self._midnight[np.minimum(worked + 1, len(self._worked))]
        return end

    def _day(self, micros: Ints) -> Ints:
        return np.clip(self._midnights.upto(micros) - 1, 0, len(self._worked) - 1)

    def _micros(self, moments: Any) -> Ints:
        micros = _micros(moments)
        out = (micros != _NO_TIME) & ((micros < self._midnight[0]) | (micros >= self._midnight[-1]))
        if np.any(out):
            first = np.datetime64(int(micros[out].flat[0]), "us")
            raise ClockError(
                f"{int(np.sum(out))} moments lie outside the calendar, which runs from {FIRST_DAY} to "
                f"{LAST_DAY}; first: {first}."
            )
        return micros


@cache
def city_clock(tz: str) -> WorkClock:
    """Return the clock of the delivered calendar and shifts, made once for each time zone."""
    return WorkClock.make(tz)


def _measure(start: Ints, end: Ints, amount: Ints) -> _Measure:
    upto = np.cumsum(amount)
    return _Measure(start, end, upto - amount, upto, _Ladder(start), _Ladder(upto))


def _day_steps(length: Ints, day: Ints, n_days: int) -> Ints:
    """Divide each day's steps among its spans by their length; the last span takes what rounding leaves."""
    total = np.bincount(day, weights=length, minlength=n_days)
    running = np.cumsum(length)
    first = np.r_[True, day[1:] != day[:-1]]
    before_day = np.maximum.accumulate(np.where(first, running - length, 0))
    upto = np.rint((running - before_day) / total[day] * _DAY_STEPS).astype(np.int64)
    return upto - np.where(first, 0, np.r_[0, upto[:-1]])


def _share(part: Ints, whole: Ints, of: Ints) -> Ints:
    """Return `part / whole * of`, rounded; exact where whole and `of` are the same measure."""
    return np.rint(part * (of / whole)).astype(np.int64)


def _check_unit(unit: str, *, whole_days: bool = False) -> None:
    if unit not in UNITS:
        raise ClockError(f"'{unit}' is not a unit of time. Expected one of {', '.join(UNITS)}.")
    if whole_days and unit not in ("work_days", "days"):
        raise ClockError(f"Whole days cannot be counted in '{unit}'. Expected work_days or days.")


def to_moments(values: Any) -> Moments:
    """Return moments as numpy's in UTC, whether they come with their zone or as that already.

    Raises
    ------
    ClockError
        Moments without zone, or something else.
    """
    return _micros(values).astype("datetime64[us]")


def _micros(moments: Any) -> Ints:
    """Return moments as microseconds since 1970 in UTC; what is missing is the smallest number."""
    if isinstance(moments, datetime):
        if moments.tzinfo is None:
            raise ClockError(f"The moment {moments} has no time zone. Expected one such as UTC.")
        moments = np.datetime64(moments.astimezone(UTC).replace(tzinfo=None), "us")
    elif isinstance(moments, pl.Series):
        if not isinstance(moments.dtype, pl.Datetime) or moments.dtype.time_zone is None:
            raise ClockError(
                f"The column '{moments.name}' holds {moments.dtype}. Expected moments with their time zone."
            )
        moments = moments.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy()
    array = np.asarray(moments)
    if not np.issubdtype(array.dtype, np.datetime64):
        raise ClockError(f"Found values of type {array.dtype}. Expected moments (datetime64, in UTC).")
    return array.astype("datetime64[us]").astype(np.int64)


def _datetime(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))


def _to_utc(local: Ints, tz: str) -> Ints:
    """Turn local times, microseconds since 1970 by the clock on the wall, into UTC.

    Of an hour that comes twice the first is meant; one that is skipped is as long after it as it says.
    """
    series = pl.Series(local).cast(pl.Datetime("us"))
    utc = series.dt.replace_time_zone(tz, ambiguous="earliest", non_existent="null").dt.convert_time_zone(
        "UTC"
    )
    found = utc.to_physical().to_numpy(writable=True) if utc.null_count() == 0 else _filled(utc, series, tz)
    return found.astype(np.int64)


def _filled(utc: pl.Series, local: pl.Series, tz: str) -> Ints:
    zone = ZoneInfo(tz)
    found = utc.to_physical().fill_null(0).to_numpy(writable=True)
    for place in np.flatnonzero(utc.is_null().to_numpy()):
        moment: datetime = local[int(place)].replace(tzinfo=zone)
        found[place] = int(moment.timestamp()) * 1_000_000
    return found
