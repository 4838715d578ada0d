"""Duplicates: nobody who reported is lost, and nothing goes round in a circle."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.lifecycle import State, apply
from data.merges import check_merge, reporters, roots
from geo.errors import TransitionError
from tests.data.case_lives import START, complete

SCHEMA = {"issue_id": pl.Int64, "merged_into": pl.Int64, "reporter": pl.String}


def cases(*rows: tuple[int, int | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def state(status: str, into: int | None = None) -> State:
    return State(status=status, version=1, reported_at=START, merged_into=into)


def test_a_case_keeps_the_reporters_of_all_its_duplicates() -> None:
    found = reporters(
        cases((1, None, "甲"), (2, 1, "乙"), (3, 2, "甲"), (4, None, None), (5, 1, None), (6, 99, "丙"))
    )
    assert found.rows() == [(1, ["乙", "甲"]), (6, ["丙"])]


def test_an_undone_merge_takes_its_reporter_along() -> None:
    merged = apply(apply(None, complete("report", reporter="乙")), complete("merge", into=1))
    apart = apply(merged, complete("unmerge"))
    for now, expected in ((merged, [(1, ["乙", "甲"])]), (apart, [(1, ["甲"]), (2, ["乙"])])):
        assert reporters(cases((1, None, "甲"), (2, now.merged_into, now.reporter))).rows() == expected


@given(st.lists(st.integers(0, 30) | st.none(), max_size=30))
def test_the_root_is_where_a_walk_from_duplicate_to_duplicate_ends(into: list[int | None]) -> None:
    # Each case repeats one with a smaller number, so that there is no circle.
    rows = [(n, target % n if target is not None and n else None, None) for n, target in enumerate(into)]
    found = roots(cases(*rows)).to_list()
    for n, root in enumerate(found):
        here = n
        while (further := rows[here][1]) is not None:
            here = further
        assert root == here


def test_a_long_chain_ends_at_its_last_case() -> None:
    chain = [(n + 1, n, None) for n in range(1, 5000)]
    assert set(roots(cases((1, None, None), *chain)).to_list()) == {1}


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
def test_a_circle_is_found(length: int) -> None:
    numbers = [*range(1, length + 1), 1]
    with pytest.raises(
        TransitionError, match=rf"{length} cases repeat each other in a circle; first: case 1\."
    ):
        roots(cases(*((first, second, None) for first, second in pairwise(numbers)), (50, None, None)))


def test_no_cases_have_no_reporters() -> None:
    assert reporters(cases()).height == 0


@pytest.mark.parametrize(
    ("into", "into_state", "says"),
    [
        (7, state("dispatched"), "Case 7 cannot repeat itself."),
        (8, state("merged", into=5), "Case 8 is a duplicate itself. Merge into 5, or undo that merge first."),
        (8, state("merged"), "Case 8 is a duplicate itself. Merge into the case it repeats"),
        (8, state("rejected"), "Case 8 was rejected. Reopen it first."),
    ],
    ids=["itself", "a duplicate", "an unknown one's duplicate", "rejected"],
)
def test_a_merge_that_leads_nowhere_is_refused(into: int, into_state: State, says: str) -> None:
    with pytest.raises(TransitionError) as error:
        check_merge(7, into, into_state)
    assert str(error.value).startswith(says)


def test_a_case_may_repeat_one_that_is_worked_on_or_closed() -> None:
    check_merge(7, 8, state("dispatched"))
    check_merge(7, 8, state("closed"))
