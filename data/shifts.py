"""When a day is worked: shifts with seasons and versions, as spans of local time."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.city_table import DAY_MINUTES, TABLES, CityTable, Line
from data.holidays import Calendar, Days, all_days
from i18n import gettext as _

Minutes = npt.NDArray[np.int64]

SHIFT_COLUMNS: Final = (
    "days",
    "start",
    "end",
    "season_from",
    "season_to",
    "valid_from",
    "version",
    "source",
)

#: On which days a shift is worked, by what the calendar says of them.
SHIFT_DAYS: Final = ("working", "rest", "every")

_SEASON_DAY: Final = re.compile(r"(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class Shift:
    """A span of a day, in minutes since its midnight; one that ends after midnight ends beyond 1,440."""

    days: str
    start: int
    end: int
    season: tuple[int, int] | None  # month * 100 + day, both included; may run over the new year
    valid_from: date | None


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Spans of work in local time, in order and without overlap; `day` is the position in `all_days`."""

    day: npt.NDArray[np.int64]
    start: Minutes  # since the first midnight of `all_days`
    end: Minutes


def read(source: Path | pl.DataFrame = TABLES / "shifts.csv") -> tuple[Shift, ...]:
    """Read a table of shifts.

    Parameters
    ----------
    source
        Columns of `SHIFT_COLUMNS`: `days` one of `SHIFT_DAYS` (empty: working), `start` and `end` local time
        such as 08:30, an end not after the start meaning the next day; `season_from` and `season_to` as
        06-01, empty for the whole year. From the day `valid_from` on the lines with that day replace all
        earlier ones; empty is since ever.

    Raises
    ------
    TableError
        With every fault of the table.
    """
    table = CityTable.read(source, SHIFT_COLUMNS, optional=SHIFT_COLUMNS[3:])
    found = [_shift(line) for line in table]
    if not found:
        table.faults.append(_("it has no shift"))
    table.check()
    return tuple(shift for shift in found if shift is not None)


def spans(shifts: tuple[Shift, ...], calendar: Calendar) -> Spans:
    """Lay the shifts out over all days; where two overlap, the time counts once."""
    days = all_days()
    season = _season_days(days)
    version = _version(shifts, days)
    chosen: list[tuple[npt.NDArray[np.int64], Shift]] = []
    for shift in shifts:
        on = {
            "working": calendar.working,
            "rest": ~calendar.working,
            "every": np.ones(len(days), dtype=np.bool_),
        }[shift.days]
        on = on & (version == _ordinal(shift.valid_from))
        if shift.season:
            first, last = shift.season
            inside = (season >= first) & (season <= last)
            on = on & (inside if first <= last else (season >= first) | (season <= last))
        chosen.append((np.flatnonzero(on), shift))
    day = np.concatenate([on for on, _shift in chosen])
    start = np.concatenate([on * DAY_MINUTES + shift.start for on, shift in chosen])
    end = np.concatenate([on * DAY_MINUTES + shift.end for on, shift in chosen])
    return _without_overlap(day, start, end)


def _without_overlap(day: npt.NDArray[np.int64], start: Minutes, end: Minutes) -> Spans:
    order = np.lexsort((end, start))
    day, start, end = day[order], start[order], end[order]
    so_far = np.concatenate([[np.iinfo(np.int64).min], np.maximum.accumulate(end)[:-1]])
    start = np.maximum(start, so_far)
    real = end > start
    return Spans(day[real], start[real], end[real])


def _version(shifts: tuple[Shift, ...], days: Days) -> npt.NDArray[np.int64]:
    """Return for each day the day since which its shifts are valid."""
    since = np.array(sorted({_ordinal(shift.valid_from) for shift in shifts}), dtype=np.int64)
    place = np.searchsorted(since, days.astype(np.int64), side="right") - 1
    return np.where(place >= 0, since[place], np.iinfo(np.int64).max)


def _ordinal(day: date | None) -> int:
    return np.iinfo(np.int64).min if day is None else int(np.datetime64(day, "D").astype(np.int64))


def _season_days(days: Days) -> npt.NDArray[np.int64]:
    months = days.astype("datetime64[M]")
    month: npt.NDArray[np.int64] = months.astype(np.int64) % 12 + 1
    day: npt.NDArray[np.int64] = (days - months).astype(np.int64) + 1
    return month * 100 + day


def _shift(line: Line) -> Shift | None:
    days = line.word("days", SHIFT_DAYS, default="working")
    start, end = line.time("start", needed=True), line.time("end", needed=True)
    first, last = _season_day(line, "season_from"), _season_day(line, "season_to")
    if (first is None) != (last is None):
        line.fault(_("a season needs both season_from and season_to"))
    valid_from = line.day("valid_from")
    if start is None or end is None:
        return None
    if start >= DAY_MINUTES:
        line.fault(_("a shift starts before 24:00"))
    end += DAY_MINUTES if end <= start else 0
    return Shift(days, start, end, (first, last) if first and last else None, valid_from)


def _season_day(line: Line, column: str) -> int | None:
    text = line.text(column)
    if not text:
        return None
    if found := _SEASON_DAY.fullmatch(text):
        month, day = int(found[1]), int(found[2])
        if 1 <= month <= 12 and 1 <= day <= 31:
            return month * 100 + day
    line.fault(_("{column} is '{text}', expected a day such as 06-01", column=column, text=text))
    return None
