"""Polygons as files have them: what is made of each, and what is said of it."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.geometry
from hypothesis import given
from hypothesis import strategies as st

from geo import places
from geo.errors import PlaceError
from geo.places_repair import LOST, REASONS
from tests.shared_data import shared

BOX = shapely.box(0, 0, 1, 1)
BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def said(*polygons) -> list[tuple]:
    faults = places.repair(list(polygons)).faults
    return list(faults.select("row", "reason", "same_as").iter_rows())


def test_valid_polygons_stay_as_they_are() -> None:
    other = shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(8, 8, 9, 9)])
    repaired = places.repair([BOX, other])
    assert repaired.polygons.tolist() == [BOX, other]
    assert repaired.faults.is_empty()
    assert repaired.counts == {}


@pytest.mark.parametrize(
    ("shape", "reason", "area"),
    [
        (BOW_TIE, "self_intersection", 2.0),
        (shapely.Polygon([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)]), "self_intersection", 2.0),
        (shapely.Polygon(BOX.exterior, [shapely.box(2, 2, 3, 3).exterior]), "hole_outside", 2.0),
        (shapely.MultiPolygon([shapely.box(0, 0, 3, 3), shapely.box(1, 1, 2, 2)]), "nested_rings", 9.0),
        (shapely.MultiPolygon([BOX, shapely.box(0.5, 0, 2, 1)]), "self_intersection", 2.0),
        (shapely.GeometryCollection([BOX, shapely.Point(5, 5)]), "not_areal", 1.0),
        (shapely.GeometryCollection([shapely.GeometryCollection([BOX]), BOW_TIE]), "self_intersection", 2.5),
        (shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)]), "zero_area", None),
        (shapely.Polygon([(0, 0), (0, 0), (0, 0), (0, 0)]), "zero_area", None),
        (shapely.LineString([(0, 0), (1, 1)]), "not_areal", None),
        (shapely.Point(0, 0), "not_areal", None),
        (shapely.Polygon([(0, 0), (np.nan, 1), (1, 1)]), "not_finite", None),
        (shapely.Polygon([(0, 0), (np.inf, 1), (1, 1)]), "not_finite", None),
        (shapely.Polygon(), "empty", None),
        (None, "empty", None),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_no_valid_polygon_is_mended_or_lost_with_its_reason(shape, reason, area) -> None:
    repaired = places.repair([shapely.box(7, 7, 8, 8), shape])
    assert repaired.counts == {reason: 1}
    assert repaired.faults["row"].to_list() == [1]
    if area is None:
        assert reason in LOST
        assert repaired.polygons[1] is None
    else:
        assert repaired.polygons[1].is_valid
        assert repaired.polygons[1].area == pytest.approx(area)


def test_unclosed_rings_of_geojson_are_closed_and_told() -> None:
    ring, hole = [[0, 0], [4, 0], [4, 4], [0, 4]], [[1, 1], [2, 1], [2, 2], [1, 1]]
    repaired = places.repair(
        [
            {"type": "Polygon", "coordinates": [ring, hole]},
            {"type": "MultiPolygon", "coordinates": [[ring], [[[9, 9], [8, 9], [8, 8]]]]},
            {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
            {"type": "Polygon", "coordinates": []},
            {"type": "Point", "coordinates": [0, 0]},
        ]
    )
    assert [shape and shape.area for shape in repaired.polygons] == [15.5, 16.5, 16, None, None, None]
    assert list(repaired.faults.select("row", "reason", "detail").iter_rows())[:2] == [
        (0, "unclosed_ring", "1 of its rings"),
        (1, "unclosed_ring", "2 of its rings"),
    ]
    assert repaired.counts == {"empty": 1, "not_areal": 1, "zero_area": 1, "unclosed_ring": 3}


def test_a_polygon_given_twice_is_kept_and_told_however_its_ring_begins() -> None:
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(BOX)[:-1], 1, axis=0))
    assert said(BOX, BOW_TIE, turned, BOX.reverse(), None, None) == [
        (1, "self_intersection", None),
        (2, "duplicate", 0),
        (3, "duplicate", 0),
        (4, "empty", None),
        (5, "empty", None),
    ]
    assert places.repair([BOX, turned]).polygons[1] == turned


def test_frames_one_shape_and_nothing_are_taken_too() -> None:
    assert places.repair(gpd.GeoSeries([BOW_TIE], crs="EPSG:4326")).counts == {"self_intersection": 1}
    assert places.repair(BOW_TIE).counts == {"self_intersection": 1}
    assert len(places.repair([]).polygons) == len(places.repair(None).polygons) == 0


@pytest.mark.parametrize(
    "row", ["POLYGON EMPTY", 7, {"type": "Polygon", "coordinates": [[1, 2], [3]]}, {"type": "Ring"}]
)
def test_what_is_no_shape_is_refused_with_its_row(row) -> None:
    with pytest.raises(PlaceError, match=r"row 1"):
        places.repair([BOX, row])


spots = st.tuples(st.integers(-4, 4), st.integers(-4, 4))
rings = st.lists(spots, min_size=3, max_size=8)


@given(st.lists(st.one_of(st.none(), rings.map(shapely.Polygon)), max_size=6))
def test_after_a_repair_everything_can_be_a_place_and_a_second_one_finds_nothing_new(polygons) -> None:
    repaired = places.repair(polygons)
    places.PlaceIndex(repaired.polygons, None)
    again = places.repair(repaired.polygons)
    assert set(again.counts) <= {"empty", "duplicate"}
    kept = [shape for shape in repaired.polygons if shape is not None]
    assert all(shape.area > 0 for shape in kept)
    lost = repaired.faults.filter(repaired.faults["reason"].cast(str).is_in(LOST))["row"]
    assert len(kept) + lost.n_unique() == len(polygons)
    assert set(repaired.counts) <= set(REASONS)


@pytest.mark.shared
def test_the_one_invalid_district_of_a_real_province_is_found_and_mended() -> None:
    features = json.loads(shared("cangzhou/130000.json").read_text(encoding="utf-8"))["features"]
    repaired = places.repair([feature["geometry"] for feature in features])
    rows = repaired.faults["row"].to_list()
    assert [features[row]["properties"]["name"] for row in rows] == ["唐山市"]
    assert shapely.is_valid(repaired.polygons).all()
    places.PlaceIndex(repaired.polygons, None)


# --- overlaps ---------------------------------------------------------------------------------------------


def test_overlaps_are_pairs_with_what_they_share_the_larger_ones_first() -> None:
    unit = 0.001
    outer, inner = shapely.box(0, 0, 10 * unit, 10 * unit), shapely.box(unit, unit, 2 * unit, 2 * unit)
    across = shapely.box(9 * unit, 0, 12 * unit, 10 * unit)
    beside = shapely.box(0, 10 * unit, 10 * unit, 11 * unit)
    found = places.overlaps([outer, inner, across, beside, None])
    assert list(found.select("smaller", "larger").iter_rows()) == [(2, 0), (1, 0)]
    assert found["share"].to_list() == pytest.approx([1 / 3, 1])
    square_m2 = (111_320 * unit) * (110_574 * unit)
    assert found["area_m2"].to_list() == pytest.approx([10 * square_m2, square_m2], rel=0.001)


def test_slivers_and_touching_borders_are_no_overlaps() -> None:
    one, other = shapely.box(0, 0, 0.001, 0.001), shapely.box(0.001, 0, 0.002, 0.001)
    sliver = shapely.box(0.001 - 1e-9, 0, 0.002, 0.001)
    assert places.overlaps([one, other]).is_empty()
    assert places.overlaps([one, sliver]).is_empty()
    assert len(places.overlaps([one, sliver], at_least_m2=0)) == 1
    assert places.overlaps([]).columns == ["smaller", "larger", "area_m2", "share"]


@given(st.lists(rings.map(lambda ring: shapely.Polygon(ring).convex_hull), max_size=6))
def test_overlaps_are_those_of_comparing_each_with_each(hulls) -> None:
    polygons = places.repair(
        [shapely.affinity.scale(hull, 0.001, 0.001, origin=(0, 0)) for hull in hulls]
    ).polygons
    found = places.overlaps(polygons, at_least_m2=0.01)
    pairs = {tuple(sorted(pair)) for pair in found.select("smaller", "larger").iter_rows()}
    expected = {
        (i, j)
        for i in range(len(polygons))
        for j in range(i + 1, len(polygons))
        if polygons[i] and polygons[j] and polygons[i].intersection(polygons[j]).area * 1.23e10 >= 0.01
    }
    assert pairs == expected
    assert len(pairs) == len(found)


def test_what_is_kept_is_always_valid() -> None:
    """One in ninety of these came out of GEOS crossing itself, in slivers finer than its numbers."""
    random = np.random.default_rng(1)
    rings = np.where(
        random.random((2_000, 8, 1)) < 0.6,
        random.integers(-6, 7, (2_000, 8, 2)) * 2**-12,
        random.uniform(-0.004, 0.004, (2_000, 8, 2)),
    )
    rings[random.random((2_000, 8)) < 0.4, 1] = 0.0
    repaired = places.repair([shapely.Polygon(ring) for ring in np.add(rings, [116.9, 38.3])]).polygons
    kept = [shape for shape in repaired if shape is not None]
    assert len(kept) > 1_900
    assert shapely.is_valid(kept).all()
