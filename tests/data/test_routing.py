"""Routing: the first rule that matches decides, says why, and faults of the rules are found."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import routing_faults, units
from data.categories import delivered
from data.routing import RULE_COLUMNS, Rule, Rules
from data.routing_faults import Finding
from geo.errors import TableError
from i18n import use_locale

PARENTS = {
    "柳溪社区第1网格": "柳溪社区",
    "柳溪社区": "禾川北街道",
    "海棠社区": "禾川北街道",
    "禾川北街道": "",
}


def rule(name: str, unit: str = "甲队", **conditions: str) -> dict[str, str]:
    return {"rule": name, "unit": unit, **conditions}


def rules(*rows: dict[str, str], **options: Any) -> Rules:
    schema = dict.fromkeys(RULE_COLUMNS, pl.String)
    return Rules.read(
        pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema), **options
    )


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.rule) for finding in found]


def test_the_first_rule_that_matches_decides() -> None:
    table = rules(
        rule("A", "甲队", categories="manhole; full_bin", places="compound"),
        rule("B", "乙队", categories="manhole"),
        rule("C", "丙队"),
    )
    cases = pl.DataFrame(
        {
            "category": ["manhole", "manhole", "full_bin", "full_bin", None],
            "place": ["compound", "main_street", "compound", None, "compound"],
        }
    )
    found = table.assign(cases)
    assert found.rows() == [("甲队", "A"), ("乙队", "B"), ("甲队", "A"), ("丙队", "C"), ("丙队", "C")]


def test_a_rule_for_an_area_holds_for_all_areas_inside_it() -> None:
    table = rules(rule("A", areas="禾川北街道"), rule("B", "乙队"))
    chains = [["柳溪社区第1网格", "柳溪社区", "禾川北街道"], ["西塘社区", "禾川南街道"], []]
    found = table.assign(pl.DataFrame({"category": ["a"] * 3, "areas": chains}))
    assert found["unit"].to_list() == ["甲队", "乙队", "乙队"]


def test_a_case_that_no_rule_takes_has_no_unit_and_it_is_said_so() -> None:
    found = rules(rule("A", categories="a")).assign(pl.DataFrame({"category": ["b"]}), why=True)
    assert found.row(0) == (None, None, "No rule matches the category 'b' here.")


def test_a_note_is_read_in_the_language_in_use_where_the_city_wrote_both() -> None:
    table = rules(rule("A", note="合同", note_en="by contract"), rule("B"))
    cases = pl.DataFrame({"category": ["x"]})
    assert table.assign(cases, why=True)["why"][0].endswith("(by contract)")
    use_locale("zh")
    try:
        assert table.assign(cases, why=True)["why"][0].endswith("(合同)")
    finally:
        use_locale("en")


def test_the_reason_names_what_matched() -> None:
    table = rules(
        rule("A", categories="manhole", areas="柳溪社区;禾川北街道", places="compound", note="合同"),
        rule("B", "乙队"),
    )
    cases = pl.DataFrame(
        {
            "category": ["manhole", "x"],
            "areas": [["柳溪社区", "禾川北街道"], ["东区"]],
            "place": ["compound", ""],
        }
    )
    found = table.assign(cases, why=True, labels={"manhole": "井盖破损"})
    first, second = found["why"]
    assert first == (
        "甲队, by rule A: the category is '井盖破损' and it lies in '柳溪社区' "
        "and the kind of place is 'compound'. (合同)"
    )
    assert second == "乙队, by rule B: no other rule matches."


def test_no_cases_are_assigned_to_nobody() -> None:
    cases = pl.DataFrame(schema={"category": pl.String, "areas": pl.List(pl.String), "place": pl.String})
    found = Rules.read().assign(cases, why=True)
    assert (found.height, found.columns) == (0, ["unit", "rule", "why"])
    assert rules().assign(pl.DataFrame({"category": ["a"]}))["unit"].to_list() == [None]


def test_an_area_may_have_blanks_in_its_name() -> None:
    table = rules(rule("A", areas="Liuxi Community；Haitang Community"))
    assert table.match("a", ["Haitang Community"]) is not None
    assert table.match("a", ["Haitang"]) is None


def test_every_fault_of_the_table_is_named_with_its_line() -> None:
    with pytest.raises(TableError) as error:
        rules(rule("A", "某队"), rule("A"), rule("", "", note="?"), units=["甲队"])
    for said in (
        "line 1: '某队' is no unit",
        "line 2: the rule 'A' stands in line 1 already",
        "line 3: rule is empty",
        "line 3: unit is empty",
    ):
        assert said in str(error.value)


def test_the_delivered_rules_fit_the_delivered_units_and_have_no_faults() -> None:
    table = Rules.read(units=units.read())
    assert routing_faults.check(table, categories=delivered()["slug"].to_list()) == []
    assert all(table.match(slug) for slug in delivered()["slug"])


def test_a_rule_behind_a_wider_one_can_never_match() -> None:
    found = routing_faults.check(rules(rule("A"), rule("B", "乙队", categories="a")))
    assert kinds(found) == [("never", "B")]
    assert found[0].text == (
        "Rule B (line 2) can never match: A before it take all of its cases. "
        "They go to 甲队, not to 乙队. Move the rule up, or remove it."
    )


def test_several_rules_may_shadow_one_together() -> None:
    table = rules(
        rule("A", categories="a", places="x"),
        rule("B", categories="a"),
        rule("C", categories="a;b"),
        rule("D", categories="b", places="y"),
        rule("E"),
    )
    assert kinds(routing_faults.check(table)) == [("never", "D")]
    together = rules(
        rule("A", areas="柳溪社区"),
        rule("B", areas="海棠社区"),
        rule("C", areas="柳溪社区;海棠社区"),
        rule("D"),
    )
    found = routing_faults.check(together)
    assert (kinds(found), found[0].others) == ([("never", "C")], ("A", "B"))


def test_a_rule_for_a_part_of_an_area_is_shadowed_only_where_the_areas_are_known() -> None:
    table = rules(rule("A", areas="禾川北街道"), rule("B", areas="柳溪社区"), rule("C"))
    assert kinds(routing_faults.check(table)) == []
    assert kinds(routing_faults.check(table, areas=PARENTS)) == [("never", "B")]


def test_a_special_case_before_the_general_rule_is_no_conflict() -> None:
    table = rules(
        rule("A", "甲队", categories="a;c", places="compound"),
        rule("B", "乙队", categories="a;b"),
        rule("C", "丙队", areas="柳溪社区"),
        rule("D", "丁队", areas="禾川北街道"),
        rule("E", "戊队"),
    )
    found = routing_faults.check(table, areas=PARENTS)
    assert [(finding.rule, finding.others) for finding in found] == [
        ("C", ("A",)),
        ("C", ("B",)),
        ("D", ("A",)),
        ("D", ("B",)),
    ]


def test_rules_that_cross_and_name_different_units_conflict() -> None:
    table = rules(rule("A", "甲队", categories="a"), rule("B", "乙队", places="compound"), rule("C"))
    found = routing_faults.check(table)
    assert kinds(found) == [("conflict", "B")]
    assert found[0].text == (
        "Rules A and B both apply to category 'a', area 'any other', kind of place 'compound'. "
        "A stands first and sends it to 甲队, B would send it to 乙队. "
        "Put a rule for both above them, or narrow one."
    )
    settled = rules(
        rule("0", "丙队", categories="a", places="compound"),
        rule("A", "甲队", categories="a"),
        rule("B", "乙队", places="compound"),
        rule("C"),
    )
    assert kinds(routing_faults.check(settled)) == []
    same_unit = rules(rule("A", categories="a"), rule("B", places="compound"), rule("C"))
    assert kinds(routing_faults.check(same_unit)) == []


def test_the_same_category_in_two_rules_for_different_units_is_a_conflict() -> None:
    table = rules(rule("A", "甲队", categories="a;b"), rule("B", "乙队", categories="b;c"), rule("C"))
    assert kinds(routing_faults.check(table)) == [("conflict", "B")]


def test_cases_without_a_rule_are_a_gap() -> None:
    found = routing_faults.check(rules(rule("A", categories="a")))
    assert kinds(found) == [("gap", "")]
    assert found[0].text.startswith("No rule applies to category 'any other', area 'any other'")
    assert kinds(routing_faults.check(rules())) == [("gap", "")]


def test_names_that_are_not_there_are_found() -> None:
    table = rules(rule("A", categories="manhole;manhol", areas="东区", places="compund"), rule("B"))
    found = routing_faults.check(table, categories=["manhole"], areas=PARENTS, places=["compound"])
    assert kinds(found) == [("unknown", "A")]
    assert found[0].text.endswith("names what is not there: compund, manhol, 东区.")


KINDS, AREAS, PLACES = ["a", "b", ""], ["甲", "乙", ""], ["x", "y", ""]
CONDITIONS = {
    "categories": st.sets(st.sampled_from(["a", "b"])),
    "areas": st.sets(st.sampled_from(["甲", "乙"])),
    "places": st.sets(st.sampled_from(["x", "y"])),
}


@st.composite
def any_rules(draw: st.DrawFn) -> list[dict[str, str]]:
    return [
        rule(
            f"R{n}",
            draw(st.sampled_from("ABC")),
            **{name: ";".join(sorted(draw(part))) for name, part in CONDITIONS.items()},
        )
        for n in range(draw(st.integers(0, 7)))
    ]


def slow_first(table: Rules, category: str, area: str, place: str) -> Rule | None:
    for row in table.rows:
        asked = ((row.categories, category), (row.areas, area), (row.places, place))
        if all(not names or name in names for names, name in asked):
            return row
    return None


@given(any_rules())
@settings(deadline=None)
def test_a_rule_that_never_matches_is_one_that_no_case_finds(rows: list[dict[str, str]]) -> None:
    table = rules(*rows)
    cases = [(kind, area, place) for kind in KINDS for area in AREAS for place in PLACES]
    alone = [slow_first(table, *case) for case in cases]
    found = routing_faults.check(table)
    assert {finding.rule for finding in found if finding.kind == "never"} == {
        row.name for row in table.rows if row not in alone
    }
    assert any(finding.kind == "gap" for finding in found) == (None in alone)


@given(
    any_rules(),
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(AREAS), st.sampled_from(PLACES)), max_size=20),
)
@settings(deadline=None)
def test_many_cases_go_where_each_would_go_alone(
    rows: list[dict[str, str]], cases: list[tuple[str, str, str]]
) -> None:
    table = rules(*rows)
    frame = pl.DataFrame(
        cases, schema={"category": pl.String, "areas": pl.String, "place": pl.String}, orient="row"
    )
    alone = [slow_first(table, *case) for case in cases]
    assert table.assign(frame)["rule"].to_list() == [row and row.name for row in alone]
    assert [table.match(kind, [area], place) for kind, area, place in cases] == alone


def test_a_unit_has_the_units_above_it_and_names_in_both_languages() -> None:
    table = units.read()
    assert units.ancestors(table, "物业服务企业") == ("社区居委会", "街道办事处")
    assert (table["环卫中心"].label("en"), table["环卫中心"].label("zh")) == ("Sanitation centre", "环卫中心")


def test_every_fault_of_the_units_is_named_with_its_line() -> None:
    wrong = pl.DataFrame(
        {
            "unit": ["甲", "甲", "", "乙", "丙", "丁"],
            "kind": ["team", "team", "team", "squad", "team", "team"],
            "parent": ["", "", "", "无", "丁", "丙"],
        }
    )
    with pytest.raises(TableError) as error:
        units.read(wrong)
    for said in (
        "line 2: the unit '甲' stands in line 1 already",
        "line 3: unit is empty",
        "line 4: kind is 'squad', expected one of department",
        "line 4: the parent '无' is no unit of this table",
        "line 5: the unit '丙' stands above itself",
        "line 6: the unit '丁' stands above itself",
    ):
        assert said in str(error.value)
