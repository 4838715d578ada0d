"""Shapes of cells against h3-py and shapely, with the cells of more than six vertices in them."""

from collections import Counter

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.errors import CellError
from tests.shared_data import shared

CANGZHOU = shapely.box(116.8, 38.2, 117.0, 38.4)
#: Anywhere but at the poles, where a polygon in longitude and latitude means nothing.
any_cell = st.builds(h3.latlng_to_cell, st.floats(-75, 75), st.floats(-180, 180), st.integers(2, 15))


def around_cangzhou(resolution: int) -> np.ndarray:
    area = h3.geo_to_cells(CANGZHOU, resolution)
    return np.sort(np.array(area, dtype=np.uint64))


def lonlat_of(cell: int) -> np.ndarray:
    """The boundary that h3-py gives, longitude first, unwrapped where it crosses the antimeridian."""
    ring = np.array(h3.cell_to_boundary(cell))[:, ::-1]
    if np.ptp(ring[:, 0]) > 180:
        ring[ring[:, 0] < 0, 0] += 360
    return ring


@pytest.mark.parametrize("resolution", [7, 8, 9, 10])
def test_every_boundary_of_a_city_is_that_of_h3_whatever_its_number_of_vertices(resolution: int) -> None:
    area = around_cangzhou(resolution)
    for cell, polygon in zip(area.tolist(), cells.boundaries(area), strict=True):
        ring = shapely.get_coordinates(polygon)
        assert ring[0].tolist() == ring[-1].tolist()
        np.testing.assert_allclose(ring[:-1], lonlat_of(cell), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("resolution", "vertices"), [(7, {6, 7, 8}), (8, {6}), (9, {6, 7, 8}), (10, {6})])
def test_an_edge_of_the_icosahedron_gives_cells_of_cangzhou_seven_or_eight_vertices(
    resolution: int, vertices: set[int]
) -> None:
    polygons = cells.boundaries(around_cangzhou(resolution))
    assert set(Counter((shapely.get_num_coordinates(polygons) - 1).tolist())) == vertices


@given(st.lists(any_cell, max_size=20))
def test_every_boundary_of_the_globe_is_that_of_h3(ids: list[int]) -> None:
    polygons = cells.boundaries(ids)
    assert len(polygons) == len(ids)
    for cell, polygon in zip(ids, polygons, strict=True):
        np.testing.assert_allclose(shapely.get_coordinates(polygon)[:-1], lonlat_of(cell), rtol=0, atol=1e-9)


def test_the_twelve_pentagons_have_five_or_ten_vertices() -> None:
    for resolution in (9, 10):
        polygons = cells.boundaries(h3.get_pentagons(resolution))
        assert set(shapely.get_num_coordinates(polygons) - 1) == {10 if resolution % 2 else 5}


def test_a_cell_across_the_antimeridian_is_one_small_polygon() -> None:
    polygon = cells.boundaries([h3.latlng_to_cell(10, 180, 7)])[0]
    assert polygon.is_valid
    assert polygon.area < 0.001


def test_every_point_lies_in_the_polygon_of_its_cell() -> None:
    rng = np.random.default_rng(6)
    lon, lat = rng.uniform(116.8, 117, 20_000), rng.uniform(38.2, 38.4, 20_000)
    for resolution in cells.RESOLUTIONS:
        polygons = cells.boundaries(cells.from_points(lon, lat, resolution))
        # An edge is a great circle and the polygon's side a straight line: they differ by micrometres.
        assert (shapely.distance(polygons, shapely.points(lon, lat)) < 1e-7).all()


def test_no_cells_have_no_boundaries() -> None:
    assert cells.boundaries([]).shape == (0,)
    assert cells.frame([]).crs == "EPSG:4326"


def test_a_frame_holds_text_ids_the_columns_given_and_the_polygons() -> None:
    area = around_cangzhou(8)[:3]
    found = cells.frame(area, count=pd.Series([5, 6, 7], index=[9, 8, 7]), kind=["a", "b", "c"])
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == "EPSG:4326"
    assert found.columns.tolist() == ["cell", "count", "kind", "geometry"]
    assert found["cell"].tolist() == [h3.int_to_str(cell) for cell in area.tolist()]
    assert found["count"].tolist() == [5, 6, 7]
    assert cells.parse(found["cell"]).tolist() == area.tolist()


@given(st.lists(any_cell, max_size=20))
def test_centres_are_those_of_h3(ids: list[int]) -> None:
    expected = np.array([h3.cell_to_latlng(cell)[::-1] for cell in ids]).reshape(-1, 2)
    np.testing.assert_allclose(np.column_stack(cells.centres(ids)), expected, rtol=0, atol=1e-9)


def test_areas_are_those_of_h3_and_near_those_on_the_ellipsoid() -> None:
    area = around_cangzhou(9)
    expected = [h3.cell_area(cell, unit="m^2") for cell in area.tolist()]
    np.testing.assert_allclose(cells.area_m2(area), expected, rtol=1e-8)
    geodesic = [
        abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(p)[0]) for p in cells.boundaries(area[:50])
    ]
    np.testing.assert_allclose(cells.area_m2(area[:50]), geodesic, rtol=0.005)


