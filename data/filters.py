"""Which reports are meant: one value that pages, routes, command line and notebooks share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import unquote

from data.statuses import STATUS_GROUPS, STATUSES
from geo.errors import FilterError
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of reports; an empty tuple or None leaves that side open.

    Dates are days in the city's time zone, both ends included, of the day a report was made.
    """

    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None

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
        """Read `category`, `status`, `source` (comma lists), `from` and `to` (ISO dates) of an address.

        A comma within a name is written `%2C`, a percent sign `%25`.

        Raises
        ------
        FilterError
            A status that is unknown, a date that is none, a period that ends before it starts.
        """
        return cls(
            categories=_names(params.get("category")),
            statuses=_names(params.get("status")),
            sources=_names(params.get("source")),
            start=_day(params.get("from")),
            end=_day(params.get("to")),
        )

    def to_params(self) -> dict[str, str]:
        """Write the filter as URL parameters; what is open is left out."""
        params = {
            "category": _listed(self.categories),
            "status": _listed(self.statuses),
            "source": _listed(self.sources),
            "from": self.start.isoformat() if self.start else "",
            "to": self.end.isoformat() if self.end else "",
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


def _day(value: str | date | None) -> date | None:
    if not value or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise FilterError(
            _("'{value}' is not a date. Expected one such as 2024-09-01.", value=value)
        ) from error
