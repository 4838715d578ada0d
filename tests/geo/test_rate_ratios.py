"""Ratios of rates and their intervals: against scipy, against simulated truth, and what they refuse."""

import numpy as np
import pytest
from scipy import stats

from geo.errors import AnalysisError
from geo.rate_ratios import beside, drift_of, effective, scatter_of

RANDOM = np.random.default_rng(7)


def test_beside_a_count_without_any_chance_it_is_the_jeffreys_interval_of_one_ratio() -> None:
    later, earlier = np.array([0, 3, 40, 7]), np.array([5, 3, 100, 0])
    found = beside(later, earlier, 1e12, 1e12)
    share = stats.beta(later + 0.5, earlier + 0.5)
    low, high = (end / (1 - end) for end in (share.ppf(0.025), share.ppf(0.975)))

    np.testing.assert_allclose(found.low[1:3], low[1:3], rtol=1e-4)
    np.testing.assert_allclose(found.high[:3], high[:3], rtol=1e-4)
    assert found.low[0] == 0 and found.estimate[0] == 0, "nothing after: a fall by all is possible"
    assert np.isinf(found.high[3]) and np.isnan(found.estimate[3]), "nothing before: no end above"


def test_two_ratios_together_hold_the_truth_as_often_as_they_say() -> None:
    truth = 0.6
    means = np.array([[12 * truth, 12, 60, 60], [90 * truth, 90, 300, 300], [3 * truth, 3, 40, 40]])
    held = []
    for mean in means:
        found = beside(*RANDOM.poisson(mean[:, None], (4, 20_000)))
        held.append(float(((found.low <= truth) & (truth <= found.high)).mean()))

    assert all(0.93 <= share <= 0.985 for share in held), held


def test_counts_that_scatter_more_get_intervals_that_still_hold_the_truth() -> None:
    scatter, means = 3.0, (80, 80, 300, 300)
    drawn = [RANDOM.negative_binomial(mean / (scatter - 1), 1 / scatter, 20_000) for mean in means]
    plain, wide = beside(*drawn), beside(*drawn, scatter=scatter)

    assert ((plain.low <= 1) & (plain.high >= 1)).mean() < 0.85
    assert 0.93 <= ((wide.low <= 1) & (wide.high >= 1)).mean() <= 0.98


def test_the_scatter_is_found_and_a_slow_rise_is_none() -> None:
    mean = np.linspace(20, 60, 4_000)
    assert scatter_of(RANDOM.poisson(mean)) == pytest.approx(1, abs=0.08)
    bursts = RANDOM.negative_binomial(mean / 2, 1 / 3)
    assert scatter_of(bursts) == pytest.approx(3, rel=0.1)
    assert scatter_of([[5, np.nan, 9]]) == 1 == scatter_of([[0, 0, 0]])


def test_the_drift_of_cells_that_go_their_own_way_is_found() -> None:
    level, own_way = RANDOM.gamma(2, 30, 3_000), RANDOM.normal(0, 0.3, 3_000)
    before = RANDOM.poisson(level)
    weights = np.ones(3_000)
    moved = drift_of(RANDOM.poisson(level * np.exp(own_way)), before, weights, scatter=1)
    still = drift_of(RANDOM.poisson(level), before, weights, scatter=1)

    assert moved == pytest.approx(0.09, rel=0.25)
    assert still < 0.004
    assert drift_of([0, 0], [0, 0], [1, 1], scatter=1) == 0 == drift_of([3, 4], [0, 0], [1, 1], scatter=1)


def test_weights_are_worth_as_many_as_equal_ones() -> None:
    assert effective([2, 2, 2]) == pytest.approx(3)
    assert effective([1, 0, 0]) == 1
    assert effective([]) == 0


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ((-1, 2, 3, 4), {}),
        ((1, np.nan, 3, 4), {}),
        ((1, np.inf, 3, 4), {}),
        ((1, 2, 3, 4), {"scatter": 0.5}),
        ((1, 2, 3, 4), {"drift": -0.1}),
    ],
)
def test_what_is_no_count_is_refused(counts: tuple[float, ...], options: dict[str, float]) -> None:
    with pytest.raises(AnalysisError):
        beside(*counts, **options)
