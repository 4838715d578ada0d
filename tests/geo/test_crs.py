"""Coordinate reference systems against pyproj, a hand-written projection and files that hold both forms."""

import csv
import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import polars as pl
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import crs
from geo.crs import Crs
from geo.errors import CrsError
from tests.shared_data import shared

GK_117 = "EPSG:4548"  # CGCS2000, Gauss-Krüger, middle meridian 117 E, false easting 500 km


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("wgs84", "EPSG:4326"),
        ("WGS-84", "EPSG:4326"),
        ("EPSG:4326", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::4326", "EPSG:4326"),
        (pyproj.CRS("OGC:CRS84"), "EPSG:4326"),
        ("gcj02", "gcj02"),
        ("GCJ-02", "gcj02"),
        (" gcj_02 ", "gcj02"),
        ("BD09", "bd09"),
        ("bd09ll", "bd09"),
        ("cgcs2000", "EPSG:4490"),
        ("epsg:4548", GK_117),
        ("4548", GK_117),
        (4548, GK_117),
        (pyproj.CRS(4548), GK_117),
        (pyproj.CRS(4548).to_wkt(), GK_117),
        (pyproj.CRS(4548).to_wkt("WKT1_ESRI"), GK_117),
        (gpd.GeoSeries([], crs=4548).crs, GK_117),
        (crs.GCJ02, "gcj02"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_system_may_be_named_in_many_ways(text: object, name: str) -> None:
    assert Crs.parse(text).name == name
    assert Crs.parse(Crs.parse(text).name) == Crs.parse(text)


@pytest.mark.parametrize("text", ["mars", "EPSG:999999", "EPSG:", "WGS 84 / nowhere", "+proj=nothing", "0"])
def test_an_unknown_system_is_refused_with_what_is_known(text: str) -> None:
    with pytest.raises(CrsError, match=r"is not a coordinate reference system. Expected wgs84, .* EPSG:4548"):
        Crs.parse(text)


@pytest.mark.parametrize("nothing", [None, "", gpd.GeoSeries([]).crs])
def test_no_system_is_never_taken_for_wgs84(nothing: object) -> None:
    with pytest.raises(CrsError, match="No coordinate reference system is given"):
        Crs.parse(nothing)


@pytest.mark.parametrize("code", ["EPSG:5773", "EPSG:4978"], ids=["heights", "geocentric metres"])
def test_a_system_without_a_place_on_the_map_is_refused(code: str) -> None:
    with pytest.raises(CrsError, match="without a place on the map"):
        Crs.parse(code)


def test_a_datum_whose_shift_is_not_published_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(CrsError, match=r"Xian 1980 .* Convert to CGCS2000 .* \+towgs84"):
        Crs.parse("EPSG:4610")


def test_a_definition_with_its_own_shift_is_used_with_it() -> None:
    shifted = "+proj=longlat +ellps=krass +towgs84=100,0,0,0,0,0,0 +no_defs"
    assert not np.allclose(crs.to_wgs84(117, 38, shifted), (117, 38), rtol=0, atol=1e-4)
    assert Crs.parse(shifted).is_degrees


def test_a_system_knows_whether_it_has_degrees_and_what_people_call_it() -> None:
    assert [c.is_degrees for c in (crs.WGS84, crs.GCJ02, crs.BD09, crs.CGCS2000, Crs.parse(GK_117))] == [
        True, True, True, True, False,
    ]  # fmt: skip
    assert crs.GCJ02.label == "GCJ-02"
    assert crs.WGS84.label == "WGS 84 (EPSG:4326)"
    assert Crs.parse("+proj=aeqd +lat_0=38 +lon_0=117 +datum=WGS84").label == "unknown"


@pytest.mark.parametrize("code", ["EPSG:4490", GK_117, "EPSG:4527", "EPSG:32650", "EPSG:3857", "EPSG:4326"])
def test_a_city_is_where_pyproj_puts_it(code: str) -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(116.5, 117.5, 1000), rng.uniform(37.8, 38.8, 1000)
    x, y = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    np.testing.assert_allclose(crs.to_wgs84(x, y, code), (lon, lat), rtol=0, atol=1e-9)
    np.testing.assert_allclose(crs.from_wgs84(lon, lat, code), (x, y), rtol=0, atol=1e-6)


def test_the_datum_of_1954_is_never_taken_for_wgs84() -> None:
    lon, lat = crs.to_wgs84(500_000, 4_200_000, "EPSG:2436")
    krasovsky = crs.to_wgs84(
        500_000, 4_200_000, "+proj=tmerc +lon_0=117 +x_0=500000 +ellps=krass +towgs84=0,0,0"
    )
    assert 20 < crs.haversine_m(lon, lat, *krasovsky) < 200


def test_longitude_stands_before_latitude_whatever_the_definition_says() -> None:
    assert [axis.direction for axis in pyproj.CRS(4548).axis_info] == ["north", "east"]
    lon, lat = crs.to_wgs84([500_000.0], [4_240_000.0], GK_117)
    assert lon[0] == pytest.approx(117, abs=1e-9)
    assert 38.2 < lat[0] < 38.4
    assert crs.to_wgs84([116.9], [38.3], "EPSG:4326")[0][0] == 116.9


def test_a_northing_on_the_middle_meridian_is_the_length_of_the_meridian() -> None:
    lat = crs.to_wgs84(500_000, 4_240_000, GK_117)[1]
    steps = np.linspace(0, float(lat), 20_001)
    _, north_m = crs.metres_per_degree((steps[1:] + steps[:-1]) / 2)
    assert (north_m * np.diff(steps)).sum() == pytest.approx(4_240_000, abs=0.01)


def test_cgcs2000_is_wgs84_within_a_metre() -> None:
    lon, lat = crs.to_wgs84(116.9, 38.3, "cgcs2000")
    assert crs.haversine_m(lon, lat, 116.9, 38.3) < 1


@given(st.floats(73.6, 134), st.floats(18, 53), st.sampled_from([4490, 3857, 4326, "gcj02", "bd09"]))
def test_there_and_back_is_the_same_place(lon: float, lat: float, system: object) -> None:
    there = crs.from_wgs84(lon, lat, Crs.parse(system))
    np.testing.assert_allclose(crs.to_wgs84(*there, Crs.parse(system)), (lon, lat), rtol=0, atol=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09", "cgcs2000", GK_117, "EPSG:3857"])
def test_what_has_no_place_becomes_nan_and_the_rest_stays(system: str) -> None:
    good = crs.from_wgs84(116.9, 38.3, system)
    x = np.array([good[0], np.nan, good[0], np.inf, good[0], 1e300])
    y = np.array([good[1], good[1], np.nan, good[1], -np.inf, good[1]])
    lon, lat = crs.to_wgs84(x, y, system)
    np.testing.assert_allclose((lon[0], lat[0]), (116.9, 38.3), atol=1e-8)
    assert np.isnan(lon[1:]).all()
    assert np.isnan(lat[1:]).all()


def test_degrees_off_the_globe_become_nan() -> None:
    lon, lat = crs.to_wgs84([38.3, 181.0, 180.0], [116.9, 0.0, 90.0], "wgs84")
    np.testing.assert_array_equal(lon, [np.nan, np.nan, 180])
    np.testing.assert_array_equal(lat, [np.nan, np.nan, 90])


def test_missing_values_of_a_column_become_nan() -> None:
    lon, lat = crs.to_wgs84(pl.Series([116.9, None]), pl.Series([38.3, 38.3]), "gcj02")
    assert np.isnan(lon).tolist() == np.isnan(lat).tolist() == [False, True]


def test_words_and_uneven_columns_are_refused() -> None:
    with pytest.raises(CrsError, match="not numbers"):
        crs.to_wgs84(["east"], [38.3], "wgs84")
    with pytest.raises(CrsError, match="as many x as y"):
        crs.to_wgs84([116.9, 117.0], [38.3], "wgs84")


def test_no_points_stay_none() -> None:
    for system in ("wgs84", "gcj02", GK_117):
        assert [axis.shape for axis in crs.to_wgs84([], [], system)] == [(0,), (0,)]
        crs.check_fit([], [], system)


def test_the_input_is_not_changed() -> None:
    x, y = np.array([500_000.0, np.inf]), np.array([4_240_000.0, 0.0])
    crs.to_wgs84(x, y, GK_117)
    assert x.tolist() == [500_000.0, np.inf]


def test_several_threads_may_convert_at_once() -> None:
    x, y = np.linspace(400_000, 600_000, 20_000), np.linspace(4_200_000, 4_300_000, 20_000)
    expected = crs.to_wgs84(x, y, GK_117)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: crs.to_wgs84(x, y, GK_117), range(16)):
            np.testing.assert_array_equal(found, expected)


def test_shapes_are_converted_vertex_by_vertex() -> None:
    square = shapely.box(500_000, 4_240_000, 500_100, 4_240_100)
    found = crs.shapes_to_wgs84(np.array([square, None, shapely.Point()]), GK_117)
    corners = shapely.get_coordinates(square)
    np.testing.assert_allclose(
        shapely.get_coordinates(found[0]).T, crs.to_wgs84(corners[:, 0], corners[:, 1], GK_117), atol=1e-12
    )
    assert found[1] is None
    assert found[2].is_empty
    assert crs.shapes_to_wgs84(square, GK_117).equals(found[0])


def test_shapes_off_the_globe_are_refused_for_one_vertex_too() -> None:
    with pytest.raises(CrsError, match=r"1 of 1 shapes lie off the globe in WGS 84 .*; first: row 0"):
        crs.shapes_to_wgs84(shapely.LineString([(116.9, 38.3), (117, 38.4), (117.1, 95)]), "wgs84")
    with pytest.raises(CrsError, match="1 of 2 shapes lie off the globe in GCJ-02; first: row 1"):
        crs.shapes_to_wgs84([shapely.Point(116.9, 38.3), shapely.Point(500_000, 38.3)], "gcj02")


@pytest.mark.parametrize(
    ("x", "y", "system", "what"),
    [
        (500_000, 4_240_000, "wgs84", "are no degrees, but WGS 84 .* has degrees"),
        (500_000, 4_240_000, "gcj02", "are no degrees, but GCJ-02 has degrees"),
        (38.3, 116.9, "wgs84", "are no degrees"),
        (116.9, 38.3, GK_117, "look like degrees, but .* has lengths"),
        (39_500_000, 4_240_000, GK_117, "lie outside the area that .* is made for"),
        (4_240_000, 500_000, GK_117, "lie outside the area"),
        (355_000, 572_000, "EPSG:3435", "lie outside the area"),
    ],
    ids=[
        "metres",
        "metres as GCJ-02",
        "swapped",
        "degrees",
        "with a zone number",
        "swapped metres",
        "metres as feet",
    ],
)
def test_coordinates_that_cannot_be_meant_in_a_system_raise(
    x: float, y: float, system: str, what: str
) -> None:
    with pytest.raises(CrsError, match=rf"1 of 1 coordinates {what}"):
        crs.check_fit([x], [y], system)


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09", "cgcs2000", GK_117, "EPSG:4527", "EPSG:3857"])
def test_coordinates_that_fit_pass_even_with_a_few_that_do_not(system: str) -> None:
    x, y = crs.from_wgs84(np.linspace(116.5, 117.5, 10), np.linspace(38, 38.5, 10), system)
    crs.check_fit(x, y, system)
    crs.check_fit([*x, 0, 0, 0, 1e9, np.nan], [*y, 0, 0, 0, 1e9, 3], system)


def state_plane(rows: list[dict[str, str]], x: str, y: str, lon: str, lat: str) -> tuple[np.ndarray, ...]:
    held = [row for row in rows if row.get(x) and row.get(lat) and row[x] != x]
    return tuple(np.array([float(row[name].replace(",", "")) for row in held]) for name in (x, y, lon, lat))


@pytest.mark.shared
def test_feet_of_new_york_become_the_degrees_that_the_file_holds() -> None:
    with shared("nyc311/nyc311_2023-02-28.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ("X Coordinate (State Plane)", "Y Coordinate (State Plane)", "Longitude", "Latitude")
    x, y, lon, lat = state_plane(rows, *columns)
    assert len(x) > 4800
    crs.check_fit(x, y, "EPSG:2263")
    error_m = crs.haversine_m(*crs.to_wgs84(x, y, "EPSG:2263"), lon, lat)
    assert np.sort(error_m)[-5] < 1
    assert np.count_nonzero(error_m > 20_000) == 4, "four rows of the file hold feet of another place"


@pytest.mark.shared
def test_feet_of_chicago_become_the_degrees_that_the_file_holds() -> None:
    with gzip.open(
        shared("chicago311/sanitation_2014-11-10.csv.gz"), "rt", encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    x, y, lon, lat = state_plane(rows, "X_Coordinate", "Y_Coordinate", "Longitude", "Latitude")
    assert len(x) > 72_000
    crs.check_fit(x, y, "EPSG:3435")
    assert np.max(crs.haversine_m(*crs.to_wgs84(x, y, "EPSG:3435"), lon, lat)) < 1


@pytest.mark.shared
def test_a_city_of_polygons_keeps_its_shape_through_gcj02() -> None:
    districts = json.loads(shared("cangzhou/130900.json").read_text(encoding="utf-8"))["features"]
    shapes = np.array([shapely.geometry.shape(d["geometry"]) for d in districts])
    found = crs.shapes_to_wgs84(shapes, "gcj02")
    there_m = crs.haversine_m(*shapely.get_coordinates(found).T, *shapely.get_coordinates(shapes).T)
    assert 490 < there_m.min() < there_m.max() < 575
    np.testing.assert_allclose(shapely.area(found), shapely.area(shapes), rtol=3e-3)
