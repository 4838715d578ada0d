"""Which place comes first for a category: the table that a city edits."""

import polars as pl
import pytest

from data.actors import OPERATOR
from data.place_rules import PlaceRules
from data.store import Store
from geo.errors import TableError


def table(*rows: tuple[str, str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["rule", "categories", "groups", "first", "within_m"], orient="row")


def test_an_overhead_cable_belongs_to_the_street_and_a_blocked_stair_to_the_compound() -> None:
    rules = PlaceRules.read()
    assert rules.rule_for("overhead_cables", "cables").first == "street"
    assert rules.rule_for("fire_lane_blocked", "fire_safety").first == "ground"
    assert rules.rule_for("a new word", "").within_m == 30


def test_the_first_line_that_holds_decides() -> None:
    rules = PlaceRules.read(table(("a", "noise", "", "street", "5"), ("b", "", "order", "street", "50")))
    assert rules.rule_for("noise", "order").within_m == 5
    assert rules.rule_for("fight", "order").within_m == 50
    assert rules.rule_for("manhole", "structures") == ("", frozenset(), frozenset(), "ground", 30)


def test_every_fault_of_a_table_is_said_and_the_old_one_stays(store: Store) -> None:
    wrong = table(("a", "", "", "roof", "30"), ("a", "", "", "street", "-1"), ("c", "", "", "ground", "9000"))
    with pytest.raises(TableError) as refused:
        store.write_table("place_rules", wrong, actor=OPERATOR)
    for word in ("roof", "earlier line", "above 0", "at most 5000"):
        assert word in str(refused.value)
    assert store.fact("table_place_rules", actor=OPERATOR) is None
