"""Clusters of the map against direct counts over the reports."""

import polars as pl
import pytest

from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.cube_scope import seen_by
from data.filters import Filter
from data.point_clusters import SHOWN_CATEGORIES, Clusters, clusters, shown_categories, squares_around
from data.statuses import STATUS_GROUPS
from data.store import Store
from tests.data.samples import LAT, LON, reports

EVERYWHERE = (LON - 1, LAT - 1, LON + 1, LAT + 1)


@pytest.fixture
def cube(store: Store) -> Cube:
    """A city of 2,000 reports, some of them at one position."""
    found = reports(2_000)
    crowd = pl.int_range(pl.len()) < 300
    found = found.with_columns(lon=pl.when(crowd).then(LON).otherwise("lon"))
    store.write_reports(found.with_columns(lat=pl.when(crowd).then(LAT).otherwise("lat")), actor=OPERATOR)
    return Cube.open(store)


def rows_of(cube: Cube, where: Filter) -> pl.DataFrame:
    return cube.points(where, EVERYWHERE, limit=10_000)


def test_the_sums_of_clusters_are_the_reports_in_view_at_every_zoom(cube: Cube) -> None:
    rows = rows_of(cube, Filter())
    by_category = dict(rows["category"].value_counts().iter_rows())
    for zoom in range(3, 20):
        found = clusters(cube, Filter(), EVERYWHERE, zoom=zoom)
        assert found.gathered.n.sum() == rows.height == 2_000
        assert found.gathered.marked.sum() == rows["status"].is_in(STATUS_GROUPS["open"]).sum()
        sums = found.gathered.kinds.sum(axis=0).tolist()
        assert dict(zip(found.kinds, sums, strict=False)) == by_category
        assert sums[-1] == 0


def test_each_cluster_counts_what_lies_in_its_box(cube: Cube) -> None:
    where = Filter(categories=("manhole", "flyposting"), statuses=("open",))
    rows = rows_of(cube, where)
    found = clusters(cube, where, EVERYWHERE, zoom=13).gathered
    assert len(found) > 20
    for i in range(len(found)):
        inside = rows.filter(
            pl.col("lon").is_between(found.west[i], found.east[i])
            & pl.col("lat").is_between(found.south[i], found.north[i])
        )
        assert inside.height == found.n[i] == found.marked[i]


def test_single_reports_say_which_they_are(cube: Cube) -> None:
    found = clusters(cube, Filter(), EVERYWHERE, zoom=16)
    alone = found.gathered.n == 1
    rows = rows_of(cube, Filter())
    expected = found.singles.join(rows, on="id", how="left", maintain_order="left")
    assert found.singles.height == alone.sum() > 30
    assert expected["lon"].to_list() == found.gathered.lon[alone].tolist()
    assert expected["category"].to_list() == expected["category_right"].to_list()
    assert expected["status"].to_list() == expected["status_right"].to_list()


def test_reports_at_one_position_stay_one_cluster_however_close(cube: Cube) -> None:
    found = clusters(cube, Filter(), EVERYWHERE, zoom=19).gathered
    largest = found.n.argmax()
    assert found.n[largest] >= 300
    assert (found.west[largest], found.south[largest]) <= (LON, LAT) <= (found.east[largest], LAT)


def test_a_box_of_a_part_gives_the_same_squares_as_the_whole(cube: Cube) -> None:
    def squares(found: Clusters) -> set[tuple[float, float, int]]:
        parts = found.gathered
        places = (axis.round(9).tolist() for axis in (parts.lon, parts.lat))
        return set(zip(*places, parts.n.tolist(), strict=True))

    around = (LON - 0.2, LAT - 0.2, LON + 0.2, LAT + 0.2)
    whole = squares(clusters(cube, Filter(), around, zoom=14))
    part = squares(clusters(cube, Filter(), (LON, LAT, LON + 0.05, LAT + 0.05), zoom=14))
    assert part < whole


def test_the_categories_that_are_told_apart_do_not_follow_the_filter(cube: Cube) -> None:
    few = clusters(cube, Filter(categories=("manhole",)), EVERYWHERE, zoom=13)
    assert few.kinds == clusters(cube, Filter(), EVERYWHERE, zoom=13).kinds
    assert few.gathered.kinds.sum() == few.gathered.kinds[:, few.kinds.index("manhole")].sum()


def test_rare_categories_are_others(store: Store) -> None:
    found = reports(200)
    names = [f"kind_{min(row // 5, 20):02}" for row in range(200)]
    store.write_reports(found.with_columns(category=pl.Series(names)), actor=OPERATOR)
    cube = Cube.open(store)
    kinds = shown_categories(cube, cube.version)
    assert (len(kinds), kinds[0]) == (SHOWN_CATEGORIES, "kind_20")
    found_there = clusters(cube, Filter(), EVERYWHERE, zoom=10).gathered
    assert found_there.kinds.sum(axis=0)[-1] == 200 - sum(names.count(kind) for kind in kinds)


def test_who_sees_a_part_of_the_city_gets_clusters_of_that_part(cube: Cube) -> None:
    part = seen_by(cube, Actor("甲", role="team_member", units=frozenset({"城管"})))
    found = clusters(part, Filter(), EVERYWHERE, zoom=12)
    assert 0 < found.gathered.n.sum() == part.total(Filter()) < 2_000


def test_squares_are_whole_parts_of_a_map_tile() -> None:
    for zoom in range(3, 20):
        assert squares_around(zoom) % 2**zoom == 0
