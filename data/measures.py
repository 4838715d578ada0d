"""The figures of a place on the map: one list that pages, routes, glossary and notebooks share.

`data.measured` computes them.
"""

from dataclasses import dataclass
from typing import Final, Literal

from geo.errors import FilterError
from i18n import N_, gettext
from i18n import gettext as _

#: How a figure comes about: a count of reports; a share of some of them; a count for each km²; a middle
#: value; a count against another period's.
Kind = Literal["count", "share", "rate", "median", "change"]

#: A figure from fewer reports than this is mostly chance; it is given, with the number beside it.
FEW: Final = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is computed for cells and for everything that a filter chooses.

    Attributes
    ----------
    name
        As it stands in addresses.
    decimals
        With which it is shown and sent.
    """

    name: str
    kind: Kind
    decimals: int
    _words: str
    _short: str
    _unit: str
    _help: str

    @property
    def words(self) -> str:
        """What it is called, in the language in use."""
        return gettext(self._words)

    @property
    def short(self) -> str:
        """A word or two for it, where there is little room."""
        return gettext(self._short)

    @property
    def unit(self) -> str:
        """The words behind a number of it; empty for counts of reports."""
        return gettext(self._unit) if self._unit else ""

    @property
    def help(self) -> str:
        """What it says and what it leaves out, for the glossary."""
        return gettext(self._help)

    @property
    def counts(self) -> bool:
        """Whether it is a number of reports: its own `n`, and nothing where it is 0."""
        return self.kind == "count"

    @property
    def signed(self) -> bool:
        """Whether it may be below 0."""
        return self.kind == "change"

    @property
    def ages(self) -> bool:
        """Whether it changes with time alone, though nothing was written."""
        return self.name == "overdue"


_LIST: Final = (
    Measure(
        "count",
        "count",
        0,
        N_("Reports"),
        N_("Reports"),
        "",
        N_("All reports that the filter chooses, whatever became of them."),
    ),
    Measure(
        "open",
        "count",
        0,
        N_("Open cases"),
        N_("Open"),
        "",
        N_(
            "Cases in which somebody still has to do something: all but those that are closed, rejected or "
            "merged into another. Suspended cases are open."
        ),
    ),
    Measure(
        "overdue",
        "count",
        0,
        N_("Overdue cases"),
        N_("Overdue"),
        "",
        N_(
            "Open cases whose deadline has passed by now. A suspended case has no deadline while the "
            "suspension lasts, and a case without a limit never has one."
        ),
    ),
    Measure(
        "on_time",
        "share",
        1,
        N_("Share closed in time"),
        N_("In time"),
        N_("%"),
        N_(
            "Of the closed cases that had a deadline, how many were closed by it. Rejected cases, duplicates "
            "and cases whose closing time is unknown do not count."
        ),
    ),
    Measure(
        "density",
        "rate",
        1,
        N_("Reports per km²"),
        N_("Per km²"),
        N_("per km²"),
        N_(
            "Reports divided by the true area of the cell. For a whole filter: by the area of the chosen "
            "cells, else of all cells in which reports of its streets, compounds and areas lie."
        ),
    ),
    Measure(
        "days",
        "median",
        1,
        N_("Median days to close"),
        N_("Days"),
        N_("days"),
        N_(
            "Half of the closed cases took at most so many days from report to closing. Cases that are still "
            "open do not count, so the newest weeks look quicker than they are."
        ),
    ),
    Measure(
        "change",
        "change",
        0,
        N_("Change against the other period"),
        N_("Change"),
        N_("%"),
        N_(
            "Reports against those of the other period, in percent, as if both were equally long. Where "
            "there was none before, there is no percentage: it is new."
        ),
    ),
)

_BY_NAME: Final = {measure.name: measure for measure in _LIST}

#: Their names, the usual one first.
MEASURES: Final = tuple(_BY_NAME)


def measure(name: str) -> Measure:
    """Return the measure of a name.

    Raises
    ------
    FilterError
        There is none of this name.
    """
    if name not in _BY_NAME:
        raise FilterError(
            _("'{name}' is not a measure. Expected one of {known}.", name=name, known=", ".join(MEASURES))
        )
    return _BY_NAME[name]


def measures() -> tuple[Measure, ...]:
    """Return all of them, the usual one first."""
    return _LIST
