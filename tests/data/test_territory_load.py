"""The work to be expected in each cell: reports, what they take, the way along the streets."""

from datetime import UTC, datetime, timedelta

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely

from data.actors import VIEWER
from data.cube import Cube
from data.field_work import FieldWork
from data.store import Store
from data.territory_ground import city_cells
from data.territory_load import expected_work, last_year, reports_a_week
from geo.cells import from_points, grow
from tests.data.samples import LAT, LON, reports

WEEKS = 40
NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
CELL = from_points([LON], [LAT], 10)
DISK = grow(CELL, 3)
HERE = int(np.searchsorted(DISK, CELL[0]))


def weekly(store: Store, category: str, n: int, lon: float = LON, source: str = "city") -> None:
    """Write n reports a week of a category at one place."""
    at = [NOW - timedelta(days=7 * week + day) for week in range(WEEKS) for day in range(n)]
    frame = reports(len(at), source=source).with_columns(
        category=pl.lit(category),
        lon=pl.lit(lon),
        lat=pl.lit(LAT),
        reported_at=pl.Series(at, dtype=pl.Datetime("us", "UTC")),
        closed_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
        status=pl.lit("reported"),
    )
    store.write_reports(frame, actor=VIEWER)


def minutes(store: Store, cells: np.ndarray = DISK) -> np.ndarray:
    return expected_work(store, Cube.open(store), cells, actor=VIEWER).to_numpy()


def reported(cube: Cube, cells: np.ndarray) -> np.ndarray:
    return reports_a_week(cube, cells, last_year(cube))


def test_a_city_without_reports_and_streets_has_no_work(store: Store) -> None:
    assert minutes(store).tolist() == [0.0] * len(DISK)


def test_what_is_reported_every_week_is_expected_every_week(sqlite_store_url: str) -> None:
    with Store.open(sqlite_store_url) as store:
        weekly(store, "flyposting", 5)
        expected = reported(Cube.open(store), DISK)
    assert expected.sum() == pytest.approx(5, rel=0.1)
    assert expected.argmax() == HERE and expected[HERE] > 0.6 * expected.sum()


def test_a_report_that_takes_long_is_more_work_than_one_that_does_not(sqlite_store_url: str) -> None:
    table = FieldWork.read()
    far = LON + 0.02
    cells = np.unique(np.concatenate([DISK, grow(from_points([far], [LAT], 10), 3)]))
    with Store.open(sqlite_store_url) as store:
        weekly(store, "flyposting", 4)
        weekly(store, "piled_rubbish", 4, lon=far, source="other")
        work = minutes(store, cells)
        expected = reported(Cube.open(store), cells)
    each = (work / np.where(expected > 0, expected, 1))[
        np.searchsorted(cells, [CELL[0], from_points([far], [LAT], 10)[0]])
    ]
    light, heavy = table.of("flyposting").minutes, table.of("piled_rubbish").minutes
    usual = (light + heavy) / 2
    n = 4 * WEEKS
    assert each == pytest.approx([(light * n + 10 * usual) / (n + 10), (heavy * n + 10 * usual) / (n + 10)])


def test_a_street_takes_the_time_to_go_along_it_once_a_week(store: Store) -> None:
    line = shapely.LineString([(LON - 0.004, LAT), (LON + 0.004, LAT)])
    frame = gpd.GeoDataFrame(
        {"kind": ["street"], "name": ["长街"], "source": ["map"], "external_id": ["1"]},
        geometry=[line],
        crs="EPSG:4326",
    )
    store.write_places(frame, actor=VIEWER)
    length_m = gpd.GeoSeries([line], crs="EPSG:4326").to_crs(32650).length.iloc[0]
    wide = grow(CELL, 8)
    assert minutes(store, wide).sum() == pytest.approx(length_m / 50, rel=0.005)


def test_the_work_of_a_zone_is_that_of_its_reports_and_streets(zone_cube: Cube) -> None:
    cells = city_cells(zone_cube.store, zone_cube, actor=VIEWER)
    work = expected_work(zone_cube.store, zone_cube, cells, actor=VIEWER)
    assert work.index.tolist() == cells.tolist() and (work >= 0).all() and np.isfinite(work).all()
    assert work.equals(expected_work(zone_cube.store, zone_cube, cells, actor=VIEWER))
    walking = zone_cube.store.places(actor=VIEWER, kinds=["street"])["length_m"].sum() / 50
    n = reported(zone_cube, cells).sum()
    assert walking + 5 * n < work.sum() < walking + 30 * n
