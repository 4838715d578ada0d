"""What reports are counted by: streets and households laid over cells, against clipping each to each cell."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, Point, box

from data.actors import OPERATOR
from data.cube import Cube
from data.exposure import exposure
from data.place_measures import lengths_m
from data.store import Store
from geo import cells
from geo.errors import FilterError
from tests.data.samples import LAT, LON

STREETS = [
    LineString([(LON - 0.01, LAT), (LON + 0.004, LAT + 0.003), (LON + 0.006, LAT - 0.004)]),
    MultiLineString([[(LON, LAT), (LON, LAT + 0.006)], [(LON - 0.008, LAT - 0.004), (LON, LAT - 0.004)]]),
]
COMPOUNDS = [
    box(LON - 0.004, LAT - 0.002, LON + 0.003, LAT + 0.002),
    Point(LON, LAT + 0.001).buffer(0.0004),
]
AREA = cells.fill_area(box(LON - 0.02, LAT - 0.02, LON + 0.02, LAT + 0.02), 10)


def write(store: Store, rows: list[tuple[str, str, dict[str, object], object]]) -> Cube:
    kinds, names, attributes, shapes = zip(*rows, strict=True)
    columns = {"kind": kinds, "name": names, "attributes": attributes, "source": "test", "external_id": names}
    store.write_places(gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326"), actor=OPERATOR)
    return Cube.open(store)


@pytest.fixture
def cube(store: Store) -> Cube:
    return write(
        store,
        [
            ("street", "a", {}, STREETS[0]),
            ("street", "b", {}, STREETS[1]),
            ("compound", "c", {"households": 600}, COMPOUNDS[0]),
            ("compound", "d", {"households": 90}, COMPOUNDS[1]),
            ("compound", "unknown", {}, box(LON + 0.005, LAT, LON + 0.006, LAT + 0.001)),
            ("school", "e", {}, COMPOUNDS[1]),
        ],
    )


def test_kilometres_of_street_are_those_of_the_lines_cut_at_each_cell(cube: Cube) -> None:
    found = exposure(cube, AREA, "street")
    literal = sum(lengths_m(shapely.intersection(street, cells.boundaries(AREA))) for street in STREETS)

    assert found.sum() == pytest.approx(lengths_m(STREETS).sum() / 1_000, rel=1e-6)
    np.testing.assert_allclose(found, np.nan_to_num(np.asarray(literal)) / 1_000, atol=0.012)
    assert (found == 0).any()


def test_households_are_spread_over_the_ground_of_their_compound(cube: Cube) -> None:
    found = exposure(cube, AREA, "household")
    hexagons = cells.boundaries(AREA)
    literal = sum(
        homes * shapely.area(shapely.intersection(ground, hexagons)) / ground.area
        for homes, ground in zip((600, 90), COMPOUNDS, strict=True)
    )

    np.testing.assert_allclose(found, literal, atol=1e-6)
    assert found.sum() == pytest.approx(690)


def test_places_that_change_change_what_is_counted_by(cube: Cube) -> None:
    before = exposure(cube, AREA, "street").sum()
    write(cube.store, [("street", "new", {}, LineString([(LON, LAT + 0.01), (LON + 0.01, LAT + 0.01)]))])

    assert exposure(cube, AREA, "street").sum() > before * 1.2


@pytest.mark.parametrize("per", ["street", "household", "visit"])
def test_a_city_without_places_has_nothing_to_count_by(store: Store, per: str) -> None:
    assert not exposure(Cube.open(store), AREA, per).any()


@pytest.mark.parametrize("per", ["", "lamp post"])
def test_what_nobody_counts_by_is_refused(store: Store, per: str) -> None:
    with pytest.raises(FilterError, match="not known here"):
        exposure(Cube.open(store), AREA, per)
