"""Streets, compounds and boundaries in the store."""

import geopandas as gpd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from data.actors import OPERATOR, VIEWER
from data.store import Store
from geo.errors import CrsError, StoreError
from tests.shared_data import shared


def places() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": ["street", "compound", "shop"],
            "name": ["解放路", "阳光小区", None],
            "source": ["osm", "osm", "osm"],
            "external_id": ["w1", "w2", "n3"],
            "attributes": [{"lanes": 2}, {}, {"名": "张记"}],
        },
        geometry=[
            shapely.LineString([(116.90, 38.30), (116.92, 38.31)]),
            shapely.box(116.95, 38.35, 116.96, 38.36),
            shapely.Point(117.10, 38.40),
        ],
        crs="EPSG:4326",
    )


def test_places_come_back_as_they_were_written(store: Store) -> None:
    assert store.write_places(places(), actor=OPERATOR).new == 3
    found = store.places(actor=VIEWER)
    assert found["id"].tolist() == [1, 2, 3]
    assert found["name"].isna().tolist() == [False, False, True]
    assert found["attributes"].tolist() == [{"lanes": 2}, {}, {"名": "张记"}]
    assert_geodataframe_equal(found[["kind", "geometry"]], places()[["kind", "geometry"]], check_dtype=False)


def test_a_store_without_places_gives_an_empty_frame(store: Store) -> None:
    found = store.places(actor=VIEWER)
    assert found.empty
    assert found.crs == "EPSG:4326"
    assert list(found.columns[:4]) == ["id", "kind", "name", "attributes"]
    assert list(found.columns) == list(store.places(actor=VIEWER, kinds=["street"]).columns)


def test_the_same_place_is_replaced_and_keeps_its_id(store: Store) -> None:
    store.write_places(places(), actor=OPERATOR)
    moved = places().iloc[[1]].assign(name="新名", geometry=[shapely.Point(116.8, 38.2)])
    store.write_places(moved.set_crs("EPSG:4326"), actor=OPERATOR)
    found = store.places(actor=VIEWER)
    assert found["id"].tolist() == [1, 2, 3]
    assert found["name"].tolist()[:2] == ["解放路", "新名"]
    assert store.places(actor=VIEWER, bbox=(116.79, 38.19, 116.81, 38.21))["id"].tolist() == [2]


def test_places_without_keys_are_known_by_what_they_are(store: Store) -> None:
    plain = places()[["kind", "name", "geometry"]]
    for _ in range(2):
        store.write_places(plain, actor=OPERATOR)
    assert len(store.places(actor=VIEWER)) == 3


@pytest.mark.parametrize(
    ("bbox", "kinds", "ids"),
    [
        ((116.905, 38.29, 116.91, 38.40), None, [1]),
        ((116.0, 38.0, 117.0, 39.0), None, [1, 2]),
        (None, ["shop", "street"], [1, 3]),
        ((116.0, 38.0, 117.0, 39.0), ["shop"], []),
        (None, [], []),
    ],
)
def test_places_are_chosen_by_box_and_kind(
    store: Store, bbox: tuple[float, float, float, float] | None, kinds: list[str] | None, ids: list[int]
) -> None:
    store.write_places(places(), actor=OPERATOR)
    assert store.places(actor=VIEWER, bbox=bbox, kinds=kinds)["id"].tolist() == ids


def test_metres_become_degrees(store: Store) -> None:
    store.write_places(places().to_crs("EPSG:32650"), actor=OPERATOR)
    found = store.places(actor=VIEWER)
    assert found.geometry.geom_equals_exact(places().geometry, tolerance=1e-9).all()


def test_places_without_a_coordinate_system_are_refused(store: Store) -> None:
    with pytest.raises(CrsError, match="do not say their coordinate reference system"):
        store.write_places(places().set_crs(None, allow_override=True), actor=OPERATOR)


def test_places_without_a_shape_or_a_name_column_are_refused(store: Store) -> None:
    hollow = places()
    hollow.loc[1, "geometry"] = None
    with pytest.raises(StoreError, match="1 of 3 places have no geometry"):
        store.write_places(hollow, actor=OPERATOR)
    with pytest.raises(StoreError, match="lack the columns kind, name"):
        store.write_places(places().drop(columns=["kind", "name"]), actor=OPERATOR)
    assert store.places(actor=VIEWER).empty


def test_a_changed_place_changes_the_version_that_browsers_ask_for(store: Store) -> None:
    before = store.fact("places_version", actor=VIEWER)
    store.write_places(places(), actor=OPERATOR)
    assert store.fact("places_version", actor=VIEWER) not in (before, None)


@pytest.mark.shared
def test_the_streets_of_a_real_zone_are_kept(store: Store) -> None:
    roads = gpd.read_file(shared("zhengzhou/roads.geojson")).assign(kind="street")
    assert "name" in roads.columns
    assert store.write_places(roads[["kind", "name", "geometry"]], actor=OPERATOR).new <= 1085
    found = store.places(actor=VIEWER)
    assert len(found) > 1000
    assert found.geometry.is_valid.all()


