"""Lengths and areas on the ground, against pyproj and against a city's own figures."""

import csv

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.place_ingest import read_places
from data.place_measures import areas_m2, lengths_m
from tests.shared_data import shared

GEOD = pyproj.Geod(ellps="WGS84")
POINT = st.tuples(st.floats(116, 117), st.floats(38, 39))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(POINT, min_size=2, max_size=6), min_size=1, max_size=5))
def test_lengths_are_those_of_geodesics(lines: list[list[tuple[float, float]]]) -> None:
    shapes = [shapely.LineString(line) for line in lines]
    together = [*shapes, shapely.MultiLineString(shapes), shapely.Point(0, 0)]
    expected = [GEOD.geometry_length(shape) for shape in shapes]
    assert lengths_m(together) == pytest.approx([*expected, sum(expected), 0.0])


def test_areas_are_those_of_the_ellipsoid() -> None:
    ring = shapely.box(116.9, 38.3, 116.95, 38.34)
    holed = ring - shapely.box(116.91, 38.31, 116.92, 38.32)
    shapes = [ring, holed, shapely.MultiPolygon([ring, shapely.box(0, 0, 0.01, 0.01)])]
    expected = [abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.001))[0]) for shape in shapes]
    assert areas_m2(shapes) == pytest.approx(expected, rel=1e-4)


def test_what_has_no_area_or_length_has_none() -> None:
    shapes = [shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)]), None]
    assert np.isnan(areas_m2(shapes)).all()
    assert np.isnan(lengths_m([shapely.box(0, 0, 1, 1), None])).all()
    assert len(lengths_m([])) == 0


@pytest.mark.shared
def test_lengths_of_a_real_zone_agree_with_its_own_figures() -> None:
    roads = read_places(shared("zhengzhou/roads.geojson"))
    ours = lengths_m(roads.places.geometry.to_numpy()[: roads.features])
    with shared("zhengzhou/road_risk.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {int(row["路段ID"]): float(row["路段长度(m)"]) for row in csv.DictReader(file)}
    assert len(told) == roads.features
    theirs = np.array([told[number] for number in sorted(told)])
    rounding_m = 0.05
    assert (np.abs(ours - theirs) <= 0.005 * theirs + rounding_m).all()
