"""Reports along the streets of a store."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from data.street_density import StreetDensity, StreetLines, _density, street_density, street_lines
from geo.distances import metres_per_degree
from tests.data import stores
from tests.data.samples import LAT, LON, reports

ON, OFF = 30, 12


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One engine is enough: places and cube are read as everywhere."""
    with Store.open(stores.new_file(tmp_path / "streets.sqlite")) as store:
        yield store


@pytest.fixture
def cube(store: Store) -> Cube:
    """Reports on a street, and some 200 m beside it."""
    for n, metres, seed in ((ON, 5, 1), (OFF, 200, 2)):
        lon = LON + np.random.default_rng(seed).uniform(-0.004, 0.004, n)
        lat = np.full(n, LAT + metres / float(metres_per_degree(LAT)[1]))
        store.write_reports(reports(n, seed=seed, lon=lon, lat=lat), actor=OPERATOR)
    return Cube.open(store)


def write_streets(store: Store, *, name: str = "建设路") -> None:
    lines = [((-0.005, 0), (0.005, 0)), ((0.03, -0.01), (0.03, 0.01)), ((0.04, -0.01), (0.04, 0.01))]
    frame = gpd.GeoDataFrame(
        {
            "kind": ["street", "street", "street_segment"],
            "name": [name, None, name],
            "attributes": [{"name_en": "Jianshe Road"}, {}, {}],
        },
        geometry=[shapely.LineString(np.add(line, (LON, LAT))) for line in lines],
        crs="EPSG:4326",
    )
    store.write_places(frame, actor=OPERATOR)


def lines_of(store: Store) -> StreetLines:
    return street_lines(store, actor=VIEWER)


def asked(store: Store, cube: Cube, where: Filter | None = None, *, weight: str = "count") -> StreetDensity:
    return street_density(cube, lines_of(store), where or Filter(), weight=weight, bandwidth_m=150)


def on_streets(found: StreetDensity, lines: StreetLines) -> float:
    return float((found.per_km * lines.lixels.lengths_m).sum() / 1000)


def test_each_report_beside_a_street_counts_once_and_those_far_off_are_told(store: Store, cube: Cube) -> None:
    write_streets(store)
    found = asked(store, cube)
    assert (found.total, found.far, found.within_m) == (ON + OFF, OFF, 50)
    assert on_streets(found, lines_of(store)) == pytest.approx(ON, rel=1e-5)
    assert 0 < found.peak <= found.per_km.max()


def test_streets_have_their_names_and_no_segment_counts_twice(store: Store, cube: Cube) -> None:
    write_streets(store)
    lines = lines_of(store)
    assert (lines.names, lines.names_en) == (("建设路", None), ("Jianshe Road", None))
    assert set(lines.streets.line) == {0, 1}
    busy = np.add.reduceat(asked(store, cube).per_km, lines.lixels.first[:-1])
    assert (busy[lines.streets.line == 1] == 0).all()


def test_a_filter_and_a_weight_choose_the_reports(store: Store, cube: Cube) -> None:
    write_streets(store)
    where = Filter(statuses=("closed",))
    assert asked(store, cube, where).total == cube.total(where)
    assert asked(store, cube, weight="open").total == cube.total(Filter(statuses=("open",)))
    nothing = asked(store, cube, Filter(categories=("nothing",)))
    assert (nothing.total, nothing.peak, nothing.per_km.any()) == (0, 0, False)


def test_reports_laid_on_streets_in_pieces_have_the_same_density(
    store: Store, cube: Cube, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_streets(store)
    whole = asked(store, cube)
    assert whole.total == ON + OFF == 42
    _density.cache_clear()
    monkeypatch.setattr("data.street_density._PIECE_ROWS", 5)
    pieces = asked(store, cube)
    assert pieces is not whole
    assert (pieces.total, pieces.far, pieces.peak) == (whole.total, whole.far, whole.peak)
    assert pieces.per_km.tolist() == whole.per_km.tolist()


def test_a_city_without_streets_has_no_density(store: Store, cube: Cube) -> None:
    found = asked(store, cube)
    assert (len(found.per_km), found.total, found.far, found.peak) == (0, ON + OFF, ON + OFF, 0)


def test_new_streets_and_new_reports_are_taken_up_and_else_nothing_is_made_twice(
    store: Store, cube: Cube
) -> None:
    write_streets(store)
    first = asked(store, cube)
    assert asked(store, cube) is first and lines_of(store) is lines_of(store)
    store.write_reports(reports(3, seed=9, lon=np.full(3, LON), lat=np.full(3, LAT)), actor=OPERATOR)
    cube.refresh()
    assert asked(store, cube).total == first.total + 3
    before = lines_of(store)
    write_streets(store, name="建设大道")
    assert "建设大道" in lines_of(store).names and lines_of(store) is not before
