"""What a manager looks at: the choices of the map page and how they stand in its address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from data import place_kinds
from data.filters import Filter
from geo import cells
from geo.errors import CellError, FilterError

#: Quick choices of the period, in days up to the newest report; None is no limit.
PERIODS: Final[dict[str, int | None]] = {"all": None, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
CUSTOM: Final = "custom"
AUTO: Final = "auto"
#: The id of a place has at most so many digits.
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class View:
    """A state of the map page; `groups` stand for their categories where the filter names none.

    Attributes
    ----------
    show
        The kind of place whose rates the map shows; empty for cells.
    cell, at
        The chosen cell, or the id of the chosen place; at most one of the two.
    """

    where: Filter = field(default_factory=Filter)
    groups: tuple[str, ...] = ()
    period: str = "all"
    resolution: int | None = None
    cell: str | None = None
    show: str = ""
    at: int | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> "View":
        """Read a view from the page's address; what is unknown or broken there counts as not said.

        An address is typed, mailed and cut short by people: it opens the nearest view that makes sense.
        """
        where = _known_filter(params)
        period = params.get("period", CUSTOM if where.start or where.end else "all")
        resolution = params.get("res", AUTO)
        show = params.get("show", "")
        cell = _known_cell(params.get("cell", ""))
        return cls(
            where=where,
            groups=tuple(name for name in params.get("group", "").split(",") if name),
            period=period if period in {*PERIODS, CUSTOM} else "all",
            resolution=int(resolution) if resolution in map(str, cells.RESOLUTIONS) else None,
            cell=cell,
            show=show if show in place_kinds.kinds() else "",
            at=None if cell else known_id(params.get("at", "")),
        )

    def to_params(self) -> dict[str, str]:
        """Write the view for the page's address; defaults are left out."""
        where = self.where if self.period == CUSTOM else self.where.but(start=None, end=None)
        params = where.to_params() | {
            "group": ",".join(self.groups),
            "period": "" if self.period in {"all", CUSTOM} else self.period,
            "res": str(self.resolution) if self.resolution else "",
            "cell": self.cell or "",
            "show": self.show,
            "at": str(self.at or ""),
        }
        return {name: value for name, value in params.items() if value}

    def filter(self, categories: pl.DataFrame, newest: date | None) -> Filter:
        """Return the reports meant: groups become their categories, a quick period becomes days.

        Parameters
        ----------
        categories
            Columns `slug` and `group`.
        newest
            Day of the newest report; quick periods end there, so that an old export is not an empty map.
        """
        chosen = self.where.categories
        if self.groups and not chosen:
            chosen = tuple(categories.filter(pl.col("group").is_in(self.groups))["slug"])
        start, end = period_days(self.period, newest, self.where)
        return replace(self.where, categories=chosen, start=start, end=end)

    def but(self, **changes: Any) -> "View":
        """Return a copy with some choices changed."""
        return replace(self, **changes)


def _known_filter(params: Mapping[str, str]) -> Filter:
    """Read the parts of a filter one by one: a broken one does not take the others along."""
    good = {name: value for name, value in params.items() if _is_filter({name: value})}
    if not _is_filter(good):  # each day is one, but the first comes after the last
        good = {name: value for name, value in good.items() if name not in {"from", "to"}}
    return Filter.from_params(good)


def _is_filter(params: Mapping[str, str]) -> bool:
    try:
        Filter.from_params(params)
    except FilterError:
        return False
    return True


def _known_cell(text: str) -> str | None:
    try:
        known = cells.check([text])
        return str(cells.to_text(known)[0]) if cells.resolution_of(known) in cells.RESOLUTIONS else None
    except CellError:
        return None


def known_id(text: str) -> int | None:
    """Read the id of a place out of an address; what is none counts as not said."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def period_days(period: str, newest: date | None, where: Filter) -> tuple[date | None, date | None]:
    """Return first and last day of a period; both None where it has no limit."""
    if period == CUSTOM:
        return where.start, where.end
    length = PERIODS[period]
    if length is None or newest is None:
        return None, None
    return newest - timedelta(days=length - 1), newest


def period_before(where: Filter) -> Filter | None:
    """Return the filter for the equally long period just before, None where the period has an open side."""
    if where.start is None or where.end is None:
        return None
    length = where.end - where.start + timedelta(days=1)
    if length > where.start - date.min:  # there is no day before the year 1
        return None
    return where.but(start=where.start - length, end=where.start - timedelta(days=1))
