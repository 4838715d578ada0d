"""What a case asks of a field team at its place: minutes, room for what is carried away, hours of the day.

A city's own table; the delivered figures are assumptions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import polars as pl

from data.city_table import DAY_MINUTES, TABLES, CityTable, Line
from i18n import gettext as _

#: `category` is empty for all that have no line of their own.
FIELD_WORK_COLUMNS: Final = ("category", "minutes", "load", "opens", "closes", "version", "source")

_MOST_LOAD: Final = 10_000


@dataclass(frozen=True, slots=True)
class Work:
    """What cases of a category take at their place.

    Attributes
    ----------
    minutes
        How long one stays.
    load
        What is carried away, in whatever a city counts it: bags, bicycles.
    hours
        Minutes since midnight, local time, between which one can begin; None for any time.
    """

    minutes: float
    load: int = 0
    hours: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FieldWork:
    """The table, read."""

    by_category: Mapping[str, Work]
    usual: Work

    @classmethod
    def read(cls, source: Path | pl.DataFrame = TABLES / "field_work.csv") -> Self:
        """Read a table.

        Parameters
        ----------
        source
            Columns of `FIELD_WORK_COLUMNS`, the last five optional: `minutes` above 0, `load` a whole number
            from 0 on, `opens` and `closes` both local times such as 09:00, or both empty. One line has an
            empty category.

        Raises
        ------
        TableError
            With every fault of the table.
        """
        table = CityTable.read(source, FIELD_WORK_COLUMNS, optional=FIELD_WORK_COLUMNS[2:])
        found: dict[str, Work] = {}
        for line in table:
            category, work = line.text("category"), _work(line)
            if category in found:
                line.fault(_("'{category}' stands there twice", category=category))
            found[category] = work
        if "" not in found:
            table.faults.append(_("no line has an empty category, for all the others"))
        table.check()
        usual = found.pop("")
        return cls(found, usual)

    def of(self, category: str) -> Work:
        """Return what cases of a category take."""
        return self.by_category.get(category, self.usual)


def _work(line: Line) -> Work:
    minutes = line.positive("minutes") or 1.0
    if minutes > DAY_MINUTES:
        line.fault(_("minutes are {minutes}, expected a day at most", minutes=line.text("minutes")))
    text = line.text("load") or "0"
    load = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_LOAD)) else -1
    if not 0 <= load <= _MOST_LOAD:
        line.fault(_("load is '{text}', expected a whole number up to {most}", text=text, most=_MOST_LOAD))
    opens, closes = line.time("opens"), line.time("closes")
    if (opens is None) != (closes is None):
        line.fault(_("hours need both opens and closes"))
    if opens is None or closes is None:
        return Work(minutes, load)
    if closes <= opens:
        line.fault(_("it closes before it opens"))
    return Work(minutes, load, (opens, closes))
