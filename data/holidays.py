"""Which days are worked: weekends, public holidays and the days that are moved for them (调休)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from data.city_table import TABLES, CityTable, Line
from i18n import gettext as _

Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]

#: The days that can be counted with; limits, events and forecasts of a city lie well within.
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2079, 12, 31)

HOLIDAY_COLUMNS: Final = ("year", "first", "last", "kind", "name", "version", "source", "verified")

#: The days off of a common week, Monday being 0.
WEEKEND: Final = (5, 6)

_LONGEST_DAYS: Final = 31


def all_days() -> Days:
    """Return every day from `FIRST_DAY` to `LAST_DAY`."""
    return np.arange(np.datetime64(FIRST_DAY, "D"), np.datetime64(LAST_DAY, "D") + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days of a city.

    Where a year is not in the table its weekends alone are off, and `verified` says that it is not known.
    """

    working: Flags  # for each of `all_days`
    years: frozenset[int]  # that were taken from an official notice

    @classmethod
    def read(
        cls, source: Path | pl.DataFrame = TABLES / "holidays_cn.csv", *, weekend: Collection[int] = WEEKEND
    ) -> Self:
        """Read a table of days off and of days worked in their place.

        Parameters
        ----------
        source
            Columns of `HOLIDAY_COLUMNS`: from `first` to `last`, both included, days are `off` or `work`.
            `year` is the year of the notice; of several versions of a year the highest is used. A year
            counts as known where every line of it says `verified` yes.
        weekend
            The days off in a common week, Monday being 0.

        Raises
        ------
        TableError
            With every fault of the table.
        """
        table = CityTable.read(source, HOLIDAY_COLUMNS, optional=("name", "source"))
        notices: dict[tuple[int, int], list[_Span]] = {}
        for line in table:
            if span := _span(line):
                notices.setdefault((span.year, span.version), []).append(span)
        newest = dict(sorted(notices))
        spans = [span for (year, version), own in notices.items() if newest[year] == version for span in own]
        kinds = _kinds(spans)
        table.check()
        working = cls.weekdays(weekend=weekend).working.copy()
        for day, span in kinds.items():
            working[(day - FIRST_DAY).days] = span.kind == "work"
        unknown = {span.year for span in spans if not span.verified}
        return cls(working, frozenset({span.year for span in spans} - unknown))

    @classmethod
    def weekdays(cls, *, weekend: Collection[int] = WEEKEND) -> Self:
        """Make the calendar of a city without holidays; all of its years are known."""
        weekday = (all_days().astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        return cls(~np.isin(weekday, list(weekend)), frozenset(range(FIRST_DAY.year, LAST_DAY.year + 1)))

    def is_working(self, day: date) -> bool:
        """Return whether a day is worked."""
        return bool(self.working[(day - FIRST_DAY).days])


@dataclass(frozen=True, slots=True)
class _Span:
    line: Line
    year: int
    version: int
    first: date
    last: date
    kind: str
    verified: bool

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]


def _span(line: Line) -> _Span | None:
    year, version = line.positive("year"), line.positive("version")
    first, last = line.day("first"), line.day("last")
    kind = line.word("kind", ("off", "work"))
    verified = line.word("verified", ("yes", "no"))
    if year is None or version is None:
        return None
    if first is None or last is None:
        line.fault(_("first or last is no day"))
        return None
    if not FIRST_DAY <= first <= last <= LAST_DAY or (last - first).days >= _LONGEST_DAYS:
        line.fault(_("from {first} to {last} is no holiday", first=first, last=last))
        return None
    return _Span(line, int(year), int(version), first, last, kind, verified == "yes")


def _kinds(spans: list[_Span]) -> dict[date, _Span]:
    kinds: dict[date, _Span] = {}
    for span in spans:
        for day in span.days:
            other = kinds.setdefault(day, span)
            if other.kind != span.kind:
                span.line.fault(
                    _(
                        "{day} is '{kind}' here and '{other}' in line {number}",
                        day=day,
                        kind=span.kind,
                        other=other.kind,
                        number=other.line.number,
                    )
                )
                break
    return kinds
