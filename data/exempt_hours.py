"""When an exempt zone holds: windows of weekdays and hours, ranges of dates, in the city's own time."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_DAY_MINUTES: Final = 24 * 60
_ALL_WEEK: Final = frozenset(range(7))
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZH_DAYS: Final = ("一", "二", "三", "四", "五", "六", "日")
_WORDS: Final[dict[str, frozenset[int]]] = {
    **dict.fromkeys(("daily", "every day", "每天", "每日"), _ALL_WEEK),
    **dict.fromkeys(("weekdays", "工作日"), frozenset(range(5))),
    **dict.fromkeys(("weekend", "weekends", "周末"), frozenset({5, 6})),
}
_TIME: Final = r"([01]?\d|2[0-4])[:：]([0-5]\d)"
_WINDOW: Final = re.compile(rf"{_TIME}\s*(?:-|–|—|~|至|到)\s*{_TIME}")
_DATE: Final = r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})"
_RANGE: Final = re.compile(rf"{_DATE}(?:\s*(?:\.\.|至|到)\s*{_DATE})?")
_EPOCH: Final = np.datetime64("1970-01-01", "D")


class Window(NamedTuple):
    """Hours on some days of the week (0 is Monday). One that ends before it starts ends the next day."""

    days: frozenset[int]
    start: int  # minutes since midnight
    end: int  # the first minute that is outside


class Dates(NamedTuple):
    """Days from one to another, both included, as (month, day) of every year or with a year before."""

    first: tuple[int, ...]
    last: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """When something holds; without windows or dates that side is open."""

    windows: tuple[Window, ...] = ()
    dates: tuple[Dates, ...] = ()

    def hold(self, day: Ints, minute: Ints) -> Flags:
        """Tell for each moment whether it is within.

        Parameters
        ----------
        day, minute
            Shape (n,): days since 1970 and minutes since midnight, as the city's clocks show them.
        """
        if not self.windows:
            return self._dated(day)
        today, yesterday = self._dated(day), self._dated(day - 1)
        found = np.zeros(len(day), dtype=np.bool_)
        for window in self.windows:
            days = np.array([number in window.days for number in range(7)])
            starts, began = days[(day + 3) % 7] & today, days[(day + 2) % 7] & yesterday
            if window.start < window.end:
                found |= starts & (minute >= window.start) & (minute < window.end)
            else:  # what is after midnight belongs to the day before
                found |= starts & (minute >= window.start)
                found |= began & (minute < window.end)
        return found

    def _dated(self, day: Ints) -> Flags:
        if not self.dates:
            return np.ones(len(day), dtype=np.bool_)
        found = np.zeros(len(day), dtype=np.bool_)
        different, which = np.unique(day, return_inverse=True)
        stamps = [stamp.item() for stamp in _EPOCH + different]
        for dates in self.dates:
            within = np.array([_within(dates, stamp) for stamp in stamps], dtype=np.bool_)
            found |= within[which]
        return found


def read_windows(text: str) -> tuple[Window, ...] | None:
    """Read windows such as `mon-fri 08:00-20:00; 周六 22:00-02:00`; None where that is none.

    Windows stand between semicolons: days, hours, or both; several days or hours between commas.
    """
    windows: list[Window] = []
    for part in _parts(text):
        first = _WINDOW.search(part)
        days = _days(part[: first.start()] if first else part)
        times = _times(part[first.start() :]) if first else [(0, _DAY_MINUTES)]
        if days is None or times is None:
            return None
        windows += [Window(days, start, end) for start, end in times]
    return tuple(windows)


def read_dates(text: str) -> tuple[Dates, ...] | None:
    """Read ranges such as `2026-05-01..2026-10-31; 11-15..03-15`; None where that is none."""
    found: list[Dates] = []
    for part in _parts(text):
        match = _RANGE.fullmatch(part)
        if match is None:
            return None
        first = _date(*match.groups()[:3])
        last = _date(*match.groups()[3:]) if match.group(5) else first
        if first is None or last is None or len(first) != len(last):
            return None
        if len(first) == 3 and last < first:
            return None
        found.append(Dates(first, last))
    return tuple(found)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]


def _times(text: str) -> list[tuple[int, int]] | None:
    times: list[tuple[int, int]] = []
    for one in re.split(r"[,，、]", text):
        match = _WINDOW.fullmatch(one.strip())
        if match is None:
            return None
        hour, minute, to_hour, to_minute = map(int, match.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        if start >= _DAY_MINUTES or end > _DAY_MINUTES or start == end:
            return None
        times.append((start, end))
    return times


def _days(text: str) -> frozenset[int] | None:
    plain = text.strip().casefold()
    if not plain:
        return _ALL_WEEK
    days: frozenset[int] = frozenset()
    for one in re.split(r"[,，、]", plain):
        found = _WORDS.get(one.strip())
        if found is None:
            ends = [_day(word) for word in re.split(r"[-–—~至到]", one)]
            if None in ends or len(ends) > 2:
                return None
            first, last = ends[0] or 0, ends[-1] or 0
            found = frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
        days |= found
    return days


def _day(word: str) -> int | None:
    plain = word.strip()
    if plain[:3] in _DAYS and "monday tuesday wednesday thursday friday saturday sunday".find(plain) >= 0:
        return _DAYS.index(plain[:3])
    short = plain.removeprefix("星期").removeprefix("周").replace("天", "日")
    return _ZH_DAYS.index(short) if short in _ZH_DAYS else None


def _date(year: str | None, month: str, day: str) -> tuple[int, ...] | None:
    try:
        date(int(year or 2000), int(month), int(day))  # 2000 has a 29th of February
    except ValueError:
        return None
    return (int(year), int(month), int(day)) if year else (int(month), int(day))


def _within(dates: Dates, stamp: Any) -> bool:
    own = (stamp.year, stamp.month, stamp.day)[-len(dates.first) :]
    if dates.first <= dates.last:
        return dates.first <= own <= dates.last
    return own >= dates.first or own <= dates.last
