"""Class edges: whole numbers, every value in one class, a legend that says its numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import classes

values = st.lists(st.integers(1, 5000), min_size=1, max_size=300)
wanted = st.integers(1, 7)


@given(values=values, n=wanted, method=st.sampled_from(classes.METHODS))
def test_edges_ascend_and_every_value_has_a_class(values: list[int], n: int, method: classes.Method) -> None:
    edges = classes.edges(values, n, method)

    assert edges == sorted(set(edges))
    assert 1 <= len(edges) <= n
    assert classes.classify(values, edges).min() >= 0


@given(values=values, n=wanted)
def test_quantiles_give_as_many_classes_as_there_are_values_for(values: list[int], n: int) -> None:
    edges = classes.edges(values, n)

    assert len(edges) == min(n, len(set(values)))
    assert set(np.bincount(classes.classify(values, edges), minlength=len(edges))) & {0} == set()


@given(values=values, n=wanted, seed=st.integers(0, 100))
def test_the_order_of_values_does_not_matter(values: list[int], n: int, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(values)

    assert classes.edges(shuffled, n) == classes.edges(values, n)


def test_without_ties_quantiles_hold_equally_many() -> None:
    edges = classes.edges(range(1, 101), 5)

    assert edges == [1, 21, 41, 61, 81]


def test_a_frequent_value_leaves_the_rest_to_the_classes_above() -> None:
    edges = classes.edges([1] * 1000 + list(range(2, 42)), 5)

    assert edges == [1, 2, 12, 22, 32]


def test_few_distinct_values_are_classes_of_their_own() -> None:
    assert classes.edges([3, 3, 1, 8], 5) == [1, 3, 8]


def test_no_values_have_no_classes() -> None:
    assert classes.edges([], 5) == []
    assert classes.edges([0, 0], 5) == []


def test_fixed_edges_go_in_steps_of_one_two_five() -> None:
    assert classes.edges([1, 37], 7, "fixed") == [1, 2, 5, 10, 20]


def test_fixed_edges_for_a_wide_range_keep_both_ends() -> None:
    edges = classes.edges([1, 3000], 5, "fixed")

    assert (edges[0], edges[-1], len(edges)) == (1, 2000, 5)


def test_ranges_name_first_and_last_number() -> None:
    assert classes.ranges([1, 2, 5, 9]) == [(1, 1), (2, 4), (5, 8), (9, None)]
    assert classes.ranges([]) == []


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="'jenks' is not a method"):
        classes.edges([1, 2, 3, 4, 5, 6], 5, "jenks")  # type: ignore[arg-type]
