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
    assert store.write_places(places(), actor=OPERATOR) == 3
    found = store.places(actor=VIEWER)
    assert found["id"].tolist() == [1, 2, 3]
    assert found["name"].isna().tolist() == [False, False, True]
    assert found["attributes"].tolist() == [{"lanes": 2}, {}, {"名": "张记"}]
    assert_geodataframe_equal(found[["kind", "geometry"]], places()[["kind", "geometry"]], check_dtype=False)


def test_a_store_without_places_gives_an_empty_frame(store: Store) -> None:
    found = store.places(actor=VIEWER)
    assert found.empty
    assert found.crs == "EPSG:4326"
    assert list(found.columns) == ["id", "kind", "name", "attributes", "geometry"]


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
    assert store.write_places(roads[["kind", "name", "geometry"]], actor=OPERATOR) <= 1085
    found = store.places(actor=VIEWER)
    assert len(found) > 1000
    assert found.geometry.is_valid.all()
