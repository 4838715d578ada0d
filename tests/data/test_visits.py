"""Visits of patrols in the store: kept once, changed, withdrawn, carried along."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from shapely.geometry import box

from data.actors import OPERATOR, VIEWER, Actor
from data.backup import backup, copy, restore
from data.cube import Cube
from data.issue_writing import Written
from data.store import Store
from data.visits import VISITS, VISITS_VERSION
from geo.errors import FrameError, NotAllowedError, StoreError

MAY = date(2024, 5, 6)
POINT = {"lon": 116.9, "lat": 38.3}


def visit(number: str, **values: Any) -> dict[str, Any]:
    row = dict.fromkeys(VISITS) | {"source": "log", "external_id": number, "n": 1}
    return row | ({} if "at" in values else {"day": MAY}) | ({} if "area_id" in values else POINT) | values


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=VISITS)


def an_area(store: Store) -> int:
    places = gpd.GeoDataFrame(
        {"kind": ["grid"], "name": ["一格"]}, geometry=[box(116.8, 38.2, 117, 38.4)], crs="EPSG:4326"
    )
    store.write_places(places, actor=OPERATOR)
    return int(store.areas(actor=OPERATOR)["id"][0])


def test_points_and_areas_times_and_days_come_back_as_they_were(store: Store) -> None:
    area = an_area(store)
    moment = datetime(2024, 5, 6, 1, 2, 3, 4, tzinfo=UTC)
    given = frame(
        visit("1", at=moment),
        visit("2", area_id=area, n=0),
        visit("3", at=moment, area_id=area, n=7),
        visit("4", day=date(1969, 12, 31), lon=-0.1 - 0.2),
    )
    assert store.write_visits(given, actor=OPERATOR) == Written(taken=4)
    assert_frame_equal(store.visits(actor=VIEWER).select(list(VISITS)), given)


def test_the_same_visits_again_change_nothing_and_another_number_replaces_the_known_one(
    store: Store,
) -> None:
    given = frame(visit("1"), visit("2", n=3))
    store.write_visits(given, actor=OPERATOR)
    edition = store.fact(VISITS_VERSION, actor=VIEWER)
    assert store.write_visits(given, actor=OPERATOR) == Written(unchanged=2)
    assert store.fact(VISITS_VERSION, actor=VIEWER) == edition
    again = frame(visit("2", n=5), visit("1"), visit("3"))
    assert store.write_visits(again, actor=OPERATOR) == Written(taken=1, updated=1, unchanged=1)
    assert dict(store.visits(actor=VIEWER).select("external_id", "n").rows()) == {"1": 1, "2": 5, "3": 1}
    assert store.fact(VISITS_VERSION, actor=VIEWER) != edition


def test_two_sources_may_use_the_same_numbers(store: Store) -> None:
    store.write_visits(frame(visit("1"), visit("1", source="other", n=2)), actor=OPERATOR)
    assert sorted(store.visits(actor=VIEWER)["n"]) == [1, 2]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (visit("1", day=None), "at no time"),
        (visit("1", lon=None), "nowhere"),
        (visit("1", lat=91.0), "off the earth"),
        (visit("1", n=-1), "0 or more"),
        (visit("1", n=None), "0 or more"),
        (visit("1", area_id=4711), "not in the store"),
        (visit("2"), "there twice"),
        (visit("1", source=None), "without a source"),
    ],
)
def test_visits_that_cannot_be_kept_are_named_and_none_is_written(
    store: Store, row: dict[str, Any], words: str
) -> None:
    with pytest.raises(FrameError, match=words):
        store.write_visits(frame(visit("2"), row), actor=OPERATOR)
    assert store.visits(actor=VIEWER).is_empty()
    assert store.fact(VISITS_VERSION, actor=VIEWER) is None


def test_a_frame_without_a_column_is_refused(store: Store) -> None:
    with pytest.raises(FrameError, match="lacks n"):
        store.write_visits(frame(visit("1")).drop("n"), actor=OPERATOR)


def test_an_import_that_is_withdrawn_counts_no_longer_until_it_comes_again(store: Store) -> None:
    number = store.begin_import("log.csv", source="log", profile=None, actor=OPERATOR, details={})
    given = frame(visit("1"), visit("2"))
    store.write_visits(given, actor=OPERATOR, import_id=number)
    store.write_visits(frame(visit("9")), actor=OPERATOR)
    assert store.withdraw_visits(number, actor=OPERATOR) == 2
    assert store.withdraw_visits(number, actor=OPERATOR) == 0
    assert store.visits(actor=VIEWER)["external_id"].to_list() == ["9"]
    assert store.write_visits(given, actor=OPERATOR, import_id=number) == Written(updated=2)
    assert store.visits(actor=VIEWER).height == 3
    with pytest.raises(StoreError, match="no import 77"):
        store.withdraw_visits(77, actor=OPERATOR)


def test_who_sees_a_part_of_the_city_sees_no_visits(store: Store) -> None:
    with pytest.raises(NotAllowedError, match="only a part of the city"):
        store.visits(actor=Actor("队员", "team_member", units=frozenset({"环卫"})))


def test_a_copy_and_a_backup_carry_the_visits(store: Store, url: str, tmp_path: Path) -> None:
    given = frame(visit("1"), visit("2", area_id=an_area(store), n=4))
    store.write_visits(given, actor=OPERATOR)
    backup(url, tmp_path / "b", actor=OPERATOR)
    restored, copied = f"sqlite:///{tmp_path / 'r.sqlite'}", f"sqlite:///{tmp_path / 'c.sqlite'}"
    restore(tmp_path / "b", restored, actor=OPERATOR)
    copy(url, copied, actor=OPERATOR)
    for other in (restored, copied):
        with Store.open(other) as opened:
            assert_frame_equal(opened.visits(actor=VIEWER).select(list(VISITS)), given)


def test_a_store_with_nothing_but_visits_was_used(store: Store, url: str, tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 's.sqlite'}"
    Store.open(source).close()
    store.write_visits(frame(visit("1")), actor=OPERATOR)
    with pytest.raises(StoreError, match="is not empty"):
        copy(source, url, actor=OPERATOR)


def test_the_cube_has_another_version_once_the_visits_have_changed(store: Store) -> None:
    cube = Cube.open(store)
    before = cube.version
    store.write_visits(frame(visit("1")), actor=OPERATOR)
    cube.refresh()
    assert cube.version != before
    after = cube.version
    cube.refresh()
    assert cube.version == after == Cube.open(store).version
