"""Streets and boundaries read from files."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box

from data.place_files import read_places
from geo.errors import CrsError, ImportFileError
from tests.shared_data import shared


@pytest.mark.shared
def test_openstreetmap_roads_become_streets_with_levels_and_names() -> None:
    places = read_places(shared("zhengzhou/roads.geojson"))
    assert len(places) == 1085
    assert set(places["kind"]) == {"street"}
    assert "经北四路" in set(places["name"])
    motorways = places[places["name"] == "京港澳高速"]
    assert {attributes["level"] for attributes in motorways["attributes"]} == {"main"}


@pytest.mark.shared
def test_every_real_boundary_file_is_read_and_valid() -> None:
    for name, n in {"nyc_boroughs": 5, "nyc_community_districts": 59, "chicago_community_areas": 77}.items():
        places = read_places(shared(f"boundaries/{name}.geojson"))
        assert len(places) == n
        assert set(places["kind"]) == {"boundary"}
        assert places["name"].notna().all()
        assert places.geometry.is_valid.all()


@pytest.mark.shared
def test_an_invalid_polygon_is_repaired() -> None:
    assert read_places(shared("cangzhou/130000.json")).geometry.is_valid.all()


@pytest.mark.shared
def test_a_declared_datum_moves_the_shapes() -> None:
    as_it_is = read_places(shared("cangzhou/130900.json"))
    moved = read_places(shared("cangzhou/130900.json"), crs="gcj02")
    metres = as_it_is.to_crs(3857).geometry.centroid.distance(moved.to_crs(3857).geometry.centroid)
    assert (metres > 400).all()


def test_a_file_without_a_coordinate_system_is_refused_unless_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "streets.shp"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LineString([(116.9, 38.3), (117, 38.3)])]).to_file(path)
    with pytest.raises(CrsError, match="--crs"):
        read_places(path)
    assert len(read_places(path, crs="EPSG:4326")) == 1


def test_a_kind_and_a_name_column_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    gpd.GeoDataFrame({"小区": ["欣怡小区"]}, geometry=[box(0, 0, 1, 1)], crs=4326).to_file(path)
    places = read_places(path, kind="compound", name_column="小区")
    assert places[["kind", "name"]].values.tolist() == [["compound", "欣怡小区"]]
    with pytest.raises(ImportFileError, match="小区"):
        read_places(path, name_column="nothing")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text("not a map")
    with pytest.raises(ImportFileError, match=r"a\.geojson"):
        read_places(path)
