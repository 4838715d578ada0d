"""Class edges: whole numbers, every value in one class, a legend that says its numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import classes

values = st.lists(st.integers(1, 5000), min_size=1, max_size=300)
wanted = st.integers(1, 7)


@settings(deadline=None)
@given(values=values, n=wanted, method=st.sampled_from(classes.METHODS))
def test_edges_ascend_and_every_value_has_a_class(values: list[int], n: int, method: classes.Method) -> None:
    edges = classes.edges(values, n, method)

    assert edges == sorted(set(edges))
    assert 1 <= len(edges) <= n
    assert classes.classify(values, edges).min() >= 0


@settings(deadline=None)
@given(values=values, n=wanted)
def test_quantiles_give_as_many_classes_as_there_are_values_for(values: list[int], n: int) -> None:
    edges = classes.edges(values, n)

    assert len(edges) == min(n, len(set(values)))
    assert set(np.bincount(classes.classify(values, edges), minlength=len(edges))) & {0} == set()


@settings(deadline=None)
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
    with pytest.raises(ValueError, match="'jenks' is not a method. Expected one of quantile, natural, fixed"):
        classes.edges([1, 2, 3, 4, 5, 6], 5, "jenks")  # type: ignore[arg-type]


def test_what_is_below_all_edges_is_in_the_first_class_and_no_figure_in_none() -> None:
    assert classes.classify([1, 7, np.nan, 30], [5, 10]).tolist() == [0, 0, -1, 1]


figures = st.lists(st.floats(0, 1e6).map(lambda value: round(value, 1)), min_size=1, max_size=200)
changes = st.lists(st.floats(-100, 1e4).map(round), min_size=1, max_size=200)


@settings(deadline=None)
@given(values=figures, n=wanted, method=st.sampled_from(classes.METHODS))
def test_figures_have_edges_that_ascend_from_the_smallest_on(
    values: list[float], n: int, method: classes.Method
) -> None:
    edges = classes.figure_edges([*values, np.nan, np.inf], n, method)

    assert edges == sorted(set(edges))
    assert 1 <= len(edges) <= n
    assert edges[0] <= min(values)


@settings(deadline=None)
@given(values=figures, n=wanted, method=st.sampled_from(["quantile", "natural"]))
def test_no_class_of_figures_is_empty(values: list[float], n: int, method: classes.Method) -> None:
    edges = classes.figure_edges(values, n, method)

    assert len(edges) == min(n, len(set(values)))
    assert 0 not in np.bincount(classes.classify(values, edges), minlength=len(edges))


def test_edges_of_figures_can_be_said() -> None:
    values = np.round(np.random.default_rng(3).exponential(300, 2000), 1)

    for method in ("quantile", "natural"):
        assert all(float(f"{edge:.2g}") == edge for edge in classes.figure_edges(values, 5, method))


def test_fixed_edges_of_shares_are_equal_parts() -> None:
    assert classes.figure_edges([37.5, 99.9], 5, "fixed", top=100) == [0, 20, 40, 60, 80]


def test_fixed_edges_of_figures_go_in_steps_of_one_two_five_whatever_their_size() -> None:
    assert classes.figure_edges([3.2, 37.0], 7, "fixed") == [0, 1, 2, 5, 10, 20]
    assert classes.figure_edges([0.3], 7, "fixed") == [0, 0.01, 0.02, 0.05, 0.1, 0.2]
    assert classes.figure_edges([0.0], 7, "fixed") == [0]


def test_fixed_edges_of_changes_mirror_each_other() -> None:
    assert classes.change_edges([3, -7], 7, "fixed") == [-100, -50, -20, -5, 5, 20, 50]
    assert classes.change_edges([3, -7], 5, "fixed") == [-100, -50, -10, 10, 50]
    assert classes.change_edges([3, -7], 4, "fixed") == [-100, -10, 0, 10]


@settings(deadline=None)
@given(values=changes, n=wanted, method=st.sampled_from(classes.METHODS))
def test_classes_of_changes_mirror_each_other(values: list[int], n: int, method: classes.Method) -> None:
    edges = classes.change_edges([*values, np.nan], n, method)

    assert edges == sorted(set(edges))
    assert len(edges) <= n
    assert edges[0] == -100
    assert edges[1:] == [-edge for edge in reversed(edges[1:])]


def test_no_figures_have_no_classes() -> None:
    assert classes.figure_edges([np.nan]) == classes.change_edges([np.nan]) == []
