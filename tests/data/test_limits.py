"""Limits: the right line for a case, and what is said of a table that contradicts itself."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.categories import delivered
from data.limits import LIMIT_COLUMNS, Limit, Limits
from geo.errors import TableError

DAY = date(2026, 11, 22)
CASE = {"category": pl.String, "areas": pl.List(pl.String)}


def table(*rows: dict[str, object]) -> pl.DataFrame:
    texts = [{name: str(row.get(name, "")) for name in LIMIT_COLUMNS} for row in rows]
    return pl.DataFrame(texts, schema=dict.fromkeys(LIMIT_COLUMNS, pl.String))


def limit(category: str = "", area: str = "", amount: object = 1, **more: object) -> dict[str, object]:
    return {"category": category, "area": area, "amount": amount, "unit": "work_hours", **more}


def of_one(limits: Limits, category: str, areas: Sequence[str] = (), *, day: date) -> Limit | None:
    """Find the limit of a single case."""
    case = pl.DataFrame({"category": [category], "areas": [list(areas)]}, schema=CASE)
    (place,) = limits.find(case, np.array([day], dtype="datetime64[D]"))
    return limits.rows[place] if place >= 0 else None


def test_the_delivered_table_has_a_limit_for_every_category_and_for_any_other() -> None:
    limits = Limits.read()
    for slug in [*delivered()["slug"], "plumbing"]:
        assert of_one(limits, slug, day=DAY) is not None
    assert {row.category for row in limits.rows} - {""} == set(delivered()["slug"])


def test_the_category_comes_before_the_area_and_the_smaller_area_before_the_larger() -> None:
    limits = Limits.read(
        table(
            limit(),
            limit(area="柳溪社区", amount=2),
            limit("manhole", amount=3),
            limit("manhole", "禾川北街道", amount=4),
            limit("manhole", "柳溪社区", amount=5),
        )
    )
    chain = ["柳溪社区第1网格", "柳溪社区", "禾川北街道"]
    found = {
        ("manhole", ()): 3,
        ("manhole", tuple(chain)): 5,
        ("manhole", tuple(chain[2:])): 4,
        ("full_bin", tuple(chain)): 2,
        ("full_bin", ()): 1,
    }
    for (category, areas), amount in found.items():
        row = of_one(limits, category, areas, day=DAY)
        assert row is not None
        assert row.amount == amount


def test_a_case_has_the_version_that_was_valid_on_its_day() -> None:
    limits = Limits.read(
        table(
            limit(amount=1),
            limit(amount=2, valid_from="2026-01-01"),
            limit(amount=3, valid_from="2027-01-01"),
        )
    )
    days = np.array(["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"], dtype="datetime64[D]")
    cases = pl.DataFrame({"category": ["manhole"] * 4})
    assert [limits.rows[place].amount for place in limits.find(cases, days)] == [1, 2, 2, 3]


def test_a_case_from_before_the_first_version_has_no_limit() -> None:
    limits = Limits.read(table(limit(valid_from="2026-01-01")))
    assert of_one(limits, "manhole", day=date(2025, 12, 31)) is None
    assert limits.find(
        pl.DataFrame({"category": ["manhole"]}), np.array(["2025-12-31"], "datetime64[D]")
    ) == [-1]


AREAS = ["甲", "乙", "丙"]
rows = st.tuples(
    st.sampled_from(["", "a", "b"]), st.sampled_from(["", *AREAS]), st.sampled_from(["", "2026-01-01"])
)


@given(
    st.lists(rows, unique=True, max_size=12),
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.lists(st.sampled_from(AREAS), unique=True)),
        max_size=20,
    ),
)
def test_many_cases_find_what_each_would_find_alone(
    lines: list[tuple[str, str, str]], cases: list[tuple[str, list[str]]]
) -> None:
    limits = Limits.read(table(*(limit(kind, area, valid_from=since) for kind, area, since in lines)))
    frame = pl.DataFrame(
        {"category": [case[0] for case in cases], "areas": [case[1] for case in cases]},
        schema=CASE,
    )
    days = [date(2025, 6, 1) if number % 2 else date(2026, 6, 1) for number in range(len(cases))]
    found = limits.find(frame, np.array(days, dtype="datetime64[D]"))
    for place, (category, areas), day in zip(found, cases, days, strict=True):
        assert (limits.rows[place] if place >= 0 else None) == of_one(limits, category, areas, day=day)


def test_a_single_area_may_stand_in_a_column_of_names() -> None:
    limits = Limits.read(table(limit(), limit(area="甲", amount=2)))
    days = np.array([DAY] * 2, dtype="datetime64[D]")
    for areas in (pl.Series(["甲", None]), pl.Series([["甲"], None]), pl.Series([["乙", "甲"], []])):
        cases = pl.DataFrame({"category": ["a", "a"], "areas": areas})
        assert limits.find(cases, days).tolist() == [1, 0]
    with pytest.raises(TableError, match="The column areas holds Int64"):
        limits.find(pl.DataFrame({"category": ["a", "a"], "areas": [1, 2]}), days)


def test_a_limit_says_itself_with_its_origin() -> None:
    rows = Limits.read(
        table(
            limit(amount=1, starts="dispatched", version=3, source="市标准"),
            limit("a", amount=1.5, unit="work_days"),
        )
    ).rows
    assert rows[0].words() == "1 working hour from the dispatch on (version 3, 市标准)"
    assert rows[1].words() == "1.5 working days from the report on"


def test_every_fault_of_the_table_is_named_with_its_line() -> None:
    wrong = table(
        limit(amount="soon"),
        limit("a", amount=0),
        limit("b", unit="weeks"),
        limit("c", starts="born"),
        limit("d", whole_days="yes"),
        limit("e", valid_from="today"),
        limit("f"),
        limit("f", amount=7),
    )
    with pytest.raises(TableError) as error:
        Limits.read(wrong)
    for said in (
        "line 1: amount is 'soon', expected a number above 0",
        "line 2: amount is '0', expected a number above 0",
        "line 3: unit is 'weeks', expected one of work_hours, work_days, hours, days",
        "line 4: starts is 'born', expected one of reported, accepted, dispatched",
        "line 5: whole days cannot be counted in work_hours",
        "line 6: valid_from is 'today', expected a day such as 2026-10-01",
        "line 8: the same category, area and day as in line 7",
    ):
        assert said in str(error.value)
