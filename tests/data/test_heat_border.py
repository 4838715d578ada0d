"""The border at which heat ends: drawn in the store, or where reports were ever made."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.filters import Filter
from data.heat_border import heat_border
from data.store import Store
from geo.density import Grid
from tests.data import stores
from tests.data.samples import LAT, LON, reports

AROUND = Grid.over((LON - 0.3, LAT - 0.3, LON + 0.3, LAT + 0.3), power=18)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One engine is enough: places and cube are read as everywhere."""
    with Store.open(stores.new_file(tmp_path / "border.sqlite")) as store:
        store.write_reports(reports(500), actor=OPERATOR)
        yield store


def write_areas(store: Store, **sides: float) -> None:
    frame = gpd.GeoDataFrame(
        {"kind": list(sides), "name": list(sides)},
        geometry=[shapely.box(LON - side, LAT - side, LON + side, LAT + side) for side in sides.values()],
        crs="EPSG:4326",
    )
    store.write_places(frame, actor=OPERATOR)


def width(store: Store, where: Filter | None = None) -> float:
    """Return how wide the border is in the middle, degrees."""
    border = heat_border(store, Cube.open(store), 200, actor=VIEWER, where=where)
    assert border is not None
    return float(border.mask(AROUND)[AROUND.rows // 2].sum() * AROUND.step * 360)


def test_the_tightest_outline_that_holds_nearly_all_reports_is_the_border(store: Store) -> None:
    write_areas(store, district=0.2, boundary=0.12, community=0.02)
    assert width(store) == pytest.approx(0.24, abs=0.01)


def test_whoever_looks_at_one_area_sees_heat_end_at_its_border(store: Store) -> None:
    write_areas(store, district=0.2, community=0.02)
    ids = dict(store.places(actor=VIEWER)[["kind", "id"]].to_numpy())
    assert width(store, Filter(areas=(ids["community"],))) == pytest.approx(0.04, abs=0.01)
    assert width(store, Filter(categories=("flyposting",))) == pytest.approx(0.4, abs=0.01)


def test_an_outline_of_another_place_is_no_border(store: Store) -> None:
    write_areas(store, boundary=0.01)
    assert width(store) > 0.05


def test_without_an_outline_it_is_where_something_was_ever_reported(store: Store) -> None:
    cube = Cube.open(store)
    for bandwidth_m in (100, 400, 1_600):
        border = heat_border(store, cube, bandwidth_m, actor=VIEWER)
        assert border is not None
        inside = border.mask(AROUND) > 0
        rows = np.abs(AROUND.lat[:, None] - cube.frame["lat"].to_numpy()).argmin(axis=0)
        columns = np.abs(AROUND.lon[:, None] - cube.frame["lon"].to_numpy()).argmin(axis=0)
        assert inside[rows, columns].mean() > 0.9
        assert inside.mean() < 0.6
        assert heat_border(store, cube, bandwidth_m, actor=VIEWER) is border


def test_a_city_without_reports_has_no_border(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as store:
        assert heat_border(store, Cube.open(store), 200, actor=VIEWER) is None
