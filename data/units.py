"""Who is responsible: departments, street offices, communities, companies and teams, as a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from data.city_table import TABLES, CityTable, Line
from i18n import gettext as _

UNIT_COLUMNS: Final = ("unit", "en", "kind", "parent", "contact", "version", "source")

UNIT_KINDS: Final = ("department", "street_office", "community", "company", "team", "volunteers")


@dataclass(frozen=True, slots=True)
class UnitOf:
    """One unit; its name is what a report's `unit` holds."""

    unit: str
    en: str
    kind: str
    parent: str  # the unit above it; empty where there is none
    contact: str

    def label(self, locale: str) -> str:
        """Return its name in a language."""
        return self.en if locale == "en" and self.en else self.unit


def read(source: Path | pl.DataFrame = TABLES / "units.csv") -> dict[str, UnitOf]:
    """Read a table of units.

    Parameters
    ----------
    source
        Columns of `UNIT_COLUMNS`; `kind` one of `UNIT_KINDS`, `parent` another unit of the table or empty.

    Returns
    -------
    The units by name, in the order of the table.

    Raises
    ------
    TableError
        With every fault of the table.
    """
    table = CityTable.read(source, UNIT_COLUMNS, optional=UNIT_COLUMNS[1:2] + UNIT_COLUMNS[3:])
    units: dict[str, UnitOf] = {}
    lines: dict[str, Line] = {}
    for line in table:
        name = line.needed("unit")
        kind = line.word("kind", UNIT_KINDS)
        if name in units:
            line.fault(
                _("the unit '{unit}' stands in line {other} already", unit=name, other=lines[name].number)
            )
            continue
        lines[name] = line
        units[name] = UnitOf(name, line.text("en"), kind, line.text("parent"), line.text("contact"))
    for name, unit in units.items():
        if unit.parent and unit.parent not in units:
            lines[name].fault(_("the parent '{parent}' is no unit of this table", parent=unit.parent))
        elif name in ancestors(units, name):
            lines[name].fault(_("the unit '{unit}' stands above itself", unit=name))
    table.check()
    return units


def ancestors(units: dict[str, UnitOf], name: str) -> tuple[str, ...]:
    """Return the units above a unit, the nearest first; each once, even where they go round in a circle."""
    found: dict[str, None] = {}
    above = units[name].parent
    while above in units and above not in found:
        found[above] = None
        above = units[above].parent
    return tuple(found)
