"""Natural breaks: the best there are, by trying all, and those that map makers know."""

from itertools import combinations

import mapclassify
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import classes
from layers.breaks import natural


def unlikeness(values: np.ndarray, lowest: np.ndarray) -> float:
    """Add up the squared distances to the means of the classes."""
    places = np.searchsorted(lowest, values, side="right") - 1
    parts = [values[places == place] for place in range(len(lowest))]
    return float(sum(((part - part.mean()) ** 2).sum() for part in parts if part.size))


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=9), st.integers(1, 4))
def test_no_other_classes_are_more_alike_within(numbers: list[int], n: int) -> None:
    values = np.array(numbers, np.float64)
    found = natural(values, n)
    distinct = np.unique(values)
    every = combinations(distinct[1:], min(n, distinct.size) - 1)
    best = min(unlikeness(values, np.array([distinct[0], *others])) for others in every)
    assert len(found) == min(n, distinct.size)
    assert unlikeness(values, found) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("n", [3, 5, 7])
@pytest.mark.parametrize("size", [50, 400, 1000])
def test_breaks_are_those_of_mapclassify(n: int, size: int) -> None:
    values = np.round(np.random.default_rng(size).exponential(10, size), 2)
    upper = mapclassify.FisherJenks(values, k=n).bins
    distinct = np.unique(values)
    expected = distinct[np.searchsorted(distinct, upper[:-1], side="right")]
    assert natural(values, n).tolist() == [distinct[0], *expected]


def test_of_very_many_values_breaks_are_nearly_as_good() -> None:
    values = np.random.default_rng(8).exponential(10, 4000)
    distinct = np.unique(values)
    upper = mapclassify.FisherJenks(values, k=5).bins
    best = np.array([distinct[0], *distinct[np.searchsorted(distinct, upper[:-1], side="right")]])
    assert unlikeness(values, natural(values, 5)) <= unlikeness(values, best) * 1.001


def test_a_far_value_is_a_class_of_its_own() -> None:
    values = np.append(np.random.default_rng(8).uniform(0, 10, 5000), 1e6)
    assert natural(values, 2).tolist() == [values.min(), 1e6]


def test_counts_have_whole_breaks() -> None:
    counts = [1] * 50 + [2] * 20 + [10, 11, 12, 40]
    assert classes.edges(counts, 3, "natural") == [1, 10, 40]
