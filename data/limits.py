"""How long a case may take: limits by category and area, as a table with versions."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, Self, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from data import area_chain, combinations
from data.city_table import TABLES, CityTable, Line
from data.worktime import UNITS, Unit
from i18n import N_, gettext, ngettext
from i18n import gettext as _

LIMIT_COLUMNS: Final = (
    "category",
    "area",
    "amount",
    "unit",
    "starts",
    "stops",
    "whole_days",
    "valid_from",
    "version",
    "source",
)

#: From which event on a limit runs, and which one ends it.
STARTS: Final = ("reported", "accepted", "dispatched")
STOPS: Final = ("fixed", "closed")

_BROKEN: Final = {
    "work_hours": N_("{n} working hours"),
    "work_days": N_("{n} working days"),
    "hours": N_("{n} hours"),
    "days": N_("{n} days"),
}
_STARTED: Final = {
    "reported": N_("from the report on"),
    "accepted": N_("from the acceptance on"),
    "dispatched": N_("from the dispatch on"),
}

_Index = dict[tuple[str, str], list[tuple[date, int]]]


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of the table. An empty category or area is any."""

    line: int
    category: str
    area: str
    amount: float
    unit: Unit
    starts: Literal["reported", "accepted", "dispatched"]
    stops: Literal["fixed", "closed"]
    whole_days: bool
    valid_from: date
    version: str
    source: str

    def words(self) -> str:
        """Say the limit in the language in use, with where it comes from."""
        amount, started = amount_words(self.amount, self.unit), gettext(_STARTED[self.starts])
        text = _("{amount} {started}", amount=amount, started=started)
        version = _("version {n}", n=self.version) if self.version else ""
        origin = ", ".join(part for part in (version, self.source) if part)
        return f"{text} ({origin})" if origin else text


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The limits of a city, in the order of their table."""

    rows: tuple[Limit, ...]

    @classmethod
    def read(cls, source: Path | pl.DataFrame = TABLES / "limits.csv") -> Self:
        """Read a table of limits.

        Parameters
        ----------
        source
            Columns of `LIMIT_COLUMNS`: category (slug) and area (name), empty for any; an amount in one of
            the units of `data.worktime`; `starts` one of `STARTS` (empty: reported), `stops` one of `STOPS`
            (empty: fixed); `whole_days` yes or no (empty); `valid_from` the first day of this version,
            empty for since ever.

        Raises
        ------
        TableError
            With every fault of the table.
        """
        table = CityTable.read(source, LIMIT_COLUMNS, optional=LIMIT_COLUMNS[4:])
        rows = [limit for line in table if (limit := _limit(line)) is not None]
        first: dict[tuple[str, str, date], Limit] = {}
        for limit in rows:
            other = first.setdefault((limit.category, limit.area, limit.valid_from), limit)
            if other is not limit:
                table.faults.append(
                    _(
                        "line {number}: the same category, area and day as in line {other}",
                        number=limit.line,
                        other=other.line,
                    )
                )
        table.check()
        return cls(tuple(rows))

    def find(self, cases: pl.DataFrame, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
        """Find the limit of each case: its place in `rows`, -1 where there is none.

        A limit for the category comes before one for the area alone, one for a smaller area before one for a
        larger, and of several versions the newest that is valid on the day.

        Parameters
        ----------
        cases
            `category`; and, where limits differ by area, `areas` (see `data.area_chain`).
        days
            The city's day that decides about the version.
        """
        since = self._versions()
        texts = [cases["category"].cast(pl.String).fill_null("")]
        if any(limit.area for limit in self.rows):
            texts.append(area_chain.keys(cases))
        version = np.searchsorted(since, days, side="right") - 1
        kinds, kind = combinations.of([*texts, pl.Series(version)])
        index = self._index()
        found = [
            _resolve(index, category, "".join(areas), since[newest].item()) if newest >= 0 else -1
            for category, *areas, newest in kinds
        ]
        return np.array(found, dtype=np.int64)[kind]

    def _versions(self) -> npt.NDArray[np.datetime64]:
        """Return the days on which some limit becomes valid, in order."""
        return np.array(sorted({limit.valid_from for limit in self.rows}), dtype="datetime64[D]")

    def _index(self) -> _Index:
        index: _Index = {}
        for place, limit in enumerate(self.rows):
            index.setdefault((limit.category, limit.area), []).append((limit.valid_from, place))
        return index


def amount_words(amount: float, unit: Unit) -> str:
    """Say an amount of time in the language in use."""
    n = int(amount)
    if amount != n:
        return gettext(_BROKEN[unit], n=f"{amount:g}")
    return {
        "work_hours": ngettext("{n} working hour", "{n} working hours", n),
        "work_days": ngettext("{n} working day", "{n} working days", n),
        "hours": ngettext("{n} hour", "{n} hours", n),
        "days": ngettext("{n} day", "{n} days", n),
    }[unit]


def _resolve(index: _Index, category: str, areas: str, day: date) -> int:
    for wanted in (category, ""):
        for area in (*area_chain.names(areas), ""):
            valid = [(start, place) for start, place in index.get((wanted, area), ()) if start <= day]
            if valid:
                return max(valid)[1]
    return -1


def _limit(line: Line) -> Limit | None:
    amount = line.positive("amount")
    unit = line.word("unit", UNITS)
    starts = line.word("starts", STARTS, default="reported")
    stops = line.word("stops", STOPS, default="fixed")
    whole_days = line.word("whole_days", ("yes", "no"), default="no") == "yes"
    if whole_days and unit not in ("work_days", "days"):
        line.fault(_("whole days cannot be counted in {unit}", unit=unit))
    valid_from = line.day("valid_from")
    if amount is None:
        return None
    return Limit(
        line=line.number,
        category=line.text("category"),
        area=line.text("area"),
        amount=amount,
        unit=cast("Unit", unit),
        starts=cast("Literal['reported', 'accepted', 'dispatched']", starts),
        stops=cast("Literal['fixed', 'closed']", stops),
        whole_days=whole_days,
        valid_from=valid_from or date.min,
        version=line.text("version"),
        source=line.text("source"),
    )
