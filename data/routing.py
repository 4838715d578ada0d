"""Which unit a case goes to: rules by category, area and kind of place; the first that matches decides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from data import area_chain, combinations
from data.city_table import TABLES, CityTable
from i18n import current_locale
from i18n import gettext as _

_Value = TypeVar("_Value")

RULE_COLUMNS: Final = (
    "rule",
    "categories",
    "areas",
    "places",
    "unit",
    "note",
    "version",
    "source",
    "note_en",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. An empty condition holds for every case, also for one where nothing is known."""

    line: int
    name: str
    categories: frozenset[str]
    areas: frozenset[str]  # a case lies in all areas of its chain
    places: frozenset[str]
    unit: str
    note: str
    note_en: str = ""  # for readers of English, where the city writes both


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """The routing rules of a city, in the order in which they are tried."""

    rows: tuple[Rule, ...]

    @classmethod
    def read(
        cls, source: Path | pl.DataFrame = TABLES / "routing.csv", *, units: Collection[str] | None = None
    ) -> Self:
        """Read a table of rules.

        Parameters
        ----------
        source
            Columns of `RULE_COLUMNS`: names between semicolons, empty for any.
        units
            The units there are; any where it is None.

        Raises
        ------
        TableError
            With every fault of the table.
        """
        table = CityTable.read(source, RULE_COLUMNS, optional=RULE_COLUMNS[5:])
        rules: dict[str, Rule] = {}
        for line in table:
            name, unit = line.needed("rule"), line.needed("unit")
            if unit and units is not None and unit not in units:
                line.fault(_("'{unit}' is no unit", unit=unit))
            if name in rules:
                line.fault(
                    _("the rule '{rule}' stands in line {other} already", rule=name, other=rules[name].line)
                )
            categories, areas, places = (frozenset(line.names(column)) for column in RULE_COLUMNS[1:4])
            notes = line.text("note"), line.text("note_en")
            rules[name] = Rule(line.number, name, categories, areas, places, unit, *notes)
        table.check()
        return cls(tuple(rules.values()))

    def assign(
        self, cases: pl.DataFrame, *, why: bool = False, labels: Mapping[str, str] | None = None
    ) -> pl.DataFrame:
        """Assign cases to units.

        Parameters
        ----------
        cases
            `category`, and where known `areas` (see `data.area_chain`) and `place`, the kind of place.
        why
            Whether the reason is said as well, in the language in use.
        labels
            What people read for a category, an area or a kind of place; the name itself where it has none.

        Returns
        -------
        `unit` and `rule` (its name), both null where no rule matches; with `why`, the reason.
        """
        nowhere = pl.repeat("", cases.height, dtype=pl.String, eager=True)
        columns = [  # what no rule asks for makes no difference
            _texts(cases, "category"),
            area_chain.keys(cases) if any(rule.areas for rule in self.rows) else nowhere,
            _texts(cases, "place") if any(rule.places for rule in self.rows) else nowhere,
        ]
        different, which = combinations.of(columns)
        split = [(category, area_chain.names(areas), place) for category, areas, place in different]
        found = self._first(split)
        units = pl.Series("unit", [*(rule.unit for rule in self.rows), None], dtype=pl.String)
        names = pl.Series("rule", [*(rule.name for rule in self.rows), None], dtype=pl.String)
        place = pl.Series(np.where(found < 0, len(self.rows), found)[which])
        assigned = [units.gather(place), names.gather(place)]
        if why:
            reasons = [
                self.explain(self.rows[number] if number >= 0 else None, *case, labels=labels)
                for number, case in zip(found, split, strict=True)
            ]
            assigned.append(pl.Series("why", reasons, dtype=pl.String).gather(pl.Series(which)))
        return pl.DataFrame(assigned)

    def match(self, category: str, areas: Sequence[str] = (), place: str = "") -> Rule | None:
        """Find the first rule that matches one case; None where none does."""
        number = int(self._first([(category, list(areas), place)])[0])
        return self.rows[number] if number >= 0 else None

    @staticmethod
    def explain(
        rule: Rule | None,
        category: str,
        areas: Sequence[str] = (),
        place: str = "",
        *,
        labels: Mapping[str, str] | None = None,
        place_name: str = "",
    ) -> str:
        """Say why a case went to its unit, in the language in use.

        Parameters
        ----------
        rule
            The one that matched; None where none did.
        place_name
            What the place itself is called, where it has a name.
        """
        shown = labels or {}
        if rule is None:
            return _(
                "No rule matches the category '{category}' here.", category=shown.get(category, category)
            )
        met = []
        if rule.categories:
            met.append(_("the category is '{name}'", name=shown.get(category, category)))
        if rule.areas:
            area = next(name for name in areas if name in rule.areas)
            met.append(_("it lies in '{name}'", name=shown.get(area, area)))
        if rule.places:
            kind = shown.get(place, place)
            met.append(
                _("it belongs to '{name}' ({kind})", name=place_name, kind=kind)
                if place_name
                else _("the kind of place is '{name}'", name=kind)
            )
        reason = _(
            "{unit}, by rule {rule}: {conditions}.",
            unit=shown.get(rule.unit, rule.unit),
            rule=rule.name,
            conditions=_(" and ").join(met) or _("no other rule matches"),
        )
        note = rule.note_en if rule.note_en and current_locale() == "en" else rule.note
        return f"{reason} ({note})" if note else reason

    def _first(self, cases: Sequence[tuple[str, list[str], str]]) -> npt.NDArray[np.int64]:
        """Return the number of the first rule that matches each case, -1 where none does."""
        kinds, kind = _coded([category for category, _areas, _place in cases])
        chains, chain = _coded([tuple(areas) for _category, areas, _place in cases])
        places, place = _coded([name for _category, _areas, name in cases])
        found = np.full(len(cases), -1)
        left = np.arange(len(cases))
        for number, rule in enumerate(self.rows):
            matched = np.ones(len(left), dtype=np.bool_)
            if rule.categories:
                matched &= np.array([name in rule.categories for name in kinds], dtype=np.bool_)[kind[left]]
            if rule.areas:
                inside = [not rule.areas.isdisjoint(areas) for areas in chains]
                matched &= np.array(inside, dtype=np.bool_)[chain[left]]
            if rule.places:
                matched &= np.array([name in rule.places for name in places], dtype=np.bool_)[place[left]]
            found[left[matched]] = number
            left = left[~matched]
        return found


def _coded(values: Sequence[_Value]) -> tuple[list[_Value], npt.NDArray[np.int64]]:
    """Return the different values, and which of them each value is."""
    codes = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return list(codes), np.array([codes[value] for value in values], dtype=np.int64)


def _texts(cases: pl.DataFrame, column: str) -> pl.Series:
    if column not in cases.columns:
        return pl.repeat("", cases.height, dtype=pl.String, eager=True)
    return cases[column].cast(pl.String).fill_null("")
