"""What the heat layer smooths."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.heat import positions, usual_bandwidth
from data.store import Store
from geo.errors import FilterError
from tests.data import stores
from tests.data.samples import LAT, LON, reports


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One engine is enough: only the cube is asked."""
    with Store.open(stores.new_file(tmp_path / "heat.sqlite")) as store:
        yield store


@pytest.fixture
def cube(store: Store) -> Cube:
    store.write_reports(reports(600), actor=OPERATOR)
    return Cube.open(store)


def test_positions_are_those_of_the_chosen_reports(cube: Cube) -> None:
    for where in (
        Filter(),
        Filter(categories=("flyposting",)),
        Filter(statuses=("closed",)),
        Filter(units=("-",)),
    ):
        found = positions(cube, where, "count")
        rows = cube.frame.filter(np.isin(cube.frame["id"].to_numpy(), cube.ids(where)))
        assert sorted(zip(found.lon, found.lat, strict=True)) == sorted(rows.select("lon", "lat").rows())


def test_open_cases_are_those_that_somebody_still_has_to_do_something_about(cube: Cube) -> None:
    assert len(positions(cube, Filter(), "open").lon) == cube.total(Filter(statuses=("open",)))
    assert len(positions(cube, Filter(statuses=("closed",)), "open").lon) == 0


def test_a_box_cuts_the_rest_off(cube: Cube) -> None:
    box = (LON - 0.01, LAT - 0.02, LON + 0.03, LAT + 0.01)
    found = positions(cube, Filter(), "count", bbox=box)
    assert 0 < len(found.lon) == cube.total(Filter(), bbox=box) < 600


def test_reports_that_came_later_are_there_too(cube: Cube, store: Store) -> None:
    store.write_reports(reports(50, seed=9), actor=OPERATOR)
    cube.refresh()
    assert len(positions(cube, Filter(), "count").lon) == 650


def test_a_weight_that_is_none_is_said(cube: Cube) -> None:
    with pytest.raises(FilterError, match="'anger' cannot be weighed"):
        positions(cube, Filter(), "anger")


def test_a_denser_city_has_a_narrower_bandwidth(cube: Cube, store: Store) -> None:
    sparse = usual_bandwidth(cube)
    near = reports(3_000, seed=4)
    store.write_reports(
        near.with_columns(lon=LON + (near["lon"] - LON) / 10, lat=LAT + (near["lat"] - LAT) / 10),
        actor=OPERATOR,
    )
    cube.refresh()
    assert 100 <= usual_bandwidth(cube) < sparse


def test_a_few_more_reports_leave_the_bandwidth_as_it_is(cube: Cube, store: Store) -> None:
    before = usual_bandwidth(cube)
    everything = reports(5, seed=8)
    store.write_reports(everything.with_columns(lon=everything["lon"] * 0 + LON), actor=OPERATOR)
    cube.refresh()
    assert usual_bandwidth(cube) == before


def test_a_city_with_few_or_no_reports_has_a_bandwidth_too(store: Store) -> None:
    assert usual_bandwidth(Cube.open(store)) == 400
    store.write_reports(reports(20), actor=OPERATOR)
    assert usual_bandwidth(Cube.open(store)) == 400
