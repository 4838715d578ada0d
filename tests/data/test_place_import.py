"""Files of places on their way into a store."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from data.actors import OPERATOR, VIEWER
from data.place_ingest import PlaceNotice, PlaceSummary, ReadPlaces, import_places
from data.settings import settings
from data.store import Store
from geo.errors import CrsError, ImportFileError
from tests.data import place_towns
from tests.shared_data import shared


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    settings.cache_clear()


def city(path: Path, *, moved: bool = False) -> Path:
    frame = gpd.GeoDataFrame(
        {
            "kind": ["compound", "compound", "street", "street", "district"],
            "name": ["欣怡小区", "阳光小区", "经北四路", "经北四路", None],
            "id": ["a", "b", "c", "d", "e"],
        },
        geometry=[
            box(0, 0, 1, 2 if moved else 1),
            box(0.5, 0, 1.6, 1),
            LineString([(0, 0), (1, 0)]),
            LineString([(1, 0), (2, 0)]),
            box(0, 0, 1, 1),
        ],
        crs="EPSG:4326",
    )
    frame.to_file(path, driver="GeoJSON")
    return path


def figures(summary: PlaceSummary) -> tuple[int, ...]:
    assert summary.read == summary.new + summary.changed + summary.unchanged + summary.rejected
    return summary.new, summary.changed, summary.unchanged, summary.rejected


def test_the_figures_of_a_file_add_up_and_nothing_is_lost(store: Store, tmp_path: Path) -> None:
    summary = import_places(city(tmp_path / "city.geojson"), store, actor=OPERATOR)
    assert figures(summary) == (4, 0, 0, 1)
    assert summary.streets == {"new": 1, "changed": 0, "unchanged": 0}
    assert summary.kinds == {"compound": 2, "street_segment": 2, "street": 1}
    assert summary.reasons == {"no_name": 1}
    assert [(one.smaller, one.larger) for one in summary.overlaps] == [("欣怡小区", "阳光小区")]
    assert summary.rejects_path is not None and summary.rejects_path.parent == tmp_path / "home" / "imports"
    kept = json.loads(summary.rejects_path.read_text(encoding="utf-8"))["features"]
    assert kept[0]["properties"]["reason"] == "no_name"
    assert kept[0]["properties"]["explanation"] == "an area of the chain without a name"
    assert kept[0]["properties"]["id"] == "e"
    assert gpd.read_file(summary.rejects_path).geometry[0].equals(box(0, 0, 1, 1))
    assert json.loads(summary.as_json())["overlaps"][0]["kind"] == "compound"


def test_the_same_file_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = city(tmp_path / "city.geojson")
    import_places(path, store, actor=OPERATOR)
    version = store.fact("places_version", actor=VIEWER)
    again = import_places(path, store, actor=OPERATOR)
    assert figures(again) == (0, 0, 4, 1)
    assert again.streets == {"new": 0, "changed": 0, "unchanged": 1}
    assert store.fact("places_version", actor=VIEWER) == version


def test_a_newer_file_changes_what_changed_and_retires_what_it_lacks_when_asked(
    store: Store, tmp_path: Path
) -> None:
    import_places(city(tmp_path / "old.geojson"), store, actor=OPERATOR, source="city")
    newer = city(tmp_path / "new.geojson", moved=True)
    assert figures(import_places(newer, store, actor=OPERATOR, source="city")) == (0, 1, 3, 1)
    frame = gpd.read_file(newer)
    frame[frame["id"] != "d"].to_file(newer, driver="GeoJSON")
    kept = import_places(newer, store, actor=OPERATOR, source="city")
    assert (kept.retired, kept.streets["changed"]) == (0, 1), "the street is shorter, its piece is kept"
    summary = import_places(newer, store, actor=OPERATOR, replace="city")
    assert (summary.source, summary.retired) == ("city", 1)
    assert len(store.places(actor=VIEWER)) == 4


def test_a_district_file_and_its_city_become_a_chain(store: Store) -> None:
    import_places(shared("cangzhou/130900.json"), store, actor=OPERATOR, crs="gcj02")
    import_places(shared("cangzhou/130000.json"), store, actor=OPERATOR, crs="gcj02")
    areas = store.areas(actor=VIEWER)
    assert "沧州市 / 运河区" in set(areas["path"])
    assert areas.filter(adcode="130903")["kind"].item() == "district"
    assert store.area_faults(actor=VIEWER).filter(code="no_parent").is_empty()


@pytest.mark.shared
def test_the_roads_of_a_real_zone_stay_the_same_when_they_come_again(store: Store) -> None:
    first = import_places(shared("zhengzhou/roads.geojson"), store, actor=OPERATOR)
    assert figures(first) == (1085, 0, 0, 0)
    again = import_places(shared("zhengzhou/roads.geojson"), store, actor=OPERATOR)
    assert figures(again) == (0, 0, 1085, 0)
    assert again.streets["unchanged"] == first.streets["new"] > 60
    segments = store.places(actor=VIEWER, kinds=["street_segment"])
    assert segments["parent_id"].notna().all()
    streets = store.places(actor=VIEWER, kinds=["street"]).set_index("id")
    sums = segments.groupby("parent_id")["length_m"].sum()
    assert streets.loc[sums.index, "length_m"].to_numpy() == pytest.approx(sums.to_numpy())


def test_an_extract_and_the_answer_of_the_server_are_the_same_places(store: Store, tmp_path: Path) -> None:
    extract = place_towns.osm_file(tmp_path / "town.osm.pbf")
    answer = place_towns.overpass(tmp_path / "answer.json", geometry=True)
    assert figures(import_places(extract, store, actor=OPERATOR)) == (8, 0, 0, 1)
    again = import_places(answer, store, actor=OPERATOR)
    assert figures(again) == (0, 0, 8, 1)
    assert again.source == "osm"


def test_a_guard_is_asked_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    path = city(tmp_path / "city.geojson")

    def wrong(found: ReadPlaces, asked: Store) -> list[PlaceNotice]:
        assert found.read == 5 and not found.crs_was_said
        assert asked.places(actor=VIEWER).empty
        raise CrsError("the wrong datum")

    with pytest.raises(CrsError, match="the wrong datum"):
        import_places(path, store, actor=OPERATOR, guard=wrong)
    assert store.places(actor=VIEWER).empty
    assert not (tmp_path / "home" / "imports").exists()
    summary = import_places(
        path, store, actor=OPERATOR, guard=lambda _found, _store: [PlaceNotice("perhaps_gcj02")]
    )
    assert "perhaps_gcj02" in {notice.code for notice in summary.warnings}


def test_rejects_go_where_they_are_asked_to_and_never_over_the_file(store: Store, tmp_path: Path) -> None:
    path = city(tmp_path / "city.geojson")
    summary = import_places(path, store, actor=OPERATOR, rejects=tmp_path / "bad" / "r.geojson")
    assert summary.rejects_path == tmp_path / "bad" / "r.geojson"
    assert summary.rejects_path.exists()
    with pytest.raises(ImportFileError, match="need a file of their own"):
        import_places(path, store, actor=OPERATOR, rejects=path)


def test_a_reject_whose_coordinates_geojson_cannot_hold_stands_there_in_words(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "odd.gpkg"
    shapes = [Point(float("inf"), 38.3), Point(116.9, 38.3)]
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs=4326).to_file(path, driver="GPKG")
    summary = import_places(path, store, actor=OPERATOR)
    assert summary.reasons == {"off_globe": 1}
    assert summary.rejects_path is not None
    kept = json.loads(summary.rejects_path.read_text(encoding="utf-8"))["features"][0]
    assert kept["geometry"] is None
    assert "inf" in kept["properties"]["shape"].lower()
