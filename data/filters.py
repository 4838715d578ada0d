"""Which reports are meant: one value that pages, routes, command line and notebooks share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import unquote

from data.statuses import STATUS_GROUPS, STATUSES
from geo.errors import FilterError
from i18n import gettext as _

#: Ids of places are smaller than this many digits tell; more could not be looked up.
_MOST_DIGITS: Final = 9
#: What a filter does with reports in an exempt zone: they count, are left out, or count alone.
EXEMPT: Final = ("", "without", "only")


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of reports; an empty tuple or None leaves that side open.

    Dates are days in the city's time zone, both ends included, of the day a report was made. `places` and
    `areas` are ids of places; an area is meant with everything below it in the chain. `exempt` is one of
    `EXEMPT`.
    """

    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    places: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    exempt: str = ""

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
        `exempt` (without, only).

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


def _day(value: str | date | None) -> date | None:
    if not value or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise FilterError(
            _("'{value}' is not a date. Expected one such as 2024-09-01.", value=value)
        ) from error
