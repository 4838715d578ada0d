"""Figures of places, against counting every report by hand; on both engines."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely
from shapely.geometry import LineString, box

from data.actors import OPERATOR, VIEWER, Actor
from data.cube import Cube
from data.cube_scope import seen_by
from data.filters import Filter
from data.place_counts import filter_for, late, mostly, rated, summed
from data.place_profile import profile
from data.place_tables import kinds_there, place_table
from data.store import Store
from data.workspace import Workspace
from geo import cells
from geo.errors import StoreError
from tests.data.conftest import FreshStore
from tests.data.samples import LAT, LON, reports
from tests.data.stores import Fill

N = 1_500
TEAM = Actor("队员", "team_member", units=frozenset({"城管"}))
FILTERS = [
    Filter(),
    Filter(categories=("flyposting", "manhole")),
    Filter(statuses=("open",)),
    Filter(sources=("elsewhere",)),
]
WEST = box(LON - 0.08, LAT - 0.08, LON, LAT + 0.08)
EAST = box(LON, LAT - 0.08, LON + 0.08, LAT + 0.08)
COMPOUNDS = {
    "甲小区": box(LON - 0.03, LAT - 0.03, LON - 0.005, LAT),
    "乙小区": box(LON + 0.01, LAT, LON + 0.05, LAT + 0.02),
}
STREET = LineString([(LON - 0.06, LAT + 0.03), (LON + 0.06, LAT + 0.03)])
EMPTY = LineString([(LON + 0.9, LAT), (LON + 0.91, LAT)])


def places() -> gpd.GeoDataFrame:
    rows = [
        (
            "district",
            "运河区",
            box(LON - 0.08, LAT - 0.08, LON + 0.08, LAT + 0.08),
            {"name_en": "Canal District"},
        ),
        ("community", "西社区", WEST, {}),
        ("community", "东社区", EAST, {"name_en": "East"}),
        ("compound", "甲小区", COMPOUNDS["甲小区"], {"households": 500}),
        ("compound", "乙小区", COMPOUNDS["乙小区"], {}),
        ("street", "经北四路", STREET, {"level": "main"}),
        ("street", None, EMPTY, {}),
    ]
    kinds, names, shapes, attributes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "kind": kinds,
            "name": names,
            "external_id": [str(i) for i in range(len(rows))],
            "attributes": attributes,
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def fill(store: Store) -> None:
    """Fill a store with places and reports, some of them exactly on the street."""
    store.write_places(places(), actor=OPERATOR)
    lon = np.concatenate(
        [np.random.default_rng(5).normal(LON, 0.03, N - 60), np.linspace(LON - 0.05, LON + 0.05, 60)]
    )
    lat = np.concatenate([np.random.default_rng(6).normal(LAT, 0.03, N - 60), np.full(60, LAT + 0.03)])
    store.write_reports(reports(N, lon=lon, lat=lat), actor=OPERATOR)


@pytest.fixture(scope="module")
def city(fresh_store: FreshStore) -> Iterator[Store]:
    """A store that was filled, for tests that ask and do not write."""
    with fresh_store() as store:
        fill(store)
        yield store


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Fill | None:
    return fill if "changing" in request.fixturenames else None


@pytest.fixture
def changing(store: Store) -> Store:
    """A store that was filled, for a test that changes it."""
    return store


def inside(store: Store, where: Filter, shape: shapely.Geometry) -> int:
    cube = Cube.open(store)
    found = store.reports(cube.ids(where).tolist(), actor=VIEWER)
    return int(shapely.contains_xy(shape, found["lon"].to_numpy(), found["lat"].to_numpy()).sum())


def number_of(store: Store, name: str | None) -> int:
    frame = store.places(actor=VIEWER)
    chosen = frame["name"].isna() if name is None else frame["name"] == name
    return int(frame.loc[chosen, "id"].iloc[0])


@pytest.mark.parametrize("where", FILTERS, ids=str)
def test_compounds_and_areas_have_the_reports_that_lie_in_them(city: Store, where: Filter) -> None:
    cube = Cube.open(city)
    compounds = rated(cube, where, "compound", actor=VIEWER)
    communities = rated(cube, where, "community", actor=VIEWER)

    assert dict(compounds.select("name", "n").iter_rows()) == {
        name: inside(city, where, shape) for name, shape in COMPOUNDS.items()
    }
    assert dict(communities.select("name", "n").iter_rows()) == {
        "西社区": inside(city, where, WEST),
        "东社区": inside(city, where, EAST),
    }


@pytest.mark.parametrize("where", FILTERS, ids=str)
@pytest.mark.parametrize("kind", ["street", "compound", "community", "district"])
def test_places_others_and_open_ground_add_up_to_the_total(city: Store, where: Filter, kind: str) -> None:
    cube = Cube.open(city)
    found = summed(cube, where, kind, actor=VIEWER)

    assert found.total == cube.total(where)
    assert found.here == rated(cube, where, kind, actor=VIEWER)["n"].sum()
    assert min(found) >= 0


@pytest.mark.parametrize("kind", ["street", "compound", "community", "district"])
def test_the_count_of_a_place_is_that_of_its_filter(city: Store, kind: str) -> None:
    cube = Cube.open(city)
    for where in FILTERS:
        for row in rated(cube, where, kind, actor=VIEWER).iter_rows(named=True):
            assert cube.total(filter_for(where, row["id"], kind)) == row["n"]
            opened = filter_for(where.but(statuses=("open",)), row["id"], kind)
            assert cube.total(opened) == row["open"]


def test_a_district_is_the_sum_of_its_communities_and_what_lies_outside_them(city: Store) -> None:
    cube = Cube.open(city)
    district = rated(cube, Filter(), "district", actor=VIEWER)["n"].item()
    communities = rated(cube, Filter(), "community", actor=VIEWER)["n"].sum()
    outside = summed(cube, Filter(), "community", actor=VIEWER).elsewhere

    assert district == communities + outside
    assert district == inside(city, Filter(), shapely.union_all([WEST, EAST]))


def test_a_compound_without_households_has_no_figure(city: Store) -> None:
    found = rated(Cube.open(city), Filter(), "compound", actor=VIEWER)
    rates = dict(found.select("name", "rate").iter_rows())
    counts = dict(found.select("name", "n").iter_rows())

    assert rates["乙小区"] is None
    assert rates["甲小区"] == pytest.approx(counts["甲小区"] / 5)


def test_the_street_has_its_reports_by_its_length(city: Store) -> None:
    row = rated(Cube.open(city), Filter(), "street", actor=VIEWER).filter(name="经北四路").row(0, named=True)

    assert row["n"] >= 50
    assert row["rate"] == pytest.approx(row["n"] / row["length_m"] * 100)
    assert row["length_m"] == pytest.approx(10_500, rel=0.01)


def test_late_cases_are_counted_where_they_are(city: Store) -> None:
    cube = Cube.open(city)
    overdue = pl.Series(cube.ids(Filter(statuses=("dispatched",))), dtype=pl.Int64)
    where = Filter(categories=("flyposting",))
    both = where.but(statuses=("dispatched",))

    for kind in ("street", "compound", "community", "district"):
        counted = dict(late(cube, where, kind, overdue).iter_rows())
        for row in rated(cube, both, kind, actor=VIEWER).iter_rows(named=True):
            assert counted.get(row["id"], 0) == row["n"]


def test_who_sees_a_part_gets_no_figure_of_another_part(city: Store) -> None:
    whole = Cube.open(city)
    part = seen_by(whole, TEAM)

    for kind in ("street", "compound", "community"):
        mine = rated(part, Filter(), kind, actor=TEAM)
        ids = city.visible_ids(actor=TEAM).to_list()
        assert (mine["n"] > 0).all()
        for row in mine.iter_rows(named=True):
            every = set(whole.ids(filter_for(Filter(), row["id"], kind)).tolist())
            assert row["n"] == len(every & set(ids))
    assert number_of(city, None) not in mine["id"].to_list()


def test_a_profile_agrees_with_the_table(city: Store) -> None:
    cube = Cube.open(city)
    table = rated(cube, Filter(), "compound", actor=VIEWER)
    found = profile(cube, number_of(city, "甲小区"), Filter(), Filter(sources=("elsewhere",)), actor=VIEWER)

    assert (found.n, found.total, found.before) == (table.filter(name="甲小区")["n"].item(), N, 0)
    assert found.share == pytest.approx(found.n / N)
    assert (found.rank, found.of) == (1, 1)  # the other one has no figure
    assert found.row["area"] == "西社区"


def test_a_place_that_is_gone_keeps_its_page(changing: Store) -> None:
    number = number_of(changing, "甲小区")
    left = places()
    changing.write_places(left[left["name"] != "甲小区"], actor=OPERATOR, replace=["local"])

    found = profile(Cube.open(changing), number, Filter(), None, actor=VIEWER)

    assert found.place.retired
    assert found.row["rate"] is not None or found.n == 0
    assert place_table(changing, "compound", actor=VIEWER)["name"].to_list() == ["乙小区"]


def test_a_place_that_never_was_is_an_error(city: Store) -> None:
    with pytest.raises(StoreError, match="no place 999"):
        profile(Cube.open(city), 999, Filter(), None, actor=VIEWER)


def test_a_cell_is_mostly_what_most_of_its_reports_lie_in(city: Store) -> None:
    cube = Cube.open(city)
    cell = int(cells.from_points([LON - 0.02], [LAT - 0.015], 8)[0])
    found = mostly(cube, Filter(), cell)
    share = cube.total(Filter(places=(number_of(city, "甲小区"),)), cell=cell) / cube.total(
        Filter(), cell=cell
    )

    assert found[0][0] == number_of(city, "甲小区")
    assert found[0][1] == pytest.approx(share)


def test_tables_of_places_know_facts_areas_and_where_they_are(city: Store) -> None:
    row = place_table(city, "community", actor=VIEWER).filter(name="东社区").row(0, named=True)
    assert (row["area"], row["area_en"], row["name_en"]) == ("运河区", "Canal District", "East")
    street = place_table(city, "street", actor=VIEWER).filter(pl.col("name").is_null()).row(0, named=True)
    assert (street["area"], street["households"], street["area_m2"]) == (None, None, None)
    assert (street["west"], street["east"]) == pytest.approx((LON + 0.9, LON + 0.91))
    assert kinds_there(city, actor=VIEWER) == {"district": 1, "community": 2, "street": 2, "compound": 2}


def test_a_changed_place_is_in_the_next_table(changing: Store) -> None:
    found = place_table(changing, "compound", actor=VIEWER)
    assert found.filter(name="乙小区")["households"].item() is None
    more = places()
    more.loc[more["name"] == "乙小区", "attributes"] = [{"households": 800}]
    changing.write_places(more, actor=OPERATOR)

    assert place_table(changing, "compound", actor=VIEWER).filter(name="乙小区")["households"].item() == 800


def test_an_empty_city_has_tables_without_rows(store: Store) -> None:
    here = Workspace(store, Cube.open(store))

    assert place_table(store, "street", actor=VIEWER).is_empty()
    assert rated(here.cube, Filter(), "street", actor=VIEWER).is_empty()
    assert rated(here.cube, Filter(), "community", actor=VIEWER).is_empty()
    assert summed(here.cube, Filter(), "street", actor=VIEWER).total == 0
    assert kinds_there(store, actor=VIEWER) == {}
