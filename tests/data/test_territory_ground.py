"""What territories are made of: the city's cells, its compounds, and what nobody walks across."""

from datetime import UTC, datetime
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from data.study_area import study_area
from data.territory_ground import barriers, city_cells, compounds
from geo.cells import centres, fill_area, from_points, grow, neighbours
from tests.data.samples import LAT, LON


def test_the_cells_of_a_city_are_those_of_its_areas_and_those_with_reports(zone_cube: Cube) -> None:
    cells = city_cells(zone_cube.store, zone_cube, actor=VIEWER)
    grids = zone_cube.store.places(actor=VIEWER, kinds=["grid"]).geometry.union_all()
    assert set(fill_area(grids, 10)) < set(cells)
    assert set(cells) == set(fill_area(grids, 10)) | set(study_area(zone_cube, Filter(), 10))


def test_a_compound_has_the_cells_whose_middle_lies_in_it(zone_cube: Cube) -> None:
    store = zone_cube.store
    cells = city_cells(store, zone_cube, actor=VIEWER)
    lon, lat = centres(cells)
    found = compounds(store, cells, actor=VIEWER)
    shapes = store.places(actor=VIEWER, kinds=["compound"]).set_index("id").geometry
    assert len(found) == 11
    for place, inside in found.items():
        assert set(inside) == set(cells[shapely.contains_xy(shapes[place], lon, lat)])


def test_a_railway_and_a_river_part_the_zone_but_for_their_crossings(zone_cube: Cube) -> None:
    store = zone_cube.store
    cells = city_cells(store, zone_cube, actor=VIEWER)
    for kind in ("railway", "water"):
        pairs = barriers(store, cells, kinds=(kind,), drawn=(), actor=VIEWER)
        shape = store.places(actor=VIEWER, kinds=[kind]).geometry.union_all()
        lon, lat = (side.reshape(-1, 2) for side in centres(pairs.ravel()))
        ways = shapely.linestrings(np.stack([lon, lat], axis=2))
        assert len(pairs) > 20 and shapely.dwithin(ways, shape, 1e-9).all()


@pytest.fixture
def disk() -> np.ndarray:
    return grow(from_points([LON], [LAT], 10), 4)


def test_a_line_that_somebody_drew_parts_cells_for_good(store: Store, disk: np.ndarray) -> None:
    line = [(LON, LAT - 0.1), (LON, LAT + 0.1)]
    pairs = barriers(store, disk, kinds=(), drawn=[line], actor=VIEWER)
    lon, _ = (side.reshape(-1, 2) for side in centres(pairs.ravel()))
    assert len(pairs) and ((lon[:, 0] < LON + 1e-8) != (lon[:, 1] < LON + 1e-8)).all()
    assert _pieces(disk, pairs) == 2


def test_a_river_parts_and_a_lake_does_not(store: Store, disk: np.ndarray) -> None:
    west, south, east, north = LON - 0.0004, LAT - 0.1, LON + 0.0004, LAT + 0.1
    shapes = {"river": shapely.box(west, south, east, north), "lake": shapely.Point(LON, LAT).buffer(0.002)}
    for n, (name, shape) in enumerate(shapes.items()):
        frame = gpd.GeoDataFrame(
            {"kind": ["water"], "name": [name], "source": [name], "external_id": [f"{n}"]},
            geometry=[shape],
            crs="EPSG:4326",
        )
        store.write_places(frame, actor=VIEWER)
    pairs = barriers(store, disk, kinds=("water",), drawn=(), actor=VIEWER)
    assert _pieces(disk, pairs) == 2


def _pieces(cells: np.ndarray, pairs: np.ndarray) -> int:
    """Count the pieces of cells by another way than the one that is tested."""
    shut = {frozenset(pair) for pair in pairs.tolist()}
    indptr, indices = neighbours(cells)
    part = list(range(len(cells)))
    for row, (begin, end) in enumerate(pairwise(indptr)):
        for other in indices[begin:end]:
            if frozenset((int(cells[row]), int(cells[other]))) not in shut:
                old, new = part[row], part[other]
                part = [new if one == old else one for one in part]
    return len(set(part))


def test_without_areas_teams_go_along_the_streets_near_reports(store: Store) -> None:
    told = {"category": "manhole", "lon": LON, "lat": LAT, "reported_at": datetime(2026, 3, 2, tzinfo=UTC)}
    store.report(told, actor=OPERATOR)
    bare = city_cells(store, Cube.open(store), actor=VIEWER)
    assert set(bare) == set(from_points([LON], [LAT], 10))
    near, far = [(LON, LAT), (LON + 0.004, LAT)], [(LON + 0.1, LAT), (LON + 0.1, LAT + 0.1)]
    words = {"kind": "street", "name": ["近路", "远路"], "source": "roads", "external_id": ["1", "2"]}
    shapes = [shapely.LineString(line) for line in (near, far)]
    store.write_places(gpd.GeoDataFrame(words, geometry=shapes, crs="EPSG:4326"), actor=OPERATOR)
    cells = city_cells(store, Cube.open(store), actor=VIEWER)
    street = from_points(np.linspace(LON, LON + 0.004, 200), np.full(200, LAT), 10)
    assert set(cells) == set(grow(street, 1)), "and none of the street that is far from all reports"
