"""How often reports come in by themselves: at busy places more, repeats of one thing once."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data.usual_reports import Usual

START = datetime(2024, 1, 1, tzinfo=UTC)
LON, LAT = 116.9, 38.3
PACES = pl.DataFrame({"category": ["full_bin", "manhole"], "pace_h": [18.0, 120.0]})
PLACE = pl.DataFrame({"lon": [LON], "lat": [LAT], "category": ["full_bin"]})


def city(*, seed: int = 1, reports: int = 2000, days: float = 365) -> pl.DataFrame:
    """Scatter reports over 8 km and a year."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": np.arange(reports),
            "lon": LON + rng.uniform(-0.045, 0.045, reports),
            "lat": LAT + rng.uniform(-0.036, 0.036, reports),
            "reported_at": [START + timedelta(days=float(day)) for day in rng.uniform(0, days, reports)],
            "category": np.array(["full_bin", "manhole"])[rng.integers(0, 2, reports)],
            "description": [f"text {number}" for number in range(reports)],
        }
    ).cast({"reported_at": pl.Datetime("us", "UTC")})


def at_place(hours: list[float]) -> pl.DataFrame:
    """Put reports of full bins at one point at these hours."""
    return pl.DataFrame(
        {
            "id": np.arange(len(hours)) + 10_000,
            "lon": [LON] * len(hours),
            "lat": [LAT] * len(hours),
            "reported_at": [START + timedelta(hours=hour) for hour in hours],
            "category": ["full_bin"] * len(hours),
            "description": [None] * len(hours),
        },
        schema=city(reports=1).schema,
    )


def rate(known: pl.DataFrame) -> float:
    return float(Usual.learn(known).local_rates(PLACE, known, PACES)[0])


def test_a_place_with_a_report_every_week_is_busier_than_a_quiet_one() -> None:
    quiet = pl.concat([city(), at_place([100.0])])
    weekly = pl.concat([city(), at_place([100.0 + 168 * week for week in range(50)])])
    assert rate(weekly) > 20 * rate(quiet)
    cell_m2 = 50.0 * 52.4
    assert rate(weekly) == pytest.approx(49 / (cell_m2 * 365 * 24), rel=0.1)


def test_repeats_of_one_thing_do_not_make_a_place_busy() -> None:
    once, often = at_place([100.0]), at_place([100.0 + minute / 60 for minute in range(50)])
    assert rate(pl.concat([city(), often])) < 3 * rate(pl.concat([city(), once]))


def test_the_rates_of_a_city_are_reports_over_area_and_time() -> None:
    known = city(reports=20_000)
    usual = Usual.learn(known)
    area_m2 = (0.09 * 111_195 * math.cos(math.radians(LAT))) * (0.072 * 111_195)
    truth = 10_000 / (area_m2 * 365 * 24)
    assert usual.rates["rate"].to_list() == pytest.approx([truth, truth], rel=0.08)


def test_a_sample_of_a_large_city_tells_nearly_what_all_of_it_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    known = city(reports=20_000)
    whole = Usual.learn(known).rates.sort("category")["rate"].to_numpy()
    monkeypatch.setattr("data.usual_reports._SAMPLE", 5_000)
    sampled = Usual.learn(known).rates.sort("category")["rate"].to_numpy()
    np.testing.assert_allclose(sampled, whole, rtol=0.15)


def test_the_order_of_reports_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.usual_reports._SAMPLE", 500)
    known = city()
    mixed = known.sample(fraction=1, shuffle=True, seed=3)
    one, other = Usual.learn(known), Usual.learn(mixed)
    assert one.rates.sort("category").equals(other.rates.sort("category"))
    assert one.texts.texts == other.texts.texts
    assert rate(known) == pytest.approx(rate(mixed))


def test_a_category_never_seen_and_a_city_without_reports_have_small_rates() -> None:
    never = PLACE.with_columns(category=pl.lit("noise"))
    paces = pl.DataFrame({"category": ["noise"], "pace_h": [72.0]})
    for known in (city(), city().clear()):
        found = Usual.learn(known).local_rates(never, known, paces)
        assert 0 < found[0] < 1e-8
