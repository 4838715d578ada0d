"""Visits by cell and step, against a slow reading of the same; blind cells where there is nobody."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import polars as pl
import pytest
import shapely
from shapely.geometry import box

from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.cube_scope import seen_by
from data.filters import Filter
from data.hot_blind import hot_blind, why
from data.hot_cells import HotAsked
from data.patrol_sources import patrol_sources, set_patrol_sources
from data.step_counts import step_counts
from data.store import Store
from data.visit_counts import (
    looked_at,
    visit_days,
    visits_by_step,
    visits_by_week,
    visits_per_cell,
)
from data.visits import VISITS
from tests.data.samples import reports

WEST, EAST = box(116.88, 38.28, 116.9, 38.32), box(116.9, 38.28, 116.92, 38.32)
MONDAY = date(2024, 5, 6)


@pytest.fixture
def city(store: Store) -> Store:
    """Fill a store with reports of half a year around two grids."""
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    frame = reports(600, seed=3).with_columns(
        lon=pl.col("lon") * 0.2 + 116.9 * 0.8, lat=pl.col("lat") * 0.2 + 38.3 * 0.8
    )
    store.write_reports(frame, actor=OPERATOR)
    store.write_places(
        gpd.GeoDataFrame({"kind": "grid", "name": ["西格", "东格"]}, geometry=[WEST, EAST], crs="EPSG:4326"),
        actor=OPERATOR,
    )
    return store


def areas(store: Store) -> dict[str, int]:
    return dict(store.areas(actor=OPERATOR).select("name", "id").rows())


def write(store: Store, *rows: dict[str, Any]) -> None:
    blank = dict.fromkeys(VISITS) | {"source": "log", "n": 1}
    whole = [blank | {"external_id": str(number)} | row for number, row in enumerate(rows)]
    store.write_visits(pl.DataFrame(whole, schema=VISITS), actor=OPERATOR)


def cells_of(cube: Cube, resolution: int = 10) -> np.ndarray:
    return step_counts(cube, Filter(), resolution=resolution).cells


def test_a_visit_of_an_area_counts_by_the_share_of_the_cell_that_lies_in_it(city: Store) -> None:
    ids = areas(city)
    west, east = ({"day": MONDAY, "area_id": ids[name], "n": n} for name, n in (("西格", 3), ("东格", 5)))
    write(city, west, east)
    cube = Cube.open(city)
    cells = cells_of(cube)
    found = visits_per_cell(cube, cells, Filter())
    for cell, n in zip(cells, found, strict=True):
        own = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(h3.int_to_str(int(cell)))])
        shares = (own.intersection(area).area / own.area for area in (WEST, EAST))
        expected = sum(times * share for times, share in zip((3, 5), shares, strict=True))
        assert n == pytest.approx(expected, abs=1e-9)
    assert found.max() == 5
    assert ((found > 3.01) & (found < 4.99)).any(), "a cell on the line between both"


def test_a_visit_at_a_point_counts_in_its_cell_on_the_city_s_day(city: Store) -> None:
    lon, lat = 116.9, 38.3
    late = datetime(2024, 5, 6, 17, tzinfo=UTC)  # the 7th in Shanghai
    write(city, {"at": late, "lon": lon, "lat": lat, "n": 2}, {"day": MONDAY, "lon": lon, "lat": lat})
    cube = Cube.open(city)
    cells = cells_of(cube)
    here = int(np.searchsorted(cells, h3.str_to_int(h3.latlng_to_cell(lat, lon, 10))))
    assert visits_per_cell(cube, cells, Filter())[here] == 3
    assert visits_per_cell(cube, cells, Filter()).sum() == 3
    assert visits_per_cell(cube, cells, Filter(end=MONDAY))[here] == 1
    assert visits_per_cell(cube, cells, Filter(start=MONDAY + timedelta(days=1)))[here] == 2
    assert visit_days(cube, Filter()) == (MONDAY, MONDAY + timedelta(days=1))


def test_steps_hold_what_the_days_hold(city: Store) -> None:
    ids = list(areas(city).values())
    rng = np.random.default_rng(1)
    write(
        city,
        *(
            {"day": date(2024, 1, 1) + timedelta(days=int(day)), "area_id": ids[int(which)], "n": int(n)}
            for day, which, n in zip(
                rng.permutation(300)[:200], rng.integers(0, 2, 200), rng.integers(0, 6, 200), strict=True
            )
        ),
    )
    cube = Cube.open(city)
    counted = step_counts(cube, Filter(), step="month")
    found = visits_by_step(cube, counted)
    assert found.shape == counted.counts.shape
    for step, (first, last) in enumerate(zip(counted.starts, counted.ends, strict=True)):
        expected = visits_per_cell(cube, counted.cells, Filter(start=first, end=last))
        np.testing.assert_allclose(found[:, step], expected, atol=1e-9)
    weeks = visits_by_week(cube, Filter())
    assert weeks["n"].sum() == city.visits(actor=OPERATOR)["n"].sum()
    assert (weeks["week"].diff().drop_nulls() == timedelta(weeks=1)).all()


def test_without_visits_there_are_none_and_no_days_of_them(city: Store) -> None:
    cube = Cube.open(city)
    cells = cells_of(cube)
    assert not visits_per_cell(cube, cells, Filter()).any()
    assert visit_days(cube, Filter()) is None
    assert looked_at(cube, Filter()) is None
    assert visits_by_week(cube, Filter()).is_empty()
    found = hot_blind(cube, HotAsked(kind="blind"))
    assert found.note == "visits"
    assert not found.codes.any()


def test_a_filter_is_cut_to_the_days_that_visits_are_known_of(city: Store) -> None:
    here = {"lon": 116.9, "lat": 38.3}
    write(city, here | {"day": MONDAY, "n": 0}, here | {"day": date(2024, 6, 1)})
    cube = Cube.open(city)
    where = looked_at(cube, Filter(categories=("manhole",), start=date(2024, 5, 20)))
    assert where == Filter(categories=("manhole",), start=date(2024, 5, 20), end=date(2024, 6, 1))
    assert looked_at(cube, Filter(start=date(2024, 7, 1))) is None


def test_visits_that_come_in_are_counted_and_those_withdrawn_are_not(city: Store) -> None:
    cube = Cube.open(city)
    cells = cells_of(cube)
    number = city.begin_import("a", source="a", profile=None, actor=OPERATOR, details={})
    one = {"source": "a", "external_id": "1", "day": MONDAY, "lon": 116.9, "lat": 38.3, "n": 4}
    frame = pl.DataFrame([dict.fromkeys(VISITS) | one], schema=VISITS)
    city.write_visits(frame, actor=OPERATOR, import_id=number)
    cube.refresh()
    assert visits_per_cell(cube, cells, Filter()).sum() == 4
    city.withdraw_visits(number, actor=OPERATOR)
    cube.refresh()
    assert not visits_per_cell(cube, cells, Filter()).any()


def test_blind_is_where_nobody_comes_and_no_patrol_reports(city: Store) -> None:
    ids = areas(city)
    write(city, *({"day": MONDAY + timedelta(days=n), "area_id": ids["西格"], "n": 2} for n in range(20)))
    cube = Cube.open(city)
    asked = HotAsked(kind="blind")
    found = hot_blind(cube, asked)
    assert found.note == ""
    inside = visits_per_cell(cube, found.cells, Filter())
    names = np.array(found.classes)[found.codes]
    assert set(names[inside > 39]) == {"seen"}
    assert set(names[inside == 0]) == {"blind"}
    np.testing.assert_array_equal(found.figures, inside)
    known = looked_at(cube, Filter())
    assert known is not None
    assert found.n.sum() == cube.total(known)

    said = why(cube, asked, [found.cells[int(np.argmax(inside))], 0x8A2A1072B59FFFF])
    assert said == ["40 visits in these days; the usual cell has 40", ""]

    set_patrol_sources(city, ["city"], actor=OPERATOR)
    assert patrol_sources(cube) == ("city",)
    after = hot_blind(cube, asked)
    reported = after.n > 0
    assert set(np.array(after.classes)[after.codes[(inside == 0) & reported]]) == {"seldom"}
    assert set(np.array(after.classes)[after.codes[(inside == 0) & ~reported]]) == {"blind"}


def test_feeds_of_patrols_are_known_by_their_names_until_somebody_says(store: Store) -> None:
    for number, name in enumerate(["Patrol app", "日常巡查", "hotline", "网格员上报"]):
        store.write_reports(reports(1, seed=number, source=name), actor=OPERATOR)
    cube = Cube.open(store)
    assert patrol_sources(cube) == ("Patrol app", "日常巡查", "网格员上报")
    set_patrol_sources(store, ["hotline", "not there"], actor=OPERATOR)
    assert patrol_sources(cube) == ("hotline",)
    set_patrol_sources(store, [], actor=OPERATOR)
    assert patrol_sources(cube) == ()


def test_who_sees_a_part_of_the_city_sees_its_cells_visits(city: Store) -> None:
    write(city, {"day": MONDAY, "lon": 116.9, "lat": 38.3, "n": 9})
    part = seen_by(Cube.open(city), Actor("队员", "team_member", units=frozenset({"城管"})))
    found = hot_blind(part, HotAsked(kind="blind"))
    assert len(found.cells) < len(cells_of(Cube.open(city)))
    assert set(np.unique(found.figures)) <= {0.0, 9.0}
