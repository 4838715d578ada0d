"""What a manager looks at: the choices of the map page and how they stand in its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, TypeVar

import polars as pl

from app_pages.look import Look
from data import place_kinds
from data.filters import Filter
from data.heat import BANDWIDTHS
from data.hot_cells import HOT_RESOLUTIONS, KINDS, PER, RINGS, HotAsked, Kind
from data.measures import MEASURES
from data.periods import period_a_year_earlier, period_before
from data.step_counts import STEPS, Step
from geo import cells
from geo.errors import CellError, FilterError

#: Quick choices of the period, in days up to the newest report; None is no limit.
PERIODS: Final[dict[str, int | None]] = {"all": None, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
CUSTOM: Final = "custom"
AUTO: Final = "auto"
HEAT: Final = "heat"
POINTS: Final = "points"
HOT: Final = "hot"
#: What heat is shown on: a smooth surface, or the streets.
ALONG: Final = ("", "streets")
#: What a period is compared with, and how; the first of each is the usual.
AGAINST: Final = ("", "before", "year", CUSTOM)
BESIDE: Final = ("change", "swipe")
Name = TypeVar("Name", bound=str)

#: The id of a place has at most so many digits.
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class View:
    """A state of the map page; `groups` stand for their categories where the filter names none.

    Attributes
    ----------
    show
        What the map colours: empty for cells, `heat`, `hot` (hot spots), `points` (reports at every zoom, no
        cells under them), or the kind of place whose rates it shows.
    cell, at
        The chosen cell, or the id of the chosen place; at most one of the two.
    measure
        What colours the cells, one of `data.measures.MEASURES`.
    against
        The period that `where` is compared with: empty for none, `before` (as long, just before), `year` (a
        year earlier) or `custom` (`against_days`).
    beside
        How two periods are shown: `change` (one map of the differences) or `swipe` (one beside the other).
    bandwidth
        Of the heat layer, in metres; None is the usual one.
    along
        What heat is shown on: empty for a surface, `streets` for the streets.
    look
        Classes, palette and opacity.
    points
        Whether reports are shown as points from close up, above whatever the map colours.
    hot, step, ring, per
        What is asked of hot spots, as `data.hot_cells.HotAsked` takes it: which kind of them, the length of a
        step, how many rings of neighbours count with a cell, what a count is a rate of.
    """

    where: Filter = field(default_factory=Filter)
    groups: tuple[str, ...] = ()
    period: str = "all"
    resolution: int | None = None
    cell: str | None = None
    show: str = ""
    at: int | None = None
    measure: str = "count"
    against: str = ""
    against_days: tuple[date, date] | None = None
    beside: str = "change"
    bandwidth: int | None = None
    along: str = ""
    look: Look = field(default_factory=Look)
    points: bool = True
    hot: Kind = KINDS[0]
    step: Step = STEPS[0]
    ring: int = RINGS[0]
    per: str = PER[0]

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
            show=show if show in {HEAT, HOT, POINTS, *place_kinds.kinds()} else "",
            at=None if cell else known_id(params.get("at", "")),
            measure=_one_of(params.get("measure"), MEASURES),
            against=_one_of(params.get("against"), AGAINST),
            against_days=_days(params.get("against_days", "")),
            beside=_one_of(params.get("beside"), BESIDE),
            bandwidth=_metres(params.get("bandwidth", "")),
            along=_one_of(params.get("along"), ALONG),
            look=Look.from_params(params),
            points=params.get("points") != "off",
            hot=_one_of(params.get("hot"), KINDS),
            step=_one_of(params.get("step"), STEPS),
            ring=int(_one_of(params.get("ring"), [*map(str, RINGS)])),
            per=_one_of(params.get("per"), PER),
        )

    def to_params(self) -> dict[str, str]:
        """Write the view for the page's address; defaults are left out."""
        where = self.where if self.period == CUSTOM else self.where.but(start=None, end=None)
        params = (
            where.to_params()
            | {
                "group": ",".join(self.groups),
                "period": "" if self.period in {"all", CUSTOM} else self.period,
                "res": str(self.resolution) if self.resolution else "",
                "cell": self.cell or "",
                "show": self.show,
                "at": str(self.at or ""),
                "measure": "" if self.measure == MEASURES[0] else self.measure,
                "against": self.against,
                "against_days": "~".join(map(str, self.against_days or ())) if self.against == CUSTOM else "",
                "beside": "" if self.beside == BESIDE[0] else self.beside,
                "bandwidth": str(self.bandwidth or ""),
                "along": self.along,
                "points": "" if self.points else "off",
                "hot": "" if self.hot == KINDS[0] else self.hot,
                "step": "" if self.step == STEPS[0] else self.step,
                "ring": "" if self.ring == RINGS[0] else str(self.ring),
                "per": self.per,
            }
            | self.look.to_params()
        )
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

    def hot_asked(self, where: Filter) -> HotAsked:
        """Return what the view asks of hot spots; `where` is what it means, its period spelt out."""
        return HotAsked(
            where=where,
            kind=self.hot,
            resolution=self.resolution if self.resolution in HOT_RESOLUTIONS else cells.ANALYSIS_RESOLUTION,
            ring=self.ring,
            step=self.step,
            per=self.per,
        )

    def usual_hot(self) -> "View":
        """Return a copy that looks for hot spots in the usual way; which kind of them stays."""
        return replace(self, step=STEPS[0], ring=RINGS[0], per=PER[0])

    def without_filters(self) -> "View":
        """Return a copy that means every report, compared with no other period, with usual hot spots."""
        return replace(
            self.usual_hot(),
            where=Filter(),
            groups=(),
            period="all",
            resolution=None,
            against="",
            against_days=None,
        )

    def but(self, **changes: Any) -> "View":
        """Return a copy with some choices changed."""
        return replace(self, **changes)


def _known_filter(params: Mapping[str, str]) -> Filter:
    """Read the parts of a filter one by one: a broken one does not take the others along."""
    good = {name: value for name, value in params.items() if _is_filter({name: value})}
    if _resolution_of(good.get("in", "")) not in cells.RESOLUTIONS:
        good.pop("in", None)
    if not _is_filter(good):  # each day is one, but the first comes after the last
        good = {name: value for name, value in good.items() if name not in {"from", "to"}}
    return Filter.from_params(good)


def _resolution_of(text: str) -> int | None:
    return int(text.partition("~")[0]) if text else None


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


def _one_of(said: str | None, known: Sequence[Name]) -> Name:
    return next((one for one in known if one == said), known[0])


def _days(text: str) -> tuple[date, date] | None:
    try:
        first, last = map(date.fromisoformat, text.split("~"))
    except ValueError:
        return None
    return (first, last) if first <= last else None


def _metres(text: str) -> int | None:
    return int(text) if text in map(str, BANDWIDTHS) else None


def period_days(period: str, newest: date | None, where: Filter) -> tuple[date | None, date | None]:
    """Return first and last day of a period; both None where it has no limit."""
    if period == CUSTOM:
        return where.start, where.end
    length = PERIODS[period]
    if length is None or newest is None:
        return None, None
    return newest - timedelta(days=length - 1), newest


def compared_with(view: View, where: Filter) -> Filter | None:
    """Return the other period's filter, None where there is none or the period has an open side."""
    if view.against == "before":
        return period_before(where)
    if view.against == "year":
        return period_a_year_earlier(where)
    if view.against == CUSTOM and view.against_days:
        return where.but(start=view.against_days[0], end=view.against_days[1])
    return None
