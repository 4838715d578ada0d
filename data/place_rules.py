"""Which kind of place comes first for a report, and how far a street may be: a table that a city edits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from data.city_table import TABLES, CityTable
from geo.places import MOST_WITHIN_M, WITHIN_M
from i18n import gettext as _

RULE_COLUMNS: Final = ("rule", "categories", "groups", "first", "within_m", "note", "version", "source")

#: What may come first: the ground that a report lies in, or the street that it lies at.
FIRST: Final = ("ground", "street")


class PlaceRule(NamedTuple):
    """One line of the table. Without categories and groups it holds for every report."""

    name: str
    categories: frozenset[str]
    groups: frozenset[str]
    first: str  # one of `FIRST`
    within_m: float

    def holds(self, category: str, group: str) -> bool:
        """Return whether this line is for a category."""
        anything = not self.categories and not self.groups
        return anything or category in self.categories or group in self.groups


#: What holds where no line does.
_DEFAULT: Final = PlaceRule("", frozenset(), frozenset(), "ground", WITHIN_M)


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """The lines of a city's table, in the order in which they are tried; the first that holds decides."""

    rows: tuple[PlaceRule, ...]

    @classmethod
    def read(cls, frame: pl.DataFrame | None = None) -> Self:
        """Read a city's table, or the delivered one.

        Raises
        ------
        TableError
            With every fault of the table.
        """
        source = TABLES / "place_rules.csv" if frame is None else frame
        table = CityTable.read(
            source, RULE_COLUMNS, optional=RULE_COLUMNS[5:], name="" if frame is None else "place_rules"
        )
        rules: dict[str, PlaceRule] = {}
        for line in table:
            name, within_m = line.needed("rule"), line.positive("within_m") or WITHIN_M
            if name in rules:
                line.fault(_("the rule '{rule}' stands in an earlier line already", rule=name))
            if within_m > MOST_WITHIN_M:
                line.fault(
                    _("within_m is {metres}, expected at most {most}", metres=within_m, most=MOST_WITHIN_M)
                )
            rules[name] = PlaceRule(
                name,
                frozenset(line.names("categories")),
                frozenset(line.names("groups")),
                line.word("first", FIRST),
                within_m,
            )
        table.check()
        return cls(tuple(rules.values()))

    def rule_for(self, category: str, group: str) -> PlaceRule:
        """Return the first line that holds for a category of a group."""
        return next((rule for rule in self.rows if rule.holds(category, group)), _DEFAULT)

    def choices(
        self, categories: Sequence[str], groups: Mapping[str, str]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        """Return for each category whether a street comes first, and within how many metres.

        Parameters
        ----------
        groups
            The group of each category that has one.
        """
        found = [self.rule_for(category, groups.get(category, "")) for category in categories]
        first = np.array([rule.first == "street" for rule in found], dtype=np.bool_)
        return first, np.array([rule.within_m for rule in found], dtype=np.float64)