def test_the_same_places_again_change_nothing(store: Store) -> None:
    store.write_places(places(), actor=OPERATOR)
    version = store.fact("places_version", actor=VIEWER)
    again = store.write_places(places(), actor=OPERATOR)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
    assert again.states == ("unchanged",) * 3
    assert store.fact("places_version", actor=VIEWER) == version
    assert store.places(actor=VIEWER)["version"].tolist() == [1, 1, 1]


def test_a_changed_place_has_another_version_and_the_others_keep_theirs(store: Store) -> None:
    store.write_places(places(), actor=OPERATOR)
    changed = places()
    changed.loc[1, "name"] = "新名"
    written = store.write_places(changed, actor=OPERATOR)
    assert written.states == ("unchanged", "changed", "unchanged")
    assert store.places(actor=VIEWER)["version"].tolist() == [1, 2, 1]


def test_what_a_newer_file_lacks_is_kept_and_retired_only_when_that_is_asked_for(store: Store) -> None:
    store.write_places(places(), actor=OPERATOR)
    store.write_places(places().assign(source="other"), actor=OPERATOR)
    fewer = places().iloc[[0]]
    assert store.write_places(fewer, actor=OPERATOR).retired == 0
    assert len(store.places(actor=VIEWER)) == 6
    assert store.write_places(fewer, actor=OPERATOR, replace=["osm"]).retired == 2
    assert store.places(actor=VIEWER)["id"].tolist() == [1, 4, 5, 6]
    gone = store.places(actor=VIEWER, retired=True)
    assert gone["id"].tolist() == [1, 2, 3, 4, 5, 6]
    assert gone["retired"].tolist() == [False, True, True, False, False, False]
    assert store.place(2, actor=VIEWER).retired
    assert store.write_places(fewer, actor=OPERATOR, replace=["osm"]).some is False
    back = store.write_places(places(), actor=OPERATOR)
    assert (back.changed, back.unchanged) == (2, 1)
    assert len(store.places(actor=VIEWER)) == 6


def test_measures_are_those_that_are_given_or_else_those_of_the_shape(store: Store) -> None:
    told = places()
    told.at[0, "attributes"] = {"length_m": 2000.5, "level": "main"}
    store.write_places(told, actor=OPERATOR)
    found = store.places(actor=VIEWER)
    assert found["length_m"][0] == 2000.5
    assert found["rank"].tolist()[0] == "main"
    assert found["area_m2"][1] == pytest.approx(968_000, rel=0.01)
    assert found[["length_m", "area_m2"]].loc[2].isna().all()


def test_places_are_chosen_by_name_and_source(store: Store) -> None:
    store.write_places(places(), actor=OPERATOR)
    assert store.places(actor=VIEWER, names=["解放路", "无"])["id"].tolist() == [1]
    assert store.places(actor=VIEWER, sources=["osm"], kinds=["shop"])["id"].tolist() == [3]
    assert store.places(actor=VIEWER, sources=["other"]).empty


def test_a_place_is_read_whole_by_its_id(store: Store) -> None:
    store.write_places(places(), actor=OPERATOR)
    place = store.place(1, actor=VIEWER)
    assert (place.kind, place.name, place.source, place.external_id) == ("street", "解放路", "osm", "w1")
    assert (place.attributes, place.path, place.version, place.retired) == ({"lanes": 2}, (), 1, False)
    assert place.geometry == places().geometry[0]
    with pytest.raises(StoreError, match="no place 99"):
        store.place(99, actor=VIEWER)


def test_unknown_kinds_and_facts_of_another_type_are_refused_with_every_fault(store: Store) -> None:
    wrong = places().assign(kind=["castle", "compound", "shop"])
    wrong.at[1, "attributes"] = {"households": "many"}
    with pytest.raises(StoreError, match="row 0: 'castle' is no kind.*row 1: households is 'many'"):
        store.write_places(wrong, actor=OPERATOR)
    assert store.places(actor=VIEWER).empty


def test_a_segment_belongs_to_its_street(store: Store) -> None:
    lines = [shapely.LineString([(x, 0), (x + 1, 0)]) for x in range(3)]
    frame = gpd.GeoDataFrame(
        {
            "kind": ["street_segment", "street_segment", "street"],
            "name": "解放路",
            "external_id": ["a", "b", "s"],
            "attributes": [{"parent": "s"}, {"parent": "s"}, {}],
        },
        geometry=[*lines[:2], shapely.MultiLineString(lines[:2])],
        crs="EPSG:4326",
    )
    store.write_places(frame, actor=OPERATOR)
    found = store.places(actor=VIEWER)
    assert found["parent_id"].tolist()[:2] == [3, 3]
    assert store.place(1, actor=VIEWER).path == ("解放路",)


def test_a_place_that_is_given_twice_in_one_frame_is_the_last_one(store: Store) -> None:
    twice = places().iloc[[0, 0]].reset_index(drop=True)
    twice.loc[1, "name"] = "后来"
    written = store.write_places(twice, actor=OPERATOR)
    assert (written.new, written.states) == (1, ("new", "new"))
    assert store.place(1, actor=VIEWER).name == "后来"
