"""Exempt zones: marked parking, vendor zones and the like, with the hours and problems they are for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from data import place_kinds
from data.exempt_hours import Hours, read_dates, read_windows
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Zone:
    """When and for what a zone holds."""

    hours: Hours
    categories: frozenset[str]  # slugs and groups; empty is all

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> Self:
        """Read a zone's attributes, which were checked when they came into the store."""
        windows = read_windows(str(attributes.get("hours") or ""))
        dates = read_dates(str(attributes.get("dates") or ""))
        return cls(Hours(windows or (), dates or ()), frozenset(names_of(attributes.get("categories"))))

    def names(self, category: str, group: str) -> bool:
        """Return whether the zone is for a category of a group."""
        return not self.categories or category in self.categories or group in self.categories


def names_of(value: Any) -> tuple[str, ...]:
    """Return the categories and groups between semicolons, each once."""
    parts = str(value or "").replace("；", ";").split(";")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def faults(places: Iterable[tuple[str, Mapping[str, Any]]], *, known: Collection[str]) -> list[str]:
    """Say which zones name problems that there are not.

    Parameters
    ----------
    places
        Kind and attributes of each.
    known
        The slugs and groups of the store's categories.

    Returns
    -------
    A sentence each, which names the zone from 1 on.
    """
    return [
        _("zone {row}: '{name}' is neither a category nor a group", row=number, name=name)
        for number, (kind, attributes) in enumerate(places, start=1)
        if kind == place_kinds.ZONE
        for name in names_of(attributes.get("categories"))
        if name not in known
    ]
