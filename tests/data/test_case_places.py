"""Where the cases of a store belong: when they come, when they are corrected, when the places change."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from shapely.affinity import translate
from shapely.geometry import LineString, box

from data import known_places
from data.actors import OPERATOR, VIEWER, Actor
from data.area_tree import AreaTree
from data.city_table import TABLES
from data.cube import Cube
from data.filters import Filter
from data.place_ingest import import_places
from data.place_rules import PlaceRules
from data.schema import LOCATED
from data.schema import REPORT as REPORT_SCHEMA
from data.settings import settings
from data.store import Store
from geo.errors import StoreError, TransitionError
from tests.data import located_towns
from tests.data.samples import CATEGORIES, reports
from tests.geo.places_twin import distances_m
from tests.shared_data import shared

GROUPS = {
    "illegal_parking": "parking",
    "flyposting": "posters",
    "overhead_cables": "cables",
    "manhole": "structures",
}
STREET = LineString([(116.9, 38.3), (116.92, 38.3)])
COMPOUND = box(116.9, 38.3, 116.91, 38.31)
REPORT = {
    "category": "flyposting",
    "lon": 116.905,
    "lat": 38.3001,
    "reported_at": datetime(2026, 3, 2, 4, tzinfo=UTC),
}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    settings.cache_clear()


def stored(store: Store) -> pl.DataFrame:
    columns = ("id", "seq", "category", "lon", "lat", "reported_at", *LOCATED)
    return pl.concat(store.changed_since(0, actor=OPERATOR, columns=columns)).sort("id")


def expected(store: Store, rows: pl.DataFrame, rules: PlaceRules) -> pl.DataFrame:
    places = store.places(actor=OPERATOR)
    first = {
        category: (rule.first == "street", rule.within_m)
        for category in CATEGORIES
        for rule in [rules.rule_for(category, GROUPS[category])]
    }
    return located_towns.answers(places, rows, first, tz="Asia/Shanghai")


def at_once(limits: pl.DataFrame, *, area: str) -> pl.DataFrame:
    """Put a short limit for one area before the others."""
    first = limits.filter(category="flyposting").head(1)
    short = first.with_columns(area=pl.lit(area), amount=pl.lit("1"), unit=pl.lit("work_hours"))
    return pl.concat([short, limits])


def small_town(*more: tuple[str, str | None, dict[str, Any], Any]) -> gpd.GeoDataFrame:
    rows = [("street", "经北四路", {"level": "side"}, STREET), ("compound", "欣怡小区", {}, COMPOUND), *more]
    return located_towns.frame(rows, source="test")


@pytest.mark.parametrize("seed", [1, 2])
def test_reports_belong_where_every_place_looked_at_for_every_report_says(store: Store, seed: int) -> None:
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    store.write_places(located_towns.town(seed), actor=OPERATOR)
    store.write_reports(reports(400, seed=seed), actor=OPERATOR)
    rows = stored(store)
    wanted = expected(store, rows, PlaceRules.read())
    assert_frame_equal(rows.select(wanted.columns), wanted)
    for column in wanted.columns:
        assert 0 < rows[column].null_count() < rows.height, column
    assert store.last_seq(actor=OPERATOR) == rows.height, "the report's own event holds the answer"
    assert store.locate(actor=OPERATOR) == 0
    assert store.check(actor=OPERATOR).ok


def test_a_city_decides_what_comes_first_and_how_far_a_street_may_be(store: Store) -> None:
    store.write_places(located_towns.town(3), actor=OPERATOR)
    store.write_reports(reports(300, seed=3), actor=OPERATOR)
    before = stored(store)
    table = pl.DataFrame(
        [("a", "", "parking", "street", "200"), ("b", "flyposting", "", "ground", "5")],
        schema=["rule", "categories", "groups", "first", "within_m"],
        orient="row",
    )
    store.write_table("place_rules", table, actor=OPERATOR)
    after = stored(store)
    wanted = expected(store, after, PlaceRules.read(table))
    assert_frame_equal(after.select("place_id", "place_m"), wanted.select("place_id", "place_m"))
    assert not after["place_id"].equals(before["place_id"])
    assert store.check(actor=OPERATOR).ok


def test_only_cases_that_belong_elsewhere_get_an_event_when_places_change(store: Store) -> None:
    town = located_towns.town(4)
    store.write_places(town, actor=OPERATOR)
    store.write_reports(reports(300, seed=4), actor=OPERATOR)
    before = stored(store)
    moved = town.copy()
    some = moved["kind"].isin(["compound", "street"]) & (moved.index % 4 == 0)
    moved.loc[some, "geometry"] = moved.loc[some].geometry.map(lambda shape: translate(shape, 0.003, 0.001))
    store.write_places(moved, actor=OPERATOR)
    assert not store.is_located(actor=OPERATOR)
    outdated = store.check(actor=OPERATOR)
    assert outdated.ok and outdated.outdated > 0
    seen: list[tuple[int, int, int]] = []
    n = store.locate(actor=OPERATOR, most=70, progress=lambda *told: seen.append(told))
    after = stored(store)
    wanted = expected(store, after, PlaceRules.read())
    assert_frame_equal(after.select(wanted.columns), wanted)
    differs = before.select(*LOCATED).hash_rows() != after.select(*LOCATED).hash_rows()
    assert n == differs.sum() == outdated.outdated > 0
    assert store.last_seq(actor=OPERATOR) == 300 + n
    assert after.filter(differs)["seq"].min() > 300 and after.filter(~differs)["seq"].max() <= 300
    assert [done for done, _total, _moved in seen] == [70, 140, 210, 280, 300]
    event = store.events(int(after.filter(differs)["id"][0]), actor=OPERATOR).row(-1, named=True)
    assert (event["kind"], event["actor"]) == ("locate", "system")
    assert set(json.loads(event["payload"])["located"]) == set(LOCATED)
    assert store.locate(actor=OPERATOR) == 0 and store.is_located(actor=OPERATOR)
    assert store.check(actor=OPERATOR).ok


def test_places_that_another_program_changed_are_seen_at_once(url: str) -> None:
    with Store.open(url) as one, Store.open(url) as other:
        assert one.report(REPORT, actor=OPERATOR).spot is None
        other.write_places(small_town(), actor=OPERATOR)
        known_places._finders.clear()  # as in a program of its own
        found = one.report(REPORT, actor=OPERATOR).spot
        assert found is not None and (found.kind, found.name, found.metres) == ("compound", "欣怡小区", 0.0)
        other.write_places(small_town()[:1], actor=OPERATOR, replace=["test"])
        found = one.report(REPORT, actor=OPERATOR).spot
        assert found is not None and (found.name, round(found.metres)) == ("经北四路", 11)


def test_a_corrected_position_category_or_time_finds_its_place_anew(store: Store) -> None:
    night = {"hours": "22:00-05:00", "categories": "posters"}
    store.write_places(small_town(("exemption", "夜间区", night, COMPOUND)), actor=OPERATOR)
    case = store.report(REPORT, actor=OPERATOR)
    assert case.spot is not None and case.spot.name == "欣怡小区" and case.exempt is None
    cable = store.correct(1, actor=OPERATOR, category="overhead_cables", version=case.version)
    assert cable.spot is not None and cable.spot.name == "经北四路"
    assert list(store.events(1, actor=OPERATOR)["kind"]) == ["report", "update", "locate"]
    late = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 23:00 in the city
    back = store.correct(1, actor=OPERATOR, category="flyposting", reported_at=late)
    assert back.spot is not None and (back.spot.name, back.exempt) == ("欣怡小区", "夜间区")
    away = store.correct(1, actor=OPERATOR, lon=117.5)
    assert (away.spot, away.exempt) == (None, None)
    same = store.correct(1, actor=OPERATOR, description="x")
    assert same.version == away.version + 1
    assert store.check(actor=OPERATOR).ok


def test_a_feed_that_moves_a_report_moves_it_to_another_place(store: Store) -> None:
    store.write_places(small_town(), actor=OPERATOR)
    feed = reports(20, lon=pl.lit(116.905), lat=pl.lit(38.305), category=pl.lit("manhole"))
    store.write_reports(feed, actor=OPERATOR)
    store.write_reports(feed.with_columns(lat=pl.lit(38.2998)), actor=OPERATOR)
    assert set(stored(store)["place_m"].round(0)) == {22.0}
    assert store.check(actor=OPERATOR).ok
    store.write_reports(feed.with_columns(lat=pl.lit(38.2998)), actor=OPERATOR)
    assert store.last_seq(actor=OPERATOR) == 60


def test_somebody_who_looked_before_the_program_located_a_case_may_go_on(store: Store) -> None:
    seen = store.report(REPORT, actor=OPERATOR).version
    store.write_places(small_town(), actor=OPERATOR)
    assert store.locate(actor=OPERATOR) == 1
    assert store.transition(1, "accept", actor=OPERATOR, version=seen).status == "accepted"
    with pytest.raises(TransitionError, match="found by `locate`"):
        store.transition(1, "locate", actor=OPERATOR)


def test_deadlines_by_area_hold_from_the_first_moment(store: Store) -> None:
    store.write_places(small_town(("district", "运河区", {}, box(116, 38, 118, 39))), actor=OPERATOR)
    table = pl.read_csv(TABLES / "limits.csv", infer_schema=False).fill_null("")
    store.write_table("limits", at_once(table, area="运河区"), actor=OPERATOR)
    inside = store.report(REPORT, actor=OPERATOR)
    outside = store.report({**REPORT, "lon": 119.0}, actor=OPERATOR)
    assert inside.areas == ("运河区",) and outside.areas == ()
    assert inside.deadline is not None and outside.deadline is not None
    assert inside.deadline.due is not None and outside.deadline.due is not None
    assert inside.deadline.due < outside.deadline.due
    feed = reports(2, status=pl.lit("reported"), closed_at=None, category=pl.lit("flyposting"))
    feed = feed.with_columns(lon=pl.Series([116.905, 119.0]), reported_at=pl.lit(REPORT["reported_at"]))
    store.write_reports(feed.cast(dict(REPORT_SCHEMA)), actor=OPERATOR)
    due = [store.case(number, actor=OPERATOR).deadline for number in (3, 4)]
    assert due[0] is not None and due[0].due == inside.deadline.due
    assert due[1] is not None and due[1].due == outside.deadline.due
    assert store.check(actor=OPERATOR).ok


def test_the_reason_for_a_unit_names_the_place(store: Store) -> None:
    store.write_places(small_town(), actor=OPERATOR)
    case = store.report(REPORT, actor=OPERATOR)
    assert case.proposal.unit == "物业服务企业"
    assert "it belongs to '欣怡小区' (compound)" in case.proposal.why
    street = store.report({**REPORT, "lat": 38.2999}, actor=OPERATOR)
    assert street.proposal.unit == "环卫中心"


def test_zones_for_problems_that_there_are_not_are_refused_in_words(store: Store) -> None:
    for attributes, words in (
        ({"categories": "parking;flying"}, "'flying' is neither a category nor a group"),
        ({"hours": "sometimes"}, "expected days and hours such as"),
    ):
        with pytest.raises(StoreError, match=words):
            store.write_places(small_town(("exemption", "区", attributes, COMPOUND)), actor=OPERATOR)
    assert store.places(actor=OPERATOR).empty


def test_a_file_of_zones_is_read_with_its_hours_and_what_is_none_is_rejected(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "zones.geojson"
    gpd.GeoDataFrame(
        {
            "kind": ["exemption", "exemption", "shop"],
            "name": ["停车带", "夜市", "店"],
            "时段": ["周一至周五 08:00-18:00", "晚上", "10am till late"],
            "适用类别": ["parking", "trading", None],
        },
        geometry=[COMPOUND, translate(COMPOUND, 0.1), translate(COMPOUND, 0.2)],
        crs="EPSG:4326",
    ).to_file(path, driver="GeoJSON")
    store.report({**REPORT, "category": "illegal_parking"}, actor=OPERATOR)
    summary = import_places(path, store, actor=OPERATOR)
    assert (summary.new, summary.reasons, summary.relocated) == (2, {"zone_rules": 1}, 1)
    assert store.case(1, actor=OPERATOR).exempt == "停车带"
    assert import_places(path, store, actor=OPERATOR).relocated == 0


def test_the_areas_add_up_at_every_level_whatever_they_are_like(store: Store) -> None:
    store.write_places(located_towns.town(5), actor=OPERATOR)
    store.write_reports(reports(600, seed=5), actor=OPERATOR)
    cube = Cube.open(store)
    tree = AreaTree.of(store.areas(actor=VIEWER), edition="")
    rows = stored(store).with_columns(open=pl.Series(reports(600, seed=5)["status"] != "closed"))
    counted = {row["area_id"]: row for row in cube.by_area(Filter()).iter_rows(named=True)}
    assert sum(row["own"] for row in counted.values()) == 600
    for area, row in counted.items():
        own = rows.filter(pl.col("area_id").eq_missing(area))
        below = [
            counted[child]["n"]
            for child, parent in tree.parents.items()
            if area is not None and parent == area
        ]
        assert row["own"] == own.height
        assert row["n"] == own.height + sum(below)
        if area is not None:
            chosen = rows.filter(pl.col("area_id").is_in(tree.below([area])))
            assert (row["n"], row["open"]) == (chosen.height, chosen["open"].sum())
            assert cube.total(Filter(areas=(area,))) == row["n"]
            name = store.place(area, actor=VIEWER).name
            head = Actor("片长", "dispatcher", areas=frozenset({str(name)}))
            assert store.visible_ids(actor=head).len() == row["n"], "rights and sums are of the same cases"
    assert any(row["own"] and row["own"] < row["n"] for area, row in counted.items() if area is not None)


def test_the_cube_counts_by_place_and_leaves_out_exempt_reports_when_asked(store: Store) -> None:
    store.write_places(located_towns.town(6), actor=OPERATOR)
    store.write_reports(reports(500, seed=6), actor=OPERATOR)
    cube, rows = Cube.open(store), stored(store)
    exempt = rows["exempt_id"].is_not_null()
    assert 0 < cube.exempt(Filter()) == exempt.sum() < 500
    assert cube.total(Filter(exempt="without")) == 500 - exempt.sum()
    assert (
        cube.total(Filter(exempt="only"))
        == cube.counts(Filter(exempt="only"), 9).counts.sum()
        == exempt.sum()
    )
    by_place = cube.by_place(Filter())
    wanted = rows.group_by("place_id").agg(
        n=pl.len().cast(pl.Int64), exempt=pl.col("exempt_id").count().cast(pl.Int64)
    )
    assert_frame_equal(by_place.drop("open"), wanted, check_row_order=False)
    place = int(by_place.drop_nulls()["place_id"][0])
    assert (
        cube.ids(Filter(places=(place,)), newest_first=False).tolist()
        == rows.filter(place_id=place)["id"].to_list()
    )
    assert cube.by_place(Filter(exempt="without"))["exempt"].sum() == 0
    assert cube.total(Filter(places=(70_000,))) == 0


def test_a_chain_that_changes_without_a_case_gives_the_cube_another_version(store: Store) -> None:
    chain = [("community", "东", {}, COMPOUND), ("district", "区", {}, box(116, 38, 118, 39))]
    store.write_places(small_town(*chain), actor=OPERATOR)
    store.report(REPORT, actor=OPERATOR)
    cube = Cube.open(store)
    version, district = cube.version, int(store.areas(actor=VIEWER)["id"][0])
    assert cube.total(Filter(areas=(district,))) == 1
    store.write_places(small_town(chain[0], ("district", "区", {}, box(110, 38, 111, 39))), actor=OPERATOR)
    cube.refresh()
    assert cube.version != version and cube.total(Filter(areas=(district,))) == 0


@pytest.mark.shared
def test_points_on_the_roads_of_a_real_zone_are_named_after_them(store: Store) -> None:
    from data.ingest import import_file

    import_places(shared("zhengzhou/roads.geojson"), store, actor=OPERATOR)
    import_file(shared("zhengzhou/theft_locations.csv"), store, actor=OPERATOR, crs="wgs84")
    points = pl.read_csv(shared("zhengzhou/theft_locations.csv")).with_row_index("number")
    said = points.filter(pl.col("match_level").is_in(["道路", "道路交叉路口", "小巷"]))
    rows = stored(store).with_columns(key=pl.struct(pl.col("lon", "lat").round(6)))
    rows = said.with_columns(key=pl.struct(pl.col("lon", "lat").round(6))).join(
        rows.unique("key").select("key", "place_id", "place_m"), on="key", maintain_order="left"
    )
    assert rows.height == 62
    streets = store.places(actor=OPERATOR, kinds=["street"])
    away = distances_m(rows["lon"].to_numpy(), rows["lat"].to_numpy(), streets.geometry.to_numpy())
    named = streets["name"].notna().to_numpy()
    for row, metres in zip(rows.iter_rows(named=True), away, strict=True):
        for among in (np.where(named, metres, np.inf), metres):
            if among.min() <= 30:
                assert row["place_m"] == pytest.approx(among.min(), abs=0.001)
                assert row["place_id"] in streets["id"].to_numpy()[among <= among.min() + 0.001]
                break
        else:
            assert row["place_id"] is None
    near = rows.filter(pl.col("place_m") <= 30)
    assert near.height == 41 and near["place_m"].median() < 6.3
    words = dict(zip(streets["id"], streets["name"], strict=True))
    called = [(text, words[place]) for text, place in near.select("name", "place_id").rows()]
    called = [(text, name) for text, name in called if isinstance(name, str)]
    own = [name.removeprefix("经开").removeprefix("第") in text for text, name in called]
    # A point at a crossing is named after one of its roads, the words may tell the other one.
    assert (len(own), sum(own)) == (31, 21)
