"""Changes of two counts: the mark of uncertainty keeps what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from data.change_marks import compare

counts = st.integers(0, 400)
lengths = st.sampled_from([0.25, 1.0, 153 / 31, 12.0])


@settings(deadline=None)
@given(now=counts, before=counts, times=lengths)
def test_a_change_is_that_of_the_counts_in_as_much_time(now: int, before: int, times: float) -> None:
    row = compare([now], [before], times=times).row(0, named=True)
    assert row["difference"] == pytest.approx(now - before * times)
    if before == 0:
        assert row["percent"] is None
        assert row["high"] is None
    else:
        assert row["percent"] == pytest.approx(100 * (now / times - before) / before)
        assert row["low"] <= row["percent"] + 1e-6
        assert row["percent"] <= row["high"] + 1e-6


@settings(deadline=None)
@given(now=counts, before=counts, times=lengths)
def test_the_interval_and_the_test_are_those_of_the_exact_binomial(
    now: int, before: int, times: float
) -> None:
    if now + before == 0:
        return
    row = compare([now], [before], times=times).row(0, named=True)
    share = times / (1 + times)
    exact = binomtest(now, now + before, share).proportion_ci(0.95, method="exact")
    low, high = (100 * (end / (1 - end) / times - 1) if end < 1 else None for end in exact)
    # Where nearly all are of one period, the step from share to change multiplies what the libraries round.
    assert row["low"] == pytest.approx(low, rel=1e-6, abs=1e-6)
    assert row["high"] == (None if high is None else pytest.approx(high, rel=1e-6))
    tails = binom.cdf(now, now + before, share), binom.sf(now - 1, now + before, share)
    assert row["p"] == pytest.approx(min(1, 2 * min(tails)), abs=1e-9)


@settings(deadline=None)
@given(now=counts, before=counts, times=lengths)
def test_a_change_is_unsure_exactly_if_the_interval_holds_none_or_the_numbers_are_small(
    now: int, before: int, times: float
) -> None:
    row = compare([now], [before], times=times).row(0, named=True)
    holds = (row["low"] or 0 if now + before else -1) <= 0 <= (np.inf if row["high"] is None else row["high"])
    if abs(row["p"] - 0.05) > 1e-9:
        assert row["uncertain"] == (holds or now + before < 10)


def test_by_chance_alone_at_most_one_in_twenty_changes_is_called_sure() -> None:
    rng = np.random.default_rng(5)
    for mean, times in ((8, 1.0), (40, 1.0), (300, 3.0)):
        now, before = rng.poisson(mean * times, 20_000), rng.poisson(mean, 20_000)
        assert (~compare(now, before, times=times)["uncertain"]).mean() <= 0.05


def test_a_real_change_of_large_numbers_is_called_sure() -> None:
    found = compare([150, 60, 3], [100, 100, 1])
    assert found["uncertain"].to_list() == [False, False, True]
    assert found["percent"].to_list() == pytest.approx([50, -40, 200])


def test_nothing_in_both_periods_says_nothing() -> None:
    row = compare([0], [0]).row(0, named=True)
    assert (row["percent"], row["low"], row["high"], row["p"], row["uncertain"]) == (
        None,
        None,
        None,
        1.0,
        True,
    )


@pytest.mark.parametrize(("now", "before", "times"), [([-1], [1], 1.0), ([1], [1], 0.0)])
def test_impossible_counts_and_lengths_are_refused(now: list[int], before: list[int], times: float) -> None:
    with pytest.raises(ValueError, match="Counts are 0 or more"):
        compare(now, before, times=times)


def test_no_rows_stay_no_rows() -> None:
    assert compare([], []).height == 0