@pytest.mark.parametrize(("resolution", "area_m2"), [(9, 72_609), (10, 10_373), (11, 1_482)])
def test_areas_at_cangzhou_are_those_that_the_design_counts_with(resolution: int, area_m2: float) -> None:
    assert cells.area_m2(cells.from_points([116.9], [38.3], resolution))[0] == pytest.approx(
        area_m2, rel=0.002
    )


@pytest.mark.parametrize("resolution", [8, 9, 10])
def test_an_area_is_filled_with_the_cells_whose_centre_lies_inside(resolution: int) -> None:
    candidates = cells.fill_area(CANGZHOU.buffer(0.05), resolution)
    inside = shapely.contains_xy(CANGZHOU, *cells.centres(candidates))
    np.testing.assert_array_equal(cells.fill_area(CANGZHOU, resolution), candidates[inside])
    np.testing.assert_array_equal(cells.fill_area(CANGZHOU, resolution), around_cangzhou(resolution))


@pytest.mark.parametrize("resolution", [8, 9])
def test_cells_that_touch_and_cells_wholly_inside_are_those_of_shapely(resolution: int) -> None:
    candidates = cells.fill_area(CANGZHOU.buffer(0.05), resolution)
    polygons = cells.boundaries(candidates)
    touching, inside = (
        candidates[shapely.intersects(CANGZHOU, polygons)],
        candidates[shapely.contains(CANGZHOU, polygons)],
    )
    np.testing.assert_array_equal(cells.fill_area(CANGZHOU, resolution, containment="overlap"), touching)
    np.testing.assert_array_equal(cells.fill_area(CANGZHOU, resolution, containment="within"), inside)


def test_holes_stay_empty_and_parts_are_filled() -> None:
    hole = shapely.box(116.88, 38.28, 116.92, 38.32)
    far = shapely.box(117.4, 38.2, 117.5, 38.3)
    found = cells.fill_area(shapely.MultiPolygon([CANGZHOU.difference(hole), far]), 9)
    expected = [*cells.fill_area(CANGZHOU, 9), *cells.fill_area(far, 9)]
    np.testing.assert_array_equal(found, np.setdiff1d(expected, cells.fill_area(hole, 9)))


def test_an_area_smaller_than_a_cell_is_in_one_cell_that_it_touches() -> None:
    dot = shapely.box(116.9, 38.3, 116.90001, 38.30001)
    assert len(cells.fill_area(dot, 7)) == 0
    assert (
        cells.fill_area(dot, 7, containment="overlap").tolist()
        == cells.from_points([116.9], [38.3], 7).tolist()
    )


def test_an_empty_area_has_no_cells() -> None:
    for containment in ("centre", "overlap", "within"):
        assert len(cells.fill_area(shapely.Polygon(), 9, containment=containment)) == 0


@given(st.floats(116.81, 116.99), st.floats(38.21, 38.39), st.integers(7, 9))
def test_areas_side_by_side_share_no_cell_and_leave_none_out(lon: float, lat: float, resolution: int) -> None:
    west, south, east, north = CANGZHOU.bounds
    quarters = [
        shapely.box(west, south, lon, lat),
        shapely.box(lon, south, east, lat),
        shapely.box(west, lat, lon, north),
        shapely.box(lon, lat, east, north),
    ]
    found = np.concatenate([cells.fill_area(quarter, resolution) for quarter in quarters])
    assert len(np.unique(found)) == len(found)
    np.testing.assert_array_equal(np.sort(found), cells.fill_area(CANGZHOU, resolution))


@pytest.mark.parametrize(
    ("area", "what"),
    [
        (shapely.Point(116.9, 38.3), "Point is no area"),
        (None, "NoneType is no area"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "not valid: Self-intersection.*make_valid"),
        (shapely.box(500_000, 4_240_000, 500_100, 4_240_100), "Expected degrees.*to_wgs84"),
    ],
)
def test_what_is_no_area_in_degrees_is_refused(area: object, what: str) -> None:
    with pytest.raises(CellError, match=what):
        cells.fill_area(area, 9)


def test_an_unknown_containment_is_refused() -> None:
    with pytest.raises(CellError, match="Expected 'centre', 'overlap' or 'within'"):
        cells.fill_area(CANGZHOU, 9, containment="touching")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "resolution"), [("cangzhou/130900.json", 8), ("boundaries/nyc_community_districts.geojson", 9)]
)
def test_real_districts_are_filled_as_shapely_says(name: str, resolution: int) -> None:
    for district in gpd.read_file(shared(name)).geometry:
        candidates = cells.fill_area(district.buffer(0.02), resolution)
        shapely.prepare(district)
        inside = shapely.contains_xy(district, *cells.centres(candidates))
        np.testing.assert_array_equal(cells.fill_area(district, resolution), candidates[inside])


@pytest.mark.shared
def test_an_invalid_real_polygon_is_refused_until_it_is_repaired_as_the_message_says() -> None:
    cities = gpd.read_file(shared("cangzhou/130000.json")).set_index("name").geometry
    with pytest.raises(CellError, match="method='structure', keep_collapsed=False"):
        cells.fill_area(cities["唐山市"], 7)
    repaired = shapely.make_valid(cities["唐山市"], method="structure", keep_collapsed=False)
    assert len(cells.fill_area(repaired, 7)) > 1000
