"""Mann-Kendall, against published figures, pymannkendall and a loop over the pairs."""

import json
from fractions import Fraction
from statistics import median

import numpy as np
import polars as pl
import pymannkendall
import pytest
from scipy.stats import kendalltau, theilslopes

from geo.errors import AnalysisError, NotEnoughDataError
from geo.mann_kendall import mann_kendall, sen_slopes
from tests.shared_data import shared


def series_of(rows: int, steps: int, *, seed: int = 1) -> np.ndarray:
    """Series of many kinds: floats, counts with ties, rising, falling, depending on the step before."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=(rows, steps))
    noise[rows // 3 :] = random.poisson(2, (rows - rows // 3, steps))
    walk = np.cumsum(random.normal(size=(rows, steps)), axis=1)
    noise[::4] += 0.4 * walk[::4]
    noise[1::4] += np.arange(steps) * random.normal(0, 0.1, (len(noise[1::4]), 1))
    return noise


def score_by_pairs(series: np.ndarray) -> int:
    return sum(
        int(np.sign(series[j] - series[i])) for i in range(len(series)) for j in range(i + 1, len(series))
    )


@pytest.mark.shared
def test_the_figures_of_225_series_are_found_again() -> None:
    frame = pl.read_csv(shared("reference/mann_kendall_series.csv"))
    details = [json.loads(text.replace("'", '"')) for text in frame["mann_kendall_details"]]
    series = [one["inputs"]["gi_star_values_over_time (processed for MK)"] for one in details]
    given = [one["results"] for one in details]

    found = mann_kendall(np.array(series))

    assert len(given) == 225
    assert found.s.tolist() == [one["S"] for one in given]
    np.testing.assert_allclose(found.var_s, [one["varS"] for one in given], atol=6e-5)
    np.testing.assert_allclose(found.tau, [one["tau"] for one in given], atol=6e-5)
    np.testing.assert_allclose(found.p, [one["sl"] for one in given], atol=6e-5)
    np.testing.assert_allclose(found.p, frame["p_value"], atol=1e-6)


@pytest.mark.parametrize("steps", [4, 13, 60])
@pytest.mark.parametrize("modified", [False, True])
def test_each_series_is_tested_as_pymannkendall_does(steps: int, modified: bool) -> None:
    series = series_of(48, steps)
    if modified:
        # Counts less their slope are ties, which the peer breaks by rounding; see the test with fractions.
        series = series[:16]
    found = mann_kendall(series, modified=modified)
    test = pymannkendall.hamed_rao_modification_test if modified else pymannkendall.original_test
    with np.errstate(invalid="ignore"):
        peers = [test(one) for one in series]
    # Where its variance is negative the peer has no answer; ours is then the plain test.
    plain = mann_kendall(series)
    negative = np.array([not peer.var_s > 0 for peer in peers])
    assert negative.sum() <= (len(peers) if steps == 4 else 2)
    np.testing.assert_array_equal(found.p[negative], plain.p[negative])

    known = np.flatnonzero(~negative)
    assert found.s.tolist() == [peer.s for peer in peers]
    np.testing.assert_allclose(found.var_s[known], [peers[i].var_s for i in known], rtol=1e-9)
    np.testing.assert_allclose(found.z[known], [peers[i].z for i in known], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.p[known], [peers[i].p for i in known], atol=1e-12)


def test_ties_of_counts_do_not_depend_on_rounding() -> None:
    counts = np.random.default_rng(5).poisson(2 + np.repeat([0, 4, 1, 6], 4), (12, 16))
    expected = [variance_with_fractions([int(n) for n in one]) for one in counts]
    assert any(wider != plain for wider, plain in zip(expected, mann_kendall(counts).var_s, strict=True))
    np.testing.assert_allclose(mann_kendall(counts * 0.1, modified=True).var_s, expected, rtol=1e-12)


def variance_with_fractions(series: list[int]) -> float:
    """Read Hamed and Rao's variance as it is written, in exact fractions up to the ranks."""
    n = len(series)
    slopes = [Fraction(series[j] - series[i], j - i) for i in range(n) for j in range(i + 1, n)]
    slope = median(slopes)
    freed = [value - slope * i for i, value in enumerate(series)]
    ranks = [(sum(b < a for b in freed) + sum(b <= a for b in freed) + 1) / 2 for a in freed]
    centred = [rank - sum(ranks) / n for rank in ranks]
    wider = 1.0
    for lag in range(1, n):
        products = sum(a * b for a, b in zip(centred, centred[lag:], strict=False))
        correlation = products / sum(a * a for a in centred)
        if abs(correlation) > 1.959963984540054 / n**0.5:
            wider += 2 / (n * (n - 1) * (n - 2)) * (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation
    ties = [series.count(value) for value in set(series)]
    plain = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    return plain * wider if wider > 0 else plain


def test_the_score_is_that_of_a_loop_over_all_pairs() -> None:
    series = series_of(40, 9, seed=4)
    assert mann_kendall(series).s.tolist() == [score_by_pairs(one) for one in series]


def test_tau_considers_ties_as_scipy_does() -> None:
    series = series_of(30, 25, seed=2)
    expected = [kendalltau(np.arange(25), one).statistic for one in series]
    np.testing.assert_allclose(mann_kendall(series).tau, expected, rtol=1e-12)


def test_slopes_are_those_of_scipy() -> None:
    series = series_of(30, 21, seed=3)
    expected = [theilslopes(one).slope for one in series]
    np.testing.assert_allclose(sen_slopes(series), expected, rtol=1e-12, atol=1e-15)


def test_a_series_without_change_has_no_trend() -> None:
    found = mann_kendall(np.full((2, 6), 3.0), modified=True)
    assert found.s.tolist() == [0, 0]
    assert found.p.tolist() == [1, 1]
    assert found.z.tolist() == [0, 0]
    assert np.isnan(found.tau).all()
    assert found.trend().tolist() == [0, 0]


def test_serial_correlation_makes_the_plain_test_see_trends_that_are_none() -> None:
    random = np.random.default_rng(7)
    series = np.zeros((600, 60))
    for step in range(1, 60):
        series[:, step] = 0.7 * series[:, step - 1] + random.normal(size=600)
    plain, modified = ((mann_kendall(series, modified=wanted).p <= 0.1).mean() for wanted in (False, True))
    assert plain > 0.4
    assert modified < 0.75 * plain


def test_few_steps_are_not_enough() -> None:
    with pytest.raises(NotEnoughDataError, match="3 steps. Expected at least 4"):
        mann_kendall([[1, 2, 3]])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(AnalysisError, match="1 of 8 values of the series are not finite"):
        mann_kendall([[1, 2, 3, 4], [1, 2, value, 4]])
