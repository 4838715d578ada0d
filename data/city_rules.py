"""What a city decides for itself about its cases: limits, hours, units, routing, second persons, field work.

The delivered tables hold until a city writes its own into the store.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl
from sqlalchemy import Connection, select

from data import shifts, units
from data.field_work import FieldWork
from data.holidays import Calendar
from data.limits import Limits
from data.place_rules import PlaceRules
from data.records import FACT
from data.routing import Rules
from data.second_person import SecondPerson
from data.settings import settings
from data.units import UnitOf
from data.worktime import WorkClock
from geo.errors import TableError
from i18n import gettext as _

#: The tables that a city may write.
CITY_TABLES: Final = (
    "limits",
    "holidays",
    "shifts",
    "units",
    "routing",
    "second_person",
    "place_rules",
    "field_work",
)

_FACT: Final = "table_{}"


@dataclass(frozen=True, slots=True, eq=False)
class CityRules:
    """The tables of a city, ready to judge cases by."""

    clock: WorkClock
    limits: Limits
    units: dict[str, UnitOf]
    routing: Rules
    second_person: SecondPerson
    places: PlaceRules
    field_work: FieldWork


def city_rules(connection: Connection) -> CityRules:
    """Return the rules of the store's city, made once for each edition of its tables."""
    names = ["tz", *(_FACT.format(name) for name in CITY_TABLES)]
    query = select(FACT.c.name, FACT.c.value).where(FACT.c.name.in_(names))
    found = {row.name: row.value for row in connection.execute(query)}
    tz = found.get("tz") or settings().tz
    return _made(tz, tuple(found.get(_FACT.format(name)) for name in CITY_TABLES))


def table_fact(name: str, frame: pl.DataFrame) -> tuple[str, str]:
    """Return the fact that keeps a city's table.

    Raises
    ------
    TableError
        No such table, or one with faults.
    """
    fact = table_name(name)
    texts = frame.select(pl.all().cast(pl.String)).write_csv()
    _made.__wrapped__(settings().tz, tuple(texts if other == name else None for other in CITY_TABLES))
    return fact, texts


def table_name(name: str) -> str:
    """Return the name of the fact that keeps a city's table; there is none while the delivered one holds.

    Raises
    ------
    TableError
        No such table.
    """
    if name not in CITY_TABLES:
        raise TableError(
            _("'{name}' is not a table. Expected one of {tables}.", name=name, tables=", ".join(CITY_TABLES))
        )
    return _FACT.format(name)


@lru_cache(maxsize=8)
def _made(tz: str, tables: tuple[str | None, ...]) -> CityRules:
    # as in `CITY_TABLES`
    limits, holidays, shift_table, unit_table, routing, second_person, place_rules, field_work = tables
    calendar = Calendar.read(_frame(holidays)) if holidays else None
    shift_rows = shifts.read(_frame(shift_table)) if shift_table else None
    return CityRules(
        WorkClock.make(tz, calendar=calendar, shift_table=shift_rows),
        Limits.read(_frame(limits)) if limits else Limits.read(),
        units.read(_frame(unit_table)) if unit_table else units.read(),
        Rules.read(_frame(routing)) if routing else Rules.read(),
        SecondPerson.read(_frame(second_person)) if second_person else SecondPerson.read(),
        PlaceRules.read(_frame(place_rules)) if place_rules else PlaceRules.read(),
        FieldWork.read(_frame(field_work)) if field_work else FieldWork.read(),
    )


def _frame(text: str) -> pl.DataFrame:
    return pl.read_csv(io.StringIO(text), infer_schema=False).fill_null("")
