"""The periods that a period is compared with."""

from datetime import date, timedelta
from typing import Final

from data.filters import Filter

#: First and last day, both included.
Period = tuple[date, date]

#: Whole weeks, so that each weekday meets its like.
_YEAR: Final = timedelta(weeks=52)


def period_of(where: Filter) -> Period | None:
    """Return the days of a filter, None where a side is open."""
    return (where.start, where.end) if where.start and where.end else None


def days_of(period: Period) -> int:
    """Return how many days a period has."""
    return (period[1] - period[0]).days + 1


def period_before(where: Filter) -> Filter | None:
    """Return the filter for the equally long period just before, None where the period has an open side."""
    if where.start is None or where.end is None:
        return None
    length = where.end - where.start + timedelta(days=1)
    if length > where.start - date.min:  # there is no day before the year 1
        return None
    return where.but(start=where.start - length, end=where.start - timedelta(days=1))


def period_a_year_earlier(where: Filter) -> Filter | None:
    """Return the filter for the same weekdays 52 weeks earlier; None where the period has an open side."""
    if where.start is None or where.end is None or where.start - date.min < _YEAR:
        return None
    return where.but(start=where.start - _YEAR, end=where.end - _YEAR)
