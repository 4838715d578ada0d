"""Which reports are meant: one value that pages, routes, command line and notebooks share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import unquote

from data.statuses import STATUS_GROUPS, STATUSES
from geo import cell_sets
from geo.errors import CellError, FilterError
from i18n import gettext as _

#: Ids of places are smaller than this many digits tell; more could not be looked up.
_MOST_DIGITS: Final = 9
#: What a filter does with reports in an exempt zone: they count, are left out, or count alone.
EXEMPT: Final = ("", "without", "only")
#: Hours of a week, from Monday 00:00 on.
HOURS: Final = range(168)
#: Stands for having no unit.
NO_UNIT: Final = "-"


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of reports; an empty tuple or None leaves that side open.

    Dates are days in the city's time zone, both ends included, of the day a report was made. `places` and
    `areas` are ids of places; an area is meant with everything below it in the chain. `exempt` is one of
    `EXEMPT`. `units` are names of responsible units, `NO_UNIT` for reports without one. `hours` are hours of
    the week in the city's time zone (`HOURS`: weekday × 24 + hour, Monday is 0). `cells` are H3 cells of one
    resolution, ascending: the reports that lie in any of them.
    """

    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    places: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    exempt: str = ""
    units: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    cells: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        known = {*STATUSES, *STATUS_GROUPS}
        unknown = [name for name in self.statuses if name not in known]
        if unknown:
            raise FilterError(
                _(
                    "'{name}' is not a status. Expected one of {known}.",
                    name=unknown[0],
                    known=", ".join(sorted(known)),
                )
            )
        if self.exempt not in EXEMPT:
            raise FilterError(
                _("'{value}' is no choice of exempt reports. Expected without or only.", value=self.exempt)
            )
        if self.start and self.end and self.start > self.end:
            raise FilterError(
                _(
                    "The period starts on {start} and ends before that, on {end}.",
                    start=self.start,
                    end=self.end,
                )
            )

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> "Filter":
        """Read the words of an address.

        They are `category`, `status`, `source`, `place`, `area` (comma lists), `from` and `to` (ISO dates),
        `exempt` (without, only), `unit` (a comma list), `hours` (`8-17,32`: hours of the week, both ends
        included), `in` (a set of cells, `geo.cell_sets`).

        A comma within a name is written `%2C`, a percent sign `%25`.

        Raises
        ------
        FilterError
            A status that is unknown, a date or an id that is none, a period that ends before it starts.
        """
        return cls(
            categories=_names(params.get("category")),
            statuses=_names(params.get("status")),
            sources=_names(params.get("source")),
            start=_day(params.get("from")),
            end=_day(params.get("to")),
            places=_ids(params.get("place")),
            areas=_ids(params.get("area")),
            exempt=params.get("exempt") or "",
            units=_names(params.get("unit")),
            hours=_hours(params.get("hours")),
            cells=_cells(params.get("in")),
        )

    def to_params(self) -> dict[str, str]:
        """Write the filter as URL parameters; what is open is left out."""
        params = {
            "category": _listed(self.categories),
            "status": _listed(self.statuses),
            "source": _listed(self.sources),
            "from": self.start.isoformat() if self.start else "",
            "to": self.end.isoformat() if self.end else "",
            "place": ",".join(map(str, self.places)),
            "area": ",".join(map(str, self.areas)),
            "exempt": self.exempt,
            "unit": _listed(self.units),
            "hours": _ranges(self.hours),
            "in": cell_sets.pack(self.cells),
        }
        return {name: value for name, value in params.items() if value}

    def but(self, **changes: Any) -> "Filter":
        """Return a copy with some sides changed."""
        return replace(self, **changes)


def _listed(names: Iterable[str]) -> str:
    return ",".join(name.replace("%", "%25").replace(",", "%2C") for name in names)


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    parts = map(unquote, value.split(",")) if isinstance(value, str) else value or ()
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _ids(value: str | Iterable[str | int] | None) -> tuple[int, ...]:
    texts = _names(value if isinstance(value, str) else map(str, value or ()))
    wrong = [text for text in texts if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS)]
    if wrong:
        raise FilterError(_("'{value}' is not the id of a place. Expected a number.", value=wrong[0]))
    return tuple(int(text) for text in texts)


def _hours(value: str | Iterable[int] | None) -> tuple[int, ...]:
    if not isinstance(value, str):
        return _known_hours(value or (), str(value))
    found: list[int] = []
    for part in _names(value):
        first, dash, last = part.partition("-")
        if not all(
            end.isascii() and end.isdigit() and len(end) <= 3 for end in (first, last if dash else first)
        ):
            raise _no_hours(part)
        found += range(int(first), int(last if dash else first) + 1)
    return _known_hours(found, value)


def _known_hours(hours: Iterable[int], said: str) -> tuple[int, ...]:
    found = tuple(sorted(set(hours)))
    if any(hour not in HOURS for hour in found):
        raise _no_hours(said)
    return found


def _no_hours(said: str) -> FilterError:
    return FilterError(
        _("'{value}' is no hours of a week. Expected some of 0 to 167, such as 8-17,32.", value=said)
    )


def _ranges(hours: tuple[int, ...]) -> str:
    """Write ascending hours as ranges."""
    begins = [hour for hour in hours if hour - 1 not in hours]
    ends = [hour for hour in hours if hour + 1 not in hours]
    return ",".join(
        f"{first}" if first == last else f"{first}-{last}" for first, last in zip(begins, ends, strict=True)
    )


def _cells(value: str | Iterable[int] | None) -> tuple[int, ...]:
    try:
        text = value if isinstance(value, str) else cell_sets.pack(list(value or ()))
        return tuple(int(cell) for cell in cell_sets.unpack(text))
    except CellError as error:
        raise FilterError(str(error)) from error


def _day(value: str | date | None) -> date | None:
    if not value or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise FilterError(
            _("'{value}' is not a date. Expected one such as 2024-09-01.", value=value)
        ) from error
