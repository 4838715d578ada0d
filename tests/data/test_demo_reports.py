"""The demo zone's reports: what is planted in them can be found again."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from data import demo
from data.categories import delivered
from data.issue_writing import check
from data.statuses import STATUS_GROUPS
from geo import cells

END = date(2025, 6, 30)
LOCAL = pl.col("reported_at").dt.convert_time_zone(demo.TZ)


@pytest.fixture(scope="module")
def made() -> demo.Demo:
    return demo.make(end=END)


@pytest.fixture(scope="module")
def told(made: demo.Demo) -> pl.DataFrame:
    """The reports with the story behind each, their local day and their cell."""
    return made.reports.with_columns(
        story=made.planted,
        day=LOCAL.dt.date(),
        cell=cells.point_cells("lon", "lat", cells.ANALYSIS_RESOLUTION),
    )


def test_the_same_seed_gives_the_same_reports(made: demo.Demo) -> None:
    assert_frame_equal(demo.make(end=END).reports, made.reports)


def test_another_seed_gives_other_reports(made: demo.Demo) -> None:
    other = demo.make(seed=2, end=END).reports
    assert not other["lon"].equals(made.reports["lon"])


@pytest.mark.parametrize("reports", [1, 7, 1_000, 60_000])
def test_there_are_exactly_as_many_reports_as_wanted(reports: int) -> None:
    made = demo.make(reports=reports, end=END)
    assert made.reports.height == made.planted.len() == reports


def test_reports_fit_the_schema_and_have_ids_of_their_own(made: demo.Demo) -> None:
    check(made.reports)
    assert not made.reports.select("source", "external_id").is_duplicated().any()
    assert set(made.reports["source"]) == set(demo.SOURCES)


def test_ids_stay_unique_where_the_reports_come_in_several_batches() -> None:
    reports = demo.make(reports=120_000, end=END).reports
    assert not reports.select("source", "external_id").is_duplicated().any()
    assert reports["reported_at"].is_sorted()


def test_categories_are_those_of_the_table(made: demo.Demo) -> None:
    names = dict(delivered().select("slug", "zh").iter_rows())
    pairs = made.reports.select("category", "kind").unique()
    assert set(pairs["category"]) == set(names)
    assert all(names[category] == kind for category, kind in pairs.iter_rows())


def test_reports_fill_two_years_up_to_the_last_day(told: pl.DataFrame) -> None:
    assert told["day"].max() == END
    assert told["day"].min() == END - timedelta(days=729)
    assert told["day"].n_unique() == 730


def test_every_report_lies_in_the_zone(made: demo.Demo) -> None:
    edge = made.places[made.places["kind"] == "boundary"].geometry.item()
    assert shapely.contains_xy(edge, made.reports.select("lon", "lat").to_numpy()).all()


def test_an_address_names_a_street_or_place_close_to_the_report(made: demo.Demo) -> None:
    places = made.places.to_crs(32650)
    named = places[places["kind"].isin(["street", "compound", "market", "park", "shop", "window_unit"])]
    shapes = dict(zip(named["name"], named.geometry, strict=True))
    sample = made.reports.sample(2_000, seed=0)
    where = gpd.GeoSeries(shapely.points(sample.select("lon", "lat").to_numpy()), crs=4326).to_crs(32650)
    for address, point in zip(sample["address"], where, strict=True):
        name = max((name for name in shapes if address.startswith(name)), key=len, default="")
        assert name, address
        assert shapes[name].distance(point) < 45, address


def test_no_report_says_a_field_name_instead_of_its_value(made: demo.Demo) -> None:
    assert not made.reports["description"].str.contains(r"[{}]").any()
    assert made.reports["description"].n_unique() > 10_000


def test_times_follow_each_other_and_agree_with_the_status(made: demo.Demo) -> None:
    reports = made.reports
    done = reports["status"].is_in(list(STATUS_GROUPS["done"]))
    assert reports["closed_at"].is_not_null().equals(done)
    closed = reports.filter(done)
    assert (closed["closed_at"] >= closed["reported_at"]).all()
    assert (closed["updated_at"] == closed["closed_at"]).all()
    assert (reports["updated_at"] >= reports["reported_at"]).all()
    now = datetime.combine(END + timedelta(days=1), time(), ZoneInfo(demo.TZ)).astimezone(UTC)
    assert reports["updated_at"].max() <= now


def test_the_backlog_is_recent_with_some_long_overdue(told: pl.DataFrame) -> None:
    still_open = told.filter(pl.col("closed_at").is_null())
    assert 300 < still_open.height < 3_000
    age = (pl.lit(END) - pl.col("day")).dt.total_days()
    recent = told.filter(age < 7).select(pl.col("closed_at").is_null().mean()).item()
    old = told.filter(age > 180).select(pl.col("closed_at").is_null().mean()).item()
    assert recent > 10 * old > 0


def test_units_differ_in_speed_as_planted(made: demo.Demo) -> None:
    took = (pl.col("closed_at") - pl.col("reported_at")).dt.total_minutes().median()
    vending = made.reports.filter(category="shop_spill_out").group_by("unit").agg(took.alias("minutes"))
    minutes = dict(vending.iter_rows())
    slow = made.truth.units.filter(pl.col("pace_from") > 1.5, pl.col("pace_to") > 1.5)["unit"].item()
    assert all(minutes[slow] > 1.15 * value for unit, value in minutes.items() if unit != slow)


def test_fridays_are_busy_and_patrols_rest_at_the_weekend(told: pl.DataFrame) -> None:
    by_day = told.group_by("source", weekday=pl.col("day").dt.weekday()).len()
    patrol = dict(by_day.filter(source="patrol").select("weekday", "len").iter_rows())
    assert max(patrol, key=lambda day: patrol[day]) == 5
    assert max(patrol[6], patrol[7]) < 0.6 * min(patrol[day] for day in range(1, 6))
    qr = dict(by_day.filter(source="QR").select("weekday", "len").iter_rows())
    assert max(qr[6], qr[7]) > qr[2]


def test_schools_are_blocked_when_they_begin_and_end(told: pl.DataFrame) -> None:
    hours = told.filter(story="school_gate_parking").select(LOCAL.dt.hour().alias("hour"))["hour"]
    assert hours.is_in([7, 8, 16, 17, 18]).mean() > 0.6


def test_rubbish_smells_in_summer(told: pl.DataFrame) -> None:
    ordinary = told.filter(pl.col("story").is_null(), category="exposed_rubbish")
    month = pl.col("day").dt.month()
    summer = ordinary.filter(month.is_between(6, 8)).height
    winter = ordinary.filter(month.is_in([12, 1, 2])).height
    assert 1.2 < summer / winter < 3


def test_the_kind_of_place_decides_the_mix(made: demo.Demo) -> None:
    compounds = made.places[made.places["kind"] == "compound"].union_all()
    inside = shapely.contains_xy(compounds, made.reports.select("lon", "lat").to_numpy())
    frame = made.reports.select("category", inside=pl.Series(inside))
    shares = dict(frame.group_by("category").agg(pl.col("inside").mean()).iter_rows())
    assert shares["fire_lane_blocked"] > 0.8
    assert shares["street_vendor"] < 0.1
    assert shares["illegal_parking"] < 0.2


# What is planted


def test_every_story_has_about_the_reports_it_should(made: demo.Demo, told: pl.DataFrame) -> None:
    found = dict(told.drop_nulls("story").group_by("story").len().iter_rows())
    for story, expected in made.truth.stories.select("story", "expected").iter_rows():
        assert abs(found[story] - expected) < 4 * np.sqrt(expected), story


def test_hot_cells_stand_out_from_the_rest(made: demo.Demo, told: pl.DataFrame) -> None:
    counts = told.group_by("cell").len()
    typical = counts["len"].median()
    core = made.truth.cells.drop_nulls("story").filter(pl.col("share") > 0.3).join(counts, on="cell")
    lasting = core.join(made.truth.stories.filter(kind="lasting").select("story"), on="story")
    assert lasting["story"].n_unique() == 5
    assert (lasting["len"] > 5 * typical).all()


def test_reports_fall_into_the_cells_that_the_truth_names(made: demo.Demo, told: pl.DataFrame) -> None:
    found = told.group_by("story", "cell").len()
    both = made.truth.cells.join(found, on=["story", "cell"], how="full", coalesce=True, nulls_equal=True)
    both = both.with_columns(pl.col("expected", "len").fill_null(0))
    for story, part in both.group_by("story"):
        moved = (part["expected"] - part["len"]).abs().sum() / 2 / part["len"].sum()
        assert moved < 0.16, story  # blur over cell edges and chance


def test_the_truth_expects_all_reports(made: demo.Demo) -> None:
    assert made.truth.cells["expected"].sum() == pytest.approx(40_000, rel=1e-6)


def _weekly(told: pl.DataFrame, story: str) -> np.ndarray:
    """Reports of a story in the 104 weeks up to the last day."""
    back = told.filter(story=story).select(((pl.lit(END) - pl.col("day")).dt.total_days() // 7).alias("week"))
    return np.bincount(back["week"].to_numpy(), minlength=105)[103::-1]


def test_a_lasting_hot_spot_is_there_in_every_quarter(told: pl.DataFrame) -> None:
    assert (_weekly(told, "market_vendors").reshape(8, 13).sum(axis=1) > 70).all()


def test_one_hot_spot_appears_in_the_last_ten_weeks_only(told: pl.DataFrame) -> None:
    weeks = _weekly(told, "new_mall_parking")
    assert weeks[:-11].sum() == 0
    assert (weeks[-9:] >= 6).all()


def test_one_hot_spot_fades_and_one_grows(told: pl.DataFrame) -> None:
    fading, growing = _weekly(told, "site_rubbish"), _weekly(told, "station_bikes")
    assert fading[:26].sum() > 3 * fading[52:78].sum()
    assert fading[-13:].sum() == 0
    assert growing[-26:].sum() > 2.5 * growing[:26].sum()


def test_one_rectification_worked_and_one_came_back(made: demo.Demo, told: pl.DataFrame) -> None:
    since = dict(made.truth.stories.select("story", "since").iter_rows())
    worked, back = _weekly(told, "spill_out_drive"), _weekly(told, "vendors_came_back")
    drive = 104 - (END - since["spill_out_drive"]).days // 7
    assert worked[drive:].mean() < 0.15 * worked[:drive].mean()
    drive = 104 - (END - since["vendors_came_back"]).days // 7
    assert back[drive : drive + 6].mean() < 0.25 * back[:drive].mean()
    assert back[-20:].mean() > 0.8 * back[:drive].mean()


def test_one_hot_spot_comes_with_the_summer(told: pl.DataFrame) -> None:
    months = told.filter(story="summer_night_stalls")["day"].dt.month()
    assert months.is_between(5, 9).all()


def test_patrols_find_more_where_they_come_more_often(made: demo.Demo, told: pl.DataFrame) -> None:
    grids = made.places[made.places["kind"] == "grid"].reset_index(drop=True)
    ordinary = told.filter(pl.col("story").is_null())
    points = shapely.points(ordinary.select("lon", "lat").to_numpy())
    report, grid = shapely.STRtree(grids.geometry.to_numpy()).query(points, predicate="within")
    ordinary = ordinary[report].with_columns(grid=pl.Series(grids["name"].to_numpy()[grid].astype(str)))
    visits = made.truth.visits.group_by("grid").agg(pl.col("visits").sum())
    found = ordinary.group_by("grid").agg(
        patrol=(pl.col("source") == "patrol").sum(), others=(pl.col("source") != "patrol").sum()
    )
    both = visits.join(found, on="grid", how="left").fill_null(0)
    per_other = both["patrol"] / both["others"].clip(1)
    assert np.corrcoef(per_other, both["visits"])[0, 1] > 0.9
    blind = both.filter(pl.col("visits") < 40)
    assert blind.height >= 3
    assert blind["patrol"].sum() < 0.1 * blind["others"].sum()


def test_one_community_was_patrolled_more_though_nothing_changed(made: demo.Demo, told: pl.DataFrame) -> None:
    half_a_year = END - timedelta(weeks=26)
    late = pl.col("day") > half_a_year
    here = made.truth.visits.filter(pl.col("grid").str.starts_with("麦浪社区"))
    daily = dict(here.group_by(late).agg(pl.col("visits").sum() / pl.col("day").n_unique()).iter_rows())
    assert daily[True] > 1.8 * daily[False]
