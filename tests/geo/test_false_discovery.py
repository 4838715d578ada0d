"""Benjamini and Hochberg's adjustment, against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from geo.false_discovery import q_values


@pytest.mark.parametrize("n", [1, 2, 17, 5_000])
def test_q_values_are_those_of_scipy(n: int) -> None:
    p = np.random.default_rng(n).uniform(size=n) ** 3

    np.testing.assert_allclose(q_values(p), stats.false_discovery_control(p), rtol=1e-14)


@given(some.lists(some.sampled_from([0.0, 1e-300, 0.001, 0.01, 0.05, 0.5, 1.0]), min_size=1, max_size=40))
def test_ties_get_one_q_value_as_in_scipy(p: list[float]) -> None:
    q = q_values(p)

    np.testing.assert_allclose(q, stats.false_discovery_control(p), rtol=1e-14)
    for value in set(p):
        assert len(set(q[np.array(p) == value].tolist())) == 1


def test_tests_that_were_not_made_count_for_nothing() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.03, np.nan])
    q = q_values(p)

    assert np.isnan(q[[1, 4]]).all()
    np.testing.assert_allclose(q[[0, 2, 3]], stats.false_discovery_control([0.01, 0.04, 0.03]))


def test_all_tests_of_a_table_are_adjusted_together() -> None:
    p = np.random.default_rng(1).uniform(size=(30, 4))

    np.testing.assert_array_equal(q_values(p), q_values(p.ravel()).reshape(30, 4))


@pytest.mark.parametrize("p", [[], [np.nan, np.nan]])
def test_no_test_at_all_has_no_q_value(p: list[float]) -> None:
    assert np.isnan(q_values(p)).sum() == len(p)
