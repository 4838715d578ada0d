"""A drive: some days on which something was done about some categories in some cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from data.filters import Filter
from geo import cell_sets
from geo.errors import CellError, FilterError, SavedError
from i18n import gettext as _

#: A drive that lasts longer is no drive: it has no before and after.
MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive.

    Attributes
    ----------
    cells
        H3 cells of one resolution, ascending: where it took place.
    first, last
        Its days in the city's time zone, both included.
    categories
        What it was about; empty for everything.
    """

    cells: tuple[int, ...]
    first: date
    last: date
    categories: tuple[str, ...] = ()

    @classmethod
    def of(cls, cells: Iterable[int], first: date, last: date, categories: Iterable[str] = ()) -> Self:
        """Make a drive of what somebody says.

        Raises
        ------
        SavedError
            No cells, cells of several resolutions or too many; days that are the wrong way round or too many.
        """
        try:
            known = cell_sets.unpack(cell_sets.pack(list(cells)))
        except CellError as error:
            raise SavedError(str(error)) from error
        if not known.size:
            raise SavedError(_("A drive takes place somewhere: choose its cells first."))
        if first > last:
            raise SavedError(
                _("The drive begins on {first} and ends before that, on {last}.", first=first, last=last)
            )
        if (last - first).days >= MOST_DAYS:
            raise SavedError(
                _(
                    "A drive of {n} days has no before and after. At most {most} days.",
                    n=(last - first).days + 1,
                    most=MOST_DAYS,
                )
            )
        return cls(tuple(int(cell) for cell in known), first, last, tuple(dict.fromkeys(categories)))

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote.

        Raises
        ------
        SavedError
            It is no drive.
        """
        if not isinstance(params, Mapping):
            raise SavedError(_("This is no drive: '{text}'", text=str(params)[:40]))
        try:
            where = Filter.from_params(params)
        except (FilterError, AttributeError) as error:
            raise SavedError(str(error)) from error
        if where.start is None or where.end is None:
            raise SavedError(_("A drive has a first and a last day."))
        return cls.of(where.cells, where.start, where.end, where.categories)

    def to_params(self) -> dict[str, str]:
        """Write the drive as the parameters of the filter that lets its reports through."""
        return self.during.to_params()

    @property
    def during(self) -> Filter:
        """The reports of the drive itself: its categories, in its cells, on its days."""
        return Filter(categories=self.categories, start=self.first, end=self.last, cells=self.cells)

    @property
    def everywhere(self) -> Filter:
        """The reports of its categories, wherever and whenever."""
        return Filter(categories=self.categories)
