"""What grew and what shrank: counts of two periods, and which differences may be chance."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from app_pages import changes


def _counts(**n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"category": list(n), "n": list(n.values())}, schema={"category": str, "n": pl.UInt32}
    )


def test_rows_are_compared_and_the_largest_growth_comes_first() -> None:
    compared = changes.compare(_counts(a=120, b=50, new=30), _counts(a=60, b=200, gone=40), "category")

    rows = compared.select("category", "before", "now", "more", "change").rows()
    assert rows == [
        ("a", 60, 120, 60.0, 100.0),
        ("new", 0, 30, 30.0, None),
        ("gone", 40, 0, -40.0, -100.0),
        ("b", 200, 50, -150.0, -75.0),
    ]
    assert not compared["uncertain"].any()
    assert changes.grown(compared, 1)["category"].to_list() == ["a"]
    assert changes.shrunk(compared, 5)["category"].to_list() == ["b", "gone"]


def test_periods_of_other_lengths_are_compared_as_if_they_were_as_long() -> None:
    scale = changes.scale_of((date(2026, 3, 1), date(2026, 3, 7)), (date(2026, 2, 1), date(2026, 2, 14)))
    compared = changes.compare(_counts(a=50), _counts(a=100), "category", scale=scale)

    assert scale == 0.5
    assert compared.row(0) == ("a", 100, 50, 0.0, 0.0, True)


@pytest.mark.parametrize(
    ("before", "now", "uncertain"),
    [(4, 5, True), (0, 9, True), (0, 10, False), (100, 110, True), (100, 140, False), (1000, 1050, True)],
)
def test_what_may_be_chance_is_uncertain(before: int, now: int, uncertain: bool) -> None:
    compared = changes.compare(_counts(a=now), _counts(a=before), "category")

    assert compared["uncertain"].to_list() == [uncertain]


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_counts_of_one_rate_are_called_certain_in_one_of_twenty_cases(scale: float) -> None:
    rng = np.random.default_rng(5)
    keys = [str(i) for i in range(4000)]
    now, before = (
        pl.DataFrame({"category": keys, "n": rng.poisson(rate, 4000)}) for rate in (80 * scale, 80)
    )

    compared = changes.compare(now, before, "category", scale=scale)

    assert 1 - compared["uncertain"].mean() == pytest.approx(0.05, abs=0.012)


def test_nothing_compares_to_nothing() -> None:
    assert changes.compare(_counts(), _counts(), "category").is_empty()
    assert changes.compare(_counts(a=0), _counts(), "category").is_empty()


def test_a_row_without_a_name_keeps_its_key() -> None:
    compared = changes.compare(_counts(a=3, b=2), _counts(), "category")

    assert changes.named(compared, "category", {"a": "Parking"})["name"].to_list() == ["Parking", "b"]
