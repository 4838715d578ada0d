"""Near reports against the slow obvious way: every report compared with every other."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from data.duplicate_rules import default_rules
from data.report_pairs import near_pairs
from geo.crs import haversine_m

NOON = datetime(2024, 9, 1, 4, tzinfo=UTC)
CATEGORIES = ["illegal_parking", "fire_lane_blocked", "manhole", "noise"]
SCHEMA = {
    "lon": pl.Float64,
    "lat": pl.Float64,
    "reported_at": pl.Datetime("us", "UTC"),
    "category": pl.String,
}


def frame(rows: list[tuple[float, float, float, str]], *, lat: float = 38.3) -> pl.DataFrame:
    """Make reports of metres east, metres north, hours and category around a point."""
    scale = 111_195.0
    values = [
        (
            116.9 + east / scale / np.cos(np.radians(lat)),
            lat + north / scale,
            NOON + timedelta(hours=hours),
            name,
        )
        for east, north, hours, name in rows
    ]
    return pl.DataFrame(values, schema=SCHEMA, orient="row")


def by_loop(new: pl.DataFrame, known: pl.DataFrame, pairs: pl.DataFrame) -> set[tuple[int, int]]:
    limits = {(row["category"], row["other"]): row for row in pairs.iter_rows(named=True)}
    found = set()
    for one, here in enumerate(new.iter_rows(named=True)):
        for other, there in enumerate(known.iter_rows(named=True)):
            limit = limits.get((here["category"], there["category"]))
            hours = abs((here["reported_at"] - there["reported_at"]).total_seconds()) / 3600
            apart_m = haversine_m(here["lon"], here["lat"], there["lon"], there["lat"])
            if limit and apart_m <= limit["within_m"] and hours <= limit["within_h"]:
                found.add((one, other))
    return found


def rows_of(found: pl.DataFrame) -> set[tuple[int, int]]:
    rows = list(found.select("new_row", "known_row").iter_rows())
    assert len(rows) == len(set(rows))
    return set(rows)


report = st.tuples(
    st.floats(-400, 400), st.floats(-400, 400), st.floats(-2500, 2500), st.sampled_from(CATEGORIES)
)


@given(
    st.lists(report, max_size=12), st.lists(report, max_size=25), st.sampled_from([-60.0, 0.0, 38.3, 75.0])
)
@settings(max_examples=150, deadline=None)
def test_near_reports_are_those_that_comparing_each_with_each_finds(
    new: list[tuple[float, float, float, str]], known: list[tuple[float, float, float, str]], lat: float
) -> None:
    pairs = default_rules().pairs(CATEGORIES)
    here, there = frame(new, lat=lat), frame(known, lat=lat)
    assert rows_of(near_pairs(here, there, pairs)) == by_loop(here, there, pairs)


def test_a_whole_city_gives_what_comparing_each_with_each_gives() -> None:
    rng = np.random.default_rng(4)
    spots = rng.uniform(-3000, 3000, (40, 2))
    rows = [
        (*(spots[rng.integers(40)] + rng.normal(0, 60, 2)), rng.uniform(0, 2000), CATEGORIES[rng.integers(4)])
        for _ in range(600)
    ]
    reports, pairs = frame(rows), default_rules().pairs(CATEGORIES)
    found = near_pairs(reports, reports, pairs)
    assert len(found) > 1000
    assert rows_of(found) == by_loop(reports, reports, pairs)


def test_distance_and_hours_are_those_of_the_pair() -> None:
    new, known = frame([(30, 40, 2, "manhole")]), frame([(0, 0, 0, "manhole")])
    found = near_pairs(new, known, default_rules().pairs(CATEGORIES))
    assert round(found["distance_m"].item(), 1) == 50.0
    assert found["hours"].item() == 2.0


def test_reports_with_something_missing_are_passed_over() -> None:
    whole = frame([(0, 0, 0, "manhole")] * 3)
    holes = whole.with_columns(
        lon=pl.Series([None, 116.9, 116.9]),
        reported_at=pl.Series([NOON, None, NOON], dtype=SCHEMA["reported_at"]),
        category=pl.Series(["manhole", "manhole", None]),
    )
    pairs = default_rules().pairs(CATEGORIES)
    assert near_pairs(holes, whole, pairs).is_empty()
    assert near_pairs(whole, holes, pairs).is_empty()


def test_no_reports_have_no_neighbours() -> None:
    pairs, some = default_rules().pairs(CATEGORIES), frame([(0, 0, 0, "manhole")])
    for new, known in ((some.clear(), some), (some, some.clear()), (some.clear(), some.clear())):
        assert near_pairs(new, known, pairs).columns == near_pairs(some, some, pairs).columns
        assert near_pairs(new, known, pairs).is_empty()
