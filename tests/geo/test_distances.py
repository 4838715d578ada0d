"""Distances against pyproj's geodesics and the lengths that a data set of real roads states."""

import csv
import json

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import crs
from tests.shared_data import shared

GEOD = pyproj.Geod(ellps="WGS84")
lons, lats = st.floats(-180, 180), st.floats(-90, 90)


@given(lons, lats, lons, lats)
def test_a_distance_is_that_on_the_ellipsoid_to_half_a_percent(lon, lat, other_lon, other_lat) -> None:
    exact = GEOD.inv(lon, lat, other_lon, other_lat)[2]
    assert crs.haversine_m(lon, lat, other_lon, other_lat) == pytest.approx(exact, rel=0.006, abs=1e-6)


@given(lons, lats, lons, lats)
def test_there_is_as_far_as_back(lon, lat, other_lon, other_lat) -> None:
    there, back = (
        crs.haversine_m(lon, lat, other_lon, other_lat),
        crs.haversine_m(other_lon, other_lat, lon, lat),
    )
    assert there == pytest.approx(back, abs=1e-6)


def test_a_quarter_of_a_great_circle_is_a_quarter_of_it() -> None:
    assert crs.haversine_m(0, 0, 0, 90) == pytest.approx(np.pi / 2 * crs.EARTH_RADIUS_M)
    assert crs.haversine_m(10, 20, 10, 20) == 0


def test_points_broadcast_against_one_point() -> None:
    assert crs.haversine_m(np.zeros(3), np.arange(3.0), 0, 0).shape == (3,)


@given(st.floats(-89, 89))
def test_a_degree_is_as_long_as_on_the_ellipsoid(lat: float) -> None:
    east_m, north_m = crs.metres_per_degree(lat)
    step = 1e-3
    assert east_m * step == pytest.approx(GEOD.inv(0, lat, step, lat)[2], rel=1e-6)
    assert north_m * step == pytest.approx(GEOD.inv(0, lat - step / 2, 0, lat + step / 2)[2], rel=1e-6)


def test_degrees_have_the_lengths_in_the_textbooks() -> None:
    np.testing.assert_allclose(crs.metres_per_degree(0), (111_320, 110_574), atol=1)
    np.testing.assert_allclose(crs.metres_per_degree(45), (78_847, 111_132), atol=1)


@given(st.floats(-10_000, 10_000), st.floats(-10_000, 10_000), lons, st.floats(-60, 60))
def test_local_metres_come_back_as_the_same_place(east_m, north_m, lon, lat) -> None:
    found = crs.to_local_m(*crs.from_local_m(east_m, north_m, around=(lon, lat)), around=(lon, lat))
    np.testing.assert_allclose(found, (east_m, north_m), atol=1e-6)


def test_local_metres_are_true_to_two_in_a_thousand_within_ten_kilometres() -> None:
    rng = np.random.default_rng(4)
    east_m, north_m = rng.uniform(-10_000, 10_000, (2, 1000))
    lon, lat = crs.from_local_m(east_m, north_m, around=(116.9, 38.3))
    exact = GEOD.inv(np.full(1000, 116.9), np.full(1000, 38.3), lon, lat)[2]
    np.testing.assert_allclose(np.hypot(east_m, north_m), exact, rtol=0.002)


@pytest.mark.shared
def test_real_roads_have_the_lengths_that_their_table_states() -> None:
    roads = json.loads(shared("zhengzhou/roads.geojson").read_text(encoding="utf-8-sig"))["features"]
    with shared("zhengzhou/road_risk.csv").open(encoding="utf-8-sig", newline="") as table:
        stated = {int(row["路段ID"]): float(row["路段长度(m)"]) for row in csv.DictReader(table)}
    differences = []
    for number, length_m in stated.items():
        lon, lat = np.array(roads[number]["geometry"]["coordinates"], dtype=float).T[:2]
        differences.append(crs.haversine_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum() / length_m - 1)
    assert len(differences) > 1000
    assert np.abs(differences).max() < 0.01
    assert abs(np.median(differences)) < 0.003
