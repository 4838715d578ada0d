"""Rates of places and their intervals, against other ways to compute them."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson

from data.place_rates import UNCERTAIN_BELOW, measure_of, ordered, poisson_interval, with_rates

LEVELS = (0.8, 0.95, 0.99)


def frame(*rows: tuple[int, int | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"id": pl.Int64, "n": pl.Int64, "length_m": pl.Float64}, orient="row")


@pytest.mark.parametrize("level", LEVELS)
def test_intervals_are_those_of_the_chi_square_distribution(level: float) -> None:
    counts = np.concatenate([np.arange(0, 1_000), [5_000, 100_000, 10_000_000]])
    tail = (1 - level) / 2
    low = np.where(counts == 0, 0, chi2.ppf(tail, 2 * np.maximum(counts, 1)) / 2)
    high = chi2.ppf(1 - tail, 2 * counts + 2) / 2

    found = poisson_interval(counts, level=level)

    np.testing.assert_allclose(found[0], low, rtol=5e-5)
    np.testing.assert_allclose(found[1], high, rtol=5e-5)


@given(st.integers(0, 400), st.sampled_from(LEVELS))
def test_at_the_ends_of_the_interval_the_count_is_just_as_rare_as_the_level_says(
    n: int, level: float
) -> None:
    low, high = poisson_interval([n], level=level)

    assert poisson.cdf(n, high[0]) == pytest.approx((1 - level) / 2, rel=2e-3)
    if n:
        assert poisson.sf(n - 1, low[0]) == pytest.approx((1 - level) / 2, rel=2e-3)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    for mean in (0.5, 4.0, 40.0):
        low, high = poisson_interval(rng.poisson(mean, 20_000))
        assert np.mean((low <= mean) & (mean <= high)) >= 0.95


def test_counts_in_any_shape_and_none_at_all_have_intervals() -> None:
    low, high = poisson_interval(np.array([[3, 3], [0, 7]]))
    assert low.shape == high.shape == (2, 2)
    assert low[0, 0] == low[0, 1]
    assert [part.size for part in poisson_interval([])] == [0, 0]


@pytest.mark.parametrize(("counts", "level"), [([-1], 0.95), ([1], 1.0), ([1], 0.0)])
def test_nonsense_is_refused(counts: list[int], level: float) -> None:
    with pytest.raises(ValueError, match=r"Expected 0 or more|between 0 and 1"):
        poisson_interval(counts, level=level)


def test_a_rate_is_reports_by_length_and_its_interval_too() -> None:
    row = with_rates(frame((1, 12, 240.0)), measure_of("street")).row(0, named=True)

    assert row["rate"] == pytest.approx(5.0)
    assert row["low"] == pytest.approx(chi2.ppf(0.025, 24) / 2 / 2.4, rel=1e-6)
    assert row["high"] == pytest.approx(chi2.ppf(0.975, 26) / 2 / 2.4, rel=1e-6)


@pytest.mark.parametrize("length", [None, 0.0, -5.0, float("nan"), float("inf")])
def test_without_a_length_there_is_no_figure_rather_than_zero(length: float | None) -> None:
    row = with_rates(frame((1, 12, length)), measure_of("street")).row(0, named=True)

    assert (row["rate"], row["low"], row["high"], row["uncertain"]) == (None, None, None, False)


def test_a_place_without_reports_has_a_rate_of_zero_that_is_uncertain() -> None:
    row = with_rates(frame((1, None, 100.0)), measure_of("street")).row(0, named=True)

    assert (row["n"], row["rate"], row["low"], row["uncertain"]) == (0, 0.0, 0.0, True)
    assert row["high"] == pytest.approx(3.689, abs=1e-3)


def test_few_reports_are_marked_from_below_the_limit_on() -> None:
    rated = with_rates(frame((1, UNCERTAIN_BELOW - 1, 9.0), (2, UNCERTAIN_BELOW, 9.0)), measure_of("street"))
    assert rated["uncertain"].to_list() == [True, False]


def test_one_report_on_a_short_lane_does_not_lead() -> None:
    rated = with_rates(
        frame((1, 1, 10.0), (2, 60, 1_000.0), (3, 9, None), (4, 0, 50.0)), measure_of("street")
    )

    assert ordered(rated)["id"].to_list() == [2, 1, 4, 3]
    assert ordered(rated, "rate")["id"].to_list() == [1, 2, 4, 3]
    assert ordered(rated, "n")["id"].to_list() == [2, 3, 1, 4]


def test_compounds_are_rated_by_households_and_areas_by_hectares() -> None:
    given_ = pl.DataFrame({"id": [1], "n": [30], "households": [1_500], "area_m2": [60_000.0]})

    assert with_rates(given_, measure_of("compound"))["rate"].item() == pytest.approx(2.0)
    assert with_rates(given_, measure_of("community"))["rate"].item() == pytest.approx(5.0)
