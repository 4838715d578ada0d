"""Rates steadied by empirical Bayes, against esda."""

import esda.smoothing as esda
import numpy as np
import pandas as pd
import pytest

from geo import cells, rates
from geo.errors import AnalysisError, CellError, NotEnoughDataError


def town(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    exposure = random.lognormal(1, 1, n)
    return random.poisson(exposure * random.gamma(2, 0.8, n)).astype(float), exposure


@pytest.mark.parametrize("seed", range(4))
def test_smoothed_rates_are_those_of_esda(seed: int) -> None:
    counts, exposure = town(seed)
    peer = esda.Empirical_Bayes(counts, exposure).r.ravel()

    np.testing.assert_allclose(rates.smoothed(counts, exposure), peer, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_standardised_rates_are_those_of_esda(seed: int) -> None:
    counts, exposure = town(seed)

    np.testing.assert_allclose(
        rates.standardised(counts, exposure), esda.assuncao_rate(counts, exposure), rtol=1e-12
    )


def test_little_exposure_leans_on_the_whole_area_and_much_stands_alone() -> None:
    counts, exposure = town(5)
    counts[:2], exposure[:2] = [2, 20_000], [0.1, 1_000]  # both 20 for each unit
    mean = counts.sum() / exposure.sum()

    smooth = rates.smoothed(counts, exposure)

    assert abs(smooth[0] - mean) < abs(20 - mean) / 2
    assert smooth[1] == pytest.approx(20, rel=0.01)


def test_rates_that_vary_no_more_than_chance_are_one_rate() -> None:
    smooth = rates.smoothed([10, 11, 10, 9], [5, 5, 5, 5])

    np.testing.assert_allclose(smooth, 2.0)


def test_a_cell_without_exposure_has_no_rate_and_changes_no_other() -> None:
    counts, exposure = town(6)
    by = exposure.copy()
    by[:2] = [0, np.nan]

    for rate in (rates.smoothed, rates.standardised):
        found = rate(counts, by)
        assert np.isnan(found[:2]).all()
        np.testing.assert_array_equal(found[2:], rate(counts[2:], exposure[2:]))


def test_no_report_at_all_is_a_rate_of_zero_that_nothing_differs_from() -> None:
    np.testing.assert_array_equal(rates.smoothed([0, 0], [1, 2]), [0, 0])
    with pytest.raises(NotEnoughDataError, match="no report"):
        rates.standardised([0, 0], [1, 2])


@pytest.mark.parametrize(
    ("counts", "exposure"),
    [([1, -1], [1, 1]), ([1, np.nan], [1, 1]), ([1, 1], [1, -1]), ([1, 1], [1, np.inf]), ([1], [1, 2])],
)
def test_numbers_that_make_no_rate_are_refused(counts: list[float], exposure: list[float]) -> None:
    with pytest.raises(AnalysisError, match="Expected"):
        rates.smoothed(counts, exposure)


def test_nothing_to_divide_by_is_not_enough() -> None:
    with pytest.raises(NotEnoughDataError, match="divide by"):
        rates.smoothed([1, 2], [0, np.nan])


def test_exposures_are_found_by_cell_and_not_by_row() -> None:
    ids = cells.from_points([116.85, 116.86, 116.87], [38.3, 38.3, 38.3], 10)
    counts = pd.Series([1, 2, 3], index=ids)

    beside = rates.beside(counts, pd.Series([0.7, 0.5], index=cells.to_text(ids[[2, 0]]).to_list()))

    np.testing.assert_array_equal(beside, [0.5, np.nan, 0.7])


def test_rates_that_are_all_the_same_deviate_by_nothing() -> None:
    np.testing.assert_array_equal(rates.standardised([3, 3, 3], [2, 2, 2]), [0, 0, 0])


def test_an_exposure_that_is_none_is_refused() -> None:
    ids = cells.from_points([116.85, 116.86], [38.3, 38.3], 10)
    counts = pd.Series([1, 2], index=ids)
    with pytest.raises(AnalysisError, match="'exposure' are no counts"):
        rates.beside(counts, pd.Series([1, -1], index=ids))
    with pytest.raises(AnalysisError, match="twice"):
        rates.beside(counts, pd.Series([1, 1], index=ids[[0, 0]]))
    with pytest.raises(CellError, match=r"1 of 2 .*'exposure.index' are not of resolution 10"):
        rates.beside(counts, pd.Series([1, 1], index=[ids[0], cells.from_points([116.86], [38.3], 9)[0]]))
    with pytest.raises(AnalysisError, match="Expected a pandas Series"):
        rates.beside(counts, [1, 2])  # type: ignore[arg-type] # what a beginner would try
