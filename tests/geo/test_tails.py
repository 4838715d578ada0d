"""p-values of skewed sums, against scipy's type III curve and exact sums of counts."""

import numpy as np
import pytest
from scipy.stats import nbinom, norm, pearson3, poisson

from geo.tails import least_z, two_sided_p


@pytest.mark.parametrize("skewness", [0.05, 0.3, 1.0, 2.5, 9.0])
def test_the_long_tail_is_that_of_pearsons_third_type(skewness: float) -> None:
    z = np.array([1.7, 2.5, 4.0, 7.0, 12.0])
    longer = np.maximum(pearson3.sf(z, skewness), norm.sf(z))
    np.testing.assert_allclose(two_sided_p(z, skewness), 2 * longer, rtol=1e-9)
    np.testing.assert_allclose(two_sided_p(-z, -skewness), 2 * longer, rtol=1e-9)


def test_the_short_tail_and_even_ones_are_normal() -> None:
    z = np.array([-6.0, -2.0, 0.0, 1.0, 3.0])
    np.testing.assert_allclose(two_sided_p(z), 2 * norm.sf(np.abs(z)), rtol=1e-12)
    np.testing.assert_allclose(two_sided_p(z[:2], 3.0), 2 * norm.sf(np.abs(z[:2])), rtol=1e-12)


def test_hardly_any_skewness_is_nearly_none() -> None:
    np.testing.assert_allclose(two_sided_p([2.0, 5.0], 1e-7), two_sided_p([2.0, 5.0]), rtol=1e-5)


def test_what_is_unknown_stays_unknown_and_shapes_stay() -> None:
    assert np.isnan(two_sided_p([np.nan, 1.0], 0.5)).tolist() == [True, False]
    assert two_sided_p(np.zeros((3, 2)), np.ones((3, 1))).shape == (3, 2)
    assert two_sided_p(2.0).shape == ()


@pytest.mark.parametrize(
    ("counts", "skewness"),
    [
        (poisson(0.7), 1 / np.sqrt(0.7)),
        (poisson(4.2), 1 / np.sqrt(4.2)),
        (nbinom(4.2, 0.3), nbinom.stats(4.2, 0.3, moments="s")),
    ],
)
def test_sums_of_counts_are_as_unlikely_as_they_are(counts: object, skewness: float) -> None:
    """Where it matters the normal tail is wrong by orders of magnitude, this one by small factors."""
    high = np.arange(1, 60)
    z = (high - counts.mean()) / counts.std()
    truth = counts.sf(high - 1)
    rare = (truth < 0.02) & (truth > 1e-7)
    ratio = two_sided_p(z, skewness)[rare] / (2 * truth[rare])
    assert ratio.min() > 0.55
    assert ratio.max() < 5
    assert (two_sided_p(z)[rare] / (2 * truth[rare])).min() < 0.01


@pytest.mark.parametrize("skewness", [-1.0, 0.0, 0.4, 2.0])
@pytest.mark.parametrize("p", [0.09, 1e-3, 1e-8])
def test_the_least_score_has_just_that_p(p: float, skewness: float) -> None:
    z = least_z(p, skewness)
    np.testing.assert_allclose(two_sided_p(z, skewness), p, rtol=1e-6)
    assert two_sided_p(z * 1.001, skewness) < p < two_sided_p(z * 0.999, skewness)


def test_no_score_has_a_p_of_nothing() -> None:
    assert least_z(0.0, 0.5) == np.inf
