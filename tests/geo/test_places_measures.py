"""Lengths and areas against pyproj's geodesics shape by shape, and a real town's roads and their table."""

import csv
import json

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import shapely.geometry
from hypothesis import given
from hypothesis import strategies as st

from geo import crs, places
from geo.errors import CrsError, PlaceError
from tests.shared_data import shared

GEOD = pyproj.Geod(ellps="WGS84")
spots = st.tuples(st.floats(-179, 179), st.floats(-85, 85))
ways = st.lists(spots, min_size=2, max_size=6)


@given(st.lists(st.lists(ways, min_size=1, max_size=3).map(shapely.MultiLineString), max_size=4))
def test_a_street_is_as_long_as_all_its_pieces_on_the_ellipsoid(lines) -> None:
    exact = [sum(GEOD.geometry_length(part) for part in line.geoms) for line in lines]
    np.testing.assert_allclose(places.lengths_m(lines), exact, rtol=1e-9, atol=1e-6)


def test_an_area_is_that_on_the_ellipsoid_without_its_holes() -> None:
    rng = np.random.default_rng(2)
    rings = shapely.buffer(shapely.points(rng.uniform(-60, 60, (30, 2))), 0.02)
    cut = shapely.difference(rings, shapely.buffer(shapely.centroid(rings), 0.01))
    cut[:5] = shapely.union(cut[:5], shapely.buffer(shapely.centroid(rings[:5]), 0.005))
    assert {shape.geom_type for shape in cut} == {"Polygon", "MultiPolygon"}
    exact = [abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) for shape in cut]
    np.testing.assert_allclose(places.areas_m2(cut), exact, rtol=1e-9)


def test_what_is_missing_empty_or_without_length_measures_nothing() -> None:
    lines = [None, shapely.LineString(), shapely.LineString([(1, 2), (1, 2)])]
    assert places.lengths_m(lines).tolist() == [0, 0, 0]
    assert places.areas_m2([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)])[:2].tolist() == [0, 0]
    assert places.lengths_m([]).shape == places.areas_m2(None).shape == (0,)


def test_only_shapes_in_degrees_are_measured() -> None:
    with pytest.raises(CrsError, match="not in degrees"):
        places.lengths_m([shapely.LineString([(500_000, 4_200_000), (500_100, 4_200_000)])])
    with pytest.raises(CrsError, match="no coordinate reference"):
        places.areas_m2(gpd.GeoSeries([shapely.box(0, 0, 1, 1)]))
    with pytest.raises(PlaceError, match="no lines"):
        places.lengths_m([shapely.box(0, 0, 1, 1)])


@pytest.fixture(scope="module")
def roads() -> np.ndarray:
    features = json.loads(shared("zhengzhou/roads.geojson").read_text(encoding="utf-8-sig"))["features"]
    return np.array([shapely.geometry.shape(feature["geometry"]) for feature in features])


@pytest.mark.shared
def test_real_roads_are_as_long_as_their_table_says_to_half_a_percent(roads) -> None:
    with shared("zhengzhou/road_risk.csv").open(encoding="utf-8-sig", newline="") as table:
        stated = {int(row["路段ID"]): float(row["路段长度(m)"]) for row in csv.DictReader(table)}
    rows, said_m = np.array(list(stated)), np.array(list(stated.values()))
    found_m = places.lengths_m(roads)[rows]
    assert len(rows) == 1085
    # The table is rounded to the decimetre.
    assert (np.abs(found_m - said_m) <= 0.005 * said_m + 0.05).all()
    assert found_m.sum() == pytest.approx(said_m.sum(), rel=1e-4)


@pytest.mark.shared
def test_real_points_of_roads_lie_on_them_in_their_own_datum_and_in_no_other(roads) -> None:
    with shared("zhengzhou/theft_locations.csv").open(encoding="utf-8-sig", newline="") as table:
        points = [row for row in csv.DictReader(table) if row["match_level"] == "道路"]
    lon, lat = (np.array([float(row[name]) for row in points]) for name in ("lon", "lat"))
    index = places.PlaceIndex(None, roads)

    def median_m(at) -> float:
        distance_m = index.locate(at, within_m=places.MOST_WITHIN_M).distance_m
        return float(np.median(np.where(np.isnan(distance_m), np.inf, distance_m)))

    assert len(points) == 56
    assert median_m((lon, lat)) == pytest.approx(6.3, abs=0.05)
    assert median_m(crs.from_gcj02(lon, lat)) > 100
    assert median_m(crs.to_gcj02(lon, lat)) > 60
    assert median_m(crs.from_bd09(lon, lat)) > 40
