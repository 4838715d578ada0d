"""What an address asks of cells: which reports, which measure of them, in which classes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Final

from data.filters import Filter
from data.measures import MEASURES, Measure, measure
from data.periods import Period
from geo.errors import FilterError
from i18n import gettext as _
from layers import classes, palettes
from layers.classes import Method

#: The usual number of classes.
_CLASSES: Final = 5
_MOST_EDGES: Final = 12
_STEPS: Final = "steps"


@dataclass(frozen=True, slots=True)
class AskedCells:
    """A question about cells, without the part of the map and the resolution.

    Attributes
    ----------
    name
        The measure.
    against
        The period to compare with, for a change; None for as many days right before.
    method, n
        How the classes are chosen (`layers.classes`), and how many.
    edges
        Those that are held or given by hand: they stand in place of chosen ones.
    """

    where: Filter = field(default_factory=Filter)
    name: str = MEASURES[0]
    against: Period | None = None
    method: Method = "quantile"
    n: int = _CLASSES
    edges: tuple[float, ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> "AskedCells":
        """Read the filter's own words, and `measure`, `vs`, `classes_by`, `classes` and `edges`.

        The classes by `steps` are those of `edges`; without any they are chosen as usual.

        Raises
        ------
        FilterError
            What is unknown or no number, no date, no ascending list.
        """
        name = params.get("measure") or MEASURES[0]
        is_change = measure(name).kind == "change"
        return cls(
            where=Filter.from_params(params),
            name=name,
            against=_period(params.get("vs", "")) if is_change else None,
            method=_method(params.get("classes_by", "")),
            n=_number(params.get("classes", "")),
            edges=_edges(params.get("edges", "")),
        )

    @property
    def measure(self) -> Measure:
        """The measure with its words."""
        return measure(self.name)


def _period(text: str) -> Period | None:
    if not text:
        return None
    try:
        first, last = map(date.fromisoformat, text.split("~"))
    except ValueError as error:
        raise FilterError(
            _("'{value}' is not a period. Expected two days such as 2024-01-01~2024-06-30.", value=text)
        ) from error
    if first > last:
        raise FilterError(
            _("The period starts on {start} and ends before that, on {end}.", start=first, end=last)
        )
    return first, last


def _method(text: str) -> Method:
    if text in {"", _STEPS}:
        return classes.METHODS[0]
    if text not in classes.METHODS:
        known = ", ".join((*classes.METHODS, _STEPS))
        raise FilterError(
            _("'{value}' is no way to choose classes. Expected one of {known}.", value=text, known=known)
        )
    return text


def _number(text: str) -> int:
    if not text:
        return _CLASSES
    if text not in map(str, palettes.CLASSES):
        raise FilterError(
            _(
                "'{value}' is no number of classes. Expected {first} to {last}.",
                value=text,
                first=palettes.CLASSES[0],
                last=palettes.CLASSES[-1],
            )
        )
    return int(text)


def _edges(text: str) -> tuple[float, ...]:
    if not text:
        return ()
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    ascending = all(a < b for a, b in pairwise(found)) and all(map(isfinite, found))
    if not (0 < len(found) <= _MOST_EDGES and ascending):
        raise FilterError(
            _(
                "'{value}' are no edges of classes. Expected up to {most} ascending numbers such as 1,5,20.",
                value=text,
                most=_MOST_EDGES,
            )
        )
    return tuple(int(edge) if edge.is_integer() else edge for edge in found)
