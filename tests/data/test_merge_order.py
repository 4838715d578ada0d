"""Suggestions which case to join to which: none twice, none at second hand, the surest first."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.duplicates import find_candidates
from data.merge_order import merge_order
from data.statuses import STATUSES
from tests.data.planted import plant

NOON = datetime(2024, 9, 1, 4, tzinfo=UTC)


def candidates(*pairs: tuple[int, int, float]) -> pl.DataFrame:
    rows = [(one, other, score, False) for one, other, score in pairs]
    schema = {"id": pl.Int64, "candidate": pl.Int64, "score": pl.Float64, "closed_before": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def cases(**status: str) -> pl.DataFrame:
    """Make cases a, b, … with ids 1, 2, …, reported one hour after the other."""
    return pl.DataFrame(
        {
            "id": range(1, len(status) + 1),
            "reported_at": [NOON + timedelta(hours=hour) for hour in range(len(status))],
            "status": list(status.values()),
        }
    )


def steps(found: pl.DataFrame) -> list[tuple[int, int]]:
    return list(found.select("into", "id").iter_rows())


def test_the_later_report_joins_the_earlier() -> None:
    found = merge_order(candidates((2, 1, 0.9)), cases(a="reported", b="reported"))
    assert found.rows() == [(1, 1, 2, 0.9)]


def test_the_case_that_has_come_furthest_stays() -> None:
    found = merge_order(candidates((2, 1, 0.9)), cases(a="reported", b="in_progress"))
    assert steps(found) == [(2, 1)]


def test_a_case_joins_the_one_it_is_most_like() -> None:
    pairs = candidates((3, 1, 0.6), (3, 2, 0.9))
    assert steps(merge_order(pairs, cases(a="reported", b="reported", c="reported"))) == [(2, 3)]


def test_no_case_joins_another_at_second_hand() -> None:
    chain = candidates((2, 1, 0.9), (3, 2, 0.9), (4, 3, 0.9))
    found = merge_order(chain, cases(a="reported", b="reported", c="reported", d="reported"))
    assert steps(found) == [(1, 2), (3, 4)]


def test_the_surest_group_comes_first_and_in_it_the_surest_pair() -> None:
    pairs = candidates((3, 1, 0.6), (2, 1, 0.8), (5, 4, 0.97), (6, 4, 0.55))
    found = merge_order(pairs, cases(**dict.fromkeys("abcdef", "reported")))
    assert steps(found) == [(4, 5), (4, 6), (1, 2), (1, 3)]
    assert found["step"].to_list() == [1, 2, 3, 4]


def test_what_came_back_is_not_joined_and_weak_pairs_are_left_out() -> None:
    came_back = candidates((2, 1, 0.9)).with_columns(closed_before=pl.lit(value=True))
    assert merge_order(came_back, cases(a="closed", b="reported")).is_empty()
    weak = candidates((2, 1, 0.4))
    assert merge_order(weak, cases(a="reported", b="reported")).is_empty()
    assert len(merge_order(weak, cases(a="reported", b="reported"), at_least=0.3)) == 1


def test_a_closed_case_takes_others_in_and_joins_none() -> None:
    found = merge_order(candidates((2, 1, 0.9), (3, 2, 0.8)), cases(a="closed", b="closed", c="reported"))
    assert steps(found) == [(2, 3)]


def test_no_candidates_make_no_suggestions() -> None:
    found = merge_order(candidates(), cases(a="reported"))
    assert found.columns == ["step", "into", "id", "score"]
    assert found.is_empty()


def test_cases_without_a_status_are_told_apart_by_time() -> None:
    assert steps(merge_order(candidates((2, 1, 0.9)), cases(a="x", b="x").drop("status"))) == [(1, 2)]


pair = st.tuples(st.integers(1, 12), st.integers(1, 12), st.floats(0.5, 1)).filter(
    lambda pair: pair[0] != pair[1]
)


@given(st.lists(pair, max_size=40), st.lists(st.sampled_from(STATUSES), min_size=12, max_size=12))
@settings(deadline=None)
def test_whatever_the_scores_each_case_joins_once_and_never_one_that_is_joined(
    pairs: list[tuple[int, int, float]], status: list[str]
) -> None:
    every = cases(**{f"case{number}": state for number, state in enumerate(status)})
    found = merge_order(candidates(*pairs), every)
    assert found["id"].is_unique().all()
    assert not set(found["into"]) & set(found["id"])
    scored = {frozenset(pair[:2]) for pair in pairs}
    assert all(frozenset(step) in scored for step in steps(found))
    assert not {status[case - 1] for case in found["id"]} & {"closed", "merged", "rejected"}
    assert not {status[case - 1] for case in found["into"]} & {"merged", "rejected"}
    # Nobody is left alone who could have joined.
    left = [
        case
        for case in range(1, 13)
        if case not in found["id"] and status[case - 1] not in ("merged", "rejected")
    ]
    could = [
        {one, other} for one in left for other in left if frozenset((one, other)) in scored and one != other
    ]
    assert all(status[case - 1] == "closed" for pair in could for case in pair)


def test_suggestions_of_a_planted_city_join_what_is_one_thing() -> None:
    city = plant(4000, seed=5, side_m=3000)
    found = merge_order(find_candidates(city.reports, city.reports), city.reports)
    right = city.thing[found["into"].to_numpy()] == city.thing[found["id"].to_numpy()]
    assert right.mean() > 0.88
    assert right[: len(right) // 2].mean() > 0.96
    assert len(found) == pytest.approx(city.earlier().sum(), rel=0.12)
