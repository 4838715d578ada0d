"""The rules for duplicates are tables: what they say holds both ways, and what is wrong in them is told."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from data.duplicate_rules import TABLES, DuplicateRules, default_rules
from geo.errors import TableError


def test_the_tables_that_come_with_gezhi_can_be_used() -> None:
    rules = default_rules()
    assert rules.weights.suggest < rules.weights.sure
    kin = pl.concat([rules.kin["category"], rules.kin["other"]])
    assert set(kin) <= set(rules.limits["category"])
    known = pl.read_csv(TABLES / "categories.csv")["slug"]
    assert set(rules.limits["category"]) == {*known, "*"}


def test_a_category_is_compared_with_itself_and_with_its_kin() -> None:
    pairs = default_rules().pairs(["exposed_rubbish"])
    assert pairs["other"].to_list() == ["dirty_street", "exposed_rubbish", "full_bin", "piled_rubbish"]
    assert pairs.filter(pl.col("other") == "exposed_rubbish")["share"].item() == 1
    assert pairs["share"].min() > 0


def test_a_category_without_a_row_has_the_general_limits() -> None:
    rules = default_rules()
    general = rules.limits.filter(pl.col("category") == "*").row(0)
    assert rules.pairs(["noise"]).row(0) == ("noise", "noise", 1.0, *general[1:])


def test_two_categories_are_compared_alike_from_both_ends() -> None:
    pairs = default_rules().pairs(default_rules().limits["category"])
    turned = pairs.rename({"category": "other", "other": "category"}).select(pairs.columns)
    assert turned.sort("category", "other").equals(pairs)


def test_no_categories_are_compared_with_nothing() -> None:
    assert default_rules().pairs([]).is_empty()


def test_every_fault_of_the_tables_is_told_at_once(tmp_path: Path) -> None:
    for table in TABLES.glob("duplicate_*.csv"):
        shutil.copy(table, tmp_path)
    limits = [
        "category,within_m,spread_m,within_h,pace_h",
        "manhole,80,0,10,1",
        "manhole,80,1,10,1",
        "full_bin,80,,10,1",
    ]
    (tmp_path / "duplicate_limits.csv").write_text("\n".join(limits))
    (tmp_path / "duplicate_kin.csv").write_text("category,other,share\na,b,0.1\nb,a,0.2\nc,c,0.1\nd,e,3\n")
    weights = (TABLES / "duplicate_weights.csv").read_text().splitlines()
    (tmp_path / "duplicate_weights.csv").write_text("\n".join(weights[:-1]))
    with pytest.raises(TableError) as raised:
        DuplicateRules.read(tmp_path)
    for fault in (
        "'*'",
        "'manhole' has several",
        "'manhole' has a limit",
        "'full_bin' has a limit",
        "'a' and 'b'",
    ):
        assert fault in str(raised.value)
    for fault in ("'c' and 'c'", "'d' and 'e'", "'sure' is missing"):
        assert fault in str(raised.value)
